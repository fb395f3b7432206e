"""Invoices of a business: find them, and select many to be sent."""

from decimal import Decimal
from typing import Annotated, Any, NamedTuple

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from core.errors import InvalidInput
from core.invoice import Invoice, InvoiceType
from core.invoice_filter import INVOICE_STATES, UNSENT, ListedInvoice
from core.payment import PaymentReport
from core.rights import Need
from core.totals import gross_of
from core.transfer import Transfer
from core.use_cases.look_up import LookUp
from entrypoints.console.forms import plain_amount
from entrypoints.console.texts import gettext as _
from entrypoints.console.visit import Page, Visit
from entrypoints.http.filters import place_from, place_text, wanted_invoices
from entrypoints.http.paths import USUAL_PAGE, BusinessInPath, Limit

State = Annotated[str, QueryParameter(name="state")]
"""The framework keeps that name for something of its own in a handler's signature."""

From = Annotated[str, QueryParameter(name="from")]
To = Annotated[str, QueryParameter(name="to")]


class InvoiceRow(NamedTuple):
    """An invoice in the list. `gross` is None where it has no rows yet."""

    invoice: Invoice
    transfer: Transfer | None
    payment: PaymentReport | None
    customer: str
    gross: Decimal | None
    may_be_sent: bool

    @classmethod
    def of(cls, listed: ListedInvoice) -> "InvoiceRow":
        """Make the row of an invoice as it stands."""
        invoice, transfer = listed.invoice, listed.transfer
        customer = invoice.customer
        return cls(
            invoice=invoice,
            transfer=transfer,
            payment=listed.payment,
            customer=customer.organization_name or customer.name or customer.email or "",
            gross=gross_of(invoice) if invoice.rows else None,
            may_be_sent=invoice.type is InvoiceType.DATA_FOR_ACCOUNTING and not (transfer and transfer.state.has_order),
        )


@get("/businesses/{business:str}/invoices", sync_to_thread=True, needs=Need.READ)
def list_invoices(
    business: BusinessInPath,
    visit: NamedDependency[Visit],
    look_up: NamedDependency[LookUp],
    q: FromQuery[str] = "",
    in_state: State = "",
    paid: FromQuery[str] = "",
    first: From = "",
    last: To = "",
    min_total: FromQuery[str] = "",
    max_total: FromQuery[str] = "",
    limit: Limit = USUAL_PAGE,
    after: FromQuery[str] = "",
) -> Page:
    """List invoices, the newest first: all of them, or those that are searched for."""
    asked = {
        "q": q.strip(), "state": in_state, "paid": paid, "from": first, "to": last,
        "min_total": min_total.strip(), "max_total": max_total.strip(),
    }  # fmt: skip
    shown: dict[str, Any] = {
        "business": business,
        "asked": asked,
        "states": _states(),
        "is_filtered": any(asked.values()),
    }
    try:
        wanted = wanted_invoices(
            state=in_state or None,
            paid=paid or None,
            customer=None,
            number=None,
            first=first or None,
            last=last or None,
            least=plain_amount(min_total) or None,
            most=plain_amount(max_total) or None,
            search=q.strip() or None,
            newest="true",
        )
        found, then = look_up.find_invoices(business, wanted, limit=limit, after=place_from(after or None, wanted))
    except InvalidInput as error:
        return visit.page("invoices", error=error, rows=[], then=None, **shown)
    rows = [InvoiceRow.of(listed) for listed in found]
    return visit.page("invoices", rows=rows, then=place_text(then, wanted) if then else None, **shown)


def _states() -> dict[str, str]:
    """Return the states to filter by, with what people call them."""
    names = {
        UNSENT: _("Not sent"),
        "queued": _("Queued"),
        "running": _("Being sent"),
        "waiting": _("Waiting"),
        "transferred": _("Sent"),
        "rejected": _("Rejected"),
        "cancelled": _("Cancelled"),
        "withdrawing": _("Being withdrawn"),
        "withdrawn": _("Withdrawn"),
    }
    return {state: names[state] for state in INVOICE_STATES}


HANDLERS = [list_invoices]
