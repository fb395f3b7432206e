"""Worker processes: run to their end, or killed at a point of one's choosing; and all the points that there are."""

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.transfer import Transfer, TransferState
from tests.attack.installation import BUSINESS, ONE_OF_EACH, Installation
from tests.attack.launcher import AFTER, BEFORE, COMMIT
from tests.attack.outbox import ARRIVED
from tests.systems import System

NUMBER = "3001"

RENEWALS = 3
"""On a slow machine the lease is renewed so many times more than on a fast one, at most."""

_PATIENT_SECONDS = "30"
"""On a slow machine too a process gets to its point, or to its end: no call of its own runs into a timeout."""

_ROOT = Path(__file__).parents[2]
_PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class KillMatrix:
    """What a worker calls, how often, and how many transactions it commits: it can be killed before and after each.

    `rows` are those of the invoice, `sample` what make test tries of it.
    """

    system: System
    calls: Mapping[str, int]
    commits: int
    sample: Sequence[tuple[str, str]]
    rows: int = 1

    @property
    def points(self) -> list[tuple[str, str]]:
        """Every point and edge, as the launcher takes them."""
        return [
            (f"{event}:{number}", edge)
            for event, times in {COMMIT: self.commits, **self.calls}.items()
            for number in range(1, times + 1)
            for edge in (BEFORE, AFTER)
        ]

    @property
    def cases(self) -> list[Any]:
        """The system, a point and an edge, as parameters; those that are not in the sample are left to make attack."""
        return [
            pytest.param(
                self.system,
                point,
                edge,
                id=f"{self.system.name}-{point}-{edge}",
                marks=() if (point, edge) in self.sample else pytest.mark.attack,
            )
            for point, edge in self.points
        ]

    @property
    def creating(self) -> list[str]:
        """The calls that write something."""
        return [call for call in self.calls if self.system.writes(call)]

    def see_that_it_is_whole(self, installation: Installation, *options: str) -> None:
        """Run a worker to its end, and see that it calls and commits nothing else, and no more of it."""
        run = launched(installation, *options)
        assert run.returncode == 0, run.stderr
        seen = Counter(run.stdout.splitlines())
        commits = seen.pop(COMMIT)
        assert self.commits <= commits <= self.commits + RENEWALS, commits
        assert seen == self.calls


def sent(installation: Installation, *, rows: int = 1) -> Transfer:
    """Send the invoice; nobody takes it up yet."""
    installation.add(NUMBER, rows=rows)
    return installation.queue(NUMBER)


def ended_well(installation: Installation, transfer: Transfer) -> None:
    """See that it becomes one order of one customer, by whoever takes it up now, and is told once."""
    (transfer,) = installation.drive(transfer)
    assert transfer.state is TransferState.TRANSFERRED, transfer.error
    assert installation.held == ONE_OF_EACH
    assert installation.orders_for(NUMBER) == [int(transfer.order_id or 0)]
    assert installation.told == {NUMBER: [ARRIVED]}


def launched(installation: Installation, *options: str) -> subprocess.CompletedProcess[str]:
    """Run a worker process to its end."""
    return subprocess.run(
        [sys.executable, "-m", "tests.attack.launcher", BUSINESS, *options],
        env={**installation.environment, installation.system.timeout: _PATIENT_SECONDS},
        cwd=_ROOT,
        capture_output=True,
        text=True,
        timeout=_PATIENCE_SECONDS,
        check=False,
    )


def killed(installation: Installation, *options: str) -> None:
    """Run a worker process, and see that it was killed."""
    run = launched(installation, *options)
    assert run.returncode == -signal.SIGKILL, run.stdout + run.stderr
