"""The API as it is served: a durable queue, and a worker that takes the turns."""

import time
from concurrent.futures import ThreadPoolExecutor

from sandbox import DEMO_ACCOUNT, Sandbox
from tests.http.documents import Api, Json, add_invoice


def _seen_ended(api: Api, transfer: Json) -> Json:
    """Look until the transfer has ended."""
    ends = time.monotonic() + 30
    while transfer["state"] not in ("transferred", "rejected"):
        assert time.monotonic() < ends, transfer
        time.sleep(0.1)
        transfer = api.get(f"/v1/businesses/fjell/transfers/{transfer['id']}").json()
    return transfer


def test_a_send_is_answered_when_a_worker_has_ended_it(served: Api) -> None:
    sent = served.post(f"{add_invoice(served)}/send", headers={"Prefer": "wait=30"})

    assert (sent.status_code, sent.json()["state"]) == (200, "transferred")


def test_who_does_not_wait_is_told_where_to_look(served: Api) -> None:
    sent = served.post(f"{add_invoice(served)}/send", headers={"Prefer": "wait=0"})

    assert sent.status_code == 202
    assert sent.headers["location"] == f"/v1/businesses/fjell/transfers/{sent.json()['id']}"
    shown = _seen_ended(served, sent.json())
    assert shown["state"] == "transferred"
    assert any("Creating the order" in step["text"] for step in shown["steps"])


def test_an_attempt_within_the_wait_is_waited_for(served: Api, office: Sandbox) -> None:
    path = add_invoice(served)
    office.inject("GetCompanies", "http_502", times=1)

    sent = served.post(f"{path}/send", headers={"Prefer": "wait=30"})

    assert (sent.status_code, sent.json()["state"]) == (200, "transferred")
    assert sent.json()["attempts"] > 1


def test_the_same_invoice_sent_twenty_times_at_once_is_one_order(served: Api, office: Sandbox) -> None:
    path = add_invoice(served)

    with ThreadPoolExecutor(20) as callers:
        answers = list(callers.map(lambda _: served.post(f"{path}/send", headers={"Prefer": "wait=30"}), range(20)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(office.account(DEMO_ACCOUNT).books.orders) == 1


def test_waiting_for_a_slow_accounting_system_starves_nobody(served: Api, office: Sandbox) -> None:
    paths = [add_invoice(served, str(number)) for number in range(150)]
    office.inject("*", "slow", times=None, delay=0.2)

    with ThreadPoolExecutor(150) as callers:
        sends = [callers.submit(served.post, f"{path}/send", headers={"Prefer": "wait=6"}) for path in paths]
        slowest = 0.0
        for _ in range(10):
            began = time.monotonic()
            assert served.get("/health/live").status_code == 200
            slowest = max(slowest, time.monotonic() - began)
            time.sleep(0.2)
        statuses = [send.result().status_code for send in sends]
    office.clear_faults()

    assert slowest < 1
    assert set(statuses) <= {200, 202}
    assert statuses.count(202) > 0
