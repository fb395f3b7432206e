"""Transfers and their stories."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    Boolean,
    ColumnElement,
    Connection,
    Date,
    Select,
    and_,
    bindparam,
    case,
    false,
    func,
    insert,
    null,
    or_,
    select,
    update,
)
from typing_extensions import override

from adapters.storage.dialects import UtcDateTime, insert_into
from adapters.storage.schema import businesses, invoices, journal, leases, pauses, transfers
from adapters.storage.schema.parts import ID_LENGTH
from adapters.storage.shared_clock import SharedClock
from core.errors import Conflict, Underway
from core.norwegian_time import norwegian_date
from core.ports.invoice_stores import JournalStore, Step, TransferStore
from core.transfer import Transfer, TransferState

_OF_ITS_ORDER = {"settled", "paid", "seen", "seen_at", "paid_seen_at", "look_again_at", "open_amount"}
"""What is kept beside a transfer and is no part of it: whoever stores status checks writes it."""
_COUNTED_BY = {"error_code", "arrived_on", "due_on", "currency", "total"}
"""What transfers are counted and summed up by: written with them, from what they and their invoices say."""
_BESIDE = _OF_ITS_ORDER | _COUNTED_BY
_IS_STILL_IT = transfers.c.order_id == bindparam("order_id")
_SEEN_OF_IT = {
    "paid": case((_IS_STILL_IT, transfers.c.paid), else_=false()),
    **{
        name: case((_IS_STILL_IT, transfers.c[name]), else_=null())
        for name in ("seen", "seen_at", "paid_seen_at", "look_again_at", "open_amount")
    },
}
"""Of another order than the one that was seen nothing is known."""


def _of_its_invoice(column: ColumnElement[Any]) -> ColumnElement[Any]:
    of_it = and_(invoices.c.business == transfers.c.business, invoices.c.number == transfers.c.invoice)
    return select(column).where(of_it).correlate(transfers).scalar_subquery()


_HAS_ORDER, _ENDED_ON = bindparam("has_order", type_=Boolean), bindparam("ended_on", type_=Date)
_DUE = _of_its_invoice(func.coalesce(invoices.c.due_date, invoices.c.issue_date))
_COUNTED = {
    "error_code": bindparam("error_code"),
    "arrived_on": case((_HAS_ORDER, func.coalesce(transfers.c.arrived_on, _ENDED_ON)), else_=null()),
    "due_on": case((_HAS_ORDER, func.coalesce(_DUE, transfers.c.due_on, _ENDED_ON)), else_=null()),
    "currency": func.coalesce(_of_its_invoice(invoices.c.currency), transfers.c.currency),
    "total": func.coalesce(_of_its_invoice(invoices.c.total), transfers.c.total),
}
"""What the invoice says stays when the invoice is forgotten: a day and a sum tell of nobody."""
TRANSFERS = select(*(column for column in transfers.c if column.name not in _BESIDE))
_FIXED = {"id", "business", "invoice", "created_at", "version"}
_NOT_PENDING = [TransferState.RUNNING, *(state for state in TransferState if state.is_final)]
_SAVE = (
    update(transfers)
    .where(transfers.c.id == bindparam("seen_id"), transfers.c.version == bindparam("seen_version"))
    .values(
        {
            column.name: bindparam(column.name)
            for column in transfers.c
            if column.name not in (_FIXED - {"version"}) | _BESIDE
        }
        | _SEEN_OF_IT
        | _COUNTED
    )
)
_COUNT = update(transfers).where(transfers.c.id == bindparam("counted_id")).values(_COUNTED)


def _is_due(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    # States are excluded, not included: so stated they tempt no planner away from the index of what is due.
    return and_(transfers.c.next_attempt_at <= now, transfers.c.state.not_in(_NOT_PENDING))


def _of_business(condition: ColumnElement[bool], *order: ColumnElement[object]) -> Select[*tuple[object, ...]]:
    of_business = transfers.c.business == bindparam("business")
    return TRANSFERS.where(of_business, condition).order_by(*order).limit(bindparam("most"))


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
_THESE_LOCKED = TRANSFERS.where(transfers.c.id.in_(bindparam("ids", expanding=True))).order_by(transfers.c.id)
_THESE_LOCKED = _THESE_LOCKED.with_for_update()


class SqlTransferStore(TransferStore):
    """The transfers: one for each invoice, each written only by whoever has seen its latest version."""

    def __init__(self, database: Connection, clock: SharedClock) -> None:
        self._database = database
        self._clock = clock

    @override
    def get(self, transfer_id: str, *, for_update: bool = False) -> Transfer | None:
        return self._read_first(TRANSFERS.where(transfers.c.id == transfer_id), for_update=for_update)

    @override
    def of_invoice(self, business: str, number: str, *, for_update: bool = False) -> Transfer | None:
        return self._read_first(
            TRANSFERS.where(
                transfers.c.business == business, transfers.c.invoice == number, transfers.c.superseded.is_(False)
            ),
            for_update=for_update,
        )

    @override
    def of_order(self, business: str, order_id: str, *, books: str) -> Transfer | None:
        return self._read_first(
            TRANSFERS.where(
                transfers.c.business == business,
                transfers.c.order_id == order_id,
                transfers.c.superseded.is_(False),
                transfers.c.state != TransferState.WITHDRAWN,
                or_(transfers.c.books.is_(None), transfers.c.books == books),
            )
        )

    @override
    def of_invoices(
        self, business: str, numbers: Collection[str], *, for_update: bool = False
    ) -> Mapping[str, Transfer]:
        query = TRANSFERS.where(
            transfers.c.business == business, transfers.c.invoice.in_(numbers), transfers.c.superseded.is_(False)
        )
        if for_update:  # locked in one order by all, so that nobody deadlocks
            query = query.order_by(transfers.c.id).with_for_update()
        return {transfer.invoice: transfer for transfer in self._read_all(query)}

    @override
    def all_of_invoice(self, business: str, number: str) -> Sequence[Transfer]:
        of_invoice = and_(transfers.c.business == business, transfers.c.invoice == number)
        return self._read_all(TRANSFERS.where(of_invoice).order_by(transfers.c.id))

    @override
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

    @override
    def add_all(self, given: Sequence[Transfer]) -> Collection[str]:
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
        added = list(self._database.scalars(statement, [transfer.model_dump() for transfer in given]))
        if arrived := [one for one in given if one.state.has_order and one.id in added]:  # an order that was adopted
            self._database.execute(_COUNT, [{"counted_id": one.id, **_counted(one)} for one in arrived])
        return added

    @override
    def save(self, transfer: Transfer) -> Transfer:
        """Store a changed transfer and return it with its next version.

        Errors: Conflict, code `transfer_changed`, when somebody else saved it since it was read.
        """
        return self.save_all([transfer])[0]

    @override
    def save_all(self, given: Sequence[Transfer]) -> Sequence[Transfer]:
        if not given:
            return []
        rows = [
            {
                **transfer.model_dump(exclude=_FIXED),
                **_counted(transfer),
                "version": transfer.version + 1,
                "seen_id": transfer.id,
                "seen_version": transfer.version,
            }
            for transfer in given
        ]
        if self._database.execute(_SAVE, rows).rowcount != len(rows):
            which = f"Transfer {given[0].id}" if len(given) == 1 else f"One of {len(given)} transfers"
            raise Underway(
                f"{which} was changed by someone else at the same time.",
                code="transfer_changed",
                hint="See where it stands now (transfer show), then try again if you still want it.",
            )
        return [transfer.model_copy(update={"version": transfer.version + 1}) for transfer in given]

    @override
    def due(self, business: str, *, now: datetime, limit: int, for_update: bool = False) -> Sequence[Transfer]:
        of = {"business": business, "now": now, "most": limit}
        for query in (_RUNNING, *_PENDING):
            if found := self._read_all(query, of):
                return self._lock(found) if for_update else found
        return []

    @override
    def is_single_due(self, business: str, *, now: datetime) -> bool:
        return bool(self._read_all(_PENDING[0], {"business": business, "now": now, "most": 1}))

    @override
    def businesses_due(self, *, now: datetime) -> Sequence[str]:
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

    @override
    def next_attempt_at(self, business: str) -> datetime | None:
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

    @override
    def not_begun(self, business: str, *, parked: bool, limit: int) -> Sequence[Transfer]:
        of_business = TRANSFERS.where(transfers.c.business == business).limit(limit)
        # In the order of an index, or SQLite reads all that have ended too; and so state by state.
        if parked:
            without_time = of_business.where(transfers.c.next_attempt_at.is_(None)).order_by(transfers.c.id)
            states = (TransferState.WAITING, TransferState.WITHDRAWING)
            found = [one for state in states for one in self._read_all(without_time.where(transfers.c.state == state))]
            return self._lock(found[:limit])
        timed = of_business.where(
            transfers.c.state.in_([TransferState.WAITING, TransferState.QUEUED]),
            transfers.c.next_attempt_at.is_not(None),
        )
        return self._lock(self._read_all(timed.order_by(transfers.c.bulk, transfers.c.next_attempt_at, transfers.c.id)))

    @override
    def list(
        self,
        business: str | None,
        *,
        state: TransferState | None = None,
        invoice: str | None = None,
        limit: int,
        after: str | None = None,
    ) -> Sequence[Transfer]:
        if invoice is not None:
            return self._of_one_invoice(business, invoice, state=state, limit=limit, after=after)
        query = TRANSFERS.order_by(transfers.c.id).limit(limit)
        if business is not None:
            query = query.where(transfers.c.business == business)
        if state is not None:
            query = query.where(transfers.c.state == state)
        if after is not None:
            query = query.where(transfers.c.id > after)
        return self._read_all(query)

    def _of_one_invoice(
        self, business: str | None, invoice: str, *, state: TransferState | None, limit: int, after: str | None
    ) -> Sequence[Transfer]:
        """Read the one that counts and those that are history, each from the index that holds them."""
        found: list[Transfer] = []
        for is_history in (False, True):
            query = TRANSFERS.where(transfers.c.invoice == invoice, transfers.c.superseded.is_(is_history))
            found += self._read_all(query if business is None else query.where(transfers.c.business == business))
        listed = [one for one in found if state in (None, one.state) and (after is None or one.id > after)]
        return sorted(listed, key=lambda one: one.id)[:limit]

    def _read_first(self, query: Select[*tuple[object, ...]], *, for_update: bool = False) -> Transfer | None:
        # SQLite has no such clause and needs none: a transaction there holds the whole database.
        row = self._database.execute(query.with_for_update() if for_update else query).mappings().first()
        return Transfer.model_validate(dict(row)) if row else None

    def _lock(self, found: Sequence[Transfer]) -> Sequence[Transfer]:
        """Return these as they are now, and keep others from saving them; what stands otherwise since is left out.

        SQLite needs nothing for that: a transaction there holds the whole database.
        """
        if self._database.dialect.name == "sqlite":
            return found
        now = {
            transfer.id: transfer
            for transfer in self._read_all(_THESE_LOCKED, {"ids": [transfer.id for transfer in found]})
        }
        return [now[seen.id] for seen in found if seen.id in now and _stands(now[seen.id]) == _stands(seen)]

    def _read_all(
        self, query: Select[*tuple[object, ...]], of: Mapping[str, object] | None = None
    ) -> Sequence[Transfer]:
        return [Transfer.model_validate(dict(row)) for row in self._database.execute(query, of).mappings()]


def _counted(transfer: Transfer) -> dict[str, object]:
    """Return by what a transfer is counted, as far as it says it itself."""
    return {
        "error_code": transfer.error.code[:ID_LENGTH] if transfer.error else None,
        "has_order": transfer.state.has_order,
        "ended_on": norwegian_date(transfer.finished_at or transfer.created_at),
    }


def _stands(transfer: Transfer) -> tuple[TransferState, datetime | None]:
    return transfer.state, transfer.next_attempt_at


_STEP_ADDITION = insert(journal)


class SqlJournalStore(JournalStore):
    """The stories of the transfers."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    @override
    def add(self, told: Sequence[tuple[str, Step]]) -> None:
        if told:
            rows = [{"transfer_id": transfer_id, **step.model_dump()} for transfer_id, step in told]
            self._database.execute(_STEP_ADDITION, rows)

    @override
    def of(self, transfer_id: str) -> Sequence[Step]:
        query = (
            select(journal.c.at, journal.c.text, journal.c.duration_ms)
            .where(journal.c.transfer_id == transfer_id)
            .order_by(journal.c.id)
        )
        return [Step.model_validate(dict(row)) for row in self._database.execute(query).mappings()]
