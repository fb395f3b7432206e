"""Schemathesis against the real application, with every kind of key and with none: it finds nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.rights import Role
from entrypoints.container import Container, make_container
from entrypoints.http.app import create_app
from entrypoints.settings import Settings
from sandbox import Sandbox
from tests.attack.schemathesis_run import Findings, attacked
from tests.http.clients import bearing, client_of, key_for
from tests.http.documents import add_invoice, business_document, path_of
from tests.processes import serving

KINDS = ("administrator", "sender", "reader", "none")
SEED = 1
"""Another one tries other requests: change it here to go on looking."""

# What Schemathesis itself does: it warns of what it has not met before.
pytestmark = pytest.mark.filterwarnings("ignore")


@contextmanager
def installation(home: Path) -> Iterator[tuple[Container, Sandbox]]:
    """An installation with the business "fjell", and its invoice 1 sent."""
    with Sandbox.demo(logins_per_minute=0, calls_per_hour=10**9) as office:
        container = make_container(Settings(home=home, requests_per_minute=0, settling_seconds=0.5))
        container.environment.override({"KVITT_TFSO_API_URL": office.url})
        try:
            with client_of(container) as api:
                assert api.put("/v1/businesses/fjell", json=business_document()).status_code == 201
                add_invoice(api, "1")
                assert api.post(f"{path_of('1')}/send").status_code == 200
                for where in ("/v1/webhooks", "/v1/businesses/fjell/webhooks"):
                    assert api.post(where, json={"url": "https://shop.example/hooks"}).status_code == 201
            yield container, office
        finally:
            container.storage().close()


def key_of_kind(container: Container, kind: str) -> str:
    """Make a key of a kind; "" for none."""
    if kind == "none":
        return ""
    business = None if kind == "administrator" else "fjell"
    return key_for(container, business=business, role=Role.READ if kind == "reader" else Role.SEND)


def headers_for(key: str) -> dict[str, str]:
    return {"Host": "127.0.0.1", **(bearing(key) if key else {})}


def check(findings: Findings, kind: str) -> None:
    assert not findings.faults, str(findings)
    assert sum(findings.statuses.values()) > 100
    if kind == "none":
        assert 401 in findings.statuses
    else:
        assert 200 in findings.statuses


@pytest.mark.attack
@pytest.mark.every_time
@pytest.mark.parametrize("kind", ["administrator", "none"])
def test_a_sample_of_requests_finds_nothing(tmp_path: Path, kind: str) -> None:
    with installation(tmp_path) as (container, _):
        headers = headers_for(key_of_kind(container, kind))
        check(attacked(app=create_app(container), headers=headers, seed=SEED, examples=1), kind)


@pytest.mark.attack
@pytest.mark.timeout(1_800)  # some 27,000 requests
@pytest.mark.parametrize("kind", KINDS)
def test_many_requests_find_nothing(tmp_path: Path, kind: str) -> None:
    with installation(tmp_path) as (container, _):
        headers = headers_for(key_of_kind(container, kind))
        check(attacked(app=create_app(container), headers=headers, seed=SEED, examples=100), kind)


@pytest.mark.attack
def test_a_server_of_its_own_withstands_it_too(tmp_path: Path) -> None:
    with installation(tmp_path) as (container, office):
        key = key_for(container)
        environment = {
            "KVITT_HOME": str(tmp_path),
            "KVITT_TFSO_API_URL": office.url,
            "KVITT_REQUESTS_PER_MINUTE": "0",
            "KVITT_SETTLING_SECONDS": "0.5",
        }
        with serving(environment) as (address, process):
            check(attacked(address=address, headers=bearing(key), seed=SEED, examples=30), "administrator")
            assert process.poll() is None
