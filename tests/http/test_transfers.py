import pytest

from sandbox import Sandbox
from tests.http.documents import Api, Json, add_invoice, business_document, problem_of

TRANSFERS = "/v1/businesses/fjell/transfers"


@pytest.fixture
def waiting(fjell: Api, office: Sandbox) -> Json:
    """A transfer that waits, because the accounting system was out of reach; it is back now."""
    path = add_invoice(fjell)
    office.stop()
    transfer: Json = fjell.post(f"{path}/send", headers={"Prefer": "wait=0"}).json()
    assert transfer["state"] == "waiting"
    return transfer


def test_a_transfer_is_shown_as_documented(fjell: Api) -> None:
    sent = fjell.post(f"{add_invoice(fjell)}/send").json()

    shown = fjell.get(f"{TRANSFERS}/{sent['id']}")

    assert shown.status_code == 200
    story = shown.json()
    steps = story.pop("steps")
    assert sent.pop("already_sent") is None  # only a send tells that
    assert story == sent
    assert steps[0]["text"] == "Attempt 1 began."
    assert {"at", "text", "duration_ms"} == set(steps[0])
    assert set(sent) == {
        "id", "business", "invoice", "state", "order_id", "customer_id", "attempts", "created_at", "finished_at",
        "next_attempt_at", "warnings", "error",
    }  # fmt: skip


def test_transfers_are_listed_by_state_a_page_at_a_time(fjell: Api) -> None:
    sent = [fjell.post(f"{add_invoice(fjell, number)}/send").json()["id"] for number in ("1", "2", "3")]

    first = fjell.get(TRANSFERS, params={"state": "transferred", "limit": 2}).json()
    second = fjell.get(TRANSFERS, params={"state": "transferred", "limit": 2, "after": first["next"]}).json()

    assert [one["id"] for one in (*first["items"], *second["items"])] == sent
    assert (first["next"], second["next"]) == (sent[1], None)
    assert fjell.get(TRANSFERS, params={"state": "rejected"}).json() == {"items": [], "next": None}


def test_an_unknown_state_is_refused(fjell: Api) -> None:
    problem_of(fjell.get(TRANSFERS, params={"state": "null"}), 400, "bad_parameter")
    problem = problem_of(fjell.get(TRANSFERS, params={"state": "lost"}), 400, "bad_parameter")

    assert problem["faults"][0]["field"] == "state"


def test_a_transfer_belongs_to_its_business(fjell: Api) -> None:
    transfer = fjell.post(f"{add_invoice(fjell)}/send").json()["id"]
    fjell.put("/v1/businesses/fjord", json=business_document())

    for business in ("fjord", "fjell"):
        other = transfer if business == "fjord" else "0" * 32
        path = f"/v1/businesses/{business}/transfers/{other}"
        problem_of(fjell.get(path), 404, "unknown_transfer")
        problem_of(fjell.post(f"{path}/retry"), 404, "unknown_transfer")
        problem_of(fjell.post(f"{path}/cancel"), 404, "unknown_transfer")


def test_a_waiting_transfer_is_retried(fjell: Api, office: Sandbox, waiting: Json) -> None:
    still = fjell.post(f"{TRANSFERS}/{waiting['id']}/retry", headers={"Prefer": "wait=0"})

    assert still.status_code == 202
    assert still.headers["location"] == f"{TRANSFERS}/{waiting['id']}"
    assert still.headers["preference-applied"] == "wait=0"
    assert still.json()["attempts"] == waiting["attempts"] + 1


def test_retrying_what_arrived_changes_nothing(fjell: Api) -> None:
    sent = fjell.post(f"{add_invoice(fjell)}/send").json()

    retried = fjell.post(f"{TRANSFERS}/{sent['id']}/retry")

    del sent["already_sent"]  # only a send tells that
    assert (retried.status_code, retried.json()) == (200, sent)


def test_a_waiting_transfer_is_cancelled_once(fjell: Api, waiting: Json) -> None:
    cancelled = fjell.post(f"{TRANSFERS}/{waiting['id']}/cancel")
    again = fjell.post(f"{TRANSFERS}/{waiting['id']}/cancel")

    assert (cancelled.status_code, again.status_code) == (200, 200)
    assert cancelled.json()["state"] == "cancelled"
    assert cancelled.json()["error"]["code"] == "cancelled"


def test_what_arrived_can_not_be_cancelled(fjell: Api) -> None:
    sent = fjell.post(f"{add_invoice(fjell)}/send").json()

    problem_of(fjell.post(f"{TRANSFERS}/{sent['id']}/cancel"), 409, "not_cancellable")
