"""Which pages there are, and what every request for one goes through."""

from typing import Any

from litestar import Request, Router
from litestar.di import Provide

from entrypoints.console import sign_in
from entrypoints.console.forms import form_of
from entrypoints.console.pages import (
    account,
    api_keys,
    audit,
    batches,
    businesses,
    connecting,
    events,
    health_report,
    invoice,
    invoice_customer,
    invoice_form,
    invoice_preview,
    invoices,
    overview,
    payments,
    static,
    upload,
    users,
    webhooks,
)
from entrypoints.console.session import Admission
from entrypoints.console.visit import Visit, visit_of
from entrypoints.http.paths import DecodedPathParameters

PAGES = (
    static,
    account,
    overview,
    businesses,
    connecting,
    invoices,
    upload,
    batches,
    payments,
    invoice,
    invoice_form,
    invoice_preview,
    invoice_customer,
    api_keys,
    users,
    audit,
    health_report,
    webhooks,
    events,
)
"""The modules of the pages; each has its HANDLERS."""


def console() -> Router:
    """Make the console's side of the application."""
    return Router(
        "/",
        route_handlers=[
            *sign_in.HANDLERS,
            *(handler for page in PAGES for handler in page.HANDLERS),
        ],
        middleware=[DecodedPathParameters(), Admission()],
        dependencies={"visit": Provide(_visit, sync_to_thread=False), "form": Provide(form_of)},
        include_in_schema=False,
    )


def _visit(request: Request[Any, Any, Any]) -> Visit:
    return visit_of(request.scope)
