"""InvoiceService: orders, and the invoices they become."""

from functools import partial

from sandbox.twentyfour_seven_office.soap.contracts import contract
from sandbox.twentyfour_seven_office.soap.services.order_rules import order_from
from sandbox.twentyfour_seven_office.soap.services.order_values import (
    WRITTEN_WHEN_UNSET,
    order_value,
    order_values,
    row_values,
)
from sandbox.twentyfour_seven_office.soap.services.searching import Rules, Selection, found, later, one_of
from sandbox.twentyfour_seven_office.soap.services.service import Service, Visit, each
from sandbox.twentyfour_seven_office.soap.shapes import Values

IDS = ("OrderIds",)
SEARCH: Rules = {
    "CustomerIds": one_of("customer_id"),
    "ChangedAfter": later("date_changed"),
    "OrderStates": one_of("status"),
    "InvoiceIds": one_of("invoice_id"),
    "ExternalStatus": lambda wanted: lambda order: order.other.get("ExternalStatus") in wanted,
}


def get_invoices(visit: Visit) -> list[Values]:
    """The orders that match, with the properties named, and of their rows the row properties named."""
    described, books = contract("invoice"), visit.books
    named = visit.asked.get("invoiceReturnProperties", [])
    wanted = Selection(described, "InvoiceOrder", named, written_when_unset=WRITTEN_WHEN_UNSET)
    row_wanted = Selection(described, "InvoiceRow", visit.asked.get("rowReturnProperties", []))
    answer = []
    for order in found(books.orders, visit.asked.get("searchParams", {}), SEARCH, ids=IDS):
        values = wanted.of(partial(order_value, books, order))
        if "InvoiceRows" in values:
            values["InvoiceRows"] = [row_wanted.of(row_values(row).get) for row in order.rows]
        answer.append(values)
    return answer


def save_invoices(visit: Visit) -> list[Values]:
    """Create and update orders, each on its own; one saved as Invoiced is published at once."""
    books = visit.books

    def save(asked: Values) -> Values:
        draft = order_from(visit.account, asked)
        order = books.orders.get(draft.id, draft)
        vars(order).update(vars(draft))
        books.keep_order(order)
        if order.status == "Invoiced":
            books.publish(order.id)
        return order_values(books, order)

    return each(visit.asked, "invoices", save)


SERVICE = Service(
    contract_name="invoice",
    operations={"GetInvoices": get_invoices, "SaveInvoices": save_invoices},
)
