"""Transfers over HTTP: list, show, retry, cancel."""

from functools import partial
from http import HTTPStatus
from typing import Annotated

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from core.transfer import TransferState
from core.use_cases.look_up import LookUp
from core.use_cases.manage_transfers import ManageTransfers
from entrypoints.documents import Json, transfer_document, transfer_story_document
from entrypoints.http.openapi import described
from entrypoints.http.pages import USUAL_PAGE, After, Limit, page
from entrypoints.http.paths import BusinessInPath, TransferInPath
from entrypoints.http.schemas import TransferDocument, TransferPage, TransferStory
from entrypoints.http.waiting import Prefer, Waiting

_TAGS = ["transfers"]
_TRANSFER = "/businesses/{business:str}/transfers/{transfer:str}"

State = Annotated[TransferState | None, QueryParameter(name="state", description="Only those in this state.")]
"""The query parameter `state`; the framework keeps that name for something of its own in a handler's signature."""


@get(
    "/businesses/{business:str}/transfers",
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(answers={HTTPStatus.OK: TransferPage}, problems=[HTTPStatus.NOT_FOUND]),
)
def list_transfers(
    business: BusinessInPath,
    look_up: NamedDependency[LookUp],
    in_state: State = None,
    limit: Limit = USUAL_PAGE,
    after: After = None,
) -> Json:
    """List a business's transfers, the oldest first."""
    return page(
        lambda most, start: look_up.transfers(business, state=in_state, limit=most, after=start),
        limit=limit,
        after=after,
        shown=transfer_document,
        key=lambda transfer: transfer.id,
    )


@get(
    _TRANSFER,
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(answers={HTTPStatus.OK: TransferStory}, problems=[HTTPStatus.NOT_FOUND]),
)
def get_transfer(business: BusinessInPath, transfer: TransferInPath, look_up: NamedDependency[LookUp]) -> Json:
    """Show a transfer and its story."""
    return transfer_story_document(look_up.transfer(transfer, business=business), look_up.steps(transfer))


@post(
    f"{_TRANSFER}/retry",
    tags=_TAGS,
    operation_class=described(
        answers={HTTPStatus.OK: TransferDocument, HTTPStatus.ACCEPTED: TransferDocument},
        problems=[HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.SERVICE_UNAVAILABLE],
    ),
)
async def retry(
    business: BusinessInPath,
    transfer: TransferInPath,
    manage_transfers: NamedDependency[ManageTransfers],
    waiting: NamedDependency[Waiting],
    prefer: Prefer = None,
) -> Response[Json]:
    """Try a waiting or rejected transfer again now, or as early as it may be; answers like send."""
    act = partial(manage_transfers.retry, transfer, business=business)
    return await waiting.transferring(act, prefer=prefer)


@post(
    f"{_TRANSFER}/cancel",
    status_code=HTTPStatus.OK,
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(
        answers={HTTPStatus.OK: TransferDocument}, problems=[HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT]
    ),
)
def cancel(
    business: BusinessInPath, transfer: TransferInPath, manage_transfers: NamedDependency[ManageTransfers]
) -> Json:
    """Take back a transfer that has not begun to create its order."""
    return transfer_document(manage_transfers.cancel(transfer, business=business))


HANDLERS = [list_transfers, get_transfer, retry, cancel]
