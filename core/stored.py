"""What has to be stored for something to be done: it is returned, or whoever asks is told that it is not there."""

from core.batch import Batch
from core.business import Business
from core.errors import NotFound
from core.invoice import Invoice
from core.ports.storage import UnitOfWork
from core.transfer import Transfer


def require_business(work: UnitOfWork, name: str, *, for_update: bool = False) -> Business:
    """Return the business, or raise NotFound."""
    if business := work.businesses.get(name, for_update=for_update):
        return business
    raise unknown_business(name)


def require_known(work: UnitOfWork, name: str) -> None:
    """Raise NotFound unless there is such a business."""
    if not work.businesses.has(name):
        raise unknown_business(name)


def unknown_business(name: str) -> NotFound:
    """Say that there is no such business; whoever may not know of it is told the same."""
    return NotFound(
        f'There is no business "{name}".',
        code="unknown_business",
        hint="Run business list for the names, or add it with business add.",
    )


def require_invoice(work: UnitOfWork, business: str, number: str, *, for_update: bool = False) -> Invoice:
    """Return the invoice of an existing business, or raise NotFound.

    `for_update`: nobody else changes, sends, credits or deletes it until the transaction ends.
    """
    if for_update:
        invoice = work.invoices.of_numbers(business, [number], for_update=True).get(number)
    else:
        invoice = work.invoices.get(business, number)
    if invoice:
        return invoice
    require_known(work, business)
    raise unknown_invoice(business, number)


def unknown_invoice(business: str, number: str) -> NotFound:
    """Say that the business has no such invoice."""
    return NotFound(
        f'The business "{business}" has no invoice "{number}".',
        code="unknown_invoice",
        hint="Run invoice list for the numbers, or add it with invoice add.",
    )


def require_batch(work: UnitOfWork, batch_id: str, *, business: str) -> Batch:
    """Return the business's batch, or raise NotFound."""
    batch = work.batches.get(batch_id)
    if batch and batch.business == business:
        return batch
    require_known(work, business)
    raise NotFound(
        f'There is no batch "{batch_id}".', code="unknown_batch", hint="Its id is in the answer to the send."
    )


def require_transfer(
    work: UnitOfWork, transfer_id: str, *, business: str | None = None, for_update: bool = False
) -> Transfer:
    """Return the transfer (of that business, when one is named), or raise NotFound."""
    transfer = work.transfers.get(transfer_id, for_update=for_update)
    if transfer and business in (None, transfer.business):
        return transfer
    if business is not None:
        require_known(work, business)
    raise NotFound(
        f'There is no transfer "{transfer_id}".',
        code="unknown_transfer",
        hint="Run transfer list for the ids.",
    )
