"""Transfers: one for each invoice, each written only by whoever has seen its latest version."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, and_, select, update

from adapters.storage.column_types import database_instant
from adapters.storage.insertion import insert_into
from adapters.storage.schema import businesses, leases, pauses, transfers
from core.errors import Conflict
from core.transfer import Transfer, TransferState

_FIXED = {"id", "business", "invoice", "created_at", "version"}
_LIVE = [state for state in TransferState if not state.is_final]
_NOT_PENDING = [TransferState.RUNNING, *(state for state in TransferState if state.is_final)]


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

    def add(self, transfer: Transfer) -> None:
        """Store a new transfer.

        Errors: Conflict, code `transfer_exists`, when the invoice has one.
        """
        statement = insert_into(self._database, transfers).values(**transfer.model_dump())
        # Not an exception of the database's: after one of those PostgreSQL gives up the whole transaction.
        added = self._database.scalar(
            statement.on_conflict_do_nothing(
                index_elements=["business", "invoice"], index_where=transfers.c.superseded.is_(False)
            ).returning(transfers.c.id)
        )
        if added is None:
            raise Conflict(
                f"Invoice {transfer.invoice} has a transfer already.",
                code="transfer_exists",
                hint="Look at its transfer (transfer list) instead of making another.",
            )

    def save(self, transfer: Transfer) -> Transfer:
        """Store a changed transfer and return it with its next version.

        Errors: Conflict, code `transfer_changed`, when somebody else saved it since it was read.
        """
        next_version = transfer.version + 1
        saved = self._database.execute(
            update(transfers)
            .where(transfers.c.id == transfer.id, transfers.c.version == transfer.version)
            .values(**transfer.model_dump(exclude=_FIXED), version=next_version)
        )
        if saved.rowcount == 0:
            raise Conflict(
                f"Transfer {transfer.id} was changed by somebody else at the same time.",
                code="transfer_changed",
                hint="See how it stands now (transfer show), then do it again if it is still wanted.",
            )
        return transfer.model_copy(update={"version": next_version})

    def next_due(self, business: str, *, now: datetime, for_update: bool = False) -> Transfer | None:
        """Return the transfer of the business to be worked on next, or None; single ones before bulk.

        One left running comes first: it was taken before any other became the oldest due, and its order may exist.
        """
        running = (
            select(transfers)
            .where(transfers.c.business == business, transfers.c.state == TransferState.RUNNING)
            .order_by(transfers.c.id)
            .limit(1)
        )
        return (
            self._first(running, for_update=for_update)
            or self._next_pending(business, now, bulk=False, for_update=for_update)
            or self._next_pending(business, now, bulk=True, for_update=for_update)
        )

    def _next_pending(self, business: str, now: datetime, *, bulk: bool, for_update: bool) -> Transfer | None:
        return self._first(
            select(transfers)
            .where(transfers.c.business == business, transfers.c.bulk.is_(bulk), _is_due(now))
            .order_by(transfers.c.next_attempt_at, transfers.c.id)
            .limit(1),
            for_update=for_update,
        )

    def businesses_due(self, *, now: datetime) -> Sequence[str]:
        """Return the businesses that have something for next_due and that nobody holds or has paused, by name."""
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


def _is_due(now: datetime) -> ColumnElement[bool]:
    # States are excluded, not included: so stated they tempt no planner away from the index of what is due.
    return and_(transfers.c.next_attempt_at <= now, transfers.c.state.not_in(_NOT_PENDING))
