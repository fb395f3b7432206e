"""A worker killed before and after everything it writes and calls: a fresh one ends it with exactly one of each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attack.installation import LATE_SECONDS, Installation, installed
from tests.attack.kills import KillMatrix, ended_well, killed, launched, sent
from tests.attack.launcher import AFTER, BEFORE, DURING

MATRIX = KillMatrix(
    calls={
        "GetIdentitiesWithCredential": 1,
        "Login": 1,
        "GetIdentity": 1,
        "GetProducts": 1,
        "GetVatTypeList": 1,
        "GetCategories": 1,
        "SaveCategories": 1,
        "SaveProducts": 1,
        "GetCompanies": 2,
        "SaveCompanies": 1,
        "SaveInvoices": 1,
    },
    commits=25,
)
"""A cold send for a new company; a test sees that it is no more."""

SAMPLE = [
    ("SaveCompanies:1", AFTER),
    ("SaveInvoices:1", AFTER),
    ("commit:20", AFTER),
]
CREATING = [call for call in MATRIX.calls if call.startswith("Save")]
SHORT_LEASE_SECONDS = 3.0


@pytest.fixture
def soon_free(tmp_path: Path, database_url: str | None) -> Iterator[Installation]:
    """An installation whose leases run out by themselves soon after their holder died."""
    with installed(tmp_path / "home", database_url=database_url, lease_seconds=SHORT_LEASE_SECONDS) as installation:
        yield installation


@pytest.mark.parametrize(("point", "edge"), MATRIX.cases(SAMPLE))
def test_a_fresh_worker_ends_what_a_killed_one_left(installation: Installation, point: str, edge: str) -> None:
    transfer = sent(installation)
    killed(installation, "--kill", point, "--edge", edge)
    told_before = [step.text for step in installation.story(transfer)]
    installation.let_leases_run_out()
    ended_well(installation, transfer)
    story = [step.text for step in installation.story(transfer)]
    assert story[: len(told_before)] == told_before


@pytest.mark.parametrize("call", CREATING)
@pytest.mark.attack
def test_a_call_that_is_carried_out_after_its_worker_was_killed(installation: Installation, call: str) -> None:
    installation.sandbox.inject(call, "late", delay=LATE_SECONDS)
    transfer = sent(installation)
    killed(installation, "--kill", f"{call}:1", "--edge", DURING)
    installation.let_leases_run_out()
    ended_well(installation, transfer)


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


def test_the_matrix_has_all_that_is_committed_and_called(installation: Installation) -> None:
    transfer = sent(installation)
    MATRIX.see_that_it_is_whole(installation)
    ended_well(installation, transfer)
