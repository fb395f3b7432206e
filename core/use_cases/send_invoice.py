"""Send an invoice: judge it, record its transfer, and have it worked on. A batch of one.

Source: docs/behaviour.md, "Sending an invoice", steps 1 and 2.
"""

from collections.abc import Callable
from functools import partial

from core.audit import Action
from core.auditor import Auditor
from core.business import Business
from core.errors import KvittError
from core.limits import Limits
from core.ports.accounting import AccountingSystems
from core.ports.clock import Clock
from core.ports.storage import Storage, UnitOfWork
from core.ports.turns import TransferQueue
from core.sending.record import in_transaction, record_transfers
from core.stored import require_business
from core.transfer import Transfer, TransferState

_TRIES = 5
"""How often a send is begun anew because others change its transfer at the same moment: each time one got done."""


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
            record = partial(self._record, business=business, number=number, bulk=bulk)
            transfer = in_transaction(self._storage, record, tries=_TRIES)
        if transfer.state is TransferState.TRANSFERRED:
            return transfer
        self._queue.put(business)
        with self._storage.transaction() as work:
            return work.transfers.of_invoice(business, number) or transfer  # another, if its order was withdrawn first

    def _record(self, work: UnitOfWork, *, business: str, number: str, bulk: bool) -> Transfer:
        limits = partial(self._read_limits, require_business(work, business))
        now, new_id = self._clock.now(), self._new_id
        of_all = record_transfers(work, business, [number], limits=limits, bulk=bulk, now=now, new_id=new_id)
        recorded = of_all[number]
        if isinstance(recorded, KvittError):
            raise recorded
        if recorded.state is not TransferState.TRANSFERRED:
            about = {"business": business, "invoice": number, "subject": recorded.id}
            self._auditor.done(work, Action.INVOICE_SENT, **about)
        return recorded

    def _read_limits(self, business: Business) -> Limits:
        return self._systems.open(business).limits
