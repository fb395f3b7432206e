"""The batches that invoices were sent in: which they were, and where each stands by its transfer."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, or_, select, update
from typing_extensions import override

from adapters.storage.dialects import insert_into, put
from adapters.storage.schema import batch_members, batches, transfers
from adapters.storage.schema.parts import ID_LENGTH
from core.batch import Batch, BatchCounts, BatchItem, BatchMember
from core.errors import RecoveryNeeded
from core.ports.invoice_stores import BatchStore
from core.reasons import Reason, Verdict, in_order, reason_of
from core.transfer import Transfer, TransferState

_MEMBERS = batch_members.outerjoin(transfers, transfers.c.id == batch_members.c.transfer_id)
_TRANSFER = [transfers.c[name] for name in Transfer.model_fields]
_IS_UNRECOVERED = and_(
    transfers.c.next_attempt_at.is_(None), transfers.c.error["code"].as_string() == RecoveryNeeded.default_code
)
_ITEMS = select(
    batch_members.c.position, batch_members.c.invoice.label("member"), batch_members.c.refusal, *_TRANSFER
).select_from(_MEMBERS)

_UNFINISHED_OF = (
    select(batch_members.c.batch)
    .join(batches, batches.c.id == batch_members.c.batch)
    .where(batch_members.c.transfer_id.in_(bindparam("transfers", expanding=True)), batches.c.finished_at.is_(None))
    .distinct()
)
_UNFINISHED_LOCKED = (
    select(batches)
    .where(batches.c.id.in_(bindparam("ids", expanding=True)), batches.c.finished_at.is_(None))
    .order_by(batches.c.id)
    .with_for_update(key_share=True)
)
# Looked for from the end, where what is left of a batch lies: those before it were worked off first.
_LAST_AT_WORK = (
    select(batch_members.c.position)
    .join(transfers, transfers.c.id == batch_members.c.transfer_id)
    .where(
        batch_members.c.batch == bindparam("batch"),
        transfers.c.state.not_in([state for state in TransferState if state.is_final]),
    )
    .order_by(batch_members.c.position.desc())
    .limit(1)
)
_LAST_AT_WORK_LOCKED = _LAST_AT_WORK.with_for_update(of=transfers, key_share=True)


class SqlBatchStore(BatchStore):
    """The batches: which invoices were sent in one go. Where each stands is read from its transfer."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    @override
    def put(self, batch: Batch) -> None:
        put(self._database, batches, batch.model_dump())

    @override
    def get(self, batch_id: str) -> Batch | None:
        row = self._database.execute(select(batches).where(batches.c.id == batch_id)).mappings().first()
        return Batch.model_validate(dict(row)) if row else None

    @override
    def add_members(self, batch_id: str, members: Sequence[BatchMember]) -> None:
        if members:
            statement = insert_into(self._database.dialect.name, batch_members).on_conflict_do_nothing(
                index_elements=["batch", "invoice"]
            )
            self._database.execute(statement, [{"batch": batch_id, **member.model_dump()} for member in members])

    @override
    def items(self, batch_id: str, *, limit: int, after: int | None = None) -> Sequence[BatchItem]:
        query = _ITEMS.where(batch_members.c.batch == batch_id)
        if after is not None:
            query = query.where(batch_members.c.position > after)
        rows = self._database.execute(query.order_by(batch_members.c.position).limit(limit)).mappings()
        return [_item(row) for row in rows]

    @override
    def counts(self, batch_id: str) -> BatchCounts:
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
        put_off = [row for state in (TransferState.WAITING, TransferState.WITHDRAWING) if (row := rows.get(state))]
        return BatchCounts(
            **{state.value: rows[state].members for state in TransferState if state in rows},
            refused=rows[None].members if None in rows else 0,
            parked=sum(row.members - row.timed for row in put_off),
            unrecovered=sum(row.unrecovered for row in put_off),
            next_attempt_at=min((row.next_attempt_at for row in put_off if row.next_attempt_at), default=None),
        )

    @override
    def finish(self, transfer_ids: Collection[str], *, now: datetime) -> Sequence[Batch]:
        touched = self._database.scalars(_UNFINISHED_OF, {"transfers": list(transfer_ids)}).all()
        if not touched:
            return []
        # Locked last, and by all in one order, so that nobody deadlocks; members are added meanwhile all the same.
        rows = self._database.execute(_UNFINISHED_LOCKED, {"ids": touched}).mappings().all()
        batches_ = [Batch.model_validate(dict(row)) for row in rows]
        return [batch for batch in batches_ if batch.recorded and self._finish(batch.id, now=now)]

    @override
    def finish_recorded(self, batch: Batch, *, now: datetime) -> bool:
        # Whoever ends a transfer at this moment may not have seen that it is of this batch: that is waited for.
        is_at_work = self._database.scalar(_LAST_AT_WORK_LOCKED, {"batch": batch.id}) is not None
        recorded = {"recorded": True, "finished_at": None if is_at_work else now}
        self.put(batch.model_copy(update=recorded))
        return not is_at_work

    def _finish(self, batch_id: str, *, now: datetime) -> bool:
        if self._database.scalar(_LAST_AT_WORK, {"batch": batch_id}) is not None:
            return False
        finished = update(batches).where(batches.c.id == batch_id).values(finished_at=now)
        self._database.execute(finished)
        return True

    @override
    def reasons(self, batch_id: str) -> Sequence[Reason]:
        code = func.coalesce(batch_members.c.refusal["code"].as_string(), transfers.c.error["code"].as_string())
        query = (
            select(func.count(), func.min(batch_members.c.position))
            .select_from(_MEMBERS)
            .where(
                batch_members.c.batch == batch_id,
                or_(batch_members.c.transfer_id.is_(None), transfers.c.state == TransferState.REJECTED),
            )
            .group_by(batch_members.c.transfer_id.is_(None), code)
        )
        counts = {position: count for count, position in self._database.execute(query)}
        examples = self._database.execute(_ITEMS.where(batch_members.c.position.in_(counts))).mappings()
        found = ((counts[row["position"]], reason_of(_item(row))) for row in examples)
        return in_order(reason.model_copy(update={"count": count}) for count, reason in found if reason)

    @override
    def of_reason(
        self, batch_id: str, verdict: Verdict, code: str, *, limit: int, after: int | None = None
    ) -> Sequence[BatchItem]:
        query = _ITEMS.where(batch_members.c.batch == batch_id)
        if verdict is Verdict.REFUSED:
            query = query.where(
                batch_members.c.transfer_id.is_(None), batch_members.c.refusal["code"].as_string() == code
            )
        else:
            query = query.where(transfers.c.state == TransferState.REJECTED, transfers.c.error_code == code[:ID_LENGTH])
        if after is not None:
            query = query.where(batch_members.c.position > after)
        rows = self._database.execute(query.order_by(batch_members.c.position).limit(limit)).mappings()
        return [_item(row) for row in rows]

    @override
    def list(self, business: str, *, limit: int, before: str | None = None) -> Sequence[Batch]:
        query = select(batches).where(batches.c.business == business)
        if before is not None:
            query = query.where(batches.c.id < before)
        rows = self._database.execute(query.order_by(batches.c.id.desc()).limit(limit)).mappings()
        return [Batch.model_validate(dict(row)) for row in rows]


def _item(row: Mapping[Any, Any]) -> BatchItem:
    transfer = {name: row[name] for name in Transfer.model_fields}
    return BatchItem(
        position=row["position"],
        invoice=row["member"],
        transfer=Transfer.model_validate(transfer) if transfer["id"] is not None else None,
        refusal=row["refusal"],
    )
