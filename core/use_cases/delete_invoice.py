"""Delete an invoice that was never sent, or whose sending came to nothing."""

from core.audit import Action
from core.auditor import Auditor
from core.errors import Conflict, KvittError, OrderOpen, OrderThere, Underway
from core.intent import Intent, IntentKind
from core.ports.storage import Storage
from core.sending.restore_watch import RestoreWatch
from core.stored import require_invoice
from core.transfer import Transfer, TransferState, order_may_exist


class DeleteInvoice:
    """Forgets an invoice, unless an order of it exists or may come to exist."""

    def __init__(self, *, storage: Storage, auditor: Auditor, watch: RestoreWatch) -> None:
        self._storage = storage
        self._auditor = auditor
        self._watch = watch

    def delete(self, business: str, number: str) -> None:
        """Delete the invoice. A transfer that was cancelled or rejected stays as history, and can't be retried.

        Whoever sends the invoice locks it as this does, so of a send and a delete at the same time the later one finds
        what the other did: an invoice that is on its way, or none.
        Errors: NotFound; OrderThere, code `already_sent`; OrderOpen, code `invoice_locked`; Underway, code
        `transfer_live`, while it is on its way; RecoveryNeeded, while it is not known what was sent.
        """
        with (
            self._auditor.refusals(Action.INVOICE_DELETED, business=business, invoice=number),
            self._storage.transaction() as work,
        ):
            require_invoice(work, business, number, for_update=True)
            if unknown := self._watch.recovery_needed(work, business):
                raise unknown
            transfer = work.transfers.of_invoice(business, number)
            intent = work.intents.get(business, IntentKind.ORDER, number)
            if refusal := refusal_of_deletion(number, transfer, intent):
                raise refusal
            work.invoices.remove(business, number)
            self._auditor.done(work, Action.INVOICE_DELETED, business=business, invoice=number)


def refusal_of_deletion(number: str, transfer: Transfer | None, intent: Intent | None) -> KvittError | None:
    """Say why an invoice can't be deleted, or None where it can.

    A transfer that is queued or waits is not cancelled along with it: whoever deletes may not know that it is being
    sent, and is told.
    """
    if transfer is None:
        return _locked(number) if intent and intent.is_open else None
    if transfer.state is TransferState.TRANSFERRED:
        return OrderThere(
            f"Invoice {number} was sent as order {transfer.order_id} and can't be deleted.",
            code="already_sent",
            hint="Withdraw it first (invoice withdraw) while its order is not published, or credit it.",
        )
    if transfer.state is TransferState.WITHDRAWING:
        return Underway(
            f"Invoice {number} can't be deleted: its order {transfer.order_id} is being withdrawn.",
            code="transfer_live",
            hint="Wait until it is withdrawn (invoice show), then delete the invoice.",
        )
    if order_may_exist(transfer, intent):
        return _locked(number)
    if not transfer.state.is_final:
        return Underway(
            f"Invoice {number} can't be deleted: it is being sent. Its transfer {transfer.id} is {transfer.state}.",
            code="transfer_live",
            hint="Cancel the transfer (transfer cancel), then delete the invoice.",
        )
    return None


def _locked(number: str) -> Conflict:
    return OrderOpen(
        f"Invoice {number} can't be deleted: its order may exist already.",
        code="invoice_locked",
        hint="Retry its transfer, so that Kvitt finds out. If there is no order, cancel it, then delete the invoice.",
    )
