"""Record sends: judge invoices, and make sure that each has its one transfer, and that the transfer is due.

One or many go the same way. Source: docs/behaviour.md, "Sending an invoice", steps 1 and 2.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from core.completeness import require_sendable
from core.errors import Conflict, InvalidInvoice, NotFound
from core.invoice import Invoice
from core.limits import Limits
from core.ports.storage import Storage, UnitOfWork
from core.stored import unknown_invoice
from core.transfer import Transfer, TransferState, due_now, new_transfer, superseded

Result = TypeVar("Result")

Recorded = Mapping[str, Transfer | InvalidInvoice | NotFound]
"""The transfer of each invoice, or why it has none, by number."""


def in_transaction(storage: Storage, record: Callable[[UnitOfWork], Result], *, tries: int) -> Result:
    """Record in a transaction, and again, so many times in all, while somebody else records the same invoices.

    Errors: Conflict, when that does not end.
    """
    for _ in range(tries - 1):
        try:
            with storage.transaction() as work:
                return record(work)
        except Conflict:  # a transfer is another than it was when it was read
            continue
    with storage.transaction() as work:
        return record(work)


def record_transfers(
    work: UnitOfWork,
    business: str,
    numbers: Sequence[str],
    *,
    limits: Callable[[], Limits],
    bulk: bool,
    now: datetime,
    new_id: Callable[[], str],
) -> Recorded:
    """Judge each invoice, and record its transfer, which is due now; one that has arrived stays as it is.

    One whose order was withdrawn is history, and a new one takes its place. While an order is being withdrawn, that
    goes first: the transfer is the withdrawal's, and the invoice is sent anew when it has ended.

    What can't be sent has its error in the place of a transfer. `bulk` ones let single ones go first. `limits` tells
    how much the accounting system can hold; it is asked only about invoices that have not arrived yet.
    Errors: Conflict, when others change the same transfers at this moment.
    """
    # Locked, so that none is deleted from under its new transfer.
    invoices = work.invoices.of_numbers(business, numbers, for_update=True)
    transfers = _with_locked(work, business, work.transfers.of_invoices(business, numbers))
    faults = {
        number: fault
        for number in numbers
        if (fault := _fault(business, number, invoices.get(number), transfers.get(number), limits=limits))
    }
    sendable = [number for number in numbers if number not in faults]
    withdrawn = {number for number in sendable if _stands(transfers.get(number)) is TransferState.WITHDRAWN}
    gone = sorted((superseded(transfers[number]) for number in withdrawn), key=lambda transfer: transfer.id)
    work.transfers.save_all(gone)
    transfers = {number: transfer for number, transfer in transfers.items() if number not in withdrawn}
    for number in sendable:
        is_withdrawing = _stands(transfers.get(number)) is TransferState.WITHDRAWING
        if is_withdrawing and work.invoices.replacement(business, number) is None:
            work.invoices.set_replacement(business, number, invoices[number])
    unsent = [number for number in sendable if number not in transfers]
    # Ids made within a millisecond do not sort by themselves; transfers are worked on, and listed, in order of ids.
    ids = sorted(new_id() for _ in unsent)
    new = [
        new_transfer(id_, business=business, invoice=number, now=now, bulk=bulk)
        for id_, number in zip(ids, unsent, strict=True)
    ]
    known = {**transfers, **_add(work, business, new)}
    due = {number: due_now(known[number], now=now) for number in sendable}
    changed = [transfer for number, transfer in due.items() if transfer != known[number]]
    in_one_order = sorted(changed, key=lambda transfer: transfer.id)  # by all who save, so that nobody deadlocks
    saved = {transfer.invoice: transfer for transfer in work.transfers.save_all(in_one_order)}
    work.invoices.mark_sent(business, unsent)
    return {**faults, **due, **saved}


def _add(work: UnitOfWork, business: str, new: Sequence[Transfer]) -> Mapping[str, Transfer]:
    """Store new transfers; return them by number, or those that others have recorded meanwhile."""
    in_one_order = sorted(new, key=lambda transfer: transfer.invoice)  # by all who add, so that nobody deadlocks
    added = set(work.transfers.add_all(in_one_order))
    not_added = [transfer.invoice for transfer in new if transfer.id not in added]
    others = work.transfers.of_invoices(business, not_added) if not_added else {}
    return {transfer.invoice: transfer for transfer in new} | dict(others)


def _with_locked(work: UnitOfWork, business: str, transfers: Mapping[str, Transfer]) -> Mapping[str, Transfer]:
    """Return the same, where a withdrawal does not end at this moment: what is sent after it is noted beside it."""
    withdrawing = [number for number, one in transfers.items() if one.state is TransferState.WITHDRAWING]
    if not withdrawing:
        return transfers
    return {**transfers, **work.transfers.of_invoices(business, withdrawing, for_update=True)}


def _stands(transfer: Transfer | None) -> TransferState | None:
    return transfer.state if transfer else None


def _fault(
    business: str, number: str, invoice: Invoice | None, transfer: Transfer | None, *, limits: Callable[[], Limits]
) -> InvalidInvoice | NotFound | None:
    if invoice is None:
        return unknown_invoice(business, number)
    if transfer and transfer.state is TransferState.TRANSFERRED:
        return None
    try:
        require_sendable(invoice, limits=limits())
    except InvalidInvoice as incomplete:
        return incomplete
    return None
