"""Record sends: judge invoices, and make sure that each has its one transfer, and that the transfer is due.

One or many go the same way. Source: docs/behaviour.md, "Sending an invoice", steps 1 and 2.
"""

from collections.abc import Callable, Mapping, Sequence

from core.completeness import require_sendable
from core.errors import InvalidInvoice, NotFound
from core.invoice import Invoice
from core.limits import Limits
from core.ports.clock import Clock
from core.ports.storage import Storage, UnitOfWork
from core.ports.turns import TransferQueue
from core.stored import require_transfer, unknown_invoice
from core.transfer import Transfer, TransferState, due_now, new_transfer

Recorded = Mapping[str, Transfer | InvalidInvoice | NotFound]
"""The transfer of each invoice, or why it has none, by number."""


class RecordTransfers:
    """Records the transfers of invoices, and has them worked on."""

    def __init__(self, *, storage: Storage, clock: Clock, queue: TransferQueue, new_id: Callable[[], str]) -> None:
        self._storage = storage
        self._clock = clock
        self._queue = queue
        self._new_id = new_id

    def record(
        self, work: UnitOfWork, business: str, numbers: Sequence[str], *, limits: Limits, bulk: bool
    ) -> Recorded:
        """Judge each invoice, and record its transfer, which is due now; one that has arrived stays as it is.

        What can't be sent has its error in the place of a transfer. `bulk` ones let single ones go first.
        Errors: Conflict, when others change the same transfers at this moment.
        """
        invoices = work.invoices.of_numbers(business, numbers)
        transfers = work.transfers.of_invoices(business, numbers)
        faults = {
            number: fault
            for number in numbers
            if (fault := _fault(business, number, invoices.get(number), transfers.get(number), limits=limits))
        }
        sendable = [number for number in numbers if number not in faults]
        unsent = [number for number in sendable if number not in transfers]
        known = {**transfers, **self._add(work, business, unsent, bulk=bulk)}
        now = self._clock.now()
        due = {number: due_now(known[number], now=now) for number in sendable}
        changed = sorted(
            (transfer for number, transfer in due.items() if transfer != known[number]),
            key=lambda transfer: transfer.id,  # in one order by all, so that nobody deadlocks
        )
        saved = {transfer.invoice: transfer for transfer in work.transfers.save_all(changed)}
        work.invoices.mark_sent(business, unsent)
        return {**faults, **due, **saved}

    def have_worked_on(self, transfer: Transfer) -> Transfer:
        """Queue the turn of the transfer's business; return the transfer as it stands then.

        One that has arrived is returned as it is.
        """
        if transfer.state is TransferState.TRANSFERRED:
            return transfer
        self._queue.put(transfer.business)
        with self._storage.transaction() as work:
            return require_transfer(work, transfer.id)

    def _add(self, work: UnitOfWork, business: str, unsent: Sequence[str], *, bulk: bool) -> Mapping[str, Transfer]:
        """Record new transfers; return them by number, or those that others have recorded meanwhile."""
        # Ids made within a millisecond do not sort by themselves; transfers are worked on, and listed, in order of ids.
        now, ids = self._clock.now(), sorted(self._new_id() for _ in unsent)
        new = [
            new_transfer(id_, business=business, invoice=number, now=now, bulk=bulk)
            for id_, number in zip(ids, unsent, strict=True)
        ]
        in_one_order = sorted(new, key=lambda transfer: transfer.invoice)  # by all who add, so that nobody deadlocks
        added = set(work.transfers.add_all(in_one_order))
        not_added = [transfer.invoice for transfer in new if transfer.id not in added]
        others = work.transfers.of_invoices(business, not_added) if not_added else {}
        return {transfer.invoice: transfer for transfer in new} | dict(others)


def _fault(
    business: str, number: str, invoice: Invoice | None, transfer: Transfer | None, *, limits: Limits
) -> InvalidInvoice | NotFound | None:
    if invoice is None:
        return unknown_invoice(business, number)
    if transfer and transfer.state is TransferState.TRANSFERRED:
        return None
    try:
        require_sendable(invoice, limits=limits)
    except InvalidInvoice as incomplete:
        return incomplete
    return None
