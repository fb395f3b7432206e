"""What keeps turns apart and orders single, and the accounting systems from being asked too much."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Integer, Table, and_, bindparam, delete, or_, select, update
from sqlalchemy.sql.dml import ReturningInsert, Update
from typing_extensions import override

from adapters.storage.database import SqlDatabase
from adapters.storage.dialects import UtcDateTime, insert_into, put
from adapters.storage.schema import IS_OPEN_ORDER, businesses, calls_made, intents, leases, pauses
from adapters.storage.shared_clock import CURRENT_EPOCH, SharedClock
from core.errors import LeaseLost
from core.intent import Intent, IntentKind
from core.ports.surroundings import CallCounter, Draw
from core.ports.turns import IntentStore, Lease, LeaseStore, PauseStore


def take_lease(
    database: Connection, table: Table, held: str, *, holder: str, now: datetime, length: timedelta
) -> int | None:
    """Take the lease on what is held, by the one key of a table of leases; return its new token.

    None while somebody else's lives. Its row changes only while what it is compared with still holds, so of two takers
    one wins.
    """
    (key,) = table.primary_key
    statement = insert_into(database.dialect.name, table).values(
        {key.name: held, "holder": holder, "token": 1, "expires_at": now + length}
    )
    taken = statement.on_conflict_do_update(
        index_elements=[key.name],
        set_={"holder": holder, "token": table.c.token + 1, "expires_at": statement.excluded.expires_at},
        where=or_(table.c.expires_at <= now, table.c.holder == holder),
    ).returning(table.c.token)
    token: int | None = database.scalar(taken)
    return token


def renew_lease(
    database: Connection, clock: SharedClock, table: Table, held: str, *, holder: str, token: int, length: timedelta
) -> bool:
    """Hold on for so long from now to what is held by the one key of a table of leases; whether it was still held.

    Nobody can take it before the transaction ends, so what the transaction writes is written by the holder; and its
    instants are those of the installation, for the clock is made to follow where another machine has changed the line.
    False also when this machine's time does not fit in.
    """

    def is_renewed() -> bool:
        now = clock.now()
        times = {"now": now, "until": now + length, "epoch": clock.epoch}
        return database.execute(_renewal(table), _held(held, holder, token) | times).rowcount > 0

    return is_renewed() or (clock.adopt(database) and is_renewed())


def release_lease(
    database: Connection, clock: SharedClock, table: Table, held: str, *, holder: str, token: int
) -> None:
    """Give up what is held by the one key of a table of leases; nothing happens when the lease was lost."""
    database.execute(_of_lease(table).values(expires_at=_NOW), _held(held, holder, token) | {"now": clock.now()})


_NOW = bindparam("now", type_=UtcDateTime)


@cache
def _of_lease(table: Table) -> Update:
    (key,) = table.primary_key
    return update(table).where(
        key == bindparam("of"), table.c.token == bindparam("of_token"), table.c.holder == bindparam("of_holder")
    )


@cache
def _renewal(table: Table) -> Update:
    still_holds = and_(table.c.expires_at > _NOW, bindparam("epoch") == CURRENT_EPOCH)
    return _of_lease(table).where(still_holds).values(expires_at=bindparam("until", type_=UtcDateTime))


def _held(held: str, holder: str, token: int) -> dict[str, object]:
    return {"of": held, "of_holder": holder, "of_token": token}


class SqlLeaseStore(LeaseStore):
    """The leases, timed by the installation's clock: the machines that share the database need not agree on the time.

    A business's row changes only while what it is compared with still holds, so of two takers one wins.
    """

    def __init__(self, database: Connection, clock: SharedClock) -> None:
        self._database = database
        self._clock = clock

    @override
    def acquire(self, business: str, *, holder: str, length: timedelta) -> Lease | None:
        token = take_lease(self._database, leases, business, holder=holder, now=self._clock.now(), length=length)
        return Lease(business=business, holder=holder, token=token) if token is not None else None

    @override
    def renew(self, lease: Lease, *, length: timedelta) -> None:
        """Hold on to the business for so long from now.

        Errors: LeaseLost when it has expired or somebody else has it, or when this machine's time does not fit in.
        """
        if not renew_lease(
            self._database, self._clock, leases, lease.business, holder=lease.holder, token=lease.token, length=length
        ):
            raise LeaseLost(f'The lease on the business "{lease.business}" has expired, or another worker has it.')

    @override
    def release(self, lease: Lease) -> None:
        release_lease(self._database, self._clock, leases, lease.business, holder=lease.holder, token=lease.token)


_THESE = and_(
    intents.c.business == bindparam("business"),
    intents.c.kind == bindparam("kind"),
    intents.c.key.in_(bindparam("keys", expanding=True)),
)
_OF_KEYS = select(*(column for column in intents.c if column.name != "business")).where(_THESE)
_OPEN_ORDERS = (
    select(intents.c.key)
    .where(IS_OPEN_ORDER, intents.c.business == bindparam("business"))
    .order_by(intents.c.key)
    .limit(bindparam("most"))
)
_OPEN_WITHDRAWALS = (
    select(intents.c.key)
    .where(intents.c.business == bindparam("business"), intents.c.kind == IntentKind.WITHDRAWAL)
    .order_by(intents.c.key)
    .limit(bindparam("most"))
)
_REMOVAL = delete(intents).where(_THESE)


class SqlIntentStore(IntentStore):
    """The marks of what is about to be created."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    @override
    def get(self, business: str, kind: IntentKind, key: str) -> Intent | None:
        return self.of_keys(business, kind, [key]).get(key)

    @override
    def of_keys(self, business: str, kind: IntentKind, keys: Collection[str]) -> Mapping[str, Intent]:
        if not keys:
            return {}
        rows = self._database.execute(_OF_KEYS, _of_intents(business, kind, keys)).mappings()
        return {row["key"]: Intent.model_validate(dict(row)) for row in rows}

    @override
    def open_orders(self, business: str, *, limit: int) -> Sequence[str]:
        return self._database.scalars(_OPEN_ORDERS, {"business": business, "most": limit}).all()

    @override
    def open_withdrawals(self, business: str, *, limit: int) -> Sequence[str]:
        return self._database.scalars(_OPEN_WITHDRAWALS, {"business": business, "most": limit}).all()

    @override
    def put(self, business: str, *marks: Intent) -> None:
        put(self._database, intents, *({"business": business, **intent.model_dump()} for intent in marks))

    @override
    def remove(self, business: str, kind: IntentKind, *keys: str) -> None:
        if keys:
            self._database.execute(_REMOVAL, _of_intents(business, kind, keys))


