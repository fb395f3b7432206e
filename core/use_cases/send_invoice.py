"""Send an invoice: judge it, record its transfer, and have it worked on.

Source: docs/behaviour.md, "Sending an invoice", steps 1 and 2.
"""

from collections.abc import Callable

from core.audit import Action
from core.auditor import Auditor
from core.completeness import require_sendable
from core.errors import Conflict
from core.ports.accounting import AccountingSystems
from core.ports.clock import Clock
from core.ports.storage import Storage, UnitOfWork
from core.ports.turns import TransferQueue
from core.stored import require_business, require_invoice
from core.transfer import Transfer, TransferState, due_now, new_transfer


class SendInvoice:
    """Makes sure that an invoice has its one transfer, and that the transfer is due."""

    def __init__(
        self,
        *,
        storage: Storage,
        systems: AccountingSystems,
        queue: TransferQueue,
        clock: Clock,
        auditor: Auditor,
        new_id: Callable[[], str],
    ) -> None:
        self._storage = storage
        self._systems = systems
        self._queue = queue
        self._clock = clock
        self._auditor = auditor
        self._new_id = new_id

    def send(self, business: str, number: str, *, bulk: bool = False) -> Transfer:
        """Send the invoice and return its transfer as it stands once it has been queued.

        Sending twice is one transfer: one that has arrived is returned as it is, one that waits or was rejected is
        tried again. `bulk` ones let single ones go first.
        Errors: NotFound; InvalidInvoice, naming every fault, before anything is recorded.
        """
        with self._auditor.refusals(Action.INVOICE_SENT, business=business, invoice=number):
            try:
                transfer = self._recorded(business, number, bulk=bulk)
            except Conflict:  # somebody sends the same invoice at this moment: there is a transfer now
                transfer = self._recorded(business, number, bulk=bulk)
        if transfer.state is TransferState.TRANSFERRED:
            return transfer
        self._queue.put(business)
        with self._storage.transaction() as work:
            return work.transfers.get(transfer.id) or transfer

    def _recorded(self, business_name: str, number: str, *, bulk: bool) -> Transfer:
        with self._storage.transaction() as work:
            business = require_business(work, business_name)
            invoice = require_invoice(work, business_name, number)
            transfer = work.transfers.of_invoice(business_name, number, for_update=True)
            if transfer and transfer.state is TransferState.TRANSFERRED:
                return transfer
            require_sendable(invoice, limits=self._systems.open(business).limits)
            transfer = self._live(work, transfer) or self._new(work, business_name, number, bulk=bulk)
            about = {"business": business_name, "invoice": number, "subject": transfer.id}
            self._auditor.done(work, Action.INVOICE_SENT, **about)
            return transfer

    def _live(self, work: UnitOfWork, transfer: Transfer | None) -> Transfer | None:
        if transfer is None:
            return None
        due = due_now(transfer, now=self._clock.now())
        return transfer if due == transfer else work.transfers.save(due)

    def _new(self, work: UnitOfWork, business: str, number: str, *, bulk: bool) -> Transfer:
        transfer = new_transfer(self._new_id(), business=business, invoice=number, now=self._clock.now(), bulk=bulk)
        work.transfers.add(transfer)
        work.invoices.mark_sent(business, [number])
        return transfer
