"""Batches over HTTP: what became of invoices that were sent in one go."""

from http import HTTPStatus

from litestar import get
from litestar.di import NamedDependency

from core.api_key import Need
from core.batch import Batch
from core.use_cases.look_up import LookUp
from entrypoints.documents import BatchDocument
from entrypoints.http.answers import JsonOf
from entrypoints.http.openapi import described
from entrypoints.http.pages import USUAL_PAGE, AfterPosition, Limit, position_from
from entrypoints.http.paths import BatchInPath, BusinessInPath


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
    """Show how many of a batch's invoices stand where, and its invoices, a page at a time."""
    return JsonOf(batch_page(look_up.batch(batch, business=business), look_up, limit=limit, after=position_from(after)))


def batch_page(batch: Batch, look_up: LookUp, *, limit: int, after: int | None) -> BatchDocument:
    """Show a batch with one page of its invoices; `next` is the position to go on after, or null at the end."""
    counts = look_up.batch_counts(batch.id)
    found = look_up.batch_items(batch.id, limit=limit + 1, after=after)
    items = found[:limit]
    return BatchDocument.of_page(batch, counts, items, next_=str(items[-1].position) if len(found) > limit else None)


HANDLERS = [get_batch]
