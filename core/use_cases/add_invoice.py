"""Add invoices: store what the source states, complete or not; completeness is judged when it is sent."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.audit import Action, Actor, AuditEntry
from core.auditor import Auditor
from core.errors import Conflict, KvittError, OrderOpen, OrderThere
from core.fields import Document
from core.intent import Intent, IntentKind
from core.invoice import Invoice
from core.outcome import only
from core.ports.storage import Storage, UnitOfWork
from core.stored import unknown_business
from core.transfer import Transfer, TransferState


class Addition(StrEnum):
    """What adding did."""

    ADDED = "added"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"


class AddedInvoice(Document):
    """An invoice as stored, what adding it did, and what a person should know about how it was read."""

    invoice: Invoice
    addition: Addition

    @property
    def warnings(self) -> list[str]:
        """Of the invoice itself; nobody is asked in the accounting system."""
        return self.invoice.reading_warnings


@dataclass(frozen=True)
class InvoiceToAdd:
    """An invoice, the name of its business, and who asks for it; whoever acts on this thread, if nobody is named."""

    business: str
    invoice: Invoice
    actor: Actor | None = None

    @property
    def key(self) -> tuple[str, str]:
        """The business and the number, which tell invoices apart."""
        return self.business, self.invoice.number


class AddInvoice:
    """Stores invoices, and keeps those that were sent from being changed."""

    def __init__(self, *, storage: Storage, auditor: Auditor) -> None:
        self._storage = storage
        self._auditor = auditor

    def add(self, business: str, invoice: Invoice) -> AddedInvoice:
        """Store an invoice, new or in place of an unsent one of its number.

        Errors: NotFound for an unknown business; Conflict, naming the order, when it was sent with other content,
        or may have been; TryAgain.
        """
        return only(self.add_all([InvoiceToAdd(business, invoice)]))

    def add_all(self, asked: Sequence[InvoiceToAdd]) -> Sequence[AddedInvoice | KvittError]:
        """Store invoices in one transaction, each as if `add` had been called for one after the other.

        Return what came of each, in their order: one that is refused changes nothing, and keeps no other from being
        stored. Errors: TryAgain, and then none is stored.
        """
        with self._storage.transaction() as work:
            known = {name for name in {wanted.business for wanted in asked} if work.businesses.has(name)}
            first = {wanted.key: wanted for wanted in reversed(asked) if wanted.business in known}
            new = set(work.invoices.add_new([(wanted.business, wanted.invoice) for wanted in first.values()]))
            stored = _locked(work, first.keys() - new)
            outcomes: list[AddedInvoice | KvittError] = []
            for wanted in asked:
                outcome: Addition | KvittError
                if wanted.business not in known:
                    outcome = unknown_business(wanted.business)
                elif wanted.key in new:
                    new.remove(wanted.key)  # it is new once, also where it is asked for twice
                    outcome = Addition.ADDED
                else:
                    outcome = _changed(work, wanted, stored.get(wanted.key))
                if isinstance(outcome, KvittError):
                    outcomes.append(outcome)
                else:
                    stored[wanted.key] = wanted.invoice
                    outcomes.append(AddedInvoice(invoice=wanted.invoice, addition=outcome))
            noted = (self._entry(wanted, outcome) for wanted, outcome in zip(asked, outcomes, strict=True))
            work.audit.add(*(entry for entry in noted if entry))
        return outcomes

    def _entry(self, wanted: InvoiceToAdd, outcome: AddedInvoice | KvittError) -> AuditEntry | None:
        action, refused = Action.INVOICE_ADDED, None
        if isinstance(outcome, KvittError):
            refused = outcome.code
        elif outcome.addition is Addition.UNCHANGED:
            return None
        elif outcome.addition is Addition.REPLACED:
            action = Action.INVOICE_REPLACED
        return self._auditor.entry(
            action, business=wanted.business, invoice=wanted.invoice.number, refused=refused, actor=wanted.actor
        )


def refusal_of_change(number: str, transfer: Transfer | None, intent: Intent | None) -> Conflict | None:
    """Say why an invoice can't be changed, or None where it can.

    From the intent on the content is locked; before it, or after a refusal, a corrected invoice is taken.
    """
    if transfer and transfer.state is TransferState.TRANSFERRED:
        return OrderThere(
            f"Invoice {number} was sent as order {transfer.order_id} and can't be changed.",
            code="already_sent",
            hint="Withdraw it first (invoice withdraw) while its order is not published, or credit it and make a new "
            "invoice.",
        )
    if transfer and transfer.state is TransferState.WITHDRAWING:
        return OrderOpen(
            f"Invoice {number} can't be changed yet: its order is being withdrawn.",
            code="invoice_locked",
            hint="Wait until it is withdrawn (invoice show), then change it.",
        )
    if intent and intent.is_open:
        return OrderOpen(
            f"Invoice {number} can't be changed: its order may exist already, and Kvitt is finding out.",
            code="invoice_locked",
            hint="Wait until its transfer has finished (transfer list), then look at the order.",
        )
    return None


def _locked(work: UnitOfWork, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], Invoice]:
    """Return those of these invoices that are stored, and keep others from changing them meanwhile."""
    numbers = defaultdict(list)
    for business, number in sorted(keys):
        numbers[business].append(number)
    return {
        (business, number): invoice
        for business, these in numbers.items()
        for number, invoice in work.invoices.of_numbers(business, these, for_update=True).items()
    }


def _changed(work: UnitOfWork, wanted: InvoiceToAdd, earlier: Invoice | None) -> Addition | Conflict:
    """Store an invoice in place of the earlier one; there is none if it was forgotten at this very moment."""
    if earlier and earlier.fingerprint == wanted.invoice.fingerprint:
        return Addition.UNCHANGED
    transfer = work.transfers.of_invoice(*wanted.key)
    intent = work.intents.get(wanted.business, IntentKind.ORDER, wanted.invoice.number)
    if refusal := refusal_of_change(wanted.invoice.number, transfer, intent):
        return refusal
    work.invoices.put(wanted.business, wanted.invoice)
    return Addition.REPLACED if earlier else Addition.ADDED
