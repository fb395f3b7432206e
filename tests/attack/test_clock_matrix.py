"""The wall clock is set at everything that a send commits and calls: single and bulk, over SOAP and REST.

An answer is lost or late, or the worker is killed, so that the next attempt depends on how much time has passed. Every
point is struck forward and backward, each way on one of the databases.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.attack import rest_matrices, soap_matrices, tripletex_matrices
from tests.attack.conftest import DATABASES
from tests.attack.installation import (
    CALL_SECONDS,
    LATE_SECONDS,
    REST,
    SETTLING_SECONDS,
    SOAP,
    TRIPLETEX,
    Installation,
    installed,
)
from tests.attack.kills import KillMatrix, ended_well, killed, sent
from tests.attack.launcher import BEFORE, COMMIT, DURING
from tests.attack.month_end import CHUNK_SIZE, invoices, queued, see_exactly_one_of_each
from tests.attack.wall_clock import Stepper, WallClock, moved_clocks, watch
from tests.systems import System

HOUR = timedelta(hours=1)
PATIENCE_SECONDS = CALL_SECONDS + 2 * SETTLING_SECONDS + 15
"""Nothing waits longer, on a crowded machine: far less than the clock is set by."""

LATER = [f"{COMMIT}:{number}" for number in (23, 24, 26, 28)]
"""Commits of the second attempt, after the answer was lost."""

ORDER = {SOAP.name: "SaveInvoices", REST.name: "POST /salesorders", TRIPLETEX.name: "POST /order"}
SINGLES = ((SOAP, soap_matrices.KILLS), (REST, rest_matrices.KILLS), (TRIPLETEX, tripletex_matrices.KILLS))
IN_SHORT = {f"{COMMIT}:20", "SaveInvoices:1", "POST /salesorders:1", "POST /order:1"}
BULK_POINTS = [f"{COMMIT}:{number}" for number in range(1, 31, 3)] + [
    "SaveInvoices:1",
    "SaveInvoices:2",
    "GetInvoices:1",
]


@pytest.fixture
def wall(database_url: str | None, monkeypatch: pytest.MonkeyPatch) -> Iterator[WallClock]:
    with moved_clocks(database_url, monkeypatch) as wall:
        yield wall


@pytest.fixture
def chunk_size() -> int:
    return 100


@pytest.fixture
def installation(
    wall: WallClock, tmp_path: Path, database_url: str | None, system: System, chunk_size: int
) -> Iterator[Installation]:
    home = tmp_path / "home"
    with installed(home, system=system, database_url=database_url, chunk_size=chunk_size) as installation:
        yield installation


def _points(matrix: KillMatrix) -> list[str]:
    return [point for point, edge in matrix.points if edge == BEFORE] + LATER


def _crossed(cases: list[tuple[Any, ...]], *, in_short: set[str]) -> list[Any]:
    """Give each case both directions, one on each database; which on which changes from case to case."""
    return [
        pytest.param(*case, HOUR * sign, database, id="-".join([*map(_name, case), _WAYS[sign], database]), marks=marks)
        for nth, case in enumerate(cases)
        for sign in (1, -1)
        for database in [DATABASES[(nth + (sign > 0)) % 2]]
        for marks in [() if case[-1] in in_short and sign == (-1) ** nth else pytest.mark.attack]
    ]


_WAYS = {1: "forward", -1: "backward"}


def _name(of: Any) -> str:
    return of.name if isinstance(of, System) else str(of)


@pytest.mark.parametrize(
    ("system", "point", "by", "database_url"),
    _crossed([(system, point) for system, matrix in SINGLES for point in _points(matrix)], in_short=IN_SHORT),
    indirect=["database_url"],
)
@pytest.mark.sampled(4)
def test_the_clock_is_set_while_an_order_s_answer_is_lost(
    installation: Installation, wall: WallClock, point: str, by: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the order's intent on its answer is late, and before that it is lost: that needs no settling."""
    event, number = point.rsplit(":", 1)
    order = ORDER[installation.system.name]
    if event == order or (event == COMMIT and int(number) > 18):
        installation.sandbox.inject(order, "late", delay=LATE_SECONDS)
    else:
        installation.sandbox.inject(order, "reset_after")
    transfer = sent(installation, rows=3 if installation.system is REST else 1)
    stepper = Stepper(event, int(number), lambda: wall.step(by))
    watch(stepper, monkeypatch)
    (ended,) = installation.drive(transfer, patience=PATIENCE_SECONDS, by_the_clock=True)
    assert stepper.acted, stepper.seen
    ended_well(installation, ended)


@pytest.mark.attack
@pytest.mark.parametrize("by", [HOUR, -HOUR], ids=["forward", "backward"])
@pytest.mark.parametrize(
    ("system", "call"),
    [
        (SOAP, "SaveInvoices"),
        (SOAP, "SaveCompanies"),
        (REST, "POST /salesorders"),
        (REST, "POST /customers"),
        (TRIPLETEX, "POST /order"),
        (TRIPLETEX, "POST /customer"),
    ],
    ids=_name,
)
def test_the_clock_is_set_when_a_worker_was_killed_in_a_call_that_is_carried_out_later(
    installation: Installation, wall: WallClock, call: str, by: timedelta
) -> None:
    installation.sandbox.inject(call, "late", delay=LATE_SECONDS)
    transfer = sent(installation)
    killed(installation, "--kill", f"{call}:1", "--edge", DURING)
    wall.step(by)
    installation.let_leases_run_out()
    (ended,) = installation.drive(transfer, patience=PATIENCE_SECONDS, by_the_clock=True)
    ended_well(installation, ended)


@pytest.mark.attack
@pytest.mark.parametrize("chunk_size", [CHUNK_SIZE])
@pytest.mark.parametrize(
    ("system", "lost", "point", "by", "database_url"),
    _crossed(
        [
            *((SOAP, "SaveInvoices", point) for point in BULK_POINTS),
            *((SOAP, "SaveCompanies", point) for point in ("SaveCompanies:1", "commit:12")),
            *((REST, "POST /salesorders", point) for point in ("POST /salesorders:1", "commit:30", "commit:60")),
            *((TRIPLETEX, "POST /order/list", point) for point in ("POST /order/list:1", "commit:20", "commit:26")),
        ],
        in_short=set(),
    ),
    indirect=["database_url"],
)
def test_the_clock_is_set_in_a_bulk_send(
    installation: Installation, wall: WallClock, lost: str, point: str, by: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = invoices()
    transfers = queued(installation, given)
    installation.sandbox.inject(lost, "late", delay=LATE_SECONDS)
    event, number = point.rsplit(":", 1)
    stepper = Stepper(event, int(number), lambda: wall.step(by))
    watch(stepper, monkeypatch)
    installation.drive(*transfers, patience=2 * PATIENCE_SECONDS, by_the_clock=True)
    assert stepper.acted, stepper.seen
    see_exactly_one_of_each(installation, given)


def test_every_matrix_s_points_are_here() -> None:
    for _, matrix in SINGLES:
        assert {point.rsplit(":", 1)[0] for point in _points(matrix)} == {COMMIT, *matrix.calls}
    assert set(BULK_POINTS) <= {point for point, _ in soap_matrices.BULK_KILLS.points}
