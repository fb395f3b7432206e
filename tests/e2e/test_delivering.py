"""Events that go out from the long-running commands, as an operator runs them."""

import signal
import time
import urllib.request
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from core.business import Business
from core.event import EventType, Happening
from core.webhook import DeliveryFilter, DeliveryState
from entrypoints.container import Container, make_container
from entrypoints.settings import Settings
from tests.delivering.conftest import until
from tests.delivering.receiver import HANGS, receiving
from tests.e2e.test_figures import running

ALLOWED = "127.0.0.0/8"
CONNECTION = {"system": "24sevenoffice", "username": "ola@fjell.example", "password": "hunter2"}


def _happens(home: Path, url: str, *, allowed: str = ALLOWED) -> str:
    """Have an endpoint, and something that happened; the endpoint's id."""
    container = make_container(Settings(home=home, webhook_allowed_networks=allowed))
    endpoint, _ = container.manage_webhooks().add(url, business=None)
    storage = container.storage()
    with storage.transaction() as work:
        work.businesses.put(Business.model_validate({"name": "fjell", "accounting": CONNECTION}))
        work.events.add(Happening(type=EventType.INVOICE_PAID, business="fjell", invoice="1001", data={"a": 1}))
    storage.close()
    return endpoint.id


@pytest.mark.parametrize("command", [("worker",), ("serve", "--port", "0")])
def test_a_worker_delivers_and_counts_what_it_delivered(tmp_path: Path, command: tuple[str, ...]) -> None:
    with receiving() as receiver:
        _happens(tmp_path, f"{receiver.url}/hooks")
        environment = {"KVITT_WEBHOOK_ALLOWED_NETWORKS": ALLOWED, "KVITT_METRICS_PORT": "0"}
        with running(tmp_path, *command, **environment) as process:
            assert process.stderr is not None
            address = process.stderr.readline().split()[-1] if command == ("worker",) else None
            until(lambda: receiver.taken)
            if address:
                until(lambda: _figure(address, "kvitt_webhook_deliveries_total") == 1)
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) == 0
    assert [event["invoice"] for event in receiver.of("/hooks")] == ["1001"]


def _figure(address: str, name: str) -> float | None:
    with urllib.request.urlopen(address) as answer:
        families = text_string_to_metric_families(answer.read().decode())
    samples = [one for family in families for one in family.samples]
    return next((one.value for one in samples if one.name == name and one.labels == {"result": "delivered"}), None)


def test_a_worker_whose_endpoints_hang_stops_all_the_same(tmp_path: Path) -> None:
    with receiving(lambda _: HANGS) as receiver:
        _happens(tmp_path, f"{receiver.url}/hooks")
        with running(tmp_path, "worker", KVITT_WEBHOOK_ALLOWED_NETWORKS=ALLOWED) as process:
            until(lambda: receiver.taken)
            process.send_signal(signal.SIGTERM)
            began = time.monotonic()
            assert process.wait(timeout=30) == 0
            assert time.monotonic() - began < 20


def test_what_the_operator_does_not_allow_any_more_is_not_reached(tmp_path: Path) -> None:
    with receiving() as receiver:
        endpoint_id = _happens(tmp_path, f"{receiver.url}/hooks")
        container = make_container(Settings(home=tmp_path))
        with running(tmp_path, "worker"):
            until(lambda: _failed(container, endpoint_id))
        container.storage().close()
    assert receiver.taken == []


def _failed(container: Container, endpoint_id: str) -> bool:
    storage = container.storage()
    with storage.transaction() as work:
        (delivery,) = work.deliveries.list(endpoint_id, DeliveryFilter(), limit=9)
        attempts = work.deliveries.attempts(endpoint_id, delivery.event)
    assert delivery.state is DeliveryState.PENDING
    return [attempt.trouble for attempt in attempts][:1] == ["forbidden_address"]
