"""Transfers: one for each invoice, each written only by whoever has seen its latest version."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, select, update

from adapters.storage.column_types import database_instant
from adapters.storage.insertion import insert_into
from adapters.storage.schema import businesses, leases, pauses, transfers
from core.errors import Conflict
from core.transfer import Transfer, TransferState

_FIXED = {"id", "business", "invoice", "created_at", "version"}
_LIVE = [state for state in TransferState if not state.is_final]
_NOT_PENDING = [TransferState.RUNNING, *(state for state in TransferState if state.is_final)]
_SAVE = (
    update(transfers)
    .where(transfers.c.id == bindparam("seen_id"), transfers.c.version == bindparam("seen_version"))
    .values({column.name: bindparam(column.name) for column in transfers.c if column.name not in _FIXED - {"version"}})
)


class SqlTransferStore:
    """The transfers."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    def get(self, transfer_id: str, *, for_update: bool = False) -> Transfer | None:
        """Return a transfer, or None."""
        return self._first(select(transfers).where(transfers.c.id == transfer_id), for_update=for_update)

    def of_invoice(self, business: str, number: str, *, for_update: bool = False) -> Transfer | None:
        """Return the invoice's transfer, or None."""
        return self._first(
            select(transfers).where(
                transfers.c.business == business, transfers.c.invoice == number, transfers.c.superseded.is_(False)
            ),
            for_update=for_update,
        )

    def of_invoices(
        self, business: str, numbers: Collection[str], *, for_update: bool = False
    ) -> Mapping[str, Transfer]:
        """Return the transfers of these invoices, by number."""
        query = select(transfers).where(
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
            insert_into(self._database, transfers)
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
            raise Conflict(
                f"{which} was changed by somebody else at the same time.",
                code="transfer_changed",
                hint="See how it stands now (transfer show), then do it again if it is still wanted.",
            )
        return [transfer.model_copy(update={"version": transfer.version + 1}) for transfer in given]

    def due(self, business: str, *, now: datetime, limit: int, for_update: bool = False) -> Sequence[Transfer]:
        """Return the transfers of the business to be worked on next, at most `limit`: single ones or else bulk.

        Those left running come first: they were taken before any other became due, and their orders may exist.
        """
        running = (
            select(transfers)
            .where(transfers.c.business == business, transfers.c.state == TransferState.RUNNING)
            .order_by(transfers.c.id)
        )
        for query in (running, _pending(business, now, bulk=False), _pending(business, now, bulk=True)):
            if found := self._all(query.limit(limit).with_for_update() if for_update else query.limit(limit)):
                return found
        return []

    def businesses_due(self, *, now: datetime) -> Sequence[str]:
        """Return the businesses that have something due and that nobody holds or has paused, by name."""
        left = select(transfers.c.business).where(transfers.c.state == TransferState.RUNNING)
        due = select(transfers.c.business).where(_is_due(now))
        held = select(leases.c.business).where(leases.c.expires_at > database_instant(self._database))
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

    def live(self, business: str) -> Sequence[Transfer]:
        """Return the business's transfers that have not ended, the oldest first."""
        query = select(transfers).where(transfers.c.business == business, transfers.c.state.in_(_LIVE))
        if self._database.dialect.name == "postgresql":  # locked in one order by all, so that nobody deadlocks
            return self._all(query.order_by(transfers.c.id).with_for_update())
        # Sorted here: asked for the order too, SQLite reads all that have ended rather than sort the few that live.
        return sorted(self._all(query), key=lambda transfer: transfer.id)

    def list(
        self, business: str | None, *, state: TransferState | None = None, limit: int, after: str | None = None
    ) -> Sequence[Transfer]:
        """Return transfers by id (the newest last), those after the given id, at most `limit`."""
        query = select(transfers).order_by(transfers.c.id).limit(limit)
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

    def _all(self, query: Select[*tuple[object, ...]]) -> Sequence[Transfer]:
        return [Transfer.model_validate(dict(row)) for row in self._database.execute(query).mappings()]


def _pending(business: str, now: datetime, *, bulk: bool) -> Select[*tuple[object, ...]]:
    return (
        select(transfers)
        .where(transfers.c.business == business, transfers.c.bulk.is_(bulk), _is_due(now))
        .order_by(transfers.c.next_attempt_at, transfers.c.id)
    )


def _is_due(now: datetime) -> ColumnElement[bool]:
    # States are excluded, not included: so stated they tempt no planner away from the index of what is due.
    return and_(transfers.c.next_attempt_at <= now, transfers.c.state.not_in(_NOT_PENDING))
