"""A worker killed before and after everything it writes and calls: a fresh one ends it with exactly one of each."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.transfer import Transfer, TransferState
from tests.attack.installation import LATE_SECONDS, ONE_OF_EACH, Installation, installed
from tests.attack.kills import RENEWALS, killed, launched
from tests.attack.launcher import AFTER, BEFORE, COMMIT, DURING

NUMBER = "3001"
CALLS = {
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
}
COMMITS = 22
"""What a cold send for a new company calls, and how many transactions it commits; a test sees that it is no more."""

POINTS = [
    (f"{event}:{number}", edge)
    for event, times in {COMMIT: COMMITS, **CALLS}.items()
    for number in range(1, times + 1)
    for edge in (BEFORE, AFTER)
]
SAMPLE = [
    ("SaveProducts:1", AFTER),
    ("SaveCompanies:1", BEFORE),
    ("SaveCompanies:1", AFTER),
    ("SaveInvoices:1", BEFORE),
    ("SaveInvoices:1", AFTER),
    ("commit:19", AFTER),
]
CREATING = [call for call in CALLS if call.startswith("Save")]
SHORT_LEASE_SECONDS = 3.0


@pytest.fixture
def soon_free(tmp_path: Path, database_url: str | None) -> Iterator[Installation]:
    """An installation whose leases run out by themselves soon after their holder died."""
    with installed(tmp_path / "home", database_url=database_url, lease_seconds=SHORT_LEASE_SECONDS) as installation:
        yield installation


def _points() -> list[Any]:
    return [pytest.param(*point, marks=() if point in SAMPLE else pytest.mark.attack) for point in POINTS]


@pytest.mark.parametrize(("point", "edge"), _points())
def test_a_fresh_worker_ends_what_a_killed_one_left(installation: Installation, point: str, edge: str) -> None:
    transfer = _sent(installation)
    killed(installation, "--kill", point, "--edge", edge)
    told_before = [step.text for step in installation.story(transfer)]
    installation.let_leases_run_out()
    _ended_well(installation, transfer)
    story = [step.text for step in installation.story(transfer)]
    assert story[: len(told_before)] == told_before


@pytest.mark.parametrize("call", CREATING)
@pytest.mark.attack
def test_a_call_that_is_carried_out_after_its_worker_was_killed(installation: Installation, call: str) -> None:
    installation.sandbox.inject(call, "late", delay=LATE_SECONDS)
    transfer = _sent(installation)
    killed(installation, "--kill", f"{call}:1", "--edge", DURING)
    installation.let_leases_run_out()
    _ended_well(installation, transfer)


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
    transfer = _sent(soon_free)
    killed(soon_free, "--engine", "--kill", f"{call}:1", "--edge", edge)
    assert launched(soon_free, "--engine").returncode == 0
    _ended_well(soon_free, transfer)


def test_the_matrix_has_all_that_is_committed_and_called(installation: Installation) -> None:
    transfer = _sent(installation)
    run = launched(installation)
    assert run.returncode == 0, run.stderr
    seen = Counter(run.stdout.splitlines())
    assert COMMITS <= seen.pop(COMMIT) <= COMMITS + RENEWALS
    assert seen == CALLS
    _ended_well(installation, transfer)


def _sent(installation: Installation) -> Transfer:
    installation.add(NUMBER)
    return installation.queue(NUMBER)


def _ended_well(installation: Installation, transfer: Transfer) -> None:
    (transfer,) = installation.drive(transfer)
    assert transfer.state is TransferState.TRANSFERRED, transfer.error
    assert installation.held == ONE_OF_EACH
    assert installation.orders_for(NUMBER) == [int(transfer.order_id or 0)]