def _of_intents(business: str, kind: IntentKind, keys: Collection[str]) -> dict[str, object]:
    return {"business": business, "kind": kind, "keys": list(keys)}


_UNTIL = select(pauses.c.until).where(pauses.c.system == bindparam("system"))
_UNTIL_FOR = (
    select(pauses.c.until)
    .join(businesses, businesses.c.system == pauses.c.system)
    .where(businesses.c.name == bindparam("business"))
)


class SqlPauseStore(PauseStore):
    """Until when accounting systems are left alone."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    @override
    def put(self, system: str, until: datetime) -> None:
        statement = insert_into(self._database.dialect.name, pauses).values(system=system, until=until)
        self._database.execute(
            statement.on_conflict_do_update(
                index_elements=["system"],
                set_={"until": statement.excluded.until},
                where=pauses.c.until < statement.excluded.until,
            )
        )

    @override
    def until(self, system: str) -> datetime | None:
        return self._database.scalar(_UNTIL, {"system": system})

    @override
    def until_for(self, business: str) -> datetime | None:
        return self._database.scalar(_UNTIL_FOR, {"business": business})


class SqlCallCounter(CallCounter):
    """The calls made to accounting systems: a row an hour, so what was used can be looked up afterwards.

    The row changes only while there is room, so the database itself keeps the limit.
    """

    def __init__(self, storage: SqlDatabase) -> None:
        self._storage = storage

    @override
    def draw(self, system: str, hour: datetime, *, wanted: int, limit: int) -> Draw:
        for size in sorted({wanted, 1}, reverse=True):
            used = self._add(system, hour, size, limit=limit)
            if used is not None:
                return Draw(granted=size, used=used)
        return Draw(granted=0, used=self.used(system, hour))

    @override
    def fill(self, system: str, hour: datetime, *, limit: int) -> None:
        with self._storage.write() as database:
            filled = insert_into(database.dialect.name, calls_made).values(system=system, hour=hour, calls=limit)
            database.execute(
                filled.on_conflict_do_update(
                    index_elements=["system", "hour"], set_={"calls": limit}, where=calls_made.c.calls < limit
                )
            )

    @override
    def used(self, system: str, hour: datetime) -> int:
        query = select(calls_made.c.calls).where(calls_made.c.system == system, calls_made.c.hour == hour)
        with self._storage.read() as database:
            return database.scalar(query) or 0

    def _add(self, system: str, hour: datetime, size: int, *, limit: int) -> int | None:
        """Add to the hour's count and return what it is then; None, and nothing added, where there is no room."""
        if size > limit:
            return None
        with self._storage.write() as database:
            drawing = {"system": system, "hour": hour, "calls": size, "limit": limit}
            used: int | None = database.scalar(_adding(database.dialect.name), drawing)
            return used


@cache
def _adding(dialect: str) -> ReturningInsert[Any]:
    """Return the statement that adds to an hour's count, made once: it is run all the time."""
    first = insert_into(dialect, calls_made)
    together = calls_made.c.calls + first.excluded.calls
    return first.on_conflict_do_update(
        index_elements=["system", "hour"],
        set_={"calls": together},
        where=together <= bindparam("limit", type_=Integer),
    ).returning(calls_made.c.calls)
