"""Transfers over HTTP: send many, list, show, retry, cancel; and the batches that they were sent in."""

import time
from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote

from litestar import get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from core.batch import Batch
from core.fields import PRINTABLE
from core.rights import Need
from core.transfer import TransferState
from core.use_cases.look_up import LookUp
from core.use_cases.manage_transfers import ManageTransfers
from core.use_cases.send_many import SendMany
from entrypoints.documents import BatchDocument, TransferDocument, TransferPage, TransferStory
from entrypoints.http.bodies import InvoicesToSend, JsonOf
from entrypoints.http.openapi import described
from entrypoints.http.paths import (
    USUAL_PAGE,
    After,
    AfterPosition,
    BatchInPath,
    BusinessInPath,
    Limit,
    TransferInPath,
    bad_parameter,
    choice,
    page,
    position_from,
)
from entrypoints.http.waiting import Prefer, Waiting

_TAGS = ["transfers"]
_TRANSFERS = "/businesses/{business:str}/transfers"
_TRANSFER = f"{_TRANSFERS}/{{transfer:str}}"

State = Annotated[
    str | None,
    QueryParameter(
        name="state",
        description="Only those in this state.",
        schema_extra={"enum": [state.value for state in TransferState]},
    ),
]
"""The query parameter `state`; the framework keeps that name for something of its own in a handler's signature."""
OfInvoice = Annotated[
    str | None,
    QueryParameter(description="Only those of this invoice, earlier ones too.", schema_extra={"pattern": PRINTABLE}),
]


@post(
    _TRANSFERS,
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(
        statuses=[HTTPStatus.ACCEPTED],
        problems=[HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE],
        repeatable=True,
    ),
    needs=Need.SEND,
)
def send_invoices(
    business: BusinessInPath,
    data: JSONBody[InvoicesToSend],
    send_many: NamedDependency[SendMany],
    look_up: NamedDependency[LookUp],
) -> JsonOf[BatchDocument]:
    """Send many invoices at once. The answer is a batch that tells what becomes of each.

    An invoice that is incomplete or unknown is refused in the batch and keeps none of the others from being sent.
    """
    batch = send_many.send_all(business) if data.invoices is None else send_many.send(business, data.invoices)
    location = f"/v1/businesses/{quote(batch.business, safe='')}/batches/{quote(batch.id, safe='')}"
    return JsonOf(
        batch_page(batch, look_up, limit=USUAL_PAGE, after=None),
        status_code=HTTPStatus.ACCEPTED,
        headers={"Location": location},
    )


@get(
    _TRANSFERS,
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(problems=[HTTPStatus.NOT_FOUND]),
    needs=Need.READ,
)
def list_transfers(
    business: BusinessInPath,
    look_up: NamedDependency[LookUp],
    in_state: State = None,
    invoice: OfInvoice = None,
    limit: Limit = USUAL_PAGE,
    after: After = None,
) -> JsonOf[TransferPage]:
    """List a business's transfers, the oldest first."""
    state = None if in_state is None else choice("state", in_state, TransferState)
    if invoice is not None and not invoice.isprintable():
        raise bad_parameter("invoice", "Holds what is not printable")
    items, then = page(
        lambda most, start: look_up.transfers(business, state=state, invoice=invoice, limit=most, after=start),
        limit=limit,
        after=after,
        key=lambda transfer: transfer.id,
    )
    return JsonOf(TransferPage(items=[TransferDocument.of(transfer) for transfer in items], next=then))


@get(
    _TRANSFER,
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(problems=[HTTPStatus.NOT_FOUND]),
    needs=Need.READ,
)
def get_transfer(
    business: BusinessInPath, transfer: TransferInPath, look_up: NamedDependency[LookUp]
) -> JsonOf[TransferStory]:
    """Show a transfer and its story."""
    return JsonOf(TransferStory.of_steps(look_up.transfer(transfer, business=business), look_up.steps(transfer)))


@post(
    f"{_TRANSFER}/retry",
    tags=_TAGS,
    operation_class=described(
        statuses=[HTTPStatus.OK, HTTPStatus.ACCEPTED],
        problems=[HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.SERVICE_UNAVAILABLE],
        repeatable=True,
    ),
    needs=Need.SEND,
)
async def retry_transfer(
    business: BusinessInPath,
    transfer: TransferInPath,
    manage_transfers: NamedDependency[ManageTransfers],
    waiting: NamedDependency[Waiting],
    prefer: Prefer = None,
) -> JsonOf[TransferDocument]:
    """Try a waiting, rejected or cancelled transfer again, as early as it may be. Answers like send."""
    began = time.monotonic()
    retried = await sync_to_thread(manage_transfers.retry, transfer, business=business)
    return await waiting.answer(retried, prefer=prefer, since=began, shown=TransferDocument.of)


@post(
    f"{_TRANSFER}/cancel",
    status_code=HTTPStatus.OK,
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(problems=[HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT], repeatable=True),
    needs=Need.SEND,
)
def cancel_transfer(
    business: BusinessInPath, transfer: TransferInPath, manage_transfers: NamedDependency[ManageTransfers]
) -> JsonOf[TransferDocument]:
    """Take back a transfer that has not begun to create its order."""
    return JsonOf(TransferDocument.of(manage_transfers.cancel(transfer, business=business)))


@get(
    "/businesses/{business:str}/batches/{batch:str}",
    sync_to_thread=True,
    tags=["transfers"],
    operation_class=described(problems=[HTTPStatus.NOT_FOUND]),
    needs=Need.READ,
)
def get_batch(
    business: BusinessInPath,
    batch: BatchInPath,
    look_up: NamedDependency[LookUp],
    limit: Limit = USUAL_PAGE,
    after: AfterPosition = None,
) -> JsonOf[BatchDocument]:
    """Show a batch. It tells how many of its invoices stand where, and shows them a page at a time."""
    return JsonOf(batch_page(look_up.batch(batch, business=business), look_up, limit=limit, after=position_from(after)))


def batch_page(batch: Batch, look_up: LookUp, *, limit: int, after: int | None) -> BatchDocument:
    """Show a batch with one page of its invoices; `next` is the position to go on after, or null at the end."""
    counts = look_up.batch_counts(batch.id)
    reasons = look_up.batch_reasons(batch.id) if counts.rejected or counts.refused else ()
    found = look_up.batch_items(batch.id, limit=limit + 1, after=after)
    items = found[:limit]
    then = str(items[-1].position) if len(found) > limit else None
    return BatchDocument.of_page(batch, counts, items, reasons=reasons, next_=then)


HANDLERS = [send_invoices, list_transfers, get_transfer, retry_transfer, cancel_transfer, get_batch]
