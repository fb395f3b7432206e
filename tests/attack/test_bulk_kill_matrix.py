"""A worker killed before and after everything a bulk send writes and calls: a fresh one ends it, one order each."""

import os
import random
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from core.invoice import Invoice
from core.transfer import Transfer
from tests.attack import rest_matrices, soap_matrices, tripletex_matrices
from tests.attack.installation import LATE_SECONDS, REST, Installation, installed
from tests.attack.kills import killed, launched
from tests.attack.launcher import DURING
from tests.attack.month_end import CHUNK_SIZE, invoices, queued, see_exactly_one_of_each
from tests.systems import System

MATRICES = {matrix.system.name: matrix for matrix in (soap_matrices.BULK_KILLS, tripletex_matrices.BULK_KILLS)}


@pytest.fixture
def installation(tmp_path: Path, database_url: str | None, system: System) -> Iterator[Installation]:
    with installed(tmp_path / "home", system=system, database_url=database_url, chunk_size=CHUNK_SIZE) as installation:
        yield installation


@pytest.mark.parametrize(
    ("system", "point", "edge"),
    [
        *(case for matrix in MATRICES.values() for case in matrix.cases),
        *(
            pytest.param(REST, point, edge, id=f"{REST.name}-{point}-{edge}", marks=pytest.mark.attack)
            for point, edge in rest_matrices.BULK_KILLS
        ),
    ],
)
@pytest.mark.sampled(2)
def test_a_fresh_worker_ends_what_a_killed_one_left(installation: Installation, point: str, edge: str) -> None:
    given = invoices()
    transfers = queued(installation, given)
    killed(installation, "--kill", point, "--edge", edge)
    installation.let_leases_run_out()
    _ended_well(installation, given, transfers)


@pytest.mark.parametrize(
    ("system", "call"),
    [
        pytest.param(matrix.system, call, id=f"{name}-{call}")
        for name, matrix in MATRICES.items()
        for call in matrix.creating
    ],
)
@pytest.mark.attack
def test_a_call_that_is_carried_out_after_its_worker_was_killed(installation: Installation, call: str) -> None:
    given = invoices()
    transfers = queued(installation, given)
    installation.sandbox.inject(call, "late", delay=LATE_SECONDS)
    killed(installation, "--kill", f"{call}:1", "--edge", DURING)
    installation.let_leases_run_out()
    _ended_well(installation, given, transfers)


@pytest.mark.parametrize("system", [matrix.system for matrix in MATRICES.values()], ids=MATRICES)
@pytest.mark.parametrize("nth", range(8))
@pytest.mark.attack
def test_two_workers_are_killed_one_after_the_other(installation: Installation, system: System, nth: int) -> None:
    """Where is drawn by chance; KVITT_KILL_SEED gives the same points again."""
    seed = os.environ.get("KVITT_KILL_SEED") or secrets.token_hex(4)
    print(f"KVITT_KILL_SEED={seed}")  # noqa: T201 - shown when the test fails
    chance = random.Random(f"{seed} {nth}")
    given = invoices()
    transfers = queued(installation, given)
    for _ in range(2):
        point, edge = chance.choice(MATRICES[system.name].points)
        launched(installation, "--kill", point, "--edge", edge)  # the second may be over before it gets that far
        installation.let_leases_run_out()
    _ended_well(installation, given, transfers)


@pytest.mark.parametrize("system", [matrix.system for matrix in MATRICES.values()], ids=MATRICES)
@pytest.mark.attack
def test_the_matrix_has_all_that_is_committed_and_called(installation: Installation, system: System) -> None:
    given = invoices()
    transfers = queued(installation, given)
    MATRICES[system.name].see_that_it_is_whole(installation)
    _ended_well(installation, given, transfers)


def _ended_well(installation: Installation, given: Sequence[Invoice], transfers: Sequence[Transfer]) -> None:
    installation.drive(*transfers)
    see_exactly_one_of_each(installation, given)
