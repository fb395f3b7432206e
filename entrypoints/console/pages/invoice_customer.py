"""Choose a customer: which record in the accounting system the customer of an invoice is. It is remembered."""

from litestar import get, post
from litestar.di import NamedDependency, Provide

from core.errors import KvittError
from core.rights import Need
from core.side_by_side import side_by_side
from core.use_cases.link_customer import LinkCustomer
from entrypoints.console.forms import Form
from entrypoints.console.one_invoice import OneInvoice, Reading, reading
from entrypoints.console.rendering import invoice_address
from entrypoints.console.texts import gettext as _
from entrypoints.console.visit import Page, Visit
from entrypoints.http.bodies import CustomerChoice
from entrypoints.http.paths import INVOICE, BusinessInPath, NumberInPath
from entrypoints.http.threads import VendorCalls

_READING = {"reading": Provide(reading, sync_to_thread=False)}
_CUSTOMER = f"{INVOICE}/customer"


@get(_CUSTOMER, sync_to_thread=True, needs=Need.SEND, dependencies=_READING)
def show_choice(
    business: BusinessInPath, number: NumberInPath, visit: NamedDependency[Visit], reading: NamedDependency[Reading]
) -> Page:
    """Show the candidates side by side, and a field for any other record's id."""
    reading.look_up.invoice(business, number)
    return _choice_page(OneInvoice(visit, business, number, reading), visit)


@post(_CUSTOMER, needs=Need.SEND, dependencies=_READING)
async def choose(
    business: BusinessInPath,
    number: NumberInPath,
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    reading: NamedDependency[Reading],
    link_customer: NamedDependency[LinkCustomer],
    vendor_calls: NamedDependency[VendorCalls],
) -> Page:
    """Remember that the invoice's customer is this record."""
    customer_id = form.text("customer_id")

    def link() -> Page:
        try:
            record = link_customer.link(
                business, number, CustomerChoice.read({"customer_id": customer_id}, {}).customer_id
            )
        except KvittError as error:
            return _choice_page(OneInvoice(visit, business, number, reading), visit, error, customer_id)
        told = _("The customer is %(name)s (%(id)s) from now on.") % {"name": record.name, "id": record.id}
        return visit.go(invoice_address(business, number), told=told)

    return await vendor_calls.run(link)


@post(f"{_CUSTOMER}/forget", sync_to_thread=True, needs=Need.SEND)
def forget(
    business: BusinessInPath,
    number: NumberInPath,
    visit: NamedDependency[Visit],
    link_customer: NamedDependency[LinkCustomer],
) -> Page:
    """Forget which record it is: the next send looks for it anew."""
    forgotten = link_customer.unlink(business, number)
    told = (
        _("It is forgotten which record the customer is. The next send looks for it anew.")
        if forgotten
        else _("Nothing was remembered of this customer.")
    )
    return visit.go(invoice_address(business, number), told=told)


def _choice_page(one: OneInvoice, visit: Visit, error: KvittError | None = None, customer_id: str = "") -> Page:
    found = one.transfer.error.candidates if one.transfer and one.transfer.error else ()
    choice = side_by_side(one.invoice.customer, found) if found and one.invoice else None
    return visit.page("invoice_customer", error=error, one=one, choice=choice, customer_id=customer_id)


HANDLERS = [show_choice, choose, forget]
