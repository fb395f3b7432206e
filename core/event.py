"""Events: what happened to an invoice or a business, each told once.

Pure. An event is kept in the transaction of the change that it tells of. It says what the API says of the same thing,
but for texts: a warning or a message may name a customer, and an event goes out of the house.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from pydantic import JsonValue

from core.batch import Batch, BatchCounts
from core.customer_candidates import AmbiguousCustomer
from core.errors import KvittError
from core.fields import Document, Instant
from core.payment import PaymentReason, PaymentReport
from core.recovery import Recovery
from core.transfer import Transfer, TransferError, TransferState


class EventType(StrEnum):
    """What happened, under names that stay."""

    TRANSFER_TRANSFERRED = "transfer.transferred"
    TRANSFER_REJECTED = "transfer.rejected"
    TRANSFER_NEEDS_CHOICE = "transfer.needs_choice"
    ACCESS_REFUSED = "business.access_refused"
    ACCESS_RESTORED = "business.access_restored"
    INVOICE_PUBLISHED = "invoice.published"
    INVOICE_PARTLY_PAID = "invoice.partly_paid"
    INVOICE_PAID = "invoice.paid"
    INVOICE_REOPENED = "invoice.reopened"
    INVOICE_CREDITED = "invoice.credited"
    INVOICE_DELETED = "invoice.deleted"
    BATCH_FINISHED = "batch.finished"
    RECOVERY_NEEDED = "recovery.needed"


class Happening(Document):
    """What happened, before it is kept: `data` is JSON, and names nobody."""

    type: EventType
    business: str
    invoice: str | None = None
    data: Mapping[str, JsonValue]


class Event(Happening):
    """A happening that is kept. `id` is its own for good; `timestamp` is when it was written down, a UTC instant.

    The names are those of the Standard Webhooks specification, for an event is sent as it stands.
    """

    id: str
    timestamp: Instant


class Seen(Document):
    """What was reported of an invoice's payment, where that is not what was seen `before` (None: nothing was)."""

    before: PaymentReason | None
    report: PaymentReport


class AccessUse(StrEnum):
    """For what the way into a business's account was needed: each may be open while the other is shut."""

    SENDING = "sending"
    ASKING = "asking"


_TRANSFER_FIELDS = {
    "id",
    "business",
    "invoice",
    "state",
    "order_id",
    "customer_id",
    "attempts",
    "created_at",
    "finished_at",
    "next_attempt_at",
}
_REPORT_FIELDS = {"invoice", "status", "reason", "order_id", "invoice_number", "invoiced_at", "paid_at", "checked_at"}


def ends_told(transfers: Iterable[Transfer]) -> Sequence[Happening]:
    """Return what is told of these transfers that have just been stored: of those that arrived or were rejected.

    What a person does, such as cancelling or withdrawing, is nothing new to the one who did it.
    """
    told = ((_end_type(transfer), transfer) for transfer in transfers)
    return [_of_transfer(type_, transfer) for type_, transfer in told if type_]


def credits_told(transfers: Iterable[Transfer], credited: Mapping[str, str]) -> Sequence[Happening]:
    """Return what is told of the invoices that these transfers credit, now that they have arrived.

    `credited` has, by the number of a credit, that of the invoice that it credits. The data is the credit's transfer.
    """
    return [
        _of_transfer(EventType.INVOICE_CREDITED, transfer, invoice=credited[transfer.invoice])
        for transfer in transfers
        if transfer.state is TransferState.TRANSFERRED and transfer.invoice in credited
    ]


def payments_told(business: str, seen: Iterable[Seen]) -> Sequence[Happening]:
    """Return what is told of invoices whose payment was seen to be another than before."""
    return [
        Happening(
            type=type_,
            business=business,
            invoice=one.report.invoice,
            data=one.report.model_dump(mode="json", include=_REPORT_FIELDS),
        )
        for one in seen
        for type_ in payment_types(one.before, one.report.reason)
    ]


def payment_types(before: PaymentReason | None, now: PaymentReason) -> Sequence[EventType]:
    """Return what became true of an invoice, from what was seen last to what is seen now.

    One that was published and paid between two looks was both. `reopened` says that it was paid before and is not any
    more; what it is instead, if that has a name of its own, is told after it.
    """
    if before is now:
        return []
    told = []
    if before is PaymentReason.PAID and now is not PaymentReason.DELETED:
        told.append(EventType.INVOICE_REOPENED)
    if now.is_of_an_invoice and not (before and before.is_of_an_invoice):
        told.append(EventType.INVOICE_PUBLISHED)
    named = {
        PaymentReason.PARTLY_PAID: EventType.INVOICE_PARTLY_PAID,
        PaymentReason.PAID: EventType.INVOICE_PAID,
        PaymentReason.DELETED: EventType.INVOICE_DELETED,
    }
    return [*told, named[now]] if now in named else told


def access_refused(business: str, error: KvittError) -> Happening:
    """Tell that there is no way into a business's account any more, or that the rights do not suffice."""
    return Happening(
        type=EventType.ACCESS_REFUSED,
        business=business,
        data={"business": business, "error": _told_error(error)},
    )


def access_restored(business: str) -> Happening:
    """Tell that there is a way into a business's account again."""
    return Happening(type=EventType.ACCESS_RESTORED, business=business, data={"business": business, "error": None})


def batch_finished(batch: Batch, counts: BatchCounts) -> Happening:
    """Tell that nothing more becomes of a batch's invoices by itself, and how many of them stand where."""
    states: dict[str, JsonValue] = {state.value: getattr(counts, state.value) for state in TransferState}
    return Happening(
        type=EventType.BATCH_FINISHED,
        business=batch.business,
        data={
            **batch.model_dump(mode="json", include={"id", "business", "created_at"}),
            "total": counts.total,
            "states": {**states, "refused": counts.refused},
            "left_out": {"printed": batch.printed, "cancelled": batch.cancelled},
            "finished": True,
        },
    )


def recoveries_told(recoveries: Iterable[Recovery]) -> Sequence[Happening]:
    """Return what is told of these, needed since now: the database was put back, and nothing is sent before."""
    return [
        Happening(
            type=EventType.RECOVERY_NEEDED,
            business=recovery.business,
            data=recovery.model_dump(mode="json", include={"business", "needed", "since"}),
        )
        for recovery in recoveries
    ]


def _end_type(transfer: Transfer) -> EventType | None:
    if transfer.state is TransferState.TRANSFERRED:
        return EventType.TRANSFER_TRANSFERRED
    if transfer.state is not TransferState.REJECTED:
        return None
    needs_choice = transfer.error is not None and transfer.error.code == AmbiguousCustomer.default_code
    return EventType.TRANSFER_NEEDS_CHOICE if needs_choice else EventType.TRANSFER_REJECTED


def _of_transfer(type_: EventType, transfer: Transfer, *, invoice: str | None = None) -> Happening:
    error = transfer.error
    return Happening(
        type=type_,
        business=transfer.business,
        invoice=invoice or transfer.invoice,
        data={
            **transfer.model_dump(mode="json", include=_TRANSFER_FIELDS),
            "error": _told_error(error) if error else None,
        },
    )


def _told_error(error: KvittError | TransferError) -> dict[str, JsonValue]:
    """Tell of an error without its texts, which may name a customer."""
    return {"code": error.code, "retriable": error.retriable, "outcome": str(error.outcome)}
