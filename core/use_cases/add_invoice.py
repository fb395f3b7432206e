"""Add an invoice: store what the source states, complete or not; completeness is judged when it is sent."""

from enum import StrEnum

from core.audit import Action
from core.errors import Conflict
from core.fields import Document
from core.intent import IntentKind
from core.invoice import Invoice
from core.ports.storage import Storage, UnitOfWork
from core.transfer import TransferState
from core.use_cases.auditor import Auditor
from core.use_cases.look_up import require_known


class Addition(StrEnum):
    """What adding did."""

    ADDED = "added"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"


class AddedInvoice(Document):
    """An invoice as stored, and what adding it did."""

    invoice: Invoice
    addition: Addition


class AddInvoice:
    """Stores invoices, and keeps those that were sent from being changed."""

    def __init__(self, *, storage: Storage, auditor: Auditor) -> None:
        self._storage = storage
        self._auditor = auditor

    def add(self, business: str, invoice: Invoice) -> AddedInvoice:
        """Store an invoice, new or in place of an unsent one of its number.

        Errors: NotFound for an unknown business; Conflict, naming the order, when it was sent with other content,
        or may have been.
        """
        with (
            self._auditor.refusals(Action.INVOICE_ADDED, business=business, invoice=invoice.number),
            self._storage.transaction() as work,
        ):
            earlier = work.invoices.get(business, invoice.number, for_update=True)
            if not earlier:
                require_known(work, business)
            if earlier and earlier.fingerprint == invoice.fingerprint:
                return AddedInvoice(invoice=earlier, addition=Addition.UNCHANGED)
            if earlier:
                _require_changeable(work, business, invoice.number)
            work.invoices.put(business, invoice)
            action = Action.INVOICE_REPLACED if earlier else Action.INVOICE_ADDED
            self._auditor.done(work, action, business=business, invoice=invoice.number)
        return AddedInvoice(invoice=invoice, addition=Addition.REPLACED if earlier else Addition.ADDED)


def _require_changeable(work: UnitOfWork, business: str, number: str) -> None:
    """From the intent on the content is locked; before it, or after a refusal, a corrected invoice is taken."""
    transfer = work.transfers.of_invoice(business, number)
    if transfer and transfer.state is TransferState.TRANSFERRED:
        raise Conflict(
            f"Invoice {number} was sent as order {transfer.order_id} and can't be changed.",
            code="already_sent",
            hint="Change the order in the accounting system, or make a credit and a new invoice.",
        )
    intent = work.intents.get(business, IntentKind.ORDER, number)
    if intent and not intent.refused:
        raise Conflict(
            f"Invoice {number} can't be changed: its order may exist already, and that is being found out.",
            code="invoice_locked",
            hint="Wait until its transfer has ended (transfer list), then look at the order.",
        )
