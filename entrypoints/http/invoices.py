"""Invoices over HTTP: add, show, list, preview, link the customer, send, check status."""

import time
from functools import partial
from http import HTTPStatus

from litestar import delete, get, post, put
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import JSONBody, RawBody

from core.errors import InvalidInput
from core.invoice import Invoice
from core.outcome import only
from core.rights import Need
from core.transfer import Transfer
from core.use_cases.add_invoice import Addition, InvoiceToAdd
from core.use_cases.adopt_order import AdoptOrder
from core.use_cases.check_status import CheckStatus
from core.use_cases.credit_invoice import CreditInvoice
from core.use_cases.delete_invoice import DeleteInvoice
from core.use_cases.link_customer import LinkCustomer
from core.use_cases.look_up import LookUp
from core.use_cases.preview_invoice import PreviewInvoice
from core.use_cases.send_invoice import SendInvoice
from core.use_cases.tell_history import TellHistory
from entrypoints.acting import current_actor
from entrypoints.documents import (
    CustomerDocument,
    PaymentReport,
    TransferDocument,
)
from entrypoints.files import MEDIA_TYPES
from entrypoints.http.adding import Adding
from entrypoints.http.bodies import (
    CreditRequest,
    CustomerChoice,
    JsonOf,
    OrderChoice,
    invoice_of_file,
    json_document,
    read_aside,
)
from entrypoints.http.filters import (
    CustomerWords,
    InvoiceState,
    IssuedFrom,
    IssuedTo,
    MaxTotal,
    MinTotal,
    NewestFirst,
    NumberStart,
    Paid,
    SearchWords,
    place_from,
    place_text,
    wanted_invoices,
)
from entrypoints.http.openapi import VENDOR_PROBLEMS, described
from entrypoints.http.paths import INVOICE, USUAL_PAGE, After, BusinessInPath, Limit, NumberInPath, page
from entrypoints.http.problems import AnyRequest
from entrypoints.http.taken_invoice import TakenInvoice
from entrypoints.http.threads import VendorCalls
from entrypoints.http.waiting import Prefer, Waiting
from entrypoints.invoice_documents import (
    AlreadySent,
    CreditableInvoice,
    DeletedInvoice,
    HistoryEvent,
    HistoryPage,
    InvoiceAsItStands,
    InvoicePage,
    SentTransfer,
    UnlinkedCustomer,
)
from entrypoints.parsing import invoice_from
from entrypoints.preview_documents import InvoicePreview

_TAGS = ["invoices"]


@put(
    INVOICE,
    tags=_TAGS,
    operation_class=described(
        takes=Invoice,
        also_takes=MEDIA_TYPES,
        statuses=[HTTPStatus.OK, HTTPStatus.CREATED],
        problems=[HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT],
    ),
    needs=Need.SEND,
)
async def add_invoice(
    business: BusinessInPath,
    number: NumberInPath,
    request: AnyRequest,
    body: RawBody,
    adding: NamedDependency[Adding],
) -> JsonOf[TakenInvoice]:
    """Add an invoice (201), or replace the unsent one of its number (200). Completeness is judged when it is sent.

    Besides JSON it may be UBL 2.1 (an Invoice or CreditNote of Peppol BIS Billing 3.0 or EHF 3), or a table, CSV or
    XLSX, with the rows of this one invoice; the answer then also names in `warnings` what was left out of the file.
    """
    of_file = await invoice_of_file(request, body)
    if of_file:
        invoice = of_file.invoice
    else:
        invoice = await read_aside(lambda: invoice_from(json_document(request, body)), body)
    if invoice.number != number:
        raise InvalidInput("The number in the body is not the number in the path.", code="number_differs")
    added = await adding.add(InvoiceToAdd(business, invoice, current_actor()))
    status = HTTPStatus.CREATED if added.addition is Addition.ADDED else HTTPStatus.OK
    told = of_file.told(added.invoice) if of_file else added.invoice
    return JsonOf(TakenInvoice(told), status_code=status)


@get(
    INVOICE,
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(problems=[HTTPStatus.NOT_FOUND]),
    needs=Need.READ,
)
def get_invoice(
    business: BusinessInPath, number: NumberInPath, look_up: NamedDependency[LookUp]
) -> JsonOf[CreditableInvoice]:
    """Show an invoice, its transfer and its last seen payment. With it: what credits it, and what is left to credit."""
    return JsonOf(CreditableInvoice.of_crediting(business, *look_up.crediting(business, number)))


