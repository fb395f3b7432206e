"""Withdraw an invoice: have its order deleted while it is not published, so that it can be changed and sent again.

Source: docs/behaviour.md, "Withdrawing an invoice".
"""

from functools import partial

from core.audit import Action
from core.auditor import Auditor
from core.completeness import require_sendable
from core.errors import Conflict, InvalidInput
from core.invoice import Invoice
from core.limits import Limits
from core.ports.accounting import AccountingSystems
from core.ports.clock import Clock
from core.ports.storage import Storage, UnitOfWork
from core.ports.turns import TransferQueue
from core.sending.record import in_transaction
from core.stored import require_business, require_invoice
from core.transfer import Transfer, TransferState, due_now
from core.use_cases.add_invoice import AddInvoice
from core.use_cases.send_invoice import SendInvoice
from core.withdrawal import asked_for, not_sent

_TRIES = 5


class WithdrawInvoice:
    """Asks for an order to be withdrawn, and has a worker see to it."""

    def __init__(
        self,
        *,
        storage: Storage,
        systems: AccountingSystems,
        queue: TransferQueue,
        clock: Clock,
        auditor: Auditor,
        add_invoice: AddInvoice,
        send_invoice: SendInvoice,
    ) -> None:
        self._storage = storage
        self._systems = systems
        self._queue = queue
        self._clock = clock
        self._auditor = auditor
        self._add_invoice = add_invoice
        self._send_invoice = send_invoice

    def withdraw(self, business: str, number: str) -> Transfer:
        """Have the invoice's order withdrawn, and return its transfer as it stands once that has been asked for.

        It ends as `withdrawn`, or as `transferred` again, with the reason why the order stays (`refusal_in`). What is
        withdrawn already is returned as it is; what is being withdrawn is tried again at once.
        Errors: NotFound; Conflict, codes `not_sent`, where there is no order, and `credited`.
        """
        with self._auditor.refusals(Action.WITHDRAWAL_ASKED, business=business, invoice=number):
            ask = partial(self._ask, business=business, number=number)
            transfer = in_transaction(self._storage, ask, tries=_TRIES)
        return self._worked_on(transfer)

    def replace(self, business: str, number: str, changed: Invoice | None = None) -> Transfer:
        """Have the invoice's order withdrawn and the invoice sent again, as `changed` where that is given.

        Both happen, or neither: an order that can't be withdrawn stays, and so does what the invoice said. One that was
        not sent, or is withdrawn already, is sent as usual.
        Errors: NotFound; InvalidInvoice, naming every fault; InvalidInput, code `number_differs`; those of AddInvoice
        and SendInvoice where there is no order.
        """
        if changed is not None and changed.number != number:
            raise InvalidInput(
                f'The changed invoice has the number "{changed.number}", not "{number}".', code="number_differs"
            )
        with self._auditor.refusals(Action.WITHDRAWAL_ASKED, business=business, invoice=number):
            ask = partial(self._ask_to_replace, business=business, number=number, changed=changed)
            transfer = in_transaction(self._storage, ask, tries=_TRIES)
        if transfer:
            return self._worked_on(transfer)
        if changed is not None:
            self._add_invoice.add(business, changed)
        return self._send_invoice.send(business, number)

    def _worked_on(self, transfer: Transfer) -> Transfer:
        if transfer.state.is_final:
            return transfer
        self._queue.put(transfer.business)
        with self._storage.transaction() as work:
            return work.transfers.of_invoice(transfer.business, transfer.invoice) or transfer

    def _ask(self, work: UnitOfWork, *, business: str, number: str) -> Transfer:
        _stored, transfer = _locked(work, business, number)
        if transfer and transfer.state is TransferState.WITHDRAWN:
            return transfer
        if transfer is None or not transfer.state.has_order:
            raise not_sent(number, transfer)
        _require_not_credited(work, business, number)
        return self._begin(work, transfer)

    def _ask_to_replace(
        self, work: UnitOfWork, *, business: str, number: str, changed: Invoice | None
    ) -> Transfer | None:
        """Ask for both and return the transfer; None where there is no order."""
        stored, transfer = _locked(work, business, number)
        if transfer is None or not transfer.state.has_order:
            return None
        _require_not_credited(work, business, number)
        replacement = changed or stored
        require_sendable(replacement, limits=self._read_limits(work, business))
        work.invoices.set_replacement(business, number, replacement)
        return self._begin(work, transfer)

    def _begin(self, work: UnitOfWork, transfer: Transfer) -> Transfer:
        now = self._clock.now()
        is_begun = transfer.state is TransferState.WITHDRAWING
        begun = work.transfers.save(due_now(transfer, now=now) if is_begun else asked_for(transfer, now=now))
        about = {"business": transfer.business, "invoice": transfer.invoice, "subject": transfer.id}
        self._auditor.done(work, Action.WITHDRAWAL_ASKED, **about)
        return begun

    def _read_limits(self, work: UnitOfWork, business: str) -> Limits:
        return self._systems.open(require_business(work, business)).limits


def _locked(work: UnitOfWork, business: str, number: str) -> tuple[Invoice, Transfer | None]:
    """Return the invoice and its transfer, in the order in which all lock them, so that nobody deadlocks."""
    stored = require_invoice(work, business, number, for_update=True)
    return stored, work.transfers.of_invoice(business, number, for_update=True)


def _require_not_credited(work: UnitOfWork, business: str, number: str) -> None:
    """Raise Conflict where a credit of the invoice is there: it would be left without what it credits."""
    numbers = [credit.number for credit in work.invoices.credits_of(business, number)]
    transfers = work.transfers.of_invoices(business, numbers) if numbers else {}
    live = [one for one in numbers if one not in transfers or not transfers[one].state.is_taken_back]
    if live:
        raise Conflict(
            f"Invoice {number} can't be withdrawn: {', '.join(live)} credits it.",
            code="credited",
            hint="Delete that credit first (invoice delete), or withdraw it where it was sent.",
        )
