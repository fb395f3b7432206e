"""Send an invoice: judge it, record its transfer, and have it worked on. A batch of one.

Source: docs/behaviour.md, "Sending an invoice", steps 1 and 2.
"""

from core.audit import Action
from core.auditor import Auditor
from core.errors import Conflict, KvittError
from core.ports.accounting import AccountingSystems
from core.ports.storage import Storage
from core.sending.record import RecordTransfers
from core.stored import require_business
from core.transfer import Transfer, TransferState


class SendInvoice:
    """Makes sure that an invoice has its one transfer, and that the transfer is due."""

    def __init__(
        self, *, storage: Storage, systems: AccountingSystems, auditor: Auditor, transfers: RecordTransfers
    ) -> None:
        self._storage = storage
        self._systems = systems
        self._auditor = auditor
        self._transfers = transfers

    def send(self, business: str, number: str, *, bulk: bool = False) -> Transfer:
        """Send the invoice and return its transfer as it stands once it has been queued.

        Sending twice is one transfer: one that has arrived is returned as it is, one that waits or was rejected is
        tried again. `bulk` ones let single ones go first.
        Errors: NotFound; InvalidInvoice, naming every fault, before anything is recorded.
        """
        with self._auditor.refusals(Action.INVOICE_SENT, business=business, invoice=number):
            try:
                transfer = self._record(business, number, bulk=bulk)
            except Conflict:  # somebody sends the same invoice at this moment: it is seen now how its transfer stands
                transfer = self._record(business, number, bulk=bulk)
        return self._transfers.have_worked_on(transfer)

    def _record(self, business: str, number: str, *, bulk: bool) -> Transfer:
        with self._storage.transaction() as work:
            limits = self._systems.open(require_business(work, business)).limits
            recorded = self._transfers.record(work, business, [number], limits=limits, bulk=bulk)[number]
            if isinstance(recorded, KvittError):
                raise recorded
            if recorded.state is not TransferState.TRANSFERRED:
                about = {"business": business, "invoice": number, "subject": recorded.id}
                self._auditor.done(work, Action.INVOICE_SENT, **about)
            return recorded