@get(
    "/businesses/{business:str}/invoices",
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(problems=[HTTPStatus.NOT_FOUND]),
    needs=Need.READ,
)
def list_invoices(
    business: BusinessInPath,
    look_up: NamedDependency[LookUp],
    in_state: InvoiceState = None,
    paid: Paid = None,
    customer: CustomerWords = None,
    number: NumberStart = None,
    issued_from: IssuedFrom = None,
    issued_to: IssuedTo = None,
    min_total: MinTotal = None,
    max_total: MaxTotal = None,
    q: SearchWords = None,
    newest: NewestFirst = None,
    limit: Limit = USUAL_PAGE,
    after: After = None,
) -> JsonOf[InvoicePage]:
    """List a business's invoices with their transfers and payment, by number. With `from` or `to` they go by date, and
    with `newest=true` from the latest date on.

    All filters together apply. A page may hold fewer than `limit`, or none, though there is more: `next` alone says so.
    """
    wanted = wanted_invoices(
        state=in_state,
        paid=paid,
        customer=customer,
        number=number,
        first=issued_from,
        last=issued_to,
        least=min_total,
        most=max_total,
        search=q,
        newest=newest,
    )
    found, then = look_up.find_invoices(business, wanted, limit=limit, after=place_from(after, wanted))
    items = [InvoiceAsItStands.of_listed(business, one) for one in found]
    return JsonOf(InvoicePage(items=items, next=place_text(then, wanted) if then else None))


@get(
    f"{INVOICE}/preview",
    tags=_TAGS,
    operation_class=described(
        problems=[HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY, *VENDOR_PROBLEMS],
    ),
    needs=Need.READ,
)
async def preview_invoice(
    business: BusinessInPath,
    number: NumberInPath,
    preview_invoice: NamedDependency[PreviewInvoice],
    vendor_calls: NamedDependency[VendorCalls],
) -> JsonOf[InvoicePreview]:
    """Show what a send would do. Customer and order are exactly as they would be written; nothing is."""
    preview = await vendor_calls.run(partial(preview_invoice.preview, business, number))
    return JsonOf(InvoicePreview.of(preview))


@post(
    f"{INVOICE}/customer",
    status_code=HTTPStatus.OK,
    tags=_TAGS,
    operation_class=described(
        problems=[HTTPStatus.NOT_FOUND, *VENDOR_PROBLEMS],
        repeatable=True,
    ),
    needs=Need.SEND,
)
async def choose_customer(
    business: BusinessInPath,
    number: NumberInPath,
    data: JSONBody[CustomerChoice],
    link_customer: NamedDependency[LinkCustomer],
    vendor_calls: NamedDependency[VendorCalls],
) -> JsonOf[CustomerDocument]:
    """Say which record in the accounting system the invoice's customer is. The answer is that record."""
    return JsonOf(
        CustomerDocument.of(await vendor_calls.run(partial(link_customer.link, business, number, data.customer_id)))
    )


@post(
    f"{INVOICE}/credit",
    status_code=HTTPStatus.CREATED,
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(
        statuses=[HTTPStatus.CREATED],
        problems=[HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY],
        repeatable=True,
    ),
    needs=Need.SEND,
)
def credit_invoice(
    business: BusinessInPath,
    number: NumberInPath,
    data: JSONBody[CreditRequest],
    credit_invoice: NamedDependency[CreditInvoice],
) -> JsonOf[Invoice]:
    """Store a credit of an invoice that was sent: of all that is left of it, or of these rows, in full or in part.

    The answer is the credit, an invoice of its own; it is sent when you send it. 409 `credit_exceeds` says what is left
    where more was asked for.
    """
    return JsonOf(credit_invoice.credit(business, number, rows=data.rows, as_number=data.number))


@post(
    f"{INVOICE}/adopt",
    status_code=HTTPStatus.OK,
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(
        problems=[HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, *VENDOR_PROBLEMS],
        repeatable=True,
    ),
    needs=Need.SEND,
)
def adopt_order(
    business: BusinessInPath,
    number: NumberInPath,
    data: JSONBody[OrderChoice],
    adopt_order: NamedDependency[AdoptOrder],
) -> JsonOf[TransferDocument]:
    """Say that an order in the accounting system is the invoice's. Number, customer and totals are compared first.

    409 `order_differs` says what differs; it is taken all the same with `accept_differences`.
    """
    adopted = adopt_order.adopt(business, number, data.order_id, accept_differences=data.accept_differences)
    return JsonOf(TransferDocument.of(adopted))


