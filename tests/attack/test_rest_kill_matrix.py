"""A worker killed while it writes over REST, row by row: a fresh one completes the order, and doubles nothing."""

from collections import Counter
from typing import Any

import pytest

from core.transfer import Transfer, TransferState
from tests.attack.installation import LATE_SECONDS, ONE_OF_EACH, REST, Installation
from tests.attack.kills import RENEWALS, killed, launched
from tests.attack.launcher import AFTER, BEFORE, COMMIT, DURING
from tests.systems import System

NUMBER = "3001"
LINES, FINISH = "POST /salesorders/{id}/lines", "PATCH /salesorders/{id}"
CALLS = {
    "POST /oauth/token": 1,
    "GET /organization/information": 1,
    "GET /products": 1,
    "GET /taxes": 1,
    "GET /customers": 1,
    "POST /customers": 1,
    "GET /productcategories": 1,
    "POST /productcategories": 1,
    "POST /products": 1,
    "POST /salesorders": 1,
    LINES: 3,
    FINISH: 1,
}
COMMITS = 25
"""What a cold send of three rows calls, and how many transactions it commits; a test sees that it is no more."""

POINTS = [
    (f"{event}:{number}", edge)
    for event, times in {COMMIT: COMMITS, **CALLS}.items()
    for number in range(1, times + 1)
    for edge in (BEFORE, AFTER)
]
SAMPLE = [
    ("POST /customers:1", AFTER),
    ("POST /salesorders:1", AFTER),
    (f"{LINES}:2", BEFORE),
    (f"{LINES}:2", AFTER),
    (f"{FINISH}:1", BEFORE),
    (f"{FINISH}:1", AFTER),
]
CREATING = [call for call in CALLS if call.startswith(("POST", "PATCH")) and call != "POST /oauth/token"]


@pytest.fixture
def system() -> System:
    return REST


def _points() -> list[Any]:
    return [pytest.param(*point, marks=() if point in SAMPLE else pytest.mark.attack) for point in POINTS]


@pytest.mark.parametrize(("point", "edge"), _points())
def test_a_fresh_worker_ends_what_a_killed_one_left(installation: Installation, point: str, edge: str) -> None:
    transfer = _sent(installation)
    killed(installation, "--kill", point, "--edge", edge)
    installation.let_leases_run_out()
    _ended_well(installation, transfer)


@pytest.mark.parametrize("call", CREATING)
@pytest.mark.attack
def test_a_call_that_is_carried_out_after_its_worker_was_killed(installation: Installation, call: str) -> None:
    installation.sandbox.inject(call, "late", delay=LATE_SECONDS)
    transfer = _sent(installation)
    killed(installation, "--kill", f"{call}:1", "--edge", DURING)
    installation.let_leases_run_out()
    _ended_well(installation, transfer)


def test_the_matrix_has_all_that_is_committed_and_called(installation: Installation) -> None:
    transfer = _sent(installation)
    run = launched(installation)
    assert run.returncode == 0, run.stderr
    seen = Counter(run.stdout.splitlines())
    assert COMMITS <= seen.pop(COMMIT) <= COMMITS + RENEWALS
    assert seen == CALLS
    _ended_well(installation, transfer)


def _sent(installation: Installation) -> Transfer:
    installation.add(NUMBER, rows=CALLS[LINES])
    return installation.queue(NUMBER)


def _ended_well(installation: Installation, transfer: Transfer) -> None:
    (transfer,) = installation.drive(transfer)
    assert transfer.state is TransferState.TRANSFERRED, transfer.error
    assert installation.held == ONE_OF_EACH
    assert installation.orders_for(NUMBER) == [int(transfer.order_id or 0)]
    texts = [row.name for row in installation.rows_of(NUMBER)]
    assert texts == [f"Tractor {nth} (2026-09-10 – 2026-09-12)" for nth in (1, 2, 3)]
