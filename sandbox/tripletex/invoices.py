"""Invoices: what was charged, and what is left to pay of it. They are made in the books, by the accountant."""

from sandbox.tripletex.operation import FIELDS, PAGING, Answer, Operation, Visit
from sandbox.tripletex.records import Invoice


def read_invoices(visit: Visit) -> Answer:
    """The charged invoices of a period that every parameter given lets through; its last day is not part of it."""
    begins, ends = visit.period("invoiceDateFrom", "invoiceDateTo")
    ids, number, kid = visit.numbers("id"), visit.whole("invoiceNumber"), visit.text("kid")
    customer = visit.whole("customerId")

    def holds(invoice: Invoice) -> bool:
        return (
            invoice.invoice_date is not None
            and begins <= invoice.invoice_date < ends
            and (ids is None or invoice.id in ids)
            and number in (None, invoice.number)
            and kid in (None, invoice.kid)
            and customer in (None, invoice.customer_id)
        )

    return visit.page("Invoice", visit.books.invoices.values(), holds)


def read_invoice(visit: Visit) -> Answer:
    """One invoice, or what an order will be as one."""
    books = visit.books
    to_be = (books.invoice_to_be(order) for order in books.orders.values() if order.preliminary_invoice_id == visit.id)
    return visit.one("Invoice", books.invoices.get(visit.id) or next(to_be, None))


LIST = frozenset({"id", "invoiceDateFrom", "invoiceDateTo", "invoiceNumber", "kid", "customerId"})
OPERATIONS = (
    Operation("GET", "/invoice", read_invoices, LIST | PAGING),
    Operation("GET", "/invoice/{id}", read_invoice, FIELDS),
)
