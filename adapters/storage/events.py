"""What happened, in the order in which it happened; and which accounts there is no way into."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    Select,
    UnaryExpression,
    bindparam,
    delete,
    func,
    insert,
    select,
    union_all,
    update,
)
from typing_extensions import override

from adapters.identifiers import time_ordered_id
from adapters.storage.dialects import insert_into
from adapters.storage.schema import access_troubles, events
from adapters.storage.shared_clock import SharedClock
from adapters.storage.webhook_deliveries import fan_out
from core.event import AccessUse, Event, EventType, Happening
from core.ports.event_stores import AccessStore, EventStore

_EVENTS = select(*(column for column in events.c if column.name != "position"))
_ADDITION = insert(events)
_LOCK_CLASS = 0x6B76  # of advisory locks, so that they are nobody else's
_TURN_OF = select(func.pg_advisory_xact_lock(_LOCK_CLASS, func.hashtext(bindparam("business"))))


class SqlEventStore(EventStore):
    """The events of this transaction, until `write` at its end, and those of all that went before."""

    def __init__(self, database: Connection, clock: SharedClock) -> None:
        self._database = database
        self._clock = clock
        self._happened: list[Happening] = []

    @override
    def add(self, *happened: Happening) -> None:
        self._happened += happened

    def forget(self, business: str) -> None:
        """Forget what this transaction and those before it made happen to a business."""
        self._happened = [one for one in self._happened if one.business != business]
        self._database.execute(delete(events).where(events.c.business == business))

    def write(self) -> None:
        """Write what has happened, as the last thing that the transaction does, and put it on its way to endpoints.

        On PostgreSQL transactions that tell of one business take turns from here to their ends, so that positions
        become visible in their order. That is so short only because nothing else is done, or waited for, after it.
        """
        if not self._happened:
            return
        if self._database.dialect.name == "postgresql":
            for business in sorted({one.business for one in self._happened}):
                self._database.execute(_TURN_OF, {"business": business})
        now = self._clock.now()
        ids = sorted(time_ordered_id() for _ in self._happened)
        happened = dict(zip(ids, self._happened, strict=True))
        self._happened = []
        rows = [{"id": id_, "timestamp": now, **one.model_dump()} for id_, one in happened.items()]
        self._database.execute(_ADDITION, rows)
        fan_out(self._database, happened, now=now)

    @override
    def get(self, event_id: str) -> Event | None:
        return next(iter(self._read(_EVENTS.where(events.c.id == event_id))), None)

    @override
    def list(
        self,
        business: str,
        *,
        types: Collection[EventType] = (),
        since: datetime | None = None,
        limit: int,
        after: str | None = None,
    ) -> Sequence[Event]:
        conditions = _since(business, since)
        if after is not None:
            conditions.append(events.c.position > _place(business, after))
        return self._read(_of(business, types, *conditions, in_order=events.c.position.asc(), limit=limit))

    @override
    def of_invoice(self, business: str, invoice: str) -> Sequence[Event]:
        of_it = (events.c.business == business, events.c.invoice == invoice)
        return self._read(_EVENTS.where(*of_it).order_by(events.c.position))

    @override
    def newest(
        self,
        business: str,
        *,
        types: Collection[EventType] = (),
        since: datetime | None = None,
        limit: int,
        before: str | None = None,
    ) -> Sequence[Event]:
        conditions = _since(business, since)
        if before is not None:
            conditions.append(events.c.position < _place(business, before))
        newest_first = _of(business, types, *conditions, in_order=events.c.position.desc(), limit=limit)
        return list(reversed(list(self._read(newest_first))))

    def _read(self, query: Select[Any]) -> Sequence[Event]:
        return [Event.model_validate(dict(row)) for row in self._database.execute(query).mappings()]


def _since(business: str, since: datetime | None) -> list[ColumnElement[bool]]:
    """Want only what happened from that instant on, if it is given."""
    if since is None:
        return []
    first = (
        select(events.c.position)
        .where(events.c.business == business, events.c.timestamp >= since)
        .order_by(events.c.timestamp, events.c.position)
        .limit(1)
    )
    return [events.c.position >= first.scalar_subquery()]


def _place(business: str, event_id: str) -> ScalarSelect[int]:
    """Find an event's place; of another business's there is none."""
    return select(events.c.position).where(events.c.id == event_id, events.c.business == business).scalar_subquery()


def _of(
    business: str,
    types: Iterable[EventType],
    *conditions: ColumnElement[bool],
    in_order: UnaryExpression[int],
    limit: int,
) -> Select[Any]:
    """Ask for the first of a business's events, of these types where any are given.

    Type by type, and put together: each has its place in an index, and of several no database looks there by itself.
    """
    of_business = select(events.c.position).where(events.c.business == business, *conditions)
    by_type = [of_business.where(events.c.type == type_) for type_ in types] or [of_business]
    firsts = [query.order_by(in_order).limit(limit).subquery() for query in by_type]
    positions = union_all(*(select(first.c.position) for first in firsts))
    return _EVENTS.where(events.c.position.in_(positions)).order_by(in_order).limit(limit)


class SqlAccessStore(AccessStore):
    """A row for each business that there is no way into, for one use or both."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    @override
    def shut(self, business: str, use: AccessUse, *, code: str, now: datetime) -> bool:
        uses = {one.value: one is use for one in AccessUse}
        new = (
            insert_into(self._database.dialect.name, access_troubles)
            .values(business=business, code=code, since=now, **uses)
            .on_conflict_do_nothing(index_elements=["business"])
            .returning(access_troubles.c.business)
        )
        known = update(access_troubles).where(access_troubles.c.business == business).values({use.value: True})
        while self._database.scalar(new) is None:
            if self._database.execute(known).rowcount:
                return False
            # Whoever had it locked has opened it at this moment.
        return True

    @override
    def open(self, business: str, uses: Collection[AccessUse]) -> bool:
        of_it = access_troubles.c.business == business
        row = self._database.execute(select(access_troubles).where(of_it).with_for_update()).mappings().first()
        if row is None:
            return False
        if any(row[use.value] for use in AccessUse if use not in uses):
            opened = {use.value: False for use in uses}
            self._database.execute(update(access_troubles).where(of_it).values(opened))
            return False
        self._database.execute(delete(access_troubles).where(of_it))
        return True
