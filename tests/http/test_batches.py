"""Many invoices sent in one request, and the batch that tells of them."""

import pytest

from entrypoints.http.bodies import MOST_AT_ONCE
from sandbox import DEMO_ACCOUNT, Sandbox
from tests.http.documents import Api, Json, add_invoice, business_document, problem_of

TRANSFERS = "/v1/businesses/fjell/transfers"


def send(api: Api, *numbers: str) -> Json:
    response = api.post(TRANSFERS, json={"invoices": numbers})
    assert response.status_code == 202, response.text
    batch: Json = response.json()
    assert response.headers["location"] == f"/v1/businesses/fjell/batches/{batch['id']}"
    return batch


def test_many_are_sent_in_one_request_and_a_bad_one_keeps_none_from_going(fjell: Api) -> None:
    for number in ("1", "2", "4"):
        add_invoice(fjell, number)
    add_invoice(fjell, "3", due_date=None)

    batch = send(fjell, "1", "2", "3", "nix", "4", "1")

    assert set(batch) == {
        "id", "business", "created_at", "total", "states", "reasons", "left_out", "finished", "items", "next",
    }  # fmt: skip
    assert (batch["business"], batch["total"], batch["finished"], batch["next"]) == ("fjell", 5, True, None)
    assert batch["states"] == {
        "queued": 0, "running": 0, "waiting": 0, "transferred": 3, "rejected": 0, "cancelled": 0, "withdrawing": 0,
        "withdrawn": 0, "refused": 2,
    }  # fmt: skip
    assert [(one["verdict"], one["code"], one["count"], one["invoice"]) for one in batch["reasons"]] == [
        ("refused", "invalid_invoice", 1, "3"),
        ("refused", "unknown_invoice", 1, "nix"),
    ]
    assert [item["invoice"] for item in batch["items"]] == ["1", "2", "3", "nix", "4"]
    one, _, incomplete, unknown, _ = batch["items"]
    story = fjell.get(f"{TRANSFERS}/{one['transfer']['id']}").json()
    del story["steps"]
    assert (one["error"], one["transfer"]) == (None, story)
    assert incomplete["transfer"] is None
    assert incomplete["error"]["code"] == "invalid_invoice"
    assert [fault["field"] for fault in incomplete["error"]["faults"]] == ["due_date"]
    assert unknown["error"] == {
        "code": "unknown_invoice",
        "message": 'The business "fjell" has no invoice "nix".',
        "hint": unknown["error"]["hint"],
        "retriable": False,
        "outcome": "nothing_written",
        "faults": [],
    }


def test_a_batch_is_looked_at_a_page_at_a_time(fjell: Api) -> None:
    numbers = [add_invoice(fjell, number) and number for number in ("1", "2", "3", "4", "5")]
    path = f"/v1/businesses/fjell/batches/{send(fjell, *numbers)['id']}"

    first = fjell.get(path, params={"limit": 3}).json()
    second = fjell.get(path, params={"limit": 3, "after": first["next"]}).json()

    assert [item["invoice"] for item in (*first["items"], *second["items"])] == numbers
    assert second["next"] is None
    for page in (first, second):
        assert (page["total"], page["states"]["transferred"], page["finished"]) == (5, 5, True)
    for wrong in ("x", "-1", str(2**63)):
        problem = problem_of(fjell.get(path, params={"after": wrong}), 400, "bad_parameter")
        assert problem["faults"][0]["field"] == "after"


def test_all_are_those_that_have_not_arrived_and_it_says_how_many_were_left_out(fjell: Api, office: Sandbox) -> None:
    for number in ("1", "2", "3"):
        add_invoice(fjell, number)
    add_invoice(fjell, "4", type="printed")
    fjell.post("/v1/businesses/fjell/invoices/1/send")

    first = fjell.post(TRANSFERS, json={"all": True})
    second = fjell.post(TRANSFERS, json={"all": True})

    assert (first.status_code, second.status_code) == (202, 202)
    assert [item["invoice"] for item in first.json()["items"]] == ["2", "3"]
    assert first.json()["left_out"] == {"printed": 1, "cancelled": 0}
    assert (second.json()["total"], second.json()["finished"], second.json()["items"]) == (0, True, [])
    assert len(office.account(DEMO_ACCOUNT).books.orders) == 3


def test_a_batch_is_not_finished_while_one_of_its_invoices_waits(fjell: Api, office: Sandbox) -> None:
    add_invoice(fjell, "1")
    office.stop()

    batch = send(fjell, "1")

    assert (batch["finished"], batch["states"]["waiting"]) == (False, 1)
    assert batch["items"][0]["transfer"]["state"] == "waiting"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"invoices": None},
        {"invoices": []},
        {"invoices": "1"},
        {"invoices": [1]},
        {"invoices": [" 1"]},
        {"invoices": ["x" * 51]},
        {"invoices": ["1"], "all": True},
        {"all": False},
        {"all": True, "bulk": True},
        ["1"],
        {"invoices": [str(number) for number in range(MOST_AT_ONCE + 1)]},
    ],
    ids=lambda body: str(body)[:40],
)
def test_what_does_not_say_which_invoices_is_refused(shared_fjell: Api, body: object) -> None:
    problem_of(shared_fjell.post(TRANSFERS, json=body), 400, "not_invoices_to_send")


def test_as_many_as_may_be_named_fit_into_a_request(shared_fjell: Api) -> None:
    response = shared_fjell.post(TRANSFERS, json={"invoices": [f"{number:050}" for number in range(MOST_AT_ONCE)]})

    assert (response.status_code, response.json()["states"]["refused"]) == (202, MOST_AT_ONCE)


def test_an_unknown_business_or_batch_is_not_found(fjell: Api) -> None:
    add_invoice(fjell, "1")
    batch = send(fjell, "1")["id"]
    fjell.put("/v1/businesses/fjord", json=business_document())

    problem_of(fjell.get(f"/v1/businesses/fjord/batches/{batch}"), 404, "unknown_batch")
    problem_of(fjell.get("/v1/businesses/fjell/batches/nix"), 404, "unknown_batch")
    problem_of(fjell.get(f"/v1/businesses/vidde/batches/{batch}"), 404, "unknown_business")
    for body in ({"all": True}, {"invoices": ["1"]}):
        problem_of(fjell.post("/v1/businesses/vidde/transfers", json=body), 404, "unknown_business")


def test_the_same_request_under_one_key_is_one_batch(fjell: Api) -> None:
    add_invoice(fjell, "1")
    key = {"Idempotency-Key": "the month's end"}

    first, again = (fjell.post(TRANSFERS, json={"all": True}, headers=key) for _ in range(2))

    assert (again.status_code, again.json()) == (202, first.json())
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"


def test_a_worker_works_a_batch_off(served: Api) -> None:
    for number in ("1", "2"):
        add_invoice(served, number)
    batch = send(served, "1", "2")

    # Waiting on the transfers themselves takes as long as they need, and no longer.
    for item in batch["items"]:
        path = f"/v1/businesses/fjell/invoices/{item['invoice']}/send"
        assert served.post(path, headers={"Prefer": "wait=60"}).json()["state"] == "transferred"

    shown = served.get(f"/v1/businesses/fjell/batches/{batch['id']}").json()
    assert (shown["finished"], shown["states"]["transferred"]) == (True, 2)
