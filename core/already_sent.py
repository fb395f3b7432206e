"""That an invoice was sent already, as which order, and what was last seen of its payment.

Whoever asks to preview or send it is told so, instead of what would be written if it had not been.
"""

from core.fields import Document, Instant
from core.invoice_filter import is_of
from core.payment import PaymentReason, PaymentReport
from core.ports.storage import UnitOfWork
from core.transfer import Transfer, TransferState


class AlreadySent(Document):
    """The order that an invoice was sent as. `payment` is what was last seen of it; None before it was ever asked."""

    transfer_id: str
    order_id: str
    customer_id: str | None
    sent_at: Instant | None
    payment: PaymentReport | None

    @property
    def is_gone(self) -> bool:
        """Whether the order was seen to be deleted in the accounting system."""
        return self.payment is not None and self.payment.reason is PaymentReason.DELETED


def last_payment(work: UnitOfWork, transfer: Transfer) -> PaymentReport | None:
    """Return what was last seen of the payment of the transfer's order, or None; never of an earlier one."""
    report = work.statuses.latest(transfer.business, transfer.invoice)
    return report if report and is_of(report, transfer) else None


def already_sent(work: UnitOfWork, business: str, number: str) -> AlreadySent | None:
    """Return the order that the invoice was sent as; None where it has not arrived."""
    transfer = work.transfers.of_invoice(business, number)
    if transfer is None or transfer.state is not TransferState.TRANSFERRED or transfer.order_id is None:
        return None
    return AlreadySent(
        transfer_id=transfer.id,
        order_id=transfer.order_id,
        customer_id=transfer.customer_id,
        sent_at=transfer.finished_at,
        payment=last_payment(work, transfer),
    )
