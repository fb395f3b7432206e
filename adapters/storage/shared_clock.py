"""The installation's clock: one line of time for everything that waits, shared through the database.

What the line is, and why no step of a wall clock moves it, is told in core.timeline. Here is how it is kept:

- A row for each machine's boot says where the machine was in the line, and when by its own clocks. All its processes
  compute the present instant from that row and the monotonic clock, so they agree to the microsecond, and asking for
  the time costs no round trip. Who writes and finds the row older than KEPT_EVERY keeps it anew, first.
- The wall clock that is followed is the database server's (`clock_timestamp`); an SQLite file has none, so it is the
  machine's. The server's may be the very clock of the machine that a worker runs on: it is only ever followed slowly.
- Whoever begins an epoch does so while nobody writes under a lease, and lets open intents begin to settle anew. Each
  renewal of a lease, which comes before an intent is written, demands the epoch that its process knows: so no intent is
  dated by a line that another machine has left.
"""

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Engine, ScalarSelect, delete, func, literal, select, text, true, update
from typing_extensions import override

from adapters.clock import MachineClocks
from adapters.storage.dialects import READ_ONLY, UtcDateTime, insert_into
from adapters.storage.schema import (
    clocks,
    console_sessions,
    customer_directories,
    follow_ups,
    intents,
    kept_answers,
    leases,
    notice_messages,
    notices,
    notifier,
    passkey_challenges,
    pauses,
    reference_data,
    sign_in_attempts,
    sign_in_links,
    transfers,
    webhook_deliveries,
    webhook_endpoints,
    webhook_leases,
    webhook_pauses,
)
from core.ports.clock import Clock
from core.timeline import KEPT_EVERY, Found, Place, Reading, found

CURRENT_EPOCH: ScalarSelect[int] = select(func.max(clocks.c.epoch)).scalar_subquery()
"""The epoch that the installation is in, as part of a statement."""

_LONG_GONE = timedelta(days=30)

# What is waited for, or counts as fresh, from one of these on: none may be ahead of a line that is set back.
_TIMED = (
    leases.c.expires_at,
    transfers.c.next_attempt_at,
    transfers.c.not_before,
    transfers.c.paid_seen_at,
    transfers.c.look_again_at,
    pauses.c.until,
    intents.c.first_at,
    reference_data.c.stored_at,
    customer_directories.c.read_at,
    follow_ups.c.begun_at,
    follow_ups.c.resume_at,
    kept_answers.c.begun_at,
    webhook_endpoints.c.old_secret_until,
    webhook_leases.c.expires_at,
    webhook_pauses.c.paused_until,
    webhook_pauses.c.failing_since,
    webhook_deliveries.c.next_attempt_at,
    notices.c.news_since,
    notices.c.latest,
    notices.c.told_at,
    notice_messages.c.made_at,
    notice_messages.c.next_at,
    notifier.c.expires_at,
    notifier.c.summed_up_at,
    console_sessions.c.created_at,
    console_sessions.c.last_seen_at,
    sign_in_links.c.made_at,
    sign_in_attempts.c.begun_at,
    passkey_challenges.c.made_at,
)


class _Look(NamedTuple):
    """What there is: the place that the machine's row holds, and where the machine finds itself now."""

    kept: Place | None
    found: Found

    @property
    def still_holds(self) -> bool:
        """Whether what was kept is still the machine's place."""
        return self.kept is not None and not self.found.begins_anew and self.kept.epoch == self.found.place.epoch


