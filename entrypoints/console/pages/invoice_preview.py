"""Preview: what a send would write, as a difference to what is there. Nothing is written."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from litestar import get
from litestar.di import NamedDependency, Provide

from core.customer import Customer
from core.customer_candidates import AmbiguousCustomer
from core.customer_plan import CustomerAction
from core.errors import KvittError
from core.rights import Need
from core.side_by_side import side_by_side
from core.use_cases.preview_invoice import InvoicePreview, PreviewInvoice
from entrypoints.console.one_invoice import OneInvoice, Reading, reading
from entrypoints.console.texts import gettext as _
from entrypoints.console.visit import Page, Visit
from entrypoints.http.paths import INVOICE, BusinessInPath, NumberInPath
from entrypoints.http.threads import VendorCalls


class Change(NamedTuple):
    """A field of the customer's record: what it holds and what it will, each line by line."""

    field: str
    before: Sequence[str]
    after: Sequence[str]


@get(
    f"{INVOICE}/preview",
    needs=Need.READ,
    dependencies={"reading": Provide(reading, sync_to_thread=False)},
)
async def show_preview(
    business: BusinessInPath,
    number: NumberInPath,
    visit: NamedDependency[Visit],
    reading: NamedDependency[Reading],
    preview_invoice: NamedDependency[PreviewInvoice],
    vendor_calls: NamedDependency[VendorCalls],
) -> Page:
    """Show what would be written, or what stands in the way."""

    def ask() -> Page:
        one = OneInvoice(visit, business, number, reading)
        try:
            preview = preview_invoice.preview(business, number)
        except KvittError as error:
            if one.invoice is None:
                raise
            choice = None
            if isinstance(error, AmbiguousCustomer):
                choice = side_by_side(one.invoice.customer, error.candidates)
            return visit.page("invoice_preview", error=error, one=one, preview=None, choice=choice)
        return visit.page(
            "invoice_preview",
            one=one,
            preview=preview,
            changes=_changes(preview),
            new_record=_new_record(one.invoice.customer) if one.invoice else (),
            choice=None,
        )

    return await vendor_calls.run(ask)


def _changes(preview: InvoicePreview) -> Sequence[Change]:
    customer = preview.customer
    if customer.action is not CustomerAction.UPDATE:
        return []
    names = {
        "name": _("Name"),
        "kind": _("Kind"),
        "organization_number": _("Organization number"),
        "email": _("E-mail"),
        "invoice_email": _("E-mail for invoices"),
        "phone": _("Phone"),
        "addresses": _("Address"),
    }
    return [
        Change(names.get(field, field), _lines(customer.before.get(field)), _lines(value))
        for field, value in customer.changes.items()
    ]


def _new_record(customer: Customer) -> Sequence[str]:
    """Return what a record says that is made for a customer."""
    said = (customer.booked_name, customer.written_number, customer.email, customer.phone)
    address = customer.address.model_dump() if customer.address else None
    return [*(text for text in said if text), *_lines(address)]


def _lines(value: Any) -> Sequence[str]:
    """Return what a field holds, a line each; addresses once, where several say the same."""
    if value is None or value == "":
        return []
    if isinstance(value, Mapping):
        where = " ".join(value[part] for part in ("postal_code", "city") if value.get(part))
        return [
            line for line in (value.get("street"), value.get("additional_street"), where, value.get("country")) if line
        ]
    if isinstance(value, list | tuple):
        several = list(dict.fromkeys(tuple(_lines(one)) for one in value))
        return [line for lines in several for line in lines]
    return [_kinds().get(value, str(value))]


def _kinds() -> Mapping[str, str]:
    return {
        "business": _("Company"),
        "consumer": _("Person"),
        "lead": _("Lead"),
        "supplier": _("Supplier"),
        "unknown": _("Unknown"),
    }


HANDLERS = [show_preview]
