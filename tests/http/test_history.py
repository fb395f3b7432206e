from sandbox import Sandbox
from tests.http.documents import Api, Json, add_invoice, path_of, problem_of

FJELL = "/v1/businesses/fjell"


def history(api: Api, number: str = "2001-1", query: str = "") -> Json:
    response = api.get(f"{path_of(number)}/history{query}")
    assert response.status_code == 200, response.text
    told: Json = response.json()
    return told


def test_what_happened_to_an_invoice_is_one_story(fjell: Api) -> None:
    path = add_invoice(fjell)
    sent = fjell.post(f"{path}/send").json()
    fjell.post(f"{path}/status")
    told = history(fjell, query="?limit=200")
    kinds = [event["kind"] for event in told["items"]]
    assert list(dict.fromkeys(kinds)) == ["invoice.added", "invoice.sent", "transfer.step", "status.seen"]
    assert told["items"][0]["details"]["actor"]["name"] == "tests"
    assert {"at", "kind", "text", "details"} == set(told["items"][0])
    assert any(event["text"] == f"Transferred as order {sent['order_id']}." for event in told["items"])
    assert told["next"] is None


def test_a_story_comes_in_pages(fjell: Api) -> None:
    fjell.post(f"{add_invoice(fjell)}/send")
    whole = history(fjell, query="?limit=200")["items"]
    first = history(fjell, query="?limit=3")
    second = history(fjell, query=f"?limit=200&after={first['next']}")
    assert first["items"] + second["items"] == whole
    assert second["next"] is None


def test_an_invoice_that_is_not_there_has_none(fjell: Api) -> None:
    problem_of(fjell.get(f"{path_of('nope')}/history"), 404, "unknown_invoice")
    problem_of(fjell.get("/v1/businesses/nobody/invoices/1/history"), 404, "unknown_business")


def test_an_unsent_invoice_is_deleted_and_its_story_stays(fjell: Api) -> None:
    path = add_invoice(fjell)
    assert fjell.delete(path).json() == {"invoice": "2001-1", "result": "deleted"}
    problem_of(fjell.get(path), 404, "unknown_invoice")
    problem_of(fjell.delete(path), 404, "unknown_invoice")
    assert [event["kind"] for event in history(fjell)["items"]] == [
        "invoice.added",
        "invoice.deleted",
        "invoice.deleted",
    ]


def test_a_sent_invoice_is_not_deleted(fjell: Api) -> None:
    path = add_invoice(fjell)
    fjell.post(f"{path}/send")
    assert problem_of(fjell.delete(path), 409, "already_sent")["outcome"] == "written"
    assert fjell.get(path).status_code == 200


def test_the_customer_is_unlinked(fjell: Api) -> None:
    path = add_invoice(fjell)
    assert fjell.delete(f"{path}/customer").json() == {"invoice": "2001-1", "forgotten": []}
    customer_id = fjell.post(f"{path}/send").json()["customer_id"]
    assert fjell.delete(f"{path}/customer").json() == {"invoice": "2001-1", "forgotten": [customer_id]}
    problem_of(fjell.delete(f"{path_of('nope')}/customer"), 404, "unknown_invoice")


def test_a_send_and_a_preview_of_a_sent_invoice_say_so(fjell: Api, office: Sandbox) -> None:
    path = add_invoice(fjell)
    assert fjell.get(f"{path}/preview").json()["already_sent"] is None
    first = fjell.post(f"{path}/send").json()
    assert first["already_sent"] is None
    again = fjell.post(f"{path}/send").json()
    assert again == first | {"already_sent": again["already_sent"]}
    assert again["already_sent"] == {
        "transfer_id": first["id"],
        "order_id": first["order_id"],
        "customer_id": first["customer_id"],
        "sent_at": first["finished_at"],
        "payment": None,
    }
    status = fjell.post(f"{path}/status").json()
    assert fjell.get(f"{path}/preview").json()["already_sent"]["payment"] == status
