"""Requests that wait for an accounting system that hangs: they keep no other request waiting."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import httpx
import pytest
from dependency_injector import providers

from entrypoints.container import Container
from entrypoints.http.server import answering
from entrypoints.http.threads import MOST
from entrypoints.settings import Settings
from tests.adapters.hostile_server import conducting, hanging
from tests.homes import furnished
from tests.http.clients import bearing, key_for
from tests.http.documents import business_document, invoice_document

MANY = 60
"""More than there are threads for all requests together."""

_CALL_SECONDS = 8
_SOON_SECONDS = 3.0


@pytest.fixture
def container(tmp_path: Path) -> Iterator[Container]:
    """An installation whose accounting system takes every call and answers none."""
    with conducting(hanging) as url:
        container = furnished(Settings(home=tmp_path / "home", stop_seconds=0, requests_per_minute=0))
        given = {"KVITT_TFSO_API_URL": url, "KVITT_TFSO_TIMEOUT": str(_CALL_SECONDS)}
        container.environment.override(providers.Object(given))
        try:
            yield container
        finally:
            container.storage().close()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "verify"),
        pytest.param("GET", "invoices/2001-1/preview", marks=pytest.mark.attack),
    ],
)
def test_many_that_hang_keep_nobody_else_waiting(container: Container, method: str, path: str) -> None:
    with answering(container) as url, httpx.Client(base_url=url, headers=bearing(key_for(container))) as api:
        assert api.put("/v1/businesses/fjell", json=business_document()).status_code == 201
        invoice = "/v1/businesses/fjell/invoices/2001-1"
        assert api.put(invoice, json=invoice_document(number="2001-1")).status_code == 201

        def hang(_: int) -> httpx.Response | None:
            try:
                return httpx.request(
                    method, f"{url}/v1/businesses/fjell/{path}", headers=api.headers, timeout=_CALL_SECONDS / 2
                )
            except httpx.TimeoutException:
                return None

        with ThreadPoolExecutor(MANY) as callers:
            hung = callers.map(hang, range(MANY))
            time.sleep(1)
            for number in range(5):
                document = invoice_document(number=f"3001-{number}")
                _soon(partial(api.put, f"/v1/businesses/fjell/invoices/3001-{number}", json=document))
                _soon(partial(api.get, invoice))
            ready = _soon(lambda: api.get("/health/ready"))
            answers = list(hung)
    assert ready.json()["status"] == "ready"
    refused = [answer for answer in answers if answer is not None]
    assert len(refused) == MANY - MOST
    for answer in refused:
        assert answer.status_code == 503
        assert answer.json()["code"] == "vendor_calls_busy"
        assert int(answer.headers["Retry-After"]) > 0


def _soon(ask: Callable[[], httpx.Response]) -> httpx.Response:
    began = time.monotonic()
    answer = ask()
    took = time.monotonic() - began
    assert took < _SOON_SECONDS, f"it took {took:.1f} s"
    assert answer.is_success
    return answer
