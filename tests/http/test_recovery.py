"""Recovering and adopting over HTTP, after a real backup was put back."""

from pathlib import Path
from time import sleep

import pytest

from entrypoints.container import Container
from sandbox import DEMO_ACCOUNT, Sandbox
from tests.attack.backups import Backup
from tests.http.documents import Api, add_invoice, problem_of


@pytest.fixture
def restored(fjell: Api, container: Container, tmp_path: Path) -> Api:
    """Invoice 1 was sent, a backup made, 2 was sent, and the backup put back."""
    for number in ("1", "2", "3"):
        add_invoice(fjell, number)
    fjell.post("/v1/businesses/fjell/invoices/1/send")
    backup = Backup(container.settings(), tmp_path / "kept")
    fjell.post("/v1/businesses/fjell/invoices/2/send")
    backup.put_back()
    return fjell


def test_sending_waits_and_health_and_metrics_say_so(restored: Api, office: Sandbox) -> None:
    assert restored.get("/health/ready").json()["checks"]["recovery"] == "ok"

    sent = restored.post("/v1/businesses/fjell/invoices/2/send", headers={"Prefer": "wait=0"})

    assert sent.json()["error"]["code"] == "recovery_needed"
    problem = problem_of(restored.get("/health/ready"), 503, "not_ready")
    assert problem["checks"]["recovery"] == "recovery_needed"
    assert 'kvitt_ready{check="recovery"} 0.0' in restored.get("/metrics").text
    assert len(office.account(DEMO_ACCOUNT).books.orders) == 2


def test_recovering_ties_and_sending_goes_on(restored: Api, office: Sandbox) -> None:
    begun = restored.post("/v1/recover", json={})
    assert begun.json()["left"] == ["fjell"], "calls from before may still take effect"
    sleep(0.6)

    ended = restored.post("/v1/recover", json={}).json()

    assert (ended["needed"], ended["left"]) == (False, [])
    assert [(one["business"], one["orders"], one["tied"]) for one in ended["businesses"]] == [("fjell", 2, 1)]
    assert restored.get("/v1/recover").json() == ended
    assert restored.get("/health/ready").status_code == 200
    for number in ("1", "2", "3"):
        assert restored.post(f"/v1/businesses/fjell/invoices/{number}/send").json()["state"] == "transferred"
    assert len(office.account(DEMO_ACCOUNT).books.orders) == 3


@pytest.mark.parametrize("since", ["yesterday", 1, "2020", "2999-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00"])
def test_since_is_an_instant_of_the_past(fjell: Api, since: object) -> None:
    assert fjell.post("/v1/recover", json={"since": since}).status_code == 400


def test_an_order_is_adopted_by_hand(restored: Api) -> None:
    first, second = ("1", "2")
    orders = {one["invoice"]: one["order_id"] for one in restored.get("/v1/businesses/fjell/transfers").json()["items"]}
    taken = restored.post(f"/v1/businesses/fjell/invoices/{second}/adopt", json={"order_id": orders[first]})
    problem_of(taken, 409, "order_taken")
    unknown = restored.post(f"/v1/businesses/fjell/invoices/{second}/adopt", json={"order_id": "4711"})
    problem_of(unknown, 400, "unknown_order")


def test_an_order_that_differs_is_adopted_only_on_a_persons_word(fjell: Api, office: Sandbox) -> None:
    path = add_invoice(fjell, "1")
    order_id = fjell.post(f"{path}/send").json()["order_id"]
    (order,) = office.account(DEMO_ACCOUNT).books.orders.values()
    add_invoice(fjell, "2")
    other = office.account(DEMO_ACCOUNT).books
    other.orders[order.id + 1] = type(order)(**{**vars(order), "id": order.id + 1})

    differs = fjell.post("/v1/businesses/fjell/invoices/2/adopt", json={"order_id": str(order.id + 1)})
    assert 'carries the number "1"' in problem_of(differs, 409, "order_differs")["detail"]
    adopted = fjell.post(
        "/v1/businesses/fjell/invoices/2/adopt",
        json={"order_id": str(order.id + 1), "accept_differences": True},
    )
    assert (adopted.status_code, adopted.json()["order_id"]) == (200, str(order.id + 1))
    assert adopted.json()["warnings"]
    assert order_id != str(order.id + 1)
