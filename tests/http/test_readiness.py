"""What a process needs, looked at one by one."""

import contextlib
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest
from dependency_injector import providers
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from adapters.queue.durable import DurableTransferQueue
from adapters.telemetry.telemetry import Meters, Telemetry
from adapters.telemetry.traces import OpenTelemetryTraces
from core.errors import KvittError, TryAgain
from core.use_cases.look_up import LookUp
from entrypoints.container import Container
from entrypoints.doctor import own_side
from entrypoints.doctor.findings import Standing, looked_at
from entrypoints.http import app, threads
from entrypoints.http.server import answering
from entrypoints.readiness import Pulse, Readiness
from entrypoints.settings import Settings
from sandbox import Sandbox
from tests.homes import furnished
from tests.http.clients import bearing, client_of, key_for
from tests.http.documents import Api, add_invoice, business_document, problem_of


class Queue:
    """A queue whose database is out of reach when that is wanted."""

    trouble: Exception | None = None

    def ping(self) -> None:
        if self.trouble:
            raise self.trouble


def codes(
    container: Container, queue: Any, pulse: Pulse, *, sweep_seconds: float = 0, lease_seconds: float = 60
) -> dict[str, str]:
    found = Readiness(
        storage=container.storage(),
        queue=queue,
        pulse=pulse,
        sweep_seconds=sweep_seconds,
        telemetry=container.telemetry(),
        lease=timedelta(seconds=lease_seconds),
        worker_threads=4,
    ).read()
    return {
        name: trouble.code if isinstance(trouble, KvittError) else str(type(trouble).__name__)
        for name, trouble in found.items()
    }


def test_one_check_that_fails_hides_no_other(container: Container) -> None:
    queue, pulse = Queue(), Pulse()
    queue.trouble = TryAgain("Gone.", code="queue_unavailable")
    pulse.beat()

    assert codes(container, queue, pulse) == {
        "storage": "NoneType",
        "migrations": "NoneType",
        "disk": "NoneType",
        "recovery": "NoneType",
        "queue": "queue_unavailable",
        "worker": "NoneType",
        "turns": "NoneType",
    }


def test_a_worker_that_has_never_swept_is_not_ready(container: Container) -> None:
    assert codes(container, Queue(), Pulse())["worker"] == "worker_silent"


def test_a_worker_that_has_been_silent_for_long_is_not_ready(container: Container) -> None:
    pulse = Pulse()
    pulse.beat()

    assert codes(container, Queue(), pulse, sweep_seconds=0)["worker"] == "NoneType"
    assert codes(container, Queue(), pulse, sweep_seconds=-61)["worker"] == "worker_silent"


def test_a_turn_that_has_given_no_sign_of_life_for_longer_than_a_lease_is_told(container: Container) -> None:
    pulse, telemetry = Pulse(), container.telemetry()
    pulse.beat()
    with telemetry.turn("fjell"):
        assert codes(container, Queue(), pulse)["turns"] == "NoneType"
        time.sleep(0.3)
        assert codes(container, Queue(), pulse, lease_seconds=0.2)["turns"] == "turns_stuck"
        with telemetry.call("24sevenoffice", "GetCompanies", "fjell"):
            assert codes(container, Queue(), pulse, lease_seconds=0.2)["turns"] == "NoneType"
    assert codes(container, Queue(), pulse, lease_seconds=0)["turns"] == "NoneType"


def test_threads_that_are_all_taken_are_told_of_while_nothing_else_is_answered(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the database hangs: every request holds a thread, and none is left for others."""
    monkeypatch.setattr(threads, "_LONG_SECONDS", 0.3)
    monkeypatch.setattr(app, "THREADS", 2)
    go_on = Event()

    def hang(*_: object, **__: object) -> list[object]:
        go_on.wait(20)
        return []

    monkeypatch.setattr(LookUp, "businesses", hang)
    with answering(container) as url, httpx.Client(base_url=url, headers=bearing(key_for(container))) as api:
        with ThreadPoolExecutor(4) as callers:
            hung = [callers.submit(api.get, "/v1/businesses", timeout=30) for _ in range(4)]
            time.sleep(1)
            told = api.get("/health/ready", timeout=5)
            go_on.set()
            assert [one.result().status_code for one in hung] == [200] * 4
        assert told.status_code == 503
        assert told.json()["checks"]["threads"] == "threads_exhausted"
        assert api.get("/health/ready").json()["checks"]["threads"] == "ok"


def test_a_queue_that_was_not_started_is_told(tmp_path: Path) -> None:
    queue = DurableTransferQueue(f"sqlite:///{tmp_path / 'turns.db'}", take_turn=lambda _business: None, threads=1)

    with pytest.raises(TryAgain) as caught:
        queue.ping()
    assert caught.value.code == "queue_unavailable"


def test_a_server_with_a_worker_inside_names_them_all(served: Api) -> None:
    assert served.get("/health/ready").json()["checks"] == dict.fromkeys(
        ["storage", "migrations", "disk", "recovery", "queue", "worker", "turns", "threads"], "ok"
    )


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, of 4 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", folder], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk_is_not_ready_and_says_so(small_disk: Path, office: Sandbox) -> None:
    container = furnished(Settings(home=small_disk))
    filler = small_disk / "filler"
    with closing(container.storage()), client_of(container) as api:
        assert api.get("/health/ready").json()["checks"]["disk"] == "ok"
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        full = problem_of(api.get("/health/ready"), 503, "not_ready")
        findings = list(looked_at("disk", lambda: own_side.folder(small_disk)))
        filler.unlink()
        assert full["checks"]["disk"] == "disk_full"
        assert any("disk is full" in one.message for one in findings if one.standing is not Standing.OK)
        assert api.get("/health/ready").status_code == 200


def test_a_send_is_one_trace_from_the_request_to_the_calls(container: Container) -> None:
    exporter, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    container.telemetry.override(providers.Object(Telemetry(Meters(), OpenTelemetryTraces(provider))))
    with client_of(container) as api:
        api.put("/v1/businesses/fjell", json=business_document())
        path = add_invoice(api)
        exporter.clear()
        api.post(f"{path}/send")

    spans = exporter.get_finished_spans()
    (request,) = [span for span in spans if span.name == "HTTP POST"]
    assert (request.attributes or {})["http.route"] == "/v1/businesses/{business}/invoices/{number}/send"
    assert {"turn", "attempt", "24sevenoffice SaveInvoices"} <= {span.name for span in spans}
    assert {span.context.trace_id for span in spans} == {request.context.trace_id}
    assert "2001-1" not in "".join(span.to_json() for span in spans)
