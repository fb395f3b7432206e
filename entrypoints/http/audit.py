"""The audit trail over HTTP: of one business, or of the whole installation."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from core.fields import PRINTABLE
from core.rights import Need
from core.use_cases.look_up import LookUp
from entrypoints.documents import AuditDocument, AuditPage
from entrypoints.http.bodies import JsonOf, instant_in
from entrypoints.http.openapi import described
from entrypoints.http.paths import USUAL_PAGE, AfterPosition, BusinessInPath, Limit, bad_parameter, position_from

_TAGS = ["audit"]

OfInvoice = Annotated[
    str | None,
    QueryParameter(name="invoice", description="Only what is about this invoice.", schema_extra={"pattern": PRINTABLE}),
]
"""The query parameter `invoice`."""

Since = Annotated[
    str | None,
    QueryParameter(
        description="Only what happened at this instant or later, such as 2026-10-01T12:00:00Z.",
        schema_extra={"format": "date-time"},
    ),
]
"""The query parameter `since`."""


@get(
    "/audit",
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(),
    needs=Need.OVERSEE,
)
def list_audit(
    look_up: NamedDependency[LookUp],
    since: Since = None,
    limit: Limit = USUAL_PAGE,
    after: AfterPosition = None,
) -> JsonOf[AuditPage]:
    """List who did what, and how it ended, the oldest first. For administrators."""
    return JsonOf(_page(look_up, since=since, limit=limit, after=after))


@get(
    "/businesses/{business:str}/audit",
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(problems=[HTTPStatus.NOT_FOUND]),
    needs=Need.READ,
)
def list_business_audit(
    business: BusinessInPath,
    look_up: NamedDependency[LookUp],
    invoice: OfInvoice = None,
    since: Since = None,
    limit: Limit = USUAL_PAGE,
    after: AfterPosition = None,
) -> JsonOf[AuditPage]:
    """List who did what with a business and its invoices, the oldest first. Each entry tells how it ended."""
    return JsonOf(_page(look_up, business=business, invoice=invoice, since=since, limit=limit, after=after))


HANDLERS = [list_audit, list_business_audit]


def _page(
    look_up: LookUp,
    *,
    business: str | None = None,
    invoice: str | None = None,
    since: str | None,
    limit: int,
    after: str | None,
) -> AuditPage:
    if invoice is not None and not invoice.isprintable():
        raise bad_parameter("invoice", "Holds what is not printable")
    begin = instant_from(since) if since is not None else None
    found = look_up.audit(business=business, invoice=invoice, since=begin, limit=limit + 1, after=position_from(after))
    items = found[:limit]
    return AuditPage(
        items=[AuditDocument.of(entry) for entry in items], next=str(items[-1].id) if len(found) > limit else None
    )


def instant_from(text: str) -> datetime:
    """Read the RFC 3339 instant of `since`; one that no year of UTC holds is none.

    Errors: InvalidInput, code `bad_parameter`.
    """
    instant = instant_in(text)
    if instant is None:
        raise bad_parameter("since", "Not an instant with its offset, such as 2026-10-01T12:00:00Z")
    return instant