@post(
    f"{INVOICE}/send",
    tags=_TAGS,
    operation_class=described(
        statuses=[HTTPStatus.OK, HTTPStatus.ACCEPTED],
        problems=[HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE],
        repeatable=True,
    ),
    needs=Need.SEND,
)
async def send_invoice(
    business: BusinessInPath,
    number: NumberInPath,
    send_invoice: NamedDependency[SendInvoice],
    look_up: NamedDependency[LookUp],
    waiting: NamedDependency[Waiting],
    prefer: Prefer = None,
) -> JsonOf[SentTransfer]:
    """Send an invoice; sending twice is one transfer.

    200 with the transfer when it has ended, transferred or rejected; 202 while it has not. `already_sent` is null
    unless the invoice had arrived before: then nothing was done, and it says what was last seen of the order.
    """
    began = time.monotonic()

    def sent() -> tuple[Transfer, AlreadySent | None]:
        before = look_up.already_sent(business, number)
        return send_invoice.send(business, number), AlreadySent.of(before) if before else None

    transfer, before = await sync_to_thread(sent)

    def shown(transfer: Transfer) -> SentTransfer:
        return SentTransfer(**dict(TransferDocument.of(transfer)), already_sent=before)

    return await waiting.answer(transfer, prefer=prefer, since=began, shown=shown)


@post(
    f"{INVOICE}/status",
    status_code=HTTPStatus.OK,
    tags=_TAGS,
    operation_class=described(
        problems=[HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY, *VENDOR_PROBLEMS],
        repeatable=True,
    ),
    needs=Need.READ,
)
async def check_status(
    business: BusinessInPath,
    number: NumberInPath,
    check_status: NamedDependency[CheckStatus],
    vendor_calls: NamedDependency[VendorCalls],
) -> JsonOf[PaymentReport]:
    """Ask the accounting system whether a sent invoice is paid."""
    return JsonOf(PaymentReport.of(only(await vendor_calls.run(partial(check_status.check, business, [number])))))


@get(
    f"{INVOICE}/history",
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(problems=[HTTPStatus.NOT_FOUND]),
    needs=Need.READ,
)
def get_invoice_history(
    business: BusinessInPath,
    number: NumberInPath,
    tell_history: NamedDependency[TellHistory],
    limit: Limit = USUAL_PAGE,
    after: After = None,
) -> JsonOf[HistoryPage]:
    """Tell all that happened to an invoice: adds and changes, transfers step by step, checks, links; the oldest first.

    An invoice that was deleted has its history still.
    """
    events, then = page(
        lambda most, start: tell_history.tell(business, number, limit=most, after=start),
        limit=limit,
        after=after,
        key=lambda event: event.place,
    )
    return JsonOf(HistoryPage(items=[HistoryEvent.of(event) for event in events], next=then))


@delete(
    INVOICE,
    status_code=HTTPStatus.OK,
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(
        problems=[HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.SERVICE_UNAVAILABLE],
    ),
    needs=Need.SEND,
)
def delete_invoice(
    business: BusinessInPath, number: NumberInPath, delete_invoice: NamedDependency[DeleteInvoice]
) -> JsonOf[DeletedInvoice]:
    """Delete an invoice that has no order, and is not on its way to one: cancel its transfer first."""
    delete_invoice.delete(business, number)
    return JsonOf(DeletedInvoice(invoice=number))


@delete(
    f"{INVOICE}/customer",
    status_code=HTTPStatus.OK,
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(problems=[HTTPStatus.NOT_FOUND]),
    needs=Need.SEND,
)
def forget_customer(
    business: BusinessInPath, number: NumberInPath, link_customer: NamedDependency[LinkCustomer]
) -> JsonOf[UnlinkedCustomer]:
    """Forget which record the invoice's customer is: the next send of an invoice of that customer looks for it anew."""
    forgotten = link_customer.unlink(business, number)
    return JsonOf(UnlinkedCustomer(invoice=number, forgotten=list(forgotten)))


HANDLERS = [
    add_invoice,
    get_invoice,
    list_invoices,
    delete_invoice,
    preview_invoice,
    get_invoice_history,
    choose_customer,
    forget_customer,
    credit_invoice,
    adopt_order,
    send_invoice,
    check_status,
]
