"""What time it is in an installation, whatever is done to the clocks of its machines.

Pure: what the clocks say is given. Everything that waits in an installation (settling, leases, due times, pauses) goes
by one line of time, which its processes share through the database:

- It advances by the time that really passed, which each machine's monotonic clock measures. A wall clock that is set,
  forward or backward, moves nothing by itself: it is followed at SLEW, so slowly that no wait is cut short noticeably,
  and that clocks which were wrong at first come right in time (an hour in eight days).
- Machines of one installation agree, because each brings itself in line with the same wall clock, the database's.
- A machine that joins, or comes back after a restart, can't know by itself how long it was away. It takes up the line
  by that wall clock, and never before anything that was written. It begins a new `epoch`: whoever stores that must let
  all that has to settle begin anew, because nobody knows how much of it has passed.
- A line that is more than FARTHEST ahead of the wall clock is set back to it: what is looked for in an accounting
  system from a day before on would not be found there any more. That too begins an epoch.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.intent import CLOCKS_DIFFER

SLEW = 200
"""The wall clock is followed by the two hundredth part of the time that passes: half a percent."""

SETTLED_FOR_CERTAIN = 1 + 2 / SLEW
"""So much longer a wait must be by this line to be as long as is meant on any machine, however it follows."""

KEPT_EVERY = timedelta(seconds=30)
"""How often a machine that writes keeps its place in the line: nothing written is further ahead of that."""

FARTHEST = CLOCKS_DIFFER
"""So far the line may be ahead of the wall clock."""

_AGREEING = timedelta(seconds=1)


@dataclass(frozen=True)
class Reading:
    """What a machine's clocks say at one moment.

    `boot` names what `elapsed`, its monotonic clock, counts from; it goes on while the machine sleeps. `wall` is the
    wall clock that the installation goes by: the database server's, or the machine's own where the database is a file.
    """

    boot: str
    elapsed: timedelta
    wall: datetime


@dataclass(frozen=True)
class Place:
    """A machine's place in the line: it was `instant` there when its clocks said the rest."""

    boot: str
    elapsed: timedelta
    wall: datetime
    instant: datetime
    epoch: int

    def at(self, elapsed: timedelta) -> datetime:
        """Return the instant at a later moment of the same monotonic clock."""
        return self._after(elapsed - self.elapsed)

    def by_wall_clock(self, wall: datetime) -> datetime:
        """Return the instant at a moment of which only the wall clock is known; never before this place."""
        return self._after(max(wall - self.wall, timedelta()))

    def _after(self, passed: timedelta) -> datetime:
        most = abs(passed) / SLEW
        return self.instant + passed + min(max(self.wall - self.instant, -most), most)


@dataclass(frozen=True)
class Found:
    """Where a machine finds itself.

    `begins_anew`: this is the first place of its epoch. `is_set_back`: the line was far ahead, and goes on from here.
    """

    place: Place
    begins_anew: bool = False
    is_set_back: bool = False


def found(places: Mapping[str, Place], now: Reading, *, alone: bool) -> Found:
    """Find a machine's place, given those that were kept, by boot.

    `alone`: no other machine can be at work (the database is a file), so one that comes back goes by the wall clock.
    """
    latest = max(places.values(), key=lambda place: (place.epoch, place.instant), default=None)
    if latest is None:
        return Found(Place(now.boot, now.elapsed, now.wall, now.wall, epoch=1), begins_anew=True)
    told = now.wall if alone else latest.by_wall_clock(now.wall)
    own = places.get(now.boot)
    if own is not None and own.elapsed <= now.elapsed:
        instant = own.at(now.elapsed)
        agrees = own.epoch == latest.epoch or abs(told - instant) <= _AGREEING
        if agrees and instant - now.wall <= FARTHEST:
            return Found(Place(now.boot, now.elapsed, now.wall, instant, latest.epoch))
        instant = max(instant, told)
    else:
        instant = max([told, *(place.instant + _unkept(place, now) for place in places.values())])
    is_set_back = instant - now.wall > FARTHEST
    if is_set_back:
        instant = now.wall
    here = Place(now.boot, now.elapsed, now.wall, instant, latest.epoch + 1)
    return Found(here, begins_anew=True, is_set_back=is_set_back)


def _unkept(place: Place, now: Reading) -> timedelta:
    """How far beyond a place something may have been written, where the wall clock went back and does not tell."""
    return KEPT_EVERY + KEPT_EVERY / SLEW if now.wall < place.wall else timedelta()
