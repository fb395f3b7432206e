"""A worker killed before and after everything it writes and calls: a fresh one ends it with exactly one of each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.transfer import Transfer
from tests.attack import rest_matrices, soap_matrices, tripletex_matrices
from tests.attack.installation import LATE_SECONDS, Installation, installed
from tests.attack.kills import NUMBER, KillMatrix, ended_well, killed, launched, sent
from tests.attack.launcher import AFTER, BEFORE, DURING
from tests.systems import System

MATRICES = {
    matrix.system.name: matrix for matrix in (soap_matrices.KILLS, rest_matrices.KILLS, tripletex_matrices.KILLS)
}
SHORT_LEASE_SECONDS = 3.0


@pytest.fixture
def soon_free(tmp_path: Path, database_url: str | None) -> Iterator[Installation]:
    """An installation whose leases run out by themselves soon after their holder died."""
    with installed(tmp_path / "home", database_url=database_url, lease_seconds=SHORT_LEASE_SECONDS) as installation:
        yield installation


@pytest.mark.parametrize(("system", "point", "edge"), [case for matrix in MATRICES.values() for case in matrix.cases])
@pytest.mark.sampled(3)
def test_a_fresh_worker_ends_what_a_killed_one_left(
    installation: Installation, system: System, point: str, edge: str
) -> None:
    matrix = MATRICES[system.name]
    transfer = sent(installation, rows=matrix.rows)
    killed(installation, "--kill", point, "--edge", edge)
    told_before = [step.text for step in installation.story(transfer)]
    installation.let_leases_run_out()
    _ended_well(installation, transfer, matrix)
    story = [step.text for step in installation.story(transfer)]
    assert story[: len(told_before)] == told_before


@pytest.mark.parametrize(
    ("system", "call"),
    [
        pytest.param(matrix.system, call, id=f"{name}-{call}")
        for name, matrix in MATRICES.items()
        for call in matrix.creating
    ],
)
@pytest.mark.attack
def test_a_call_that_is_carried_out_after_its_worker_was_killed(
    installation: Installation, system: System, call: str
) -> None:
    matrix = MATRICES[system.name]
    installation.sandbox.inject(call, "late", delay=LATE_SECONDS)
    transfer = sent(installation, rows=matrix.rows)
    killed(installation, "--kill", f"{call}:1", "--edge", DURING)
    installation.let_leases_run_out()
    _ended_well(installation, transfer, matrix)


@pytest.mark.parametrize(
    ("call", "edge"),
    [
        ("SaveCompanies", AFTER),
        ("SaveInvoices", BEFORE),
        ("SaveInvoices", AFTER),
    ],
)
@pytest.mark.attack
def test_another_engine_takes_up_what_a_killed_one_left(soon_free: Installation, call: str, edge: str) -> None:
    """With the durable queue, and with leases that run out by themselves."""
    transfer = sent(soon_free)
    killed(soon_free, "--engine", "--kill", f"{call}:1", "--edge", edge)
    assert launched(soon_free, "--engine").returncode == 0
    ended_well(soon_free, transfer)


@pytest.mark.parametrize("system", [matrix.system for matrix in MATRICES.values()], ids=MATRICES)
@pytest.mark.sampled(2)
def test_the_matrix_has_all_that_is_committed_and_called(installation: Installation, system: System) -> None:
    matrix = MATRICES[system.name]
    transfer = sent(installation, rows=matrix.rows)
    matrix.see_that_it_is_whole(installation)
    _ended_well(installation, transfer, matrix)


def _ended_well(installation: Installation, transfer: Transfer, matrix: KillMatrix) -> None:
    ended_well(installation, transfer)
    products = [f"Tractor {nth}" for nth in range(1, matrix.rows + 1)] if matrix.rows > 1 else ["Tractor"]
    assert installation.texts_of(NUMBER) == [f"{product} (2026-09-10 – 2026-09-12)" for product in products]
