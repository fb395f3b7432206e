"""Midnight comes in the middle: Tripletex's tokens end then, whatever is done with them, and one order comes of it.

It comes by the accounting system's clock. Ours is behind: a little, or so much that it is still in the middle of the
evening there, or a day like any other.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.norwegian_time import NORWEGIAN_TIME, norwegian_date
from tests.attack import tripletex_matrices
from tests.attack.conftest import DATABASES
from tests.attack.installation import LATE_SECONDS, TRIPLETEX, Installation, installed
from tests.attack.kills import ended_well, sent
from tests.attack.launcher import BEFORE, COMMIT
from tests.attack.month_end import CHUNK_SIZE, invoices, queued, see_exactly_one_of_each
from tests.attack.wall_clock import Stepper, WallClock, moved_clocks, watch

ORDER, ORDERS, LOGIN = "POST /order", "POST /order/list", tripletex_matrices.LOGIN
IN_SHORT = (f"{ORDER}:1",)
BEHIND = (timedelta(minutes=3), timedelta(hours=20))
"""So much is ours behind: nobody would have a new token yet, or it is the day before, whose end is far."""

CALLS = [point for point, edge in tripletex_matrices.KILLS.points if edge == BEFORE and not point.startswith(COMMIT)]


class TheirClock:
    """The accounting system's clock: it stands before midnight, until it comes."""

    def __init__(self) -> None:
        self._midnight = _next_midnight(datetime.now(UTC))
        self._ahead = self._midnight - timedelta(minutes=5) - datetime.now(UTC)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def strike(self) -> None:
        """Have midnight come."""
        self._ahead = self._midnight - datetime.now(UTC)

    def set_ours(self, wall: WallClock, *, behind: timedelta) -> None:
        """Set our clock so that it will be so much behind when midnight comes."""
        wall.step(self._midnight - behind - wall.now())


def _next_midnight(now: datetime) -> datetime:
    return datetime.combine(norwegian_date(now) + timedelta(days=1), time(), NORWEGIAN_TIME).astimezone(UTC)


@pytest.fixture
def wall(database_url: str | None, monkeypatch: pytest.MonkeyPatch) -> Iterator[WallClock]:
    with moved_clocks(database_url, monkeypatch) as wall:
        yield wall


@pytest.fixture
def theirs() -> TheirClock:
    return TheirClock()


@pytest.fixture(params=BEHIND, ids=["a little behind", "far behind"])
def installation(
    request: pytest.FixtureRequest, wall: WallClock, theirs: TheirClock, tmp_path: Path, database_url: str | None
) -> Iterator[Installation]:
    theirs.set_ours(wall, behind=request.param)
    with installed(
        tmp_path / "home", system=TRIPLETEX, database_url=database_url, chunk_size=CHUNK_SIZE, clock=theirs
    ) as installation:
        yield installation


def _in_turn(points: list[str]) -> list[Any]:
    """Each point on one database."""
    return [
        pytest.param(point, database, id=f"{database}-{point}", marks=() if point in IN_SHORT else pytest.mark.attack)
        for nth, point in enumerate(points)
        for database in [DATABASES[nth % len(DATABASES)]]
    ]


def _at(point: str, act: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> Stepper:
    event, number = point.rsplit(":", 1)
    stepper = Stepper(event, int(number), act)
    watch(stepper, monkeypatch)
    return stepper


@pytest.mark.parametrize(("point", "database_url"), _in_turn(CALLS), indirect=["database_url"])
def test_midnight_comes_before_a_call(
    installation: Installation, theirs: TheirClock, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the answer to the order is lost, so that somebody looks for it, perhaps with another token."""
    installation.sandbox.inject(ORDER, "reset_after")
    transfer = sent(installation)
    stepper = _at(point, theirs.strike, monkeypatch)
    (ended,) = installation.drive(transfer)
    assert stepper.acted, stepper.seen
    ended_well(installation, ended)
    assert installation.sandbox.journal.count(LOGIN) <= 3


@pytest.mark.attack
def test_midnight_comes_while_many_are_sent(
    installation: Installation, theirs: TheirClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a call is carried out after it was given up."""
    given = invoices()
    transfers = queued(installation, given)
    installation.sandbox.inject(ORDERS, "late", delay=LATE_SECONDS)
    stepper = _at(f"{ORDERS}:2", theirs.strike, monkeypatch)
    installation.drive(*transfers)
    assert stepper.acted, stepper.seen
    see_exactly_one_of_each(installation, given)
