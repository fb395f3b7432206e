"""The wall clock is set while an answer is late, or is another on each machine: one order, and nobody waits for it."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from dependency_injector import providers

from core.transfer import TransferState
from tests.attack.installation import (
    BUSINESS,
    CALL_SECONDS,
    LATE_SECONDS,
    ONE_OF_EACH,
    REST,
    SETTLING_SECONDS,
    SOAP,
    TRIPLETEX,
    Installation,
    Unattended,
    installed,
)
from tests.attack.wall_clock import WallClock, moved_clocks, when_called
from tests.systems import System

HOUR = timedelta(hours=1)
NUMBER = "4001"
NORMAL_SECONDS = CALL_SECONDS + 2 * SETTLING_SECONDS + 6
"""So long a transfer takes whose answer was lost, on a machine that does other things besides."""

CREATING = {
    SOAP.name: ("SaveInvoices", "SaveCompanies", "SaveProducts", "SaveCategories"),
    REST.name: ("POST /salesorders", "PATCH /salesorders/{id}", "POST /customers", "POST /products"),
    TRIPLETEX.name: ("POST /order", "POST /customer", "POST /product"),
}
IN_SHORT = {"SaveInvoices", "POST /salesorders", "POST /order"}


@pytest.fixture
def wall(database_url: str | None, monkeypatch: pytest.MonkeyPatch) -> Iterator[WallClock]:
    with moved_clocks(database_url, monkeypatch) as wall:
        yield wall


@pytest.fixture
def installation(wall: WallClock, tmp_path: Path, database_url: str | None, system: System) -> Iterator[Installation]:
    with installed(tmp_path / "home", system=system, database_url=database_url) as installation:
        yield installation


@pytest.mark.parametrize("by", [HOUR, -HOUR], ids=["forward", "backward"])
@pytest.mark.parametrize(
    ("system", "call"),
    [
        pytest.param(system, call, marks=() if call in IN_SHORT else pytest.mark.attack, id=call)
        for system in (SOAP, REST, TRIPLETEX)
        for call in CREATING[system.name]
    ],
)
@pytest.mark.sampled(2)
def test_the_clock_is_set_by_an_hour_while_an_answer_is_late(
    installation: Installation, wall: WallClock, call: str, by: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.sandbox.inject(call, "late", delay=LATE_SECONDS)
    when_called(call, lambda: wall.step(by), monkeypatch)
    installation.add(NUMBER)
    (transfer,) = installation.drive(installation.queue(NUMBER), patience=NORMAL_SECONDS, by_the_clock=True)
    assert transfer.state is TransferState.TRANSFERRED, transfer.error
    assert installation.held == ONE_OF_EACH
    assert installation.orders_for(NUMBER) == [int(transfer.order_id or 0)]


@pytest.mark.parametrize(
    "ahead", [pytest.param(HOUR, id="ahead"), pytest.param(-HOUR, id="behind", marks=pytest.mark.attack)]
)
@pytest.mark.parametrize("system", [SOAP, REST, TRIPLETEX], ids=["soap", "rest", "tripletex"])
@pytest.mark.sampled(2)
def test_two_workers_whose_clocks_are_an_hour_apart_behave_as_one(
    installation: Installation, wall: WallClock, ahead: timedelta, system: System
) -> None:
    """The other one takes turns all the time, while the first waits for an answer that is late and after it."""
    call = CREATING[system.name][0]
    struck = installation.sandbox.inject(call, "late", delay=LATE_SECONDS)
    installation.add(NUMBER)
    transfer = installation.queue(NUMBER)
    at_work = threading.Event()

    def work_elsewhere() -> None:
        with wall.of_another_machine(ahead):
            other = installation.new_container()
            other.queue.override(providers.Object(Unattended()))
            try:
                other.storage()
                at_work.set()
                ends = time.monotonic() + NORMAL_SECONDS
                while struck.times:
                    time.sleep(0.01)
                while not installation.transfer(transfer.id).state.is_final and time.monotonic() < ends:
                    other.take_turn().take(BUSINESS)
                    time.sleep(0.02)
            finally:
                other.storage().close()

    elsewhere = threading.Thread(target=work_elsewhere)
    elsewhere.start()
    at_work.wait()
    try:
        installation.container.take_turn().take(BUSINESS)
    finally:
        elsewhere.join()
    (transfer,) = installation.drive(transfer, patience=1, by_the_clock=True)
    assert transfer.state is TransferState.TRANSFERRED, transfer.error
    assert installation.held == ONE_OF_EACH
    assert installation.orders_for(NUMBER) == [int(transfer.order_id or 0)]
