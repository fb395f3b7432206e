"""InvoiceService: orders, and the invoices they become."""

from entrypoints.sandbox.contracts import contract
from entrypoints.sandbox.refusals import CallRefusedError
from entrypoints.sandbox.services.order_rules import order_from
from entrypoints.sandbox.services.order_values import WRITTEN_WHEN_UNSET, order_values
from entrypoints.sandbox.services.searching import found, named_properties, selected
from entrypoints.sandbox.services.service import Service, Visit, each
from entrypoints.sandbox.shapes import Values

MOST_ORDER_IDS = 1_000  # FACTS: GetInvoices takes up to 1,000 OrderIds

SEARCH = {
    "CustomerIds": lambda order, wanted: order.customer_id in wanted,
    "ChangedAfter": lambda order, wanted: order.date_changed > wanted,
    "OrderStates": lambda order, wanted: order.status in wanted,
    "InvoiceIds": lambda order, wanted: order.invoice_id in wanted,
    "OrderIds": lambda order, wanted: order.id in wanted,
    "ExternalStatus": lambda order, wanted: order.other.get("ExternalStatus") in wanted,
}


def get_invoices(visit: Visit) -> list[Values]:
    """The orders that match, with the properties named, and of their rows the row properties named."""
    described = contract("invoice")
    wanted = named_properties(described, "InvoiceOrder", visit.asked, "invoiceReturnProperties")
    row_wanted = named_properties(described, "InvoiceRow", visit.asked, "rowReturnProperties")
    asked = visit.asked.get("searchParams", {})
    if len(asked.get("OrderIds", [])) > MOST_ORDER_IDS:
        raise CallRefusedError(f"System.ArgumentException: OrderIds takes at most {MOST_ORDER_IDS} ids")
    answer = []
    for order in found(visit.books.orders.values(), asked, SEARCH):
        values = order_values(visit.books, order)
        values["InvoiceRows"] = [selected(described, "InvoiceRow", row, row_wanted) for row in values["InvoiceRows"]]
        answer.append(selected(described, "InvoiceOrder", values, wanted, written_when_unset=WRITTEN_WHEN_UNSET))
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
