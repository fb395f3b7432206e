import pytest

from sandbox.twentyfour_seven_office import DEMO_ACCOUNT, DEMO_PASSWORD, Sandbox
from tests.http.documents import Api, add_invoice, business_document, problem_of


def test_a_new_business_is_created_and_an_existing_one_changed(api: Api) -> None:
    document = business_document()

    created = api.put("/v1/businesses/fjell", json=document)
    changed = api.put("/v1/businesses/fjell", json=document | {"product_name": "Utleie"})

    assert (created.status_code, changed.status_code) == (201, 200)
    assert created.json()["product_name"] == "Sharefox rental"
    assert changed.json() == api.get("/v1/businesses/fjell").json()
    assert changed.json()["product_name"] == "Utleie"


def test_what_is_shown_of_a_business_holds_no_secret(fjell: Api) -> None:
    shown = fjell.get("/v1/businesses/fjell")

    assert shown.status_code == 200
    assert shown.json()["name"] == "fjell"
    assert shown.json()["accounting"]["account_name"] == DEMO_ACCOUNT
    assert shown.json()["vat_codes"] == {"0": "52"}
    assert "password" not in shown.json()["accounting"]


def test_secrets_are_in_no_answer(fjell: Api) -> None:
    answers = [
        fjell.put("/v1/businesses/fjell", json=business_document()),
        fjell.get("/v1/businesses/fjell"),
        fjell.get("/v1/businesses"),
        fjell.post("/v1/businesses/fjell/verify"),
        fjell.put("/v1/businesses/fjell", json=business_document(nonsense="x")),
        fjell.put("/v1/businesses/fjell", json=business_document() | {"product_name": 7}),
        fjell.get("/schema/openapi.json"),
        fjell.get("/schema/openapi.yaml"),
    ]

    assert not [answer.url for answer in answers if DEMO_PASSWORD in answer.text]


def test_a_secret_that_is_left_out_is_kept(fjell: Api) -> None:
    document = business_document()
    del document["accounting"]["password"]

    assert fjell.put("/v1/businesses/fjell", json=document).status_code == 200
    assert fjell.post("/v1/businesses/fjell/verify").json()["ok"] is True


def test_a_name_in_the_body_must_be_the_one_in_the_path(api: Api) -> None:
    same = api.put("/v1/businesses/fjell", json=business_document() | {"name": "fjell"})
    other = api.put("/v1/businesses/fjell", json=business_document() | {"name": "fjord"})

    assert same.status_code == 201
    problem_of(other, 400, "name_differs")


@pytest.mark.parametrize("name", ["-fjell", "a%20b", "a%2Fb", "%C3%A6", "x" * 51])
def test_a_name_that_no_business_can_have_is_refused(shared_fjell: Api, name: str) -> None:
    problem = problem_of(shared_fjell.put(f"/v1/businesses/{name}", json=business_document()), 400, "not_a_business")

    assert problem["faults"][0]["field"] == "name"


@pytest.mark.parametrize("document", [[], "fjell", 1, {}, {"accounting": {"system": "24sevenoffice"}, "x": 1}])
def test_what_is_no_business_is_refused(api: Api, document: object) -> None:
    problem_of(api.put("/v1/businesses/fjell", json=document), 400, "not_a_business")
    assert api.get("/v1/businesses").json() == {"items": [], "next": None}


def test_an_accounting_system_without_a_plugin_is_refused(shared_fjell: Api) -> None:
    assert shared_fjell.put("/v1/businesses/fjell", json=business_document(system="abacus")).status_code == 400


def test_businesses_are_listed_a_page_at_a_time(api: Api) -> None:
    for name in ("c", "a", "b"):
        api.put(f"/v1/businesses/{name}", json=business_document())

    first = api.get("/v1/businesses", params={"limit": 2}).json()
    second = api.get("/v1/businesses", params={"limit": 2, "after": first["next"]}).json()

    assert [one["name"] for one in first["items"]] == ["a", "b"]
    assert first["next"] == "b"
    assert [one["name"] for one in second["items"]] == ["c"]
    assert second["next"] is None


def test_an_unknown_business_is_not_found(shared_fjell: Api) -> None:
    problem_of(shared_fjell.get("/v1/businesses/nobody"), 404, "unknown_business")
    problem_of(shared_fjell.post("/v1/businesses/nobody/verify"), 404, "unknown_business")
    problem_of(shared_fjell.get("/v1/businesses/nobody/invoices"), 404, "unknown_business")
    problem_of(shared_fjell.get("/v1/businesses/nobody/transfers"), 404, "unknown_business")


def test_verifying_tells_what_was_found(fjell: Api) -> None:
    verified = fjell.post("/v1/businesses/fjell/verify")

    assert verified.status_code == 200
    assert verified.json()["ok"] is True
    assert verified.json()["account"]["name"] == DEMO_ACCOUNT
    assert verified.json()["product"] == {"name": "Sharefox rental", "id": None}
    assert "25" in {rate["percent"] for rate in verified.json()["vat_rates"]}


def test_verifying_tells_how_many_calls_are_left(fjell: Api, office: Sandbox) -> None:
    calls = fjell.post("/v1/businesses/fjell/verify").json()["calls"]

    assert (calls["limit"], calls["used"], calls["left"]) == (7200, office.quota.used, office.quota.left)
    assert calls["resets_at"].endswith(":00:00.000Z")


def test_a_right_that_is_missing_is_a_result(api: Api, office: Sandbox) -> None:
    office.account(DEMO_ACCOUNT).invoicing_package = False
    api.put("/v1/businesses/fjell", json=business_document())

    verified = api.post("/v1/businesses/fjell/verify")

    assert verified.status_code == 200
    assert verified.json()["ok"] is False


def test_a_wrong_password_parks_until_the_connection_is_mended(api: Api) -> None:
    api.put("/v1/businesses/fjell", json=business_document(password="wrong"))
    invoice = add_invoice(api)

    problem_of(api.post("/v1/businesses/fjell/verify"), 424, "login_refused")
    sent = api.post(f"{invoice}/send")
    assert sent.status_code == 202
    assert sent.json()["state"] == "waiting"
    assert sent.json()["next_attempt_at"] is None
    assert sent.json()["error"]["code"] == "access_refused"
    problem_of(api.get(f"{invoice}/preview"), 424, "login_refused")

    api.put("/v1/businesses/fjell", json=business_document())
    assert api.get(sent.headers["location"]).json()["state"] == "queued"