class SharedClock(Clock):
    """The Clock port, for everything in an installation. Safe to use from many threads.

    `machine` has the clocks of the machine that this process runs on.
    """

    def __init__(self, engine: Engine, machine: MachineClocks) -> None:
        self._engine = engine
        self._machine = machine
        self._place: Place | None = None
        self._is_out_of_line = False
        self._lock = threading.Lock()

    @override
    def now(self) -> datetime:
        """Return the present instant of the installation, in UTC. Nothing is asked or waited for, once it is open."""
        return self._known().at(self._machine.elapsed())

    @property
    def epoch(self) -> int:
        """The epoch that this process's instants belong to."""
        return self._known().epoch

    def open(self) -> Place:
        """Find the machine's place in the line; nothing is written where a place was kept that still holds."""
        with self._engine.connect().execution_options(**READ_ONLY) as database:
            look = self._look(database)
        if look.kept is None or not look.still_holds:
            return self._keep()
        self._place = look.kept
        return look.kept

    def keep(self) -> None:
        """Keep the machine's place where it is time to: before a transaction that writes, and not within one."""
        if not self._is_due() or not self._lock.acquire(blocking=False):
            return  # another thread is at it, and the place that is known serves as well
        try:
            if self._is_due():
                self._keep()
        finally:
            self._lock.release()

    def adopt(self, database: Connection) -> bool:
        """Take up, within a transaction, an epoch that another machine has begun; False where there is none.

        Nor is one taken up that this machine's time does not fit in: the next `keep` brings it in line.
        """
        before, where = self.epoch, self._look(database).found
        if where.begins_anew:
            self._is_out_of_line = True
            return False
        self._place = where.place
        return where.place.epoch != before

    def _known(self) -> Place:
        return self._place or self.open()

    def _is_due(self) -> bool:
        return self._is_out_of_line or self._machine.elapsed() - self._known().elapsed >= KEPT_EVERY

    def _keep(self) -> Place:
        with self._engine.begin() as database:
            look = self._look(database)
            if look.found.begins_anew and not _is_alone(database):
                # Who writes under a lease holds its row until all is written. SQLite holds everything by itself.
                database.execute(
                    text("LOCK TABLE clocks, leases, webhook_leases, notifier IN SHARE ROW EXCLUSIVE MODE")
                )
                look = self._look(database)
            place = look.found.place
            if look.found.begins_anew:
                _begin_anew(database, look.found)
            elif look.kept and look.still_holds and place.elapsed - look.kept.elapsed < KEPT_EVERY:
                place = look.kept  # another process of the machine has just been here
            if place is not look.kept:
                _put(database, place)
        self._place, self._is_out_of_line = place, False
        return place

    def _look(self, database: Connection) -> _Look:
        now, kept = _read(database, self._machine)
        own = kept.get(now.boot)
        places = kept if own or self._place is None else {**kept, now.boot: self._place}  # somebody emptied the table
        return _Look(own, found(places, now, alone=_is_alone(database)))


def read_clocks(database: Connection, machine: MachineClocks) -> tuple[datetime, datetime | None]:
    """Return the wall clock that an installation goes by, and what time it is there; None where nobody has begun.

    For who looks at a database and is no part of its installation: nothing is kept.
    """
    now, kept = _read(database, machine)
    return now.wall, found(kept, now, alone=_is_alone(database)).place.instant if kept else None


def _read(database: Connection, machine: MachineClocks) -> tuple[Reading, Mapping[str, Place]]:
    """Read all clocks, and the places that were kept."""
    before = machine.elapsed()
    rows = database.execute(_EVERYTHING[_is_alone(database)]).all()
    after = machine.elapsed()
    wall = machine.wall() if _is_alone(database) else rows[0].asked_at
    places = {
        row.boot: Place(row.boot, timedelta(microseconds=row.elapsed_us), row.wall, row.instant, row.epoch)
        for row in rows
        if row.boot is not None
    }
    return Reading(machine.boot(), before + (after - before) / 2, wall), places


def _is_alone(database: Connection) -> bool:
    """Whether the database is a file, which has no clock of its own and is one machine's."""
    return database.dialect.name == "sqlite"


# All places, beside the time by the database's clock where it has one: a single row where there is no place yet.
_EVERYTHING = {
    is_alone: select(asked, clocks).select_from(asked.outerjoin(clocks, true()))
    for is_alone, asked in {
        True: select(literal(None, UtcDateTime).label("asked_at")).subquery(),
        False: select(func.clock_timestamp(type_=UtcDateTime).label("asked_at")).subquery(),
    }.items()
}


def _put(database: Connection, place: Place) -> None:
    """Keep a place; one of a later epoch stays."""
    values = {
        "boot": place.boot,
        "elapsed_us": place.elapsed // timedelta(microseconds=1),
        "wall": place.wall,
        "instant": place.instant,
        "epoch": place.epoch,
    }
    new = insert_into(database.dialect.name, clocks).values(values)
    database.execute(
        new.on_conflict_do_update(
            index_elements=["boot"],
            set_={name: new.excluded[name] for name in values if name != "boot"},
            where=clocks.c.epoch <= new.excluded.epoch,
        )
    )


def _begin_anew(database: Connection, where: Found) -> None:
    """Let what has to settle begin anew; let what is timed beyond a line that was set back be due."""
    now = where.place.instant
    if where.is_set_back:
        for column in _TIMED:
            database.execute(update(column.table).where(column > now).values({column: now}))
        database.execute(delete(clocks))
    database.execute(update(intents).where(intents.c.refused.is_(False)).values(last_at=now))
    database.execute(delete(clocks).where(clocks.c.instant < now - _LONG_GONE))
