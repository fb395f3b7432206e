"""Whether an invoice was paid.

Pure. Source: docs/behaviour.md, "Check Status".
"""

import re
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from core.fields import DecimalText, Document, Instant, IsoDate, plain
from core.invoice import Invoice
from core.totals import to_the_ore, totals_of

_LIKE_A_NUMBER = re.compile(r"(?=.*\d)[\w./#-]{1,50}")


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
    NOT_OURS = "not_ours"

    @property
    def is_of_an_invoice(self) -> bool:
        """Whether the order was published as an invoice, paid or not."""
        return self in (PaymentReason.OPEN, PaymentReason.PARTLY_PAID, PaymentReason.PAID)


class BookedTotals(Document):
    """What the accounting system computed for an order, in the order's currency."""

    gross: DecimalText
    vat: DecimalText


class OrderState(Document):
    """An order as the accounting system holds it now.

    `reference` is the number on it, "" where it is certain to carry none, and `customer_id` whose it is; each is None
    where the system does not tell. By both an order is known to be ours.
    `invoice_number` is None until the order is published as an invoice; the dates are Norwegian dates. `paid_at` is set
    where the system itself calls the invoice paid. `open_amount` is what is left to pay, where the system tells: of the
    other sign than the total where too much was paid. `last_paid_at` is the day of the payment with which it came to be
    that, where the system tells of payments.
    """

    order_id: str
    reference: str | None = None
    customer_id: str | None = None
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


class SentOrder(Document):
    """An order as it was when it became an invoice's, by which it is known again.

    `customer_id` is None for a transfer from before that was kept.
    """

    order_id: str
    reference: str
    customer_id: str | None = None

    def is_still(self, state: OrderState) -> bool:
        """Whether what has the order's id now is that order: its number and its customer, where they are told.

        Ids are used again, by books that were restored or a system that began anew.
        """
        return not self.has_other_reference(state) and not self.has_other_customer(state)

    def is_another(self, state: OrderState) -> bool:
        """Whether what has the order's id now has nothing of it: neither its number nor its customer."""
        return self.has_other_reference(state) and self.has_other_customer(state)

    def has_other_reference(self, state: OrderState) -> bool:
        """Whether the system tells of another number, or of none, compared exactly."""
        return state.reference not in (None, self.reference)

    def has_other_customer(self, state: OrderState) -> bool:
        """Whether the system tells of another customer."""
        return None not in (state.customer_id, self.customer_id) and state.customer_id != self.customer_id


class PaymentReport(Document):
    """The answer to Check Status. `invoiced_at` and `paid_at` are Norwegian dates, `checked_at` a UTC instant.

    `books` is the key of the books that were asked. `worker_checks` is how many checks that a worker made by itself it
    stands for, of which it is the last; 0: a person asked. `open_amount` is what is left of what was partly paid. These
    are kept and not shown.
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
    worker_checks: int = Field(default=0, exclude=True)
    open_amount: DecimalText | None = Field(default=None, exclude=True)

    @property
    def is_settled(self) -> bool:
        """Whether nothing more is expected to happen: the invoice is paid, or its order gone."""
        return self.reason in (PaymentReason.PAID, PaymentReason.DELETED)

    def says_the_same(self, other: "PaymentReport") -> bool:
        """Whether both say the same of the same order, whenever and by whomever it was asked."""
        return self == other.model_copy(update={"checked_at": self.checked_at, "worker_checks": self.worker_checks})

    @property
    def is_of_the_order(self) -> bool:
        """Whether it tells of the invoice's own order; what became of another's is nothing to be kept."""
        return self.reason is not PaymentReason.NOT_OURS


def joined(report: PaymentReport, *, before: PaymentReport, newest: PaymentReport) -> PaymentReport | None:
    """Return the report that is kept in the newest one's place; None where all are kept.

    `before` is the one before the newest. Of a run of equal answers that a worker got by itself the first and the last
    say all: since when it is so, and that it still was. What a person asked for is always kept.
    """
    run = (before, newest, report)
    if not all(one.worker_checks and one.says_the_same(report) for one in run):
        return None
    return report.model_copy(update={"worker_checks": newest.worker_checks + report.worker_checks})


def payment_report(
    invoice: Invoice,
    state: OrderState | None,
    *,
    sent: SentOrder,
    checked_at: datetime,
    books: str | None = None,
    by_itself: bool = False,
) -> PaymentReport:
    """Say whether the invoice is paid, from its order's state; None means that the order is gone.

    `sent` is the order as it became the invoice's, `books` the key of the books that were asked, `by_itself` whether a
    worker asked. What has the order's id and is not that order is not ours: of what became of it nothing is told, least
    of all a payment.

    Paid is what was published and has nothing left to pay, whichever way the system tells it: a total of 0.00 is paid
    on the day of the invoice, and so is one of which too much was paid, for what is owed back is no invoice of ours.
    """
    if state is None or not sent.is_still(state):
        return PaymentReport(
            invoice=invoice.number,
            status=PaymentStatusValue.NOT_PAID,
            reason=PaymentReason.DELETED if state is None else PaymentReason.NOT_OURS,
            order_id=sent.order_id,
            checked_at=checked_at,
            books=books,
            worker_checks=int(by_itself),
            warnings=()
            if state is None
            else (f"{what_differs(state, sent)} {how_to_mend(invoice.number, state, sent)}",),
        )
    reason = _reason(invoice, state)
    return PaymentReport(
        invoice=invoice.number,
        status=PaymentStatusValue.PAID if reason is PaymentReason.PAID else PaymentStatusValue.NOT_PAID,
        reason=reason,
        order_id=sent.order_id,
        invoice_number=state.invoice_number,
        invoiced_at=state.invoiced_at,
        paid_at=(state.paid_at or state.last_paid_at or state.invoiced_at) if reason is PaymentReason.PAID else None,
        checked_at=checked_at,
        books=books,
        worker_checks=int(by_itself),
        open_amount=to_the_ore(state.open_amount)
        if state.open_amount and reason is PaymentReason.PARTLY_PAID
        else None,
        warnings=(*total_differences(invoice, state.totals), *_still_open(invoice, state, reason)),
    )


def what_differs(state: OrderState, sent: SentOrder) -> str:
    """Say by what an order is not the one that was sent: ids and numbers, never a name."""
    differences = []
    if state.reference is not None and sent.has_other_reference(state):
        differences.append(f'carries {_carried(state.reference)} where "{sent.reference}" was')
    if sent.has_other_customer(state):
        differences.append(f"is of customer {state.customer_id} instead of {sent.customer_id}")
    return f"Order {sent.order_id} now {' and '.join(differences)}."


def _carried(reference: str) -> str:
    """Tell what stands in the place of our number: whoever edits orders by hand may have put anything there."""
    if not reference:
        return "no number"
    return f'the number "{reference}"' if _LIKE_A_NUMBER.fullmatch(reference) else "another text"


def how_to_mend(number: str, state: OrderState, sent: SentOrder) -> str:
    """Say what to do about an order of the invoice's that is not the one that was sent."""
    if sent.is_another(state):
        return (
            "Its id seems to have been reused. Adopt the invoice's real order "
            f"(kvitt invoice adopt {number} ORDER_ID), or, if there is none, send it again "
            f"(kvitt invoice send {number} --again)."
        )
    return (
        "If it is still the invoice's, undo the change in the accounting system, or confirm the order with kvitt "
        f"invoice adopt {number} {sent.order_id}; if not, adopt the right one."
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
