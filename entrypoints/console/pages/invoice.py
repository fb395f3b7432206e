"""One invoice: what it says, where it stands, and the buttons: Send Invoice, Check Status and the others."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus

from litestar import get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery

from core.crediting import RowToCredit
from core.errors import Conflict, InvalidInput, KvittError, NotFound
from core.invoice import InvoiceType
from core.outcome import only
from core.rights import Need
from core.use_cases.add_invoice import AddInvoice
from core.use_cases.adopt_order import AdoptOrder
from core.use_cases.check_status import CheckStatus, is_kept
from core.use_cases.credit_invoice import CreditInvoice
from core.use_cases.delete_invoice import DeleteInvoice
from core.use_cases.look_up import LookUp
from core.use_cases.manage_transfers import ManageTransfers
from core.use_cases.send_again import SendAgain
from core.use_cases.send_invoice import SendInvoice
from core.use_cases.withdraw_invoice import WithdrawInvoice
from entrypoints.console.forms import Form
from entrypoints.console.one_invoice import (
    OneInvoice,
    Reading,
    payment_sentence,
    reading,
    unchanged,
)
from entrypoints.console.rendering import address, invoice_address
from entrypoints.console.texts import gettext as _
from entrypoints.console.typed_document import document_of
from entrypoints.console.visit import Page, Visit
from entrypoints.http.bodies import CreditRequest
from entrypoints.http.paths import INVOICE, BusinessInPath, NumberInPath
from entrypoints.http.threads import VendorCalls
from entrypoints.parsing import invoice_from

_READING = {"reading": Provide(reading, sync_to_thread=False)}
_ACTIONS = ("send", "status", "retry", "cancel", "again", "withdraw", "delete", "type")


@get(INVOICE, sync_to_thread=True, needs=Need.READ, dependencies=_READING)
def show_invoice(
    business: BusinessInPath,
    number: NumberInPath,
    visit: NamedDependency[Visit],
    reading: NamedDependency[Reading],
    seen: FromQuery[str] = "",
    until: FromQuery[str] = "",
) -> Page:
    """Show an invoice. A page that looks for news says what it has `seen`, and `until` when it looks."""
    one = OneInvoice(visit, business, number, reading)
    if seen and seen == one.marker and one.looks_again(one.until(until)):
        return unchanged()
    return one.page(visit, until=until)


@get([f"{INVOICE}/{action}" for action in _ACTIONS], sync_to_thread=False, needs=Need.READ)
def show_after_action(business: BusinessInPath, number: NumberInPath, visit: NamedDependency[Visit]) -> Page:
    """Lead back to the invoice from the address of something that is done, not shown."""
    return visit.go(invoice_address(business, number))


@post(f"{INVOICE}/send", sync_to_thread=True, needs=Need.SEND, dependencies=_READING)
def send(
    business: BusinessInPath,
    number: NumberInPath,
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    reading: NamedDependency[Reading],
    send_invoice: NamedDependency[SendInvoice],
) -> Page:
    """Send Invoice."""
    if not form.is_confirmed:
        return _asked(OneInvoice(visit, business, number, reading), "send", visit, form)
    return _carried_out(visit, business, number, reading, partial(send_invoice.send, business, number))


@post(f"{INVOICE}/status", needs=Need.READ, dependencies=_READING)
async def check_status(
    business: BusinessInPath,
    number: NumberInPath,
    visit: NamedDependency[Visit],
    reading: NamedDependency[Reading],
    check_status: NamedDependency[CheckStatus],
    vendor_calls: NamedDependency[VendorCalls],
) -> Page:
    """Check Status: the accounting system is always asked."""

    def check() -> Page:
        try:
            report = only(check_status.check(business, [number]))
        except KvittError as error:
            return _refused(visit, business, number, reading, error)
        if is_kept(report):
            return visit.go(invoice_address(business, number), told=payment_sentence(report))
        one = OneInvoice(visit, business, number, reading)
        one.payment = report
        return one.page(visit, status=HTTPStatus.CONFLICT)

    return await vendor_calls.run(check)


@post(f"{INVOICE}/retry", sync_to_thread=True, needs=Need.SEND, dependencies=_READING)
def retry(
    business: BusinessInPath,
    number: NumberInPath,
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    reading: NamedDependency[Reading],
    manage_transfers: NamedDependency[ManageTransfers],
) -> Page:
    """Try a transfer that waits or was rejected again."""
    if not form.is_confirmed:
        return _asked(OneInvoice(visit, business, number, reading), "retry", visit, form)

    def try_again() -> None:
        manage_transfers.retry(_transfer_id(reading.look_up, business, number), business=business)

    return _carried_out(visit, business, number, reading, try_again)


@post(f"{INVOICE}/cancel", sync_to_thread=True, needs=Need.SEND, dependencies=_READING)
def cancel(
    business: BusinessInPath,
    number: NumberInPath,
    visit: NamedDependency[Visit],
    reading: NamedDependency[Reading],
    manage_transfers: NamedDependency[ManageTransfers],
) -> Page:
    """Take back a transfer that has not begun to create its order."""

    def take_back() -> None:
        manage_transfers.cancel(_transfer_id(reading.look_up, business, number), business=business)

    told = _("The invoice is not sent any more.")
    return _carried_out(visit, business, number, reading, take_back, told=told)


@post(f"{INVOICE}/again", needs=Need.SEND, dependencies=_READING)
async def send_again(
    business: BusinessInPath,
    number: NumberInPath,
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    reading: NamedDependency[Reading],
    send_again: NamedDependency[SendAgain],
    vendor_calls: NamedDependency[VendorCalls],
) -> Page:
    """Send an invoice once more whose order is gone."""

    def send() -> Page:
        if not form.is_confirmed:
            return _asked(OneInvoice(visit, business, number, reading), "again", visit, form)
        return _carried_out(visit, business, number, reading, partial(send_again.send, business, number))

    return await vendor_calls.run(send)


@post(f"{INVOICE}/withdraw", sync_to_thread=True, needs=Need.SEND, dependencies=_READING)
def withdraw(
    business: BusinessInPath,
    number: NumberInPath,
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    reading: NamedDependency[Reading],
    withdraw_invoice: NamedDependency[WithdrawInvoice],
) -> Page:
    """Have the order deleted while it is not published."""
    if not form.is_confirmed:
        return _asked(OneInvoice(visit, business, number, reading), "withdraw", visit, form)
    return _carried_out(visit, business, number, reading, partial(withdraw_invoice.withdraw, business, number))


@post(f"{INVOICE}/delete", sync_to_thread=True, needs=Need.SEND, dependencies=_READING)
def delete(
    business: BusinessInPath,
    number: NumberInPath,
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    reading: NamedDependency[Reading],
    delete_invoice: NamedDependency[DeleteInvoice],
) -> Page:
    """Forget an invoice that has no order."""
    if not form.is_confirmed:
        return _asked(OneInvoice(visit, business, number, reading), "delete", visit, form)
    delete_it = partial(delete_invoice.delete, business, number)
    told = _("Invoice %(number)s was deleted.") % {"number": number}
    then = address("businesses", business, "invoices")
    return _carried_out(visit, business, number, reading, delete_it, told=told, then=then)


@post(f"{INVOICE}/type", sync_to_thread=True, needs=Need.SEND, dependencies=_READING)
def make_data_for_accounting(
    business: BusinessInPath,
    number: NumberInPath,
    visit: NamedDependency[Visit],
    reading: NamedDependency[Reading],
    add_invoice: NamedDependency[AddInvoice],
) -> Page:
    """Change the invoice type to Data for Accounting."""

    def change_type() -> None:
        stated = reading.look_up.invoice(business, number).model_dump(mode="json")
        add_invoice.add(business, invoice_from({**stated, "type": InvoiceType.DATA_FOR_ACCOUNTING.value}))

    told = _("The type is Data for Accounting now.")
    return _carried_out(visit, business, number, reading, change_type, told=told)


@get(f"{INVOICE}/adopt", sync_to_thread=True, needs=Need.SEND, dependencies=_READING)
def show_adopt(
    business: BusinessInPath, number: NumberInPath, visit: NamedDependency[Visit], reading: NamedDependency[Reading]
) -> Page:
    """Ask which order is the invoice's."""
    return _adopt_page(OneInvoice(visit, business, number, reading), visit)


