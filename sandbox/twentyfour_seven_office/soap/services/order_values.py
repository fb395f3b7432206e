"""Orders as the vendor shows them: an InvoiceOrder with its rows."""

from collections.abc import Callable
from typing import Any

from sandbox.twentyfour_seven_office.books import Books
from sandbox.twentyfour_seven_office.records import Order, Row
from sandbox.twentyfour_seven_office.soap.shapes import Values

FIELDS = {
    "OrderId": "id",
    "CustomerId": "customer_id",
    "OrderStatus": "status",
    "InvoiceId": "invoice_id",
    "DateOrdered": "date_ordered",
    "DateInvoiced": "date_invoiced",
    "DateChanged": "date_changed",
    "PaymentTime": "payment_time",
    "CustomerReferenceNo": "reference",
    "IncludeVAT": "include_vat",
    "YourReference": "your_reference",
    "OrderTotalIncVat": "total_inc_vat",
    "OrderTotalVat": "total_vat",
    "InvoiceText": "invoice_text",
    "Paid": "paid",
    "OCR": "ocr",
}
ROW_FIELDS = {
    "RowId": "id",
    "ProductId": "product_id",
    "Name": "name",
    "Type": "type",
    "Quantity": "quantity",
    "Price": "price",
    "DiscountRate": "discount_rate",
    "VatRate": "vat_rate",
}

# Of an order that is no invoice yet, these come as their sentinels rather than not at all.
WRITTEN_WHEN_UNSET = ("InvoiceId", "DateInvoiced", "Paid", "PaymentTime")


def order_values(books: Books, order: Order) -> Values:
    """Every property of an order that is set."""
    return {**order.other, **{name: order_value(books, order, name) for name in (*FIELDS, *DERIVED)}}


def order_value(books: Books, order: Order, name: str) -> Any:
    """One property of an order, None when it is not set; a customer that is gone leaves its name empty."""
    if name in FIELDS:
        return getattr(order, FIELDS[name])
    if name in DERIVED:
        return DERIVED[name](books, order)
    return order.other.get(name)


def _customer_name(books: Books, order: Order) -> str | None:
    customer = books.customers.get(order.customer_id)
    return customer.name if customer else None


def _customer_organization_number(books: Books, order: Order) -> str | None:
    customer = books.customers.get(order.customer_id)
    return customer.organization_number if customer else None


DERIVED: dict[str, Callable[[Books, Order], Any]] = {
    "CustomerName": _customer_name,
    "CustomerOrgNo": _customer_organization_number,
    "Addresses": lambda _books, order: {slot: dict(parts) for slot, parts in order.addresses.items()} or None,
    "Currency": lambda _books, order: {
        "Rate": order.currency_rate,
        "Unit": order.currency_unit,
        "Symbol": order.currency_symbol,
    },
    "InvoiceRows": lambda _books, order: [row_values(row) for row in order.rows],
}


def row_values(row: Row) -> Values:
    """Every property of a row."""
    values = {**row.other, **{name: getattr(row, attribute) for name, attribute in ROW_FIELDS.items()}}
    if row.tax_code is not None or row.tax_rate is not None:
        values["TaxSettings"] = {"TaxCode": row.tax_code, "TaxRate": row.tax_rate}
    return values
