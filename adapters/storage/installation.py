"""What the database says of itself, and how businesses are recovered after it was put back to an earlier day,
and figures for whoever watches over it.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, select, update
from typing_extensions import override

from adapters.storage.database import SqlDatabase
from adapters.storage.dialects import insert_into, put
from adapters.storage.schema import (
    IS_PENDING,
    IS_THERE,
    businesses,
    installation,
    intents,
    leases,
    pauses,
    recoveries,
    transfers,
    webhook_deliveries,
    webhook_endpoints,
)
from adapters.storage.shared_clock import SharedClock
from core.intent import CLOCKS_DIFFER, IntentKind
from core.ports.installation import DeliveryFigures, Figures, InstallationStore, SystemFigures
from core.recovery import Installation, Recovery
from core.transfer import TransferState
from core.webhook import DeliveryState, EndpointState

_ONLY = select(*(column for column in installation.c if column.name != "only"))
_NOTING = (
    update(leases)
    .where(leases.c.business == bindparam("of_business"))
    .values(orders_noted=leases.c.orders_noted + 1)
    .returning(leases.c.orders_noted)
)
_NOTED = select(leases.c.business, leases.c.orders_noted).where(leases.c.orders_noted > 0)
_NOTED_OF = _NOTED.where(leases.c.business.in_(bindparam("businesses", expanding=True)))
_RECOVERY_OF = select(recoveries).where(recoveries.c.business == bindparam("business"))


class SqlInstallationStore(InstallationStore):
    """The installation's one row, and the recoveries."""

    def __init__(self, database: Connection, clock: SharedClock) -> None:
        self._database = database
        self._clock = clock

    @override
    def get(self) -> Installation:
        row = self._database.execute(_ONLY).mappings().first()
        if row is None:
            made = insert_into(self._database.dialect.name, installation).values(only=1, id=uuid4().hex)
            self._database.execute(made.on_conflict_do_nothing(index_elements=["only"]))
            row = self._database.execute(_ONLY).mappings().one()
        return Installation.model_validate(dict(row))

    @override
    def put(self, changed: Installation) -> None:
        self._database.execute(update(installation).values(changed.model_dump(exclude={"alive_at"})))

    @override
    def beat(self) -> None:
        self._database.execute(update(installation).values(alive_at=self._clock.now()))

    @override
    def note_orders(self, business: str) -> int:
        """Count that orders of a business are about to be created, in the row that holding it has locked anyway."""
        return int(self._database.execute(_NOTING, {"of_business": business}).scalar_one())

    @override
    def noted(self, businesses: Collection[str]) -> Mapping[str, int]:
        if not businesses:
            return {}
        rows = self._database.execute(_NOTED_OF, {"businesses": list(businesses)})
        return {business: number for business, number in rows}  # noqa: C416 - rows are no pairs to mypy

    @override
    def latest_noted(self, *, limit: int) -> Mapping[str, int]:
        query = _NOTED.order_by(leases.c.expires_at.desc()).limit(limit)
        latest_first = self._database.execute(query).all()
        return {business: number for business, number in reversed(latest_first)}  # noqa: C416

    @override
    def last_sent_at(self, business: str | None = None) -> datetime | None:
        """Return when an order was last created, or about to be; no later than it really was."""
        arrived = select(func.max(transfers.c.finished_at)).where(transfers.c.state == TransferState.TRANSFERRED)
        noted = select(func.max(intents.c.last_at)).where(intents.c.kind == IntentKind.ORDER)
        if business is not None:
            arrived = arrived.where(transfers.c.business == business)
            noted = noted.where(intents.c.business == business)
        return max((at for at in (self._database.scalar(arrived), self._database.scalar(noted)) if at), default=None)

    @override
    def shut_all(self) -> Sequence[Recovery]:
        of_all, new = self.last_sent_at(), list[Recovery]()
        for name in self._database.scalars(select(businesses.c.name).where(IS_THERE).order_by(businesses.c.name)).all():
            earlier = self.recovery(name)
            if earlier and earlier.needed:
                continue
            last = self.last_sent_at(name) or of_all
            new.append(Recovery(business=name, since=last - CLOCKS_DIFFER if last else None))
            self.put_recovery(new[-1])
        return new

    @override
    def recovery(self, business: str) -> Recovery | None:
        row = self._database.execute(_RECOVERY_OF, {"business": business}).mappings().first()
        return Recovery.model_validate(dict(row)) if row else None

    @override
    def put_recovery(self, recovery: Recovery) -> None:
        row = recovery.model_dump()
        findings = [finding.model_dump(mode="json") for finding in recovery.findings]
        put(self._database, recoveries, {**row, "findings": findings})

    @override
    def recoveries(self, *, needed: bool | None = None) -> Sequence[Recovery]:
        query = select(recoveries).join(businesses, businesses.c.name == recoveries.c.business).where(IS_THERE)
        if needed is not None:
            query = query.where(recoveries.c.needed.is_(needed))
        rows = self._database.execute(query.order_by(recoveries.c.business)).mappings()
        return [Recovery.model_validate(dict(row)) for row in rows]


