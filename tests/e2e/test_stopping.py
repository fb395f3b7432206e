"""Processes that are told to stop in the middle of their work: nothing is lost, nothing is done twice."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from core.transfer import Transfer, TransferState
from entrypoints.container import DURABLE
from tests.attack.installation import REST, SOAP, Installation, installed
from tests.homes import furnish
from tests.postgres import temporary_database
from tests.systems import System

KVITT = Path(sys.executable).with_name("kvitt")
PATIENCE = 60


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """An installation with its business and one invoice. Its processes are patient with 24SevenOffice."""
    home = furnish(tmp_path / "home", queue=DURABLE)
    with installed(home, call_seconds=PATIENCE) as installation:
        installation.add("1")
        yield installation


@contextmanager
def _running(
    installation: Installation, *arguments: str, stop_seconds: float | None = None
) -> Iterator["subprocess.Popen[str]"]:
    patience = {} if stop_seconds is None else {"KVITT_STOP_SECONDS": str(stop_seconds)}
    with subprocess.Popen(
        [str(KVITT), *arguments],
        env={**installation.environment, **patience},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _stopped(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=PATIENCE) == 0


def _ended(installation: Installation, transfer: Transfer) -> Transfer:
    ends = time.monotonic() + PATIENCE
    while not (now := installation.transfer(transfer.id)).state.is_final:
        assert time.monotonic() < ends, now
        time.sleep(0.05)
    return now


@pytest.mark.parametrize("command", [pytest.param(("serve", "--port", "0"), marks=pytest.mark.attack), ("worker",)])
@pytest.mark.attack
def test_what_was_begun_is_ended_by_the_next_process(installation: Installation, command: tuple[str, ...]) -> None:
    office = installation.sandbox
    office.inject("*", "slow", times=None, delay=0.5)
    with _running(installation, *command) as first:
        assert first.stderr is not None
        first.stderr.readline()  # it works now
        # As a process records it that dies before it is put into the queue.
        transfer = installation.queue("1")
        ends = time.monotonic() + PATIENCE
        while not office.journal.calls():
            assert time.monotonic() < ends
            time.sleep(0.05)
        _stopped(first)
    assert installation.transfer(transfer.id).state is TransferState.QUEUED
    office.clear_faults()

    with _running(installation, *command) as second:
        ended = _ended(installation, transfer)
        _stopped(second)

    assert ended.state is TransferState.TRANSFERRED
    assert installation.held.orders == 1


def test_a_worker_beside_a_server_on_one_sqlite_home(installation: Installation) -> None:
    with _running(installation, "serve", "--port", "0") as server, _running(installation, "worker") as worker:
        for process in (server, worker):
            assert process.stderr is not None
            process.stderr.readline()
        transfer = installation.queue("1")
        ended = _ended(installation, transfer)
        _stopped(server)
        _stopped(worker)
        for process in (server, worker):
            assert process.stderr is not None
            assert "rror" not in process.stderr.read()

    assert ended.state is TransferState.TRANSFERRED
    assert installation.held.orders == 1


@pytest.mark.parametrize(
    ("told", "later_seconds"),
    [
        (signal.SIGINT, 0),
        (signal.SIGTERM, 0.3),
        pytest.param(signal.SIGINT, 0.3, marks=pytest.mark.attack),
        pytest.param(signal.SIGTERM, 0, marks=pytest.mark.attack),
    ],
)
@pytest.mark.sampled(2)
def test_a_server_that_is_told_to_stop_as_soon_as_it_says_that_it_listens_stops(
    installation: Installation, told: signal.Signals, later_seconds: float
) -> None:
    with _running(installation, "serve", "--port", "0") as server:
        assert server.stdout is not None
        assert "listens on" in server.stdout.readline()
        time.sleep(later_seconds)
        server.send_signal(told)
        assert server.wait(timeout=PATIENCE) == 0


STOP_SECONDS = 2
MARGIN_SECONDS = 6.0
"""Of a machine that is busy; what hangs here hangs for a minute."""


@contextmanager
def _told_to_stop_soon(installation: Installation, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    with _running(installation, *arguments, stop_seconds=STOP_SECONDS) as process:
        assert process.stderr is not None
        process.stderr.readline()  # it works now
        yield process


def _see_it_end(process: "subprocess.Popen[str]") -> None:
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        pytest.fail(f"it is still there {time.monotonic() - began:.0f} s after SIGTERM")
    took = time.monotonic() - began
    assert took < STOP_SECONDS + MARGIN_SECONDS, f"it ended after {took:.1f} s"
    assert process.returncode in (0, 3)


@pytest.mark.parametrize(
    ("system", "operation", "command"),
    [
        pytest.param(SOAP, "SaveInvoices", ("worker",), id="soap-worker", marks=pytest.mark.attack),
        pytest.param(REST, "POST /salesorders", ("serve", "--port", "0"), id="rest-serve"),
        pytest.param(SOAP, "SaveInvoices", ("serve", "--port", "0"), id="soap-serve", marks=pytest.mark.attack),
        pytest.param(REST, "POST /salesorders", ("worker",), id="rest-worker", marks=pytest.mark.attack),
    ],
)
def test_a_process_whose_call_hangs_ends_in_time_and_nothing_is_doubled(
    tmp_path: Path, system: System, operation: str, command: tuple[str, ...]
) -> None:
    home = furnish(tmp_path / "home", queue=DURABLE)
    with installed(home, system=system, call_seconds=PATIENCE) as installation:
        installation.add("1")
        hung = installation.sandbox.inject(operation, "slow", delay=PATIENCE)  # carried out, and not answered
        with _told_to_stop_soon(installation, *command) as process:
            transfer = installation.queue("1")
            ends = time.monotonic() + PATIENCE
            while hung.times:
                assert time.monotonic() < ends
                time.sleep(0.05)
            _see_it_end(process)
        installation.let_leases_run_out()
        (ended,) = installation.drive(transfer)

        assert ended.state is TransferState.TRANSFERRED
        assert installation.orders_for("1") == [int(ended.order_id or 0)]


def _lock_everything(database: psycopg.Connection) -> None:
    """Lock tables, anew where the process held one already and waited for another."""
    while True:
        try:
            database.execute("LOCK TABLE transfers, leases, businesses IN ACCESS EXCLUSIVE MODE")
            return
        except psycopg.errors.DeadlockDetected:
            database.rollback()


@pytest.mark.attack
@pytest.mark.parametrize("command", [("serve", "--port", "0"), ("worker",)])
def test_a_process_whose_database_hangs_ends_in_time(
    tmp_path: Path, postgresql_template: str, command: tuple[str, ...]
) -> None:
    with (
        temporary_database(like=postgresql_template) as url,
        installed(tmp_path / "home", database_url=url) as installation,
    ):
        installation.add("1")
        with (
            _told_to_stop_soon(installation, *command) as process,
            psycopg.connect(url) as database,
        ):
            _lock_everything(database)
            time.sleep(1)
            _see_it_end(process)
