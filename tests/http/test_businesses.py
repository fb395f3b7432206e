import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from sandbox import DEMO_ACCOUNT, Sandbox
from sandbox.twentyfour_seven_office import DEMO_PASSWORD
from tests.http.documents import Api, add_invoice, business_document, problem_of

FJELL = "/v1/businesses/fjell"


def test_a_new_business_is_created_and_an_existing_one_changed(api: Api) -> None:
    document = business_document()

    created = api.put("/v1/businesses/fjell", json=document)
    changed = api.put("/v1/businesses/fjell", json=document | {"product_name": "Utleie"})

    assert (created.status_code, changed.status_code) == (201, 200)
    assert created.json()["product_name"] == "Sharefox rental"
    change = {"setting": "product_name", "before": "Sharefox rental", "after": "Utleie", "secret": False}
    assert created.json()["changes"] == []
    assert changed.json() == api.get("/v1/businesses/fjell").json() | {"changes": [change]}
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


def test_a_put_states_the_whole_and_says_what_it_reset(fjell: Api) -> None:
    fjell.patch(FJELL, json={"order_status": "confirmed"})
    document = business_document(password="new")
    del document["vat_codes"]

    changes = fjell.put(FJELL, json=document).json()["changes"]

    assert [(one["setting"], one["before"], one["after"], one["secret"]) for one in changes] == [
        ("accounting.password", None, None, True),
        ("order_status", "confirmed", "draft", False),
        ("vat_codes.0", "52", None, False),
    ]


class TestPatch:
    """RFC 7396: just what is named is changed."""

    @pytest.mark.parametrize("media_type", ["application/merge-patch+json", "application/json"])
    def test_only_the_password_is_changed(self, fjell: Api, media_type: str) -> None:
        before = fjell.get(FJELL).json()
        body = json.dumps({"accounting": {"password": DEMO_PASSWORD + "x"}})

        changed = fjell.patch(FJELL, content=body, headers={"Content-Type": media_type})

        change = {"setting": "accounting.password", "before": None, "after": None, "secret": True}
        assert (changed.status_code, changed.json()) == (200, before | {"changes": [change]})
        problem_of(fjell.post(f"{FJELL}/verify"), 424, "login_refused")

    def test_null_puts_a_setting_back_to_its_default(self, fjell: Api) -> None:
        fjell.patch(FJELL, json={"order_status": "offer", "department": "Oslo", "vat_codes": {"25": "3"}})

        changed = fjell.patch(FJELL, json={"order_status": None, "department": None, "vat_codes": {"0": None}}).json()

        assert (changed["order_status"], changed["department"], changed["vat_codes"]) == ("draft", None, {"25": "3"})
        assert [one["setting"] for one in changed["changes"]] == ["order_status", "vat_codes.0", "department"]

    def test_a_patch_of_nothing_changes_nothing(self, fjell: Api) -> None:
        before = fjell.get(FJELL).json()
        assert fjell.patch(FJELL, json={}).json() == before | {"changes": []}
        assert fjell.patch(FJELL, json={"vat_codes": {"25": None}}).json() == before | {"changes": []}

    @pytest.mark.parametrize(
        ("document", "code"),
        [
            ([], "not_a_business"),
            ({"colour": None}, "not_a_business"),
            ({"order_status": "paid"}, "not_a_business"),
            ({"vat_codes": {"25": 3}}, "not_a_business"),
            ({"vat_codes": {"25": "3", "25.0": "4"}}, "not_a_business"),
            ({"accounting": None}, "not_a_business"),
            ({"accounting": {"colour": "red"}}, "bad_connection"),
            ({"accounting": {"password": None}}, "bad_connection"),
            ({"accounting": {"system": "24sevenoffice-rest"}}, "bad_connection"),
            ({"accounting": {"system": "nonsense"}}, "unknown_accounting_system"),
            ({"name": "fjord"}, "name_differs"),
            ({"name": None}, "name_differs"),
        ],
    )
    def test_what_can_not_be_is_refused_and_changes_nothing(self, fjell: Api, document: object, code: str) -> None:
        before = fjell.get(FJELL).json()
        problem_of(fjell.patch(FJELL, json=document), 400, code)
        assert fjell.get(FJELL).json() == before

    def test_an_unknown_business_and_another_media_type_are_refused(self, fjell: Api) -> None:
        problem_of(fjell.patch("/v1/businesses/nowhere", json={}), 404, "unknown_business")
        sent = fjell.patch(FJELL, content="{}", headers={"Content-Type": "application/json-patch+json"})
        problem_of(sent, 415, "unsupported_media_type")
        merge = {"Content-Type": "application/merge-patch+json"}
        problem_of(fjell.put(FJELL, content="{}", headers=merge), 415, "unsupported_media_type")

    def test_two_at_the_same_time_lose_nothing(self, fjell: Api) -> None:
        rates = [str(rate) for rate in range(8)]
        with ThreadPoolExecutor(len(rates)) as threads:
            answers = list(threads.map(lambda rate: fjell.patch(FJELL, json={"vat_codes": {rate: "52"}}), rates))

        assert {answer.status_code for answer in answers} == {200}
        assert fjell.get(FJELL).json()["vat_codes"] == dict.fromkeys(rates, "52")


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


NOTIFY = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"


def test_where_people_are_told_is_taken_and_shown_by_the_services_names_alone(fjell: Api) -> None:
    stored = fjell.put(FJELL, json=business_document() | {"notify": [NOTIFY]})
    shown = fjell.get(FJELL).json()

    assert stored.status_code == 200
    assert {"setting": "notify", "before": None, "after": None, "secret": True} in stored.json()["changes"]
    assert shown["notify"] == ["Slack"]
    assert "TIiajkdnlazkcOXrIdevi7FQ" not in stored.text

    password = business_document()["accounting"]["password"]
    again = fjell.put(FJELL, json={**shown, "accounting": {**shown["accounting"], "password": password}})
    assert (again.status_code, again.json()["changes"]) == (200, [])
    removed = fjell.patch(FJELL, json={"notify": None})
    assert removed.json()["notify"] == []


def test_an_address_into_the_inside_is_refused_by_its_place(fjell: Api) -> None:
    for refused in (
        fjell.patch(FJELL, json={"notify": [NOTIFY, "jsons://10.0.0.1/hunter2"]}),
        fjell.put(FJELL, json=business_document() | {"notify": [NOTIFY, "mailtos://ola:hunter2@localhost"]}),
    ):
        problem = problem_of(refused, 400, "not_a_business")
        assert [fault["field"] for fault in problem["faults"]] == ["notify[1]"]
        assert "hunter2" not in refused.text
    assert fjell.get(FJELL).json()["notify"] == []
