"""The audit trail over HTTP: of one business, or of the whole installation."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from core.api_key import Need
from core.errors import InvalidInput
from core.use_cases.look_up import LookUp
from entrypoints.documents import Json, audit_document
from entrypoints.http.openapi import described
from entrypoints.http.pages import USUAL_PAGE, AfterPosition, Limit
from entrypoints.http.paths import BusinessInPath
from entrypoints.http.schemas import AuditPage

_TAGS = ["audit"]

OfInvoice = Annotated[str | None, QueryParameter(name="invoice", description="Only what is about this invoice.")]
"""The query parameter `invoice`."""

Since = Annotated[datetime | None, QueryParameter(description="Only what happened at this instant or later.")]
"""The query parameter `since`."""


@get(
    "/audit",
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(answers={HTTPStatus.OK: AuditPage}),
    needs=Need.OVERSEE,
)
def list_audit(
    look_up: NamedDependency[LookUp],
    since: Since = None,
    limit: Limit = USUAL_PAGE,
    after: AfterPosition = None,
) -> Json:
    """List who did what, and how it ended, the oldest first. For administrators."""
    return _page(look_up, since=since, limit=limit, after=after)


@get(
    "/businesses/{business:str}/audit",
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(answers={HTTPStatus.OK: AuditPage}, problems=[HTTPStatus.NOT_FOUND]),
    needs=Need.READ,
)
def list_audit_of_business(
    business: BusinessInPath,
    look_up: NamedDependency[LookUp],
    invoice: OfInvoice = None,
    since: Since = None,
    limit: Limit = USUAL_PAGE,
    after: AfterPosition = None,
) -> Json:
    """List who did what with a business and its invoices, and how it ended, the oldest first."""
    return _page(look_up, business=business, invoice=invoice, since=since, limit=limit, after=after)


HANDLERS = [list_audit, list_audit_of_business]


def _page(
    look_up: LookUp,
    *,
    business: str | None = None,
    invoice: str | None = None,
    since: datetime | None,
    limit: int,
    after: int | None,
) -> Json:
    if invoice is not None and not invoice.isprintable():
        raise InvalidInput("A parameter can't be used. invoice: holds what is not printable.", code="bad_parameter")
    if since is not None and since.tzinfo is None:
        raise InvalidInput("A parameter can't be used. since: an instant needs its offset.", code="bad_parameter")
    found = look_up.audit(business=business, invoice=invoice, since=since, limit=limit + 1, after=after)
    items = found[:limit]
    return {
        "items": [audit_document(entry) for entry in items],
        "next": str(items[-1].id) if len(found) > limit else None,
    }
