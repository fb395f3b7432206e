"""An example of an event of any type, as it would be told of a made-up invoice.

Pure. It is made as a real one is, so it has what a real one has; its id and its invoice's number say what it is.
"""

from datetime import date, datetime, timedelta

from core.batch import Batch, BatchCounts
from core.customer_candidates import AmbiguousCustomer
from core.errors import AccessRefused, Rejected
from core.event import (
    Event,
    EventType,
    Happening,
    Seen,
    access_refused,
    access_restored,
    batch_finished,
    credits_told,
    ends_told,
    payments_told,
    recoveries_told,
)
from core.payment import PaymentReason, PaymentReport, PaymentStatusValue
from core.recovery import Recovery
from core.transfer import Transfer, TransferError, TransferState

EXAMPLE_ID = "example_"
"""What the id of an example begins with, and no real one's does."""

EXAMPLE_INVOICE = "EXAMPLE-1001"
EXAMPLE_BUSINESS = "example"
"""Whose the example is where it is for an endpoint of all businesses."""

_CREDIT = "EXAMPLE-1001-K1"
_TRANSFER, _BATCH, _ORDER = "example_transfer", "example_batch", "example_order"
_TOOK = timedelta(seconds=1)
_BEFORE = {
    EventType.INVOICE_PUBLISHED: PaymentReason.NOT_PUBLISHED,
    EventType.INVOICE_PARTLY_PAID: PaymentReason.OPEN,
    EventType.INVOICE_PAID: PaymentReason.OPEN,
    EventType.INVOICE_REOPENED: PaymentReason.PAID,
    EventType.INVOICE_DELETED: PaymentReason.NOT_PUBLISHED,
}
_AFTER = {
    EventType.INVOICE_PUBLISHED: PaymentReason.OPEN,
    EventType.INVOICE_PARTLY_PAID: PaymentReason.PARTLY_PAID,
    EventType.INVOICE_PAID: PaymentReason.PAID,
    EventType.INVOICE_REOPENED: PaymentReason.OPEN,
    EventType.INVOICE_DELETED: PaymentReason.DELETED,
}


def example_event(type_: EventType, *, event_id: str, business: str | None, now: datetime) -> Event:
    """Return an event of this type that happened now, to a made-up invoice of the business."""
    (happening,) = (one for one in _happenings(type_, business or EXAMPLE_BUSINESS, now) if one.type is type_)
    return Event(**dict(happening), id=f"{EXAMPLE_ID}{event_id}", timestamp=now)


def _happenings(type_: EventType, business: str, now: datetime) -> list[Happening]:
    if type_ in _AFTER:
        reports = (_report(_BEFORE[type_], now - _TOOK), _report(_AFTER[type_], now))
        return list(payments_told(business, [Seen(before=reports[0].reason, report=reports[1])]))
    transfer = _transfer(business, now)
    match type_:
        case EventType.TRANSFER_REJECTED | EventType.TRANSFER_NEEDS_CHOICE:
            needs_choice = type_ is EventType.TRANSFER_NEEDS_CHOICE
            error = TransferError.of(
                AmbiguousCustomer("", candidates=()) if needs_choice else Rejected(""), order_open=False
            )
            refused = {"state": TransferState.REJECTED, "order_id": None, "customer_id": None, "error": error}
            return list(ends_told([transfer.model_copy(update=refused)]))
        case EventType.TRANSFER_TRANSFERRED:
            return list(ends_told([transfer]))
        case EventType.INVOICE_CREDITED:
            credit = transfer.model_copy(update={"invoice": _CREDIT})
            return list(credits_told([credit], {_CREDIT: EXAMPLE_INVOICE}))
        case EventType.ACCESS_REFUSED:
            return [access_refused(business, AccessRefused(""))]
        case EventType.ACCESS_RESTORED:
            return [access_restored(business)]
        case EventType.BATCH_FINISHED:
            batch = Batch(id=_BATCH, business=business, created_at=now - _TOOK)
            return [batch_finished(batch, BatchCounts(transferred=1))]
        case _:
            return list(recoveries_told([Recovery(business=business, since=now - timedelta(days=1))]))


def _transfer(business: str, now: datetime) -> Transfer:
    return Transfer(
        id=_TRANSFER,
        business=business,
        invoice=EXAMPLE_INVOICE,
        state=TransferState.TRANSFERRED,
        order_id=_ORDER,
        customer_id="example_customer",
        attempts=1,
        created_at=now - _TOOK,
        trying_since=now - _TOOK,
        finished_at=now,
    )


def _report(reason: PaymentReason, at: datetime) -> PaymentReport:
    is_paid = reason is PaymentReason.PAID
    return PaymentReport(
        invoice=EXAMPLE_INVOICE,
        status=PaymentStatusValue.PAID if is_paid else PaymentStatusValue.NOT_PAID,
        reason=reason,
        order_id=_ORDER,
        invoice_number=None if reason in (PaymentReason.NOT_PUBLISHED, PaymentReason.DELETED) else "10001",
        invoiced_at=None if reason in (PaymentReason.NOT_PUBLISHED, PaymentReason.DELETED) else date(2026, 6, 2),
        paid_at=date(2026, 6, 16) if is_paid else None,
        checked_at=at,
    )
