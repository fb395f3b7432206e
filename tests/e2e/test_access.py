"""Access over a real socket: what a server makes of addresses, headers and bodies before the application sees them."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from entrypoints.container import Container, make_container
from entrypoints.http.limits import MOST_FAILURES
from entrypoints.http.server import answering
from entrypoints.settings import Settings
from tests.http.clients import bearing, key_for

NOBODYS = bearing(f"kvitt_{'0' * 12}_{'0' * 64}")


@pytest.fixture
def container(tmp_path: Path) -> Iterator[Container]:
    container = make_container(Settings(home=tmp_path, trusted_proxies=""))
    with closing(container.storage()):
        yield container


@pytest.fixture
def client(container: Container) -> Iterator[httpx.Client]:
    with answering(container) as url, httpx.Client(base_url=url, trust_env=False) as client:
        yield client


def test_a_forged_address_hides_nobody(client: httpx.Client) -> None:
    answers = [
        client.get("/v1/businesses", headers=NOBODYS | {"X-Forwarded-For": f"10.0.0.{nth}"}).status_code
        for nth in range(MOST_FAILURES + 1)
    ]
    assert answers == [401] * MOST_FAILURES + [429]


def test_a_proxy_that_is_named_tells_callers_apart(tmp_path: Path) -> None:
    container = make_container(Settings(home=tmp_path, trusted_proxies="127.0.0.1"))
    key = bearing(key_for(container))
    with (
        closing(container.storage()),
        answering(container) as url,
        httpx.Client(base_url=url, trust_env=False) as client,
    ):
        for _ in range(MOST_FAILURES):
            client.get("/v1/businesses", headers=NOBODYS | {"X-Forwarded-For": "10.0.0.1"})
        as_proxied = {"Host": "kvitt.example", "X-Forwarded-For": "1.2.3.4, 10.0.0.1"}
        stopped = client.get("/v1/businesses", headers=NOBODYS | as_proxied)
        listened_to = client.get("/v1/businesses", headers=NOBODYS | {"X-Forwarded-For": "10.0.0.2"})
        right = client.get("/v1/businesses", headers=key | as_proxied)
    assert (stopped.status_code, listened_to.status_code, right.status_code) == (429, 401, 200)


def test_a_body_of_unstated_length_is_cut_off(client: httpx.Client, container: Container) -> None:
    pieces = (b" " * 100_000 for _ in range(15))
    headers = bearing(key_for(container)) | {"Content-Type": "application/json"}
    answer = client.put("/v1/businesses/fjell", content=pieces, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert client.get("/health/live").status_code == 200