@post(f"{INVOICE}/adopt", needs=Need.SEND, dependencies=_READING)
async def adopt(
    business: BusinessInPath,
    number: NumberInPath,
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    reading: NamedDependency[Reading],
    adopt_order: NamedDependency[AdoptOrder],
    vendor_calls: NamedDependency[VendorCalls],
) -> Page:
    """Take a person's word that an order is the invoice's, once both were compared."""
    order_id = form.text("order_id")

    def tie() -> Page:
        try:
            adopt_order.adopt(business, number, order_id, accept_differences=form.is_set("accept_differences"))
        except KvittError as error:
            return _adopt_page(OneInvoice(visit, business, number, reading), visit, error, order_id)
        told = _("Order %(order)s is the invoice's now.") % {"order": order_id}
        return visit.go(invoice_address(business, number), told=told)

    return await vendor_calls.run(tie)


@get(f"{INVOICE}/credit", sync_to_thread=True, needs=Need.SEND, dependencies=_READING)
def show_credit(
    business: BusinessInPath, number: NumberInPath, visit: NamedDependency[Visit], reading: NamedDependency[Reading]
) -> Page:
    """Ask how much of what is left is credited."""
    return _credit_page(OneInvoice(visit, business, number, reading), visit)


@post(f"{INVOICE}/credit", sync_to_thread=True, needs=Need.SEND, dependencies=_READING)
def credit(
    business: BusinessInPath,
    number: NumberInPath,
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    reading: NamedDependency[Reading],
    credit_invoice: NamedDependency[CreditInvoice],
) -> Page:
    """Store a credit of all that is left, or of the rows that are ticked. It is sent like any invoice."""
    try:
        rows = None if form.is_set("all") else _rows_to_credit(form)
        stored = credit_invoice.credit(business, number, rows=rows)
    except KvittError as error:
        return _credit_page(OneInvoice(visit, business, number, reading), visit, error, form)
    told = _("This is the credit of invoice %(number)s. It is not sent yet.") % {"number": number}
    return visit.go(invoice_address(business, stored.number), told=told)


