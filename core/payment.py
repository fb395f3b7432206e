"""Whether an invoice was paid.

Pure. Source: docs/behaviour.md, "Check Status".
"""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from core.fields import DecimalText, Document, Instant, IsoDate, plain
from core.invoice import Invoice
from core.totals import to_the_ore, totals_of


class PaymentStatusValue(StrEnum):
    """The answer in two words."""

    PAID = "paid"
    NOT_PAID = "not_paid"


class PaymentReason(StrEnum):
    """Why an invoice counts as paid or not."""

    NOT_PUBLISHED = "not_published"
    OPEN = "open"
    PARTLY_PAID = "partly_paid"
    PAID = "paid"
    DELETED = "deleted"


class BookedTotals(Document):
    """What the accounting system computed for an order, in the order's currency."""

    gross: DecimalText
    vat: DecimalText


class OrderState(Document):
    """An order as the accounting system holds it now; `reference` is our number on it, where the system tells.

    `invoice_number` is None until the order is published as an invoice; the dates are Norwegian dates. `paid_at` is set
    where the system itself calls the invoice paid. `open_amount` is what is left to pay, where the system tells: of the
    other sign than the total where too much was paid. `last_paid_at` is the day of the payment with which it came to be
    that, where the system tells of payments.
    """

    order_id: str
    reference: str | None = None
    invoice_number: str | None = None
    invoiced_at: IsoDate | None = None
    paid_at: IsoDate | None = None
    open_amount: DecimalText | None = None
    last_paid_at: IsoDate | None = None
    totals: BookedTotals | None = None

    @property
    def comes_to_nothing(self) -> bool:
        """Whether the accounting system has computed 0.00: there is nothing to pay, and no payment to ask for."""
        return self.totals is not None and to_the_ore(self.totals.gross) == 0


class PaymentReport(Document):
    """The answer to Check Status. `invoiced_at` and `paid_at` are Norwegian dates, `checked_at` a UTC instant.

    `books` is the key of the books that were asked; it is kept and not shown.
    """

    invoice: str
    status: PaymentStatusValue
    reason: PaymentReason
    order_id: str
    invoice_number: str | None = None
    invoiced_at: IsoDate | None = None
    paid_at: IsoDate | None = None
    checked_at: Instant
    warnings: tuple[str, ...] = ()
    books: str | None = Field(default=None, exclude=True)

    @property
    def is_settled(self) -> bool:
        """Whether nothing more is expected to happen: the invoice is paid, or its order gone."""
        return self.reason in (PaymentReason.PAID, PaymentReason.DELETED)


def payment_report(
    invoice: Invoice, state: OrderState | None, *, order_id: str, checked_at: datetime, books: str | None = None
) -> PaymentReport:
    """Say whether the invoice is paid, from its order's state; None means that the order is gone.

    `books` is the key of the books that were asked. An order that carries another number than the invoice's is reported
    with a warning: it may be somebody else's, of a transfer from before it was kept in which books its order lies.

    Paid is what was published and has nothing left to pay, whichever way the system tells it: a total of 0.00 is paid
    on the day of the invoice, and so is one of which too much was paid, for what is owed back is no invoice of ours.
    """
    if state is None:
        return PaymentReport(
            invoice=invoice.number,
            status=PaymentStatusValue.NOT_PAID,
            reason=PaymentReason.DELETED,
            order_id=order_id,
            checked_at=checked_at,
            books=books,
        )
    reason = _reason(invoice, state)
    return PaymentReport(
        invoice=invoice.number,
        status=PaymentStatusValue.PAID if reason is PaymentReason.PAID else PaymentStatusValue.NOT_PAID,
        reason=reason,
        order_id=order_id,
        invoice_number=state.invoice_number,
        invoiced_at=state.invoiced_at,
        paid_at=(state.paid_at or state.last_paid_at or state.invoiced_at) if reason is PaymentReason.PAID else None,
        checked_at=checked_at,
        books=books,
        warnings=(
            *_other_reference(invoice, state),
            *total_differences(invoice, state.totals),
            *_still_open(invoice, state, reason),
        ),
    )


def total_differences(invoice: Invoice, booked: BookedTotals | None) -> list[str]:
    """Name both figures wherever the accounting system's total, rounded to the øre, is not ours."""
    if booked is None or not invoice.rows:  # no rows: what the invoice said was forgotten since
        return []
    ours = totals_of(invoice)
    return [
        f"The accounting system's {name} is {plain(to_the_ore(theirs))} {invoice.currency}; the invoice says "
        f"{plain(mine)} {invoice.currency}."
        for name, theirs, mine in (
            ("total with VAT", booked.gross, ours.gross),
            ("VAT", booked.vat, ours.vat),
        )
        if to_the_ore(theirs) != mine
    ]


def _still_open(invoice: Invoice, state: OrderState, reason: PaymentReason) -> list[str]:
    if reason is not PaymentReason.PARTLY_PAID or state.open_amount is None:
        return []
    whole, left = plain(_whole(invoice, state) or state.open_amount), plain(to_the_ore(state.open_amount))
    return [f"Of {whole} {invoice.currency}, {left} {invoice.currency} is still to be paid."]


def _other_reference(invoice: Invoice, state: OrderState) -> list[str]:
    if state.reference in (None, invoice.number):
        return []
    return [
        f"Order {state.order_id} does not carry the number of invoice {invoice.number}. Was it changed there, or is "
        "the business connected to another account than when the invoice was sent?"
    ]


def _reason(invoice: Invoice, state: OrderState) -> PaymentReason:
    if state.invoice_number is None:
        return PaymentReason.NOT_PUBLISHED
    whole, left = _whole(invoice, state), None if state.open_amount is None else to_the_ore(state.open_amount)
    if state.paid_at is not None or whole == 0 or left == 0:
        return PaymentReason.PAID
    if whole is None or left is None:
        return PaymentReason.OPEN
    if (left < 0) is not (whole < 0):
        return PaymentReason.PAID
    return PaymentReason.PARTLY_PAID if abs(left) < abs(whole) else PaymentReason.OPEN


def _whole(invoice: Invoice, state: OrderState) -> Decimal | None:
    """Return what was to be paid; None where nobody knows any more: what the invoice said was forgotten since."""
    if state.totals:
        return to_the_ore(state.totals.gross)
    return totals_of(invoice).gross if invoice.rows else None
