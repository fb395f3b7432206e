"""Batches: which invoices were sent in one go. Where each stands is read from its transfer."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, func, select

from adapters.storage.insertion import insert_into, put
from adapters.storage.schema import batch_members, batches, transfers
from core.batch import Batch, BatchCounts, BatchItem, BatchMember
from core.errors import RecoveryNeeded
from core.transfer import Transfer, TransferState

_MEMBERS = batch_members.outerjoin(transfers, transfers.c.id == batch_members.c.transfer_id)
_TRANSFER = [transfers.c[name] for name in Transfer.model_fields]
_IS_UNRECOVERED = and_(
    transfers.c.next_attempt_at.is_(None), transfers.c.error["code"].as_string() == RecoveryNeeded.default_code
)
_ITEMS = select(
    batch_members.c.position, batch_members.c.invoice.label("member"), batch_members.c.refusal, *_TRANSFER
).select_from(_MEMBERS)


class SqlBatchStore:
    """The batches."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    def put(self, batch: Batch) -> None:
        """Store a batch, new or changed."""
        put(self._database, batches, batch.model_dump())

    def get(self, batch_id: str) -> Batch | None:
        """Return a batch, or None."""
        row = self._database.execute(select(batches).where(batches.c.id == batch_id)).mappings().first()
        return Batch.model_validate(dict(row)) if row else None

    def add_members(self, batch_id: str, members: Sequence[BatchMember]) -> None:
        """Add invoices to a batch, in this order; those that belong to it already stay as they are."""
        if members:
            statement = insert_into(self._database.dialect.name, batch_members).on_conflict_do_nothing(
                index_elements=["batch", "invoice"]
            )
            self._database.execute(statement, [{"batch": batch_id, **member.model_dump()} for member in members])

    def items(self, batch_id: str, *, limit: int, after: int | None = None) -> Sequence[BatchItem]:
        """Return a batch's invoices as they stand, in the order in which they were added, at most `limit`."""
        query = _ITEMS.where(batch_members.c.batch == batch_id)
        if after is not None:
            query = query.where(batch_members.c.position > after)
        rows = self._database.execute(query.order_by(batch_members.c.position).limit(limit)).mappings()
        return [_item(row) for row in rows]

    def counts(self, batch_id: str) -> BatchCounts:
        """Count a batch's invoices by where they stand."""
        query = (
            select(
                transfers.c.state,
                func.count().label("members"),
                func.count(transfers.c.next_attempt_at).label("timed"),
                func.count().filter(_IS_UNRECOVERED).label("unrecovered"),
                func.min(transfers.c.next_attempt_at).label("next_attempt_at"),
            )
            .select_from(_MEMBERS)
            .where(batch_members.c.batch == batch_id)
            .group_by(transfers.c.state)
        )
        rows = {row.state: row for row in self._database.execute(query)}
        waiting = rows.get(TransferState.WAITING)
        return BatchCounts(
            **{state.value: rows[state].members for state in TransferState if state in rows},
            refused=rows[None].members if None in rows else 0,
            parked=waiting.members - waiting.timed if waiting else 0,
            unrecovered=waiting.unrecovered if waiting else 0,
            next_attempt_at=waiting.next_attempt_at if waiting else None,
        )


def _item(row: Mapping[Any, Any]) -> BatchItem:
    transfer = {name: row[name] for name in Transfer.model_fields}
    return BatchItem(
        position=row["position"],
        invoice=row["member"],
        transfer=Transfer.model_validate(transfer) if transfer["id"] is not None else None,
        refusal=row["refusal"],
    )
