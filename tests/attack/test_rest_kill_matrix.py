"""A worker killed while it writes over REST, row by row: a fresh one completes the order, and doubles nothing."""

import pytest

from core.transfer import Transfer
from tests.attack.installation import LATE_SECONDS, REST, Installation
from tests.attack.kills import NUMBER, KillMatrix, ended_well, killed, sent
from tests.attack.launcher import AFTER, BEFORE, DURING
from tests.systems import System

LINES, FINISH = "POST /salesorders/{id}/lines", "PATCH /salesorders/{id}"
ROWS = 3
MATRIX = KillMatrix(
    calls={
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
        LINES: ROWS,
        FINISH: 1,
    },
    commits=27,
)
"""A cold send of three rows for a new company; a test sees that it is no more."""

SAMPLE = [
    ("POST /salesorders:1", AFTER),
    (f"{LINES}:2", AFTER),
    (f"{FINISH}:1", BEFORE),
]
CREATING = [call for call in MATRIX.calls if call.startswith(("POST", "PATCH")) and call != "POST /oauth/token"]


@pytest.fixture
def system() -> System:
    return REST


@pytest.mark.parametrize(("point", "edge"), MATRIX.cases(SAMPLE))
def test_a_fresh_worker_ends_what_a_killed_one_left(installation: Installation, point: str, edge: str) -> None:
    transfer = sent(installation, rows=ROWS)
    killed(installation, "--kill", point, "--edge", edge)
    installation.let_leases_run_out()
    _ended_well(installation, transfer)


@pytest.mark.parametrize("call", CREATING)
@pytest.mark.attack
def test_a_call_that_is_carried_out_after_its_worker_was_killed(installation: Installation, call: str) -> None:
    installation.sandbox.inject(call, "late", delay=LATE_SECONDS)
    transfer = sent(installation, rows=ROWS)
    killed(installation, "--kill", f"{call}:1", "--edge", DURING)
    installation.let_leases_run_out()
    _ended_well(installation, transfer)


def test_the_matrix_has_all_that_is_committed_and_called(installation: Installation) -> None:
    transfer = sent(installation, rows=ROWS)
    MATRIX.see_that_it_is_whole(installation)
    _ended_well(installation, transfer)


def _ended_well(installation: Installation, transfer: Transfer) -> None:
    ended_well(installation, transfer)
    texts = [row.name for row in installation.rows_of(NUMBER)]
    assert texts == [f"Tractor {nth} (2026-09-10 – 2026-09-12)" for nth in range(1, ROWS + 1)]