def _rows_to_credit(form: Form) -> tuple[RowToCredit, ...] | None:
    """Read which rows are ticked, and how much of each. Errors: InvalidInput, where none is."""
    if not form.texts("row"):
        raise InvalidInput(
            _("No row is selected."),
            code="not_a_credit",
            hint=_("Select the rows to credit, or credit all that is left."),
        )
    typed = [
        (f"rows[{nth}].{name}", value)
        for nth, row in enumerate(form.texts("row"))
        for name, value in (("row", row), ("quantity", form.text(f"quantity-{row}")))
    ]
    document = document_of(typed, CreditRequest)
    for row in document.get("rows", []):
        row["row"] = int(row["row"]) if str(row["row"]).isdecimal() else row["row"]
    return CreditRequest.read({"rows": document.get("rows", [])}, {}).rows


def _adopt_page(one: OneInvoice, visit: Visit, error: KvittError | None = None, order_id: str = "") -> Page:
    differs = error is not None and error.code == "order_differs"
    return visit.page("invoice_adopt", error=error, one=one, order_id=order_id, differs=differs)


def _credit_page(one: OneInvoice, visit: Visit, error: KvittError | None = None, form: Form | None = None) -> Page:
    typed = form.typed if form else {}
    ticked = form.texts("row") if form else None
    return visit.page("invoice_credit", error=error, one=one, typed=typed, ticked=ticked)


def _asked(one: OneInvoice, action: str, visit: Visit, form: Form) -> Page:
    """Ask whether it is meant."""
    question = one.questions()[action]
    return visit.confirm(form, question.asked, about=question.effect, sure=question.sure, back=one.here)


def _carried_out(
    visit: Visit,
    business: str,
    number: str,
    read: Reading,
    action: Callable[[], object],
    *,
    told: str = "",
    then: str | None = None,
) -> Page:
    """Do something with an invoice, and go to its page, or to `then`; where it is refused, show what stood in the way.

    Errors: what `action` raises, where there is no invoice to show.
    """
    try:
        action()
    except KvittError as error:
        return _refused(visit, business, number, read, error)
    return visit.go(then or invoice_address(business, number), told=told)


def _refused(visit: Visit, business: str, number: str, read: Reading, error: KvittError) -> Page:
    """Show the invoice with what stood in the way. Errors: `error` itself, where there is no invoice to show."""
    try:
        one = OneInvoice(visit, business, number, read)
    except NotFound:
        raise error from None
    return one.page(visit, error=error)


def _transfer_id(look_up: LookUp, business: str, number: str) -> str:
    transfer = look_up.transfer_of(business, number)
    if transfer is None:
        look_up.invoice(business, number)
        raise Conflict(
            f"Invoice {number} is not in the accounting system: it was never sent.",
            code="not_sent",
            hint="Send it first, or see its transfer for the reason.",
        )
    return transfer.id


HANDLERS = [
    show_invoice,
    show_after_action,
    send,
    check_status,
    retry,
    cancel,
    send_again,
    withdraw,
    delete,
    make_data_for_accounting,
    show_adopt,
    adopt,
    show_credit,
    credit,
]
