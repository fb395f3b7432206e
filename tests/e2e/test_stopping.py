"""Processes that are told to stop in the middle of their work: nothing is lost, nothing is done twice."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from entrypoints.demo.world import demo_business
from entrypoints.sandbox import DEMO_ACCOUNT, Sandbox
from tests.http.documents import invoice_document

KVITT = Path(sys.executable).with_name("kvitt")
PATIENCE = 60


@pytest.fixture
def office() -> Iterator[Sandbox]:
    with Sandbox.demo() as sandbox:
        yield sandbox


@pytest.fixture
def environment(office: Sandbox, tmp_path: Path) -> dict[str, str]:
    """An installation with the business "fjell" and one invoice."""
    environment = os.environ | {
        "KVITT_HOME": str(tmp_path / "home"),
        "KVITT_TFSO_API_URL": office.url,
        "KVITT_SWEEP_SECONDS": "0.2",
        "KVITT_SETTLING_SECONDS": "0.5",
        "KVITT_RETRY_FIRST_SECONDS": "0.2",
    }
    for name, document, command in (
        ("fjell.json", demo_business(), ["business", "add", "fjell", "--file"]),
        ("invoice.json", invoice_document("1"), ["invoice", "add", "--business", "fjell"]),
    ):
        (tmp_path / name).write_text(json.dumps(document))
        _kvitt(environment, *command, str(tmp_path / name))
    return environment


def _kvitt(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run([str(KVITT), *arguments], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 3), done.stderr
    return done.stdout


@contextmanager
def _running(environment: dict[str, str], *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        [str(KVITT), *arguments], env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _stopped(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=PATIENCE) == 0


def _state(environment: dict[str, str]) -> str:
    listed = json.loads(_kvitt(environment, "transfer", "list", "--json"))
    return str(listed[0]["state"]) if listed else ""


def _until(environment: dict[str, str], *states: str) -> None:
    ends = time.monotonic() + PATIENCE
    while (state := _state(environment)) not in states:
        assert time.monotonic() < ends, state
        time.sleep(0.1)


@pytest.mark.parametrize("command", [("serve", "--port", "0"), ("worker",)])
def test_what_was_begun_is_ended_by_the_next_process(
    environment: dict[str, str], office: Sandbox, command: tuple[str, ...]
) -> None:
    office.inject("*", "slow", times=None, delay=1)
    with _running(environment, *command) as first:
        assert first.stderr is not None
        first.stderr.readline()  # it works now
        # The terminal's own turn would hold the business, so the transfer is only recorded.
        _record(environment)
        ends = time.monotonic() + PATIENCE
        while not office.journal.calls():
            assert time.monotonic() < ends
            time.sleep(0.05)
        _stopped(first)
    assert _state(environment) == "queued"
    office.clear_faults()

    with _running(environment, *command) as second:
        _until(environment, "transferred", "rejected")
        _stopped(second)

    assert _state(environment) == "transferred"
    assert len(office.account(DEMO_ACCOUNT).books.orders) == 1


def test_a_worker_beside_a_server_on_one_sqlite_home(environment: dict[str, str], office: Sandbox) -> None:
    with _running(environment, "serve", "--port", "0") as server, _running(environment, "worker") as worker:
        for process in (server, worker):
            assert process.stderr is not None
            process.stderr.readline()
        _record(environment)
        _until(environment, "transferred", "rejected")
        _stopped(server)
        _stopped(worker)
        for process in (server, worker):
            assert process.stderr is not None
            assert "rror" not in process.stderr.read()

    assert _state(environment) == "transferred"
    assert len(office.account(DEMO_ACCOUNT).books.orders) == 1


def _record(environment: dict[str, str]) -> None:
    """Record the transfer of invoice 1 as a process does that dies before it is put into the queue."""
    program = """
from dependency_injector import providers
from entrypoints.container import make_container
from entrypoints.settings import read_settings

class Nowhere:
    def put(self, business):
        pass

container = make_container(read_settings())
container.queue.override(providers.Object(Nowhere()))
container.send_invoice().send("fjell", "1")
container.storage().close()
"""
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("later_seconds", [0, 0.3])
def test_a_server_that_is_told_to_stop_as_soon_as_it_says_that_it_listens_stops(
    environment: dict[str, str], told: signal.Signals, later_seconds: float
) -> None:
    with _running(environment, "serve", "--port", "0") as server:
        assert server.stdout is not None
        assert "listens on" in server.stdout.readline()
        time.sleep(later_seconds)
        server.send_signal(told)
        assert server.wait(timeout=PATIENCE) == 0
