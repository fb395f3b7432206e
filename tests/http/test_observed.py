"""What is told of each request: its id, its line in the log, its figures."""

import logging

import pytest

from entrypoints.container import Container
from entrypoints.http.app import STRANGERS_TOLD
from sandbox import Sandbox
from tests.http.clients import bearing, client_of, key_for
from tests.http.documents import Api, add_invoice, business_document, path_of
from tests.http.test_metrics import figures


def access(caplog: pytest.LogCaptureFixture) -> logging.LogRecord:
    return next(record for record in reversed(caplog.records) if record.name == "kvitt.access")


def test_a_request_gets_an_id(shared_fjell: Api) -> None:
    first, second = (shared_fjell.get("/health/live").headers["x-request-id"] for _ in range(2))

    assert len(first) == 32
    assert first != second


def test_a_callers_own_id_is_kept(shared_fjell: Api) -> None:
    answer = shared_fjell.get("/health/live", headers={"X-Request-ID": "shop-42.a_b"})

    assert answer.headers["x-request-id"] == "shop-42.a_b"


@pytest.mark.parametrize("sent", ["", "a b", "x" * 65, '"}{', "æ".encode().decode("latin-1")])
def test_an_id_that_could_do_harm_is_replaced(shared_fjell: Api, sent: str) -> None:
    answer = shared_fjell.get("/health/live", headers={b"X-Request-ID": sent.encode("latin-1")})

    assert len(answer.headers["x-request-id"]) == 32


@pytest.mark.parametrize(
    ("path", "route", "status"),
    [
        (path_of("Signe-1"), "/v1/businesses/{business}/invoices/{number}", 404),
        ("/v1/businesses?after=Signe", "/v1/businesses", 200),
        (path_of("Signe-1") + "?who=Signe", "/v1/businesses/{business}/invoices/{number}", 400),
        ("/v1/Signe/nowhere", "unknown", 404),
        ("/health/live", "/health/live", 200),
    ],
)
def test_the_access_log_names_the_route_and_not_the_path(
    shared_fjell: Api, caplog: pytest.LogCaptureFixture, path: str, route: str, status: int
) -> None:
    with caplog.at_level(logging.INFO, logger="kvitt.access"):
        shared_fjell.get(path)

    told = vars(access(caplog))
    assert (told["method"], told["route"], told["status"]) == ("GET", route, status)
    assert told["duration_ms"] >= 0
    assert not any("Signe" in str(value) for value in told.values())


def test_callers_without_a_key_can_not_fill_the_log(container: Container, caplog: pytest.LogCaptureFixture) -> None:
    right = key_for(container)
    with caplog.at_level(logging.INFO, logger="kvitt.access"), client_of(container, key="") as api:
        for _ in range(STRANGERS_TOLD + 50):
            api.get("/v1/businesses")
        told = [record for record in caplog.records if record.name == "kvitt.access"]
        assert STRANGERS_TOLD <= len(told) < STRANGERS_TOLD + 25  # some come back with time

        caplog.clear()
        api.get("/v1/businesses", headers=bearing(right))
        assert vars(access(caplog))["status"] == 200


def test_requests_are_counted_by_route_and_status(shared_fjell: Api) -> None:
    shared_fjell.get(path_of("no-such-1"))
    shared_fjell.request("BREW", "/health/live")

    found = figures(shared_fjell)

    route = "/v1/businesses/{business}/invoices/{number}"
    assert found["kvitt_http_request_seconds_count", "GET", route, "404"] >= 1
    assert found["kvitt_http_request_seconds_count", "other", "unknown", "405"] == 1


def test_calls_made_in_a_request_are_logged_under_its_id(
    container: Container, office: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    from structlog.contextvars import get_contextvars

    seen: list[dict[str, object]] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(get_contextvars())

    listener, calls = Listener(), logging.getLogger("kvitt.calls")
    calls.addHandler(listener)
    try:
        with (
            caplog.at_level(logging.DEBUG, logger="kvitt.calls"),
            client_of(container) as api,
        ):
            api.put("/v1/businesses/fjell", json=business_document())
            api.post(f"{add_invoice(api)}/send", headers={"X-Request-ID": "r-1"})
    finally:
        calls.removeHandler(listener)

    assert {"request_id": "r-1", "business": "fjell", "attempt": 1, "operation": "SaveInvoices"}.items() <= max(
        seen, key=lambda one: one.get("operation") == "SaveInvoices"
    ).items()
    assert all(one["transfer"] for one in seen)
