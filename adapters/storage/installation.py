"""What the database says of itself, and how businesses are recovered after it was put back to an earlier day."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection, bindparam, func, select, update

from adapters.storage.insertion import insert_into, put
from adapters.storage.schema import IS_THERE, businesses, installation, intents, leases, recoveries, transfers
from adapters.storage.shared_clock import SharedClock
from core.intent import CLOCKS_DIFFER, IntentKind
from core.recovery import Installation, Recovery
from core.transfer import TransferState

_ONLY = select(*(column for column in installation.c if column.name != "only"))
_NOTING = (
    update(leases)
    .where(leases.c.business == bindparam("of_business"))
    .values(orders_noted=leases.c.orders_noted + 1)
    .returning(leases.c.orders_noted)
)
_NOTED = select(leases.c.business, leases.c.orders_noted).where(leases.c.orders_noted > 0)
_NOTED_OF = _NOTED.where(leases.c.business.in_(bindparam("businesses", expanding=True)))
_OF_ONE = select(recoveries).where(recoveries.c.business == bindparam("business"))


class SqlInstallationStore:
    """The InstallationStore port."""

    def __init__(self, database: Connection, clock: SharedClock) -> None:
        self._database = database
        self._clock = clock

    def get(self) -> Installation:
        """Return what the database says of itself; its id is made when it is first asked for."""
        row = self._database.execute(_ONLY).mappings().first()
        if row is None:
            made = insert_into(self._database.dialect.name, installation).values(only=1, id=uuid4().hex)
            self._database.execute(made.on_conflict_do_nothing(index_elements=["only"]))
            row = self._database.execute(_ONLY).mappings().one()
        return Installation.model_validate(dict(row))

    def put(self, changed: Installation) -> None:
        """Store it, changed; `alive_at` stays as it is kept."""
        self._database.execute(update(installation).values(changed.model_dump(exclude={"alive_at"})))

    def beat(self) -> None:
        """Say that a worker is there now, by the clock that all share."""
        self._database.execute(update(installation).values(alive_at=self._clock.now()))

    def note_orders(self, business: str) -> int:
        """Count that orders of a business are about to be created, in the row that holding it has locked anyway."""
        return int(self._database.execute(_NOTING, {"of_business": business}).scalar_one())

    def noted(self, businesses: Collection[str]) -> Mapping[str, int]:
        """Return these counts, by business; those that are nothing are left out."""
        if not businesses:
            return {}
        rows = self._database.execute(_NOTED_OF, {"businesses": list(businesses)})
        return {business: number for business, number in rows}  # noqa: C416 - rows are no pairs to mypy

    def latest_noted(self, *, limit: int) -> Mapping[str, int]:
        """Return the counts of the businesses that were held last, the latest last; those that are nothing left out."""
        query = _NOTED.order_by(leases.c.expires_at.desc()).limit(limit)
        latest_first = self._database.execute(query).all()
        return {business: number for business, number in reversed(latest_first)}  # noqa: C416

    def last_sent_at(self, business: str | None = None) -> datetime | None:
        """Return when an order was last created, or about to be; no later than it really was."""
        arrived = select(func.max(transfers.c.finished_at)).where(transfers.c.state == TransferState.TRANSFERRED)
        noted = select(func.max(intents.c.last_at)).where(intents.c.kind == IntentKind.ORDER)
        if business is not None:
            arrived = arrived.where(transfers.c.business == business)
            noted = noted.where(intents.c.business == business)
        return max((at for at in (self._database.scalar(arrived), self._database.scalar(noted)) if at), default=None)

    def shut_all(self) -> None:
        """Have every business recovered."""
        of_all = self.last_sent_at()
        for name in self._database.scalars(select(businesses.c.name).where(IS_THERE).order_by(businesses.c.name)).all():
            earlier = self.recovery(name)
            if earlier and earlier.needed:
                continue
            last = self.last_sent_at(name) or of_all
            self.put_recovery(Recovery(business=name, since=last - CLOCKS_DIFFER if last else None))

    def recovery(self, business: str) -> Recovery | None:
        """Return how a business's recovery stands, or None where it never needed one."""
        row = self._database.execute(_OF_ONE, {"business": business}).mappings().first()
        return Recovery.model_validate(dict(row)) if row else None

    def put_recovery(self, recovery: Recovery) -> None:
        """Store a recovery, new or changed."""
        row = recovery.model_dump()
        findings = [finding.model_dump(mode="json") for finding in recovery.findings]
        put(self._database, recoveries, {**row, "findings": findings})

    def recoveries(self, *, needed: bool | None = None) -> Sequence[Recovery]:
        """Return recoveries, by business: all, or those that are needed, or not any more."""
        query = select(recoveries).join(businesses, businesses.c.name == recoveries.c.business).where(IS_THERE)
        if needed is not None:
            query = query.where(recoveries.c.needed.is_(needed))
        rows = self._database.execute(query.order_by(recoveries.c.business)).mappings()
        return [Recovery.model_validate(dict(row)) for row in rows]
