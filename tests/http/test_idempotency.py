"""Requests under the caller's own key."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from core.use_cases.send_invoice import SendInvoice
from core.use_cases.verify_business import VerifyBusiness
from entrypoints.container import Container
from entrypoints.http.idempotency import _fingerprint, kept_under
from sandbox import Sandbox
from tests.http.documents import Api, add_invoice, path_of, problem_of

KEY = {"Idempotency-Key": "7f0c2a44-the-first"}


def test_the_same_request_gets_the_first_answer(fjell: Api, office: Sandbox) -> None:
    path = add_invoice(fjell)
    first = fjell.post(f"{path}/send", headers=KEY)
    calls = len(office.journal.calls())

    again = fjell.post(f"{path}/send", headers=KEY)

    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["content-type"] == first.headers["content-type"]
    assert again.headers["cache-control"] == "no-store"
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert len(office.journal.calls()) == calls


def test_an_answer_that_points_elsewhere_does_so_again(fjell: Api, office: Sandbox) -> None:
    path = add_invoice(fjell)
    office.stop()
    headers = KEY | {"Prefer": "wait=0"}

    first, again = (fjell.post(f"{path}/send", headers=headers) for _ in range(2))

    assert (first.status_code, again.status_code) == (202, 202)
    assert again.headers["location"] == first.headers["location"]
    assert again.json()["attempts"] == first.json()["attempts"]


def test_a_refusal_is_kept_too(fjell: Api) -> None:
    first = fjell.post(f"{path_of('9')}/send", headers=KEY)
    add_invoice(fjell, "9")

    again = fjell.post(f"{path_of('9')}/send", headers=KEY)

    assert problem_of(again, 404, "unknown_invoice") == first.json()


def test_another_request_under_the_same_key_is_refused(fjell: Api) -> None:
    path, other = add_invoice(fjell, "1"), add_invoice(fjell, "2")
    fjell.post(f"{path}/send", headers=KEY)
    choice = {"customer_id": "1"}

    problem_of(fjell.post(f"{other}/send", headers=KEY), 422, "idempotency_key_reused")
    problem_of(fjell.post(f"{path}/send?x=1", headers=KEY), 400, "unknown_parameter")  # no POST takes any
    problem_of(fjell.post(f"{path}/send", headers=KEY, json=choice), 422, "idempotency_key_reused")
    assert fjell.post(f"{other}/send", headers={"Idempotency-Key": "another"}).status_code == 200


def test_bodies_are_read_and_compared(fjell: Api) -> None:
    path = add_invoice(fjell)
    one, other = ({"customer_id": id_} for id_ in ("123", "124"))

    first = fjell.post(f"{path}/customer", headers=KEY, json=one)
    problem_of(first, 400, "unknown_customer")
    assert fjell.post(f"{path}/customer", headers=KEY, json=one).json() == first.json()
    problem_of(fjell.post(f"{path}/customer", headers=KEY, json=other), 422, "idempotency_key_reused")
    large = {"customer_id": "1" * 1_100_000}
    problem_of(fjell.post(f"{path}/customer", headers={"Idempotency-Key": "large"}, json=large), 413, "too_large")


def test_a_request_still_in_flight_is_told(fjell: Api, container: Container, monkeypatch: pytest.MonkeyPatch) -> None:
    path = add_invoice(fjell)
    begun, go_on = threading.Event(), threading.Event()
    send = SendInvoice.send

    def slowly(use_case: SendInvoice, *arguments: str) -> object:
        begun.set()
        assert go_on.wait(10)
        return send(use_case, *arguments)

    monkeypatch.setattr(SendInvoice, "send", slowly)
    answers: list[int] = []
    first = threading.Thread(target=lambda: answers.append(fjell.post(f"{path}/send", headers=KEY).status_code))
    first.start()
    assert begun.wait(10)

    problem_of(fjell.post(f"{path}/send", headers=KEY), 409, "idempotency_in_flight")

    go_on.set()
    first.join()
    assert answers == [200]
    assert fjell.post(f"{path}/send", headers=KEY).headers["idempotency-replayed"] == "true"


def test_a_claim_of_a_process_that_died_is_taken_over(fjell: Api, container: Container) -> None:
    path = add_invoice(fjell)
    scope = {"path": f"{path}/send", "query_string": b""}
    fingerprint = _fingerprint(scope, b"")  # type: ignore[arg-type]
    long_ago = datetime.now(UTC) - timedelta(minutes=6)
    [ours] = container.manage_api_keys().list(limit=2)
    dead, alive = (kept_under(key, owner=ours.prefix) for key in ("dead", "alive"))
    with container.storage().transaction() as work:
        work.answers.begin(dead, fingerprint, now=long_ago, stale_before=long_ago)
    with container.storage().transaction() as work:
        work.answers.begin(alive, fingerprint, now=datetime.now(UTC), stale_before=long_ago)

    assert fjell.post(f"{path}/send", headers={"Idempotency-Key": "dead"}).status_code == 200
    problem_of(fjell.post(f"{path}/send", headers={"Idempotency-Key": "alive"}), 409, "idempotency_in_flight")


def test_an_answer_of_500_or_more_is_not_kept(fjell: Api, office: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    url = "/v1/businesses/fjell/verify"
    verify = VerifyBusiness.verify

    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(VerifyBusiness, "verify", broken)
    problem_of(fjell.post(url, headers=KEY), 500, "internal_error")
    monkeypatch.setattr(VerifyBusiness, "verify", verify)
    office.inject("*", "http_502", times=None)
    assert fjell.post(url, headers=KEY).status_code == 503
    office.clear_faults()

    answer = fjell.post(url, headers=KEY)

    assert answer.status_code == 200
    assert "idempotency-replayed" not in answer.headers


@pytest.mark.parametrize("key", [b"", b"x" * 256, "blåbær".encode(), b"a\tb"])
def test_a_key_that_is_none_is_refused(shared_fjell: Api, key: bytes) -> None:
    response = shared_fjell.post("/v1/businesses/fjell/verify", headers={b"Idempotency-Key": key})

    problem_of(response, 400, "bad_idempotency_key")


def test_the_longest_key_is_taken_and_other_methods_pass_it_over(shared_fjell: Api) -> None:
    longest = {"Idempotency-Key": "~" * 255}

    assert shared_fjell.post("/v1/businesses/fjell/verify", headers=longest).status_code == 200
    assert shared_fjell.get("/v1/businesses/fjell", headers={b"Idempotency-Key": "é".encode()}).status_code == 200
