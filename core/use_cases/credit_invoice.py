"""Credit an invoice that was sent, in full or in part: its credit is stored as an invoice of its own, yet to be sent.

Source: docs/behaviour.md, "Crediting".
"""

from collections.abc import Sequence

from core.already_sent import last_payment
from core.audit import Action
from core.auditor import Auditor
from core.completeness import require_sendable
from core.crediting import RowToCredit, credit_of, derived_numbers
from core.errors import Conflict
from core.invoice import Invoice
from core.norwegian_time import norwegian_date
from core.payment import PaymentReason
from core.ports.accounting import AccountingSystems
from core.ports.clock import Clock
from core.ports.storage import Storage, UnitOfWork
from core.stored import require_business, require_invoice
from core.transfer import TransferState


class CreditInvoice:
    """Makes credits. Each holds its invoice while it is made, so that several at once take no more than there is."""

    def __init__(self, *, storage: Storage, systems: AccountingSystems, clock: Clock, auditor: Auditor) -> None:
        self._storage = storage
        self._systems = systems
        self._clock = clock
        self._auditor = auditor

    def credit(
        self, business: str, number: str, *, rows: Sequence[RowToCredit] | None = None, as_number: str | None = None
    ) -> Invoice:
        """Store a credit of these rows, or of all that is left of the invoice, and return it. Nothing is sent.

        It is issued today, by the Norwegian calendar. `as_number` is the number that it gets, by default the
        invoice's own with a count (`1042-K1`).
        Errors: NotFound; Conflict, codes `not_sent`, `order_deleted`, `number_taken` and those of `credit_of`;
        InvalidInput, code `invalid_credit`; InvalidInvoice, where the credit could not be sent; TryAgain. None of them
        stores anything.
        """
        with self._auditor.refusals(Action.INVOICE_CREDITED, business=business, invoice=number):
            with self._storage.transaction() as work:
                limits = self._systems.open(require_business(work, business)).limits
            with self._storage.transaction() as work:
                invoice = require_invoice(work, business, number, for_update=True)
                booked_as = _require_order(work, business, number)
                earlier = work.invoices.credits_of(business, number)
                for free in [as_number] if as_number else derived_numbers(number):
                    if work.invoices.get(business, free):
                        continue
                    credit = credit_of(
                        invoice,
                        earlier,
                        number=free,
                        issue_date=norwegian_date(self._clock.now()),
                        asked=rows,
                        booked_as=booked_as,
                    )
                    require_sendable(credit, limits=limits)
                    if work.invoices.add_new([(business, credit)]):  # else it was taken at this moment
                        self._auditor.done(work, Action.INVOICE_ADDED, business=business, invoice=free)
                        self._auditor.done(
                            work, Action.INVOICE_CREDITED, business=business, invoice=number, subject=free
                        )
                        return credit
            raise Conflict(
                f'The business "{business}" has an invoice "{as_number}" already.',
                code="number_taken",
                hint="Give the credit another number, or none: it then gets the next one that is free.",
            )


def _require_order(work: UnitOfWork, business: str, number: str) -> str | None:
    """Raise Conflict unless the invoice has an order; return the number of the invoice that it became, if seen."""
    transfer = work.transfers.of_invoice(business, number)
    if transfer is None or transfer.order_id is None or transfer.state is not TransferState.TRANSFERRED:
        stands = f"its transfer is {transfer.state}" if transfer else "it was never sent"
        raise Conflict(
            f"Invoice {number} can't be credited, because it is not in the accounting system: {stands}.",
            code="not_sent",
            hint="Nothing was asked of the customer yet: change the invoice instead, or delete it.",
        )
    report = last_payment(work, transfer)
    if report is None:
        return None
    if report.reason is PaymentReason.DELETED:
        raise Conflict(
            f"Invoice {number} can't be credited: its order {transfer.order_id} was deleted in the accounting system.",
            code="order_deleted",
            hint="There is nothing to credit. To send the invoice again, use send --again.",
        )
    return report.invoice_number