_MAY_BE_PARKED = (TransferState.QUEUED, TransferState.WAITING, TransferState.WITHDRAWING)
_COUNTED = [state for state in TransferState if state is not TransferState.TRANSFERRED]


class SqlFigures(Figures):
    """Figures counted in indexes: what has been transferred long ago is not looked at. No writer is waited for."""

    def __init__(self, storage: SqlDatabase) -> None:
        self._storage = storage

    @override
    def by_system(self) -> Sequence[SystemFigures]:
        query = (
            select(
                businesses.c.system,
                func.min(businesses.c.name),
                func.max(_paused_until()),
                func.min(_first_due(bulk=False)),
                func.min(_first_due(bulk=True)),
                func.sum(_number_with_a_time()),
                *map(_number_in, _COUNTED),
            )
            .group_by(businesses.c.system)
            .order_by(businesses.c.system)
        )
        with self._storage.read() as database:
            return [_figures(*row) for row in database.execute(query)]

    @override
    def of_deliveries(self) -> DeliveryFigures:
        with self._storage.read() as database:
            found = database.execute(_ON_THEIR_WAY).all()
        oldest = min((at for _, at in found if at is not None), default=None)
        return DeliveryFigures(pending=sum(number for number, _ in found), oldest_at=oldest)


_OF_ENDPOINT = and_(webhook_deliveries.c.endpoint == webhook_endpoints.c.id, IS_PENDING)
# Endpoint by endpoint: so each is one stretch, and one entry, of the indexes of what is pending.
_ON_THEIR_WAY = select(
    select(func.count()).where(_OF_ENDPOINT).correlate(webhook_endpoints).scalar_subquery(),
    select(webhook_deliveries.c.created_at)
    .where(_OF_ENDPOINT, webhook_deliveries.c.state == DeliveryState.PENDING)
    .order_by(webhook_deliveries.c.position)
    .limit(1)
    .correlate(webhook_endpoints)
    .scalar_subquery(),
).where(webhook_endpoints.c.state == EndpointState.ENABLED, webhook_endpoints.c.removed_at.is_(None))


def _figures(
    system: str,
    business: str,
    paused_until: datetime | None,
    single_due_at: datetime | None,
    bulk_due_at: datetime | None,
    with_a_time: int,
    *numbers: int,
) -> SystemFigures:
    counted: dict[TransferState, int] = dict(zip(_COUNTED, map(int, numbers), strict=True))
    due_at = min((at for at in (single_due_at, bulk_due_at) if at is not None), default=None)
    return SystemFigures(
        system=system,
        business=business,
        transfers=counted,
        # What is queued has a time, and so has what waits for one: the rest is parked.
        parked=max(sum(counted[state] for state in _MAY_BE_PARKED) - int(with_a_time), 0),
        oldest_due_at=max(due_at, paused_until or due_at) if due_at else None,
    )


def _number_in(state: TransferState) -> ColumnElement[int]:
    """Count business by business: so each count is one stretch of the index by business and state."""
    of_one = select(func.count()).where(transfers.c.business == businesses.c.name, transfers.c.state == state)
    return func.sum(of_one.correlate(businesses).scalar_subquery())


def _number_with_a_time() -> ColumnElement[int]:
    of_one = select(func.count()).where(
        transfers.c.business == businesses.c.name, transfers.c.next_attempt_at.is_not(None)
    )
    return of_one.correlate(businesses).scalar_subquery()


def _first_due(*, bulk: bool) -> ColumnElement[Any]:
    """Look up one entry of the index of what is due."""
    of_one = select(func.min(transfers.c.next_attempt_at)).where(
        transfers.c.business == businesses.c.name,
        transfers.c.bulk.is_(bulk),
        transfers.c.next_attempt_at.is_not(None),
    )
    return of_one.correlate(businesses).scalar_subquery()


def _paused_until() -> ColumnElement[Any]:
    return select(pauses.c.until).where(pauses.c.system == businesses.c.system).correlate(businesses).scalar_subquery()
