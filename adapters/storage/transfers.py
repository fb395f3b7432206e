"""Transfers: one for each invoice, each written only by whoever has seen its latest version."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, Connection, Select, and_, bindparam, or_, select, update

from adapters.storage.column_types import UtcDateTime
from adapters.storage.insertion import insert_into
from adapters.storage.schema import businesses, leases, pauses, transfers
from adapters.storage.shared_clock import SharedClock
from core.errors import Conflict, Underway
from core.transfer import Transfer, TransferState

_BESIDE = {"settled"}
"""What is kept beside a transfer and is no part of it: whoever stores status checks writes it."""
_TRANSFERS = select(*(column for column in transfers.c if column.name not in _BESIDE))
_FIXED = {"id", "business", "invoice", "created_at", "version"}
_NOT_PENDING = [TransferState.RUNNING, *(state for state in TransferState if state.is_final)]
_SAVE = (
    update(transfers)
    .where(transfers.c.id == bindparam("seen_id"), transfers.c.version == bindparam("seen_version"))
    .values({one.name: bindparam(one.name) for one in transfers.c if one.name not in (_FIXED - {"version"}) | _BESIDE})
)


def _is_due(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    # States are excluded, not included: so stated they tempt no planner away from the index of what is due.
    return and_(transfers.c.next_attempt_at <= now, transfers.c.state.not_in(_NOT_PENDING))


def _of_business(condition: ColumnElement[bool], *order: ColumnElement[object]) -> Select[*tuple[object, ...]]:
    of_business = transfers.c.business == bindparam("business")
    return _TRANSFERS.where(of_business, condition).order_by(*order).limit(bindparam("most"))


# What every turn asks again and again is made once: making a statement takes longer than carrying it out.
_RUNNING = _of_business(transfers.c.state == TransferState.RUNNING, transfers.c.id)
_PENDING = [
    _of_business(
        and_(transfers.c.bulk.is_(bulk), _is_due(bindparam("now", type_=UtcDateTime))),
        transfers.c.next_attempt_at,
        transfers.c.id,
    )
    for bulk in (False, True)
]
# Transfers are locked by all in the order of their ids, so that nobody deadlocks.
_THESE_LOCKED = _TRANSFERS.where(transfers.c.id.in_(bindparam("ids", expanding=True))).order_by(transfers.c.id)
_THESE_LOCKED = _THESE_LOCKED.with_for_update()


class SqlTransferStore:
    """The transfers."""

    def __init__(self, database: Connection, clock: SharedClock) -> None:
        self._database = database
        self._clock = clock

    def get(self, transfer_id: str, *, for_update: bool = False) -> Transfer | None:
        """Return a transfer, or None."""
        return self._first(_TRANSFERS.where(transfers.c.id == transfer_id), for_update=for_update)

    def of_invoice(self, business: str, number: str, *, for_update: bool = False) -> Transfer | None:
        """Return the invoice's transfer, or None."""
        return self._first(
            _TRANSFERS.where(
                transfers.c.business == business, transfers.c.invoice == number, transfers.c.superseded.is_(False)
            ),
            for_update=for_update,
        )

    def of_order(self, business: str, order_id: str, *, books: str) -> Transfer | None:
        """Return the business's transfer that arrived as this order of these books, or None."""
        return self._first(
            _TRANSFERS.where(
                transfers.c.business == business,
                transfers.c.order_id == order_id,
                transfers.c.superseded.is_(False),
                or_(transfers.c.books.is_(None), transfers.c.books == books),
            )
        )

    def of_invoices(
        self, business: str, numbers: Collection[str], *, for_update: bool = False
    ) -> Mapping[str, Transfer]:
        """Return the transfers of these invoices, by number."""
        query = _TRANSFERS.where(
            transfers.c.business == business, transfers.c.invoice.in_(numbers), transfers.c.superseded.is_(False)
        )
        if for_update:  # locked in one order by all, so that nobody deadlocks
            query = query.order_by(transfers.c.id).with_for_update()
        return {transfer.invoice: transfer for transfer in self._all(query)}

    def add(self, transfer: Transfer) -> None:
        """Store a new transfer.

        Errors: Conflict, code `transfer_exists`, when the invoice has one.
        """
        if not self.add_all([transfer]):
            raise Conflict(
                f"Invoice {transfer.invoice} has a transfer already.",
                code="transfer_exists",
                hint="Look at its transfer (transfer list) instead of making another.",
            )

    def add_all(self, given: Sequence[Transfer]) -> Collection[str]:
        """Store those new transfers whose invoice has none, and return their ids."""
        if not given:
            return []
        # Not an exception of the database's: after one of those PostgreSQL gives up the whole transaction.
        statement = (
            insert_into(self._database.dialect.name, transfers)
            .on_conflict_do_nothing(
                index_elements=["business", "invoice"], index_where=transfers.c.superseded.is_(False)
            )
            .returning(transfers.c.id)
        )
        return list(self._database.scalars(statement, [transfer.model_dump() for transfer in given]))

    def save(self, transfer: Transfer) -> Transfer:
        """Store a changed transfer and return it with its next version.

        Errors: Conflict, code `transfer_changed`, when somebody else saved it since it was read.
        """
        return self.save_all([transfer])[0]

    def save_all(self, given: Sequence[Transfer]) -> Sequence[Transfer]:
        """Store changed transfers, all or none, as save does; in the same order."""
        if not given:
            return []
        rows = [
            {
                **transfer.model_dump(exclude=_FIXED),
                "version": transfer.version + 1,
                "seen_id": transfer.id,
                "seen_version": transfer.version,
            }
            for transfer in given
        ]
        if self._database.execute(_SAVE, rows).rowcount != len(rows):
            which = f"Transfer {given[0].id}" if len(given) == 1 else f"One of {len(given)} transfers"
            raise Underway(
                f"{which} was changed by somebody else at the same time.",
                code="transfer_changed",
                hint="See how it stands now (transfer show), then do it again if it is still wanted.",
            )
        return [transfer.model_copy(update={"version": transfer.version + 1}) for transfer in given]

    def due(self, business: str, *, now: datetime, limit: int, for_update: bool = False) -> Sequence[Transfer]:
        """Return the transfers of the business to be worked on next, at most `limit`: single ones or else bulk.

        Those left running come first: they were taken before any other became due, and their orders may exist.
        """
        of = {"business": business, "now": now, "most": limit}
        for query in (_RUNNING, *_PENDING):
            if found := self._all(query, of):
                return self._locked(found) if for_update else found
        return []

    def is_single_due(self, business: str, *, now: datetime) -> bool:
        """Whether a single send of the business is due."""
        return bool(self._all(_PENDING[0], {"business": business, "now": now, "most": 1}))

    def businesses_due(self, *, now: datetime) -> Sequence[str]:
        """Return the businesses that have something due and that nobody holds or has paused, by name."""
        left = select(transfers.c.business).where(transfers.c.state == TransferState.RUNNING)
        due = select(transfers.c.business).where(_is_due(now))
        held = select(leases.c.business).where(leases.c.expires_at > self._clock.now())
        paused = (
            select(businesses.c.name).join(pauses, pauses.c.system == businesses.c.system).where(pauses.c.until > now)
        )
        query = (
            select(businesses.c.name)
            .where(
                businesses.c.name.in_(left.union(due)),
                businesses.c.name.not_in(held),
                businesses.c.name.not_in(paused),
            )
            .order_by(businesses.c.name)
        )
        return list(self._database.scalars(query))

    def next_attempt_at(self, business: str) -> datetime | None:
        """Return when the earliest transfer that waits for a time is due, or None."""
        earliest = [
            self._database.scalar(
                select(transfers.c.next_attempt_at)
                .where(
                    transfers.c.business == business,
                    transfers.c.bulk.is_(bulk),
                    transfers.c.next_attempt_at.is_not(None),
                    transfers.c.state.not_in([TransferState.QUEUED, *_NOT_PENDING]),
                )
                .order_by(transfers.c.next_attempt_at, transfers.c.id)
                .limit(1)
            )
            for bulk in (False, True)
        ]
        return min((at for at in earliest if at is not None), default=None)

    def not_begun(self, business: str, *, parked: bool, limit: int) -> Sequence[Transfer]:
        """Return transfers that are parked, or else those that are queued or wait for a time, at most `limit`."""
        has_time = transfers.c.next_attempt_at.is_(None) if parked else transfers.c.next_attempt_at.is_not(None)
        states = [TransferState.WAITING] if parked else [TransferState.WAITING, TransferState.QUEUED]
        query = _TRANSFERS.where(transfers.c.business == business, transfers.c.state.in_(states), has_time)
        # In the order of the index, or SQLite reads all that have ended too.
        in_order = [transfers.c.id] if parked else [transfers.c.bulk, transfers.c.next_attempt_at, transfers.c.id]
        return self._locked(self._all(query.order_by(*in_order).limit(limit)))

    def list(
        self, business: str | None, *, state: TransferState | None = None, limit: int, after: str | None = None
    ) -> Sequence[Transfer]:
        """Return transfers by id (the newest last), those after the given id, at most `limit`."""
        query = _TRANSFERS.order_by(transfers.c.id).limit(limit)
        if business is not None:
            query = query.where(transfers.c.business == business)
        if state is not None:
            query = query.where(transfers.c.state == state)
        if after is not None:
            query = query.where(transfers.c.id > after)
        return self._all(query)

    def _first(self, query: Select[*tuple[object, ...]], *, for_update: bool = False) -> Transfer | None:
        # SQLite has no such clause and needs none: a transaction there holds the whole database.
        row = self._database.execute(query.with_for_update() if for_update else query).mappings().first()
        return Transfer.model_validate(dict(row)) if row else None

    def _locked(self, found: Sequence[Transfer]) -> Sequence[Transfer]:
        """Return these as they are now, and keep others from saving them; what stands otherwise since is left out.

        SQLite needs nothing for that: a transaction there holds the whole database.
        """
        if self._database.dialect.name == "sqlite":
            return found
        now = {transfer.id: transfer for transfer in self._all(_THESE_LOCKED, {"ids": [one.id for one in found]})}
        return [now[one.id] for one in found if one.id in now and _stands(now[one.id]) == _stands(one)]

    def _all(self, query: Select[*tuple[object, ...]], of: Mapping[str, object] | None = None) -> Sequence[Transfer]:
        return [Transfer.model_validate(dict(row)) for row in self._database.execute(query, of).mappings()]


def _stands(transfer: Transfer) -> tuple[TransferState, datetime | None]:
    return transfer.state, transfer.next_attempt_at
