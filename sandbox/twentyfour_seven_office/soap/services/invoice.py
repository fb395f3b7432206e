"""InvoiceService: orders, and the invoices they become."""

from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from functools import partial
from typing import Any

from sandbox.twentyfour_seven_office.books import Books
from sandbox.twentyfour_seven_office.records import Order, Row
from sandbox.twentyfour_seven_office.refusals import ItemRefusedError, not_found
from sandbox.twentyfour_seven_office.rules import check_currency, check_order, check_row
from sandbox.twentyfour_seven_office.soap.contracts import contract
from sandbox.twentyfour_seven_office.soap.services.service import (
    Rules,
    Selection,
    Service,
    Visit,
    each,
    found,
    later,
    one_of,
)
from sandbox.twentyfour_seven_office.soap.shapes import Values
from sandbox.twentyfour_seven_office.users import Account

NESTED = {"Addresses", "Currency", "InvoiceRows"}
NOT_WRITABLE = {
    "OrderId",
    "CustomerName",
    "CustomerOrgNo",
    "InvoiceId",
    "DateInvoiced",
    "DateChanged",
    "OrderTotalIncVat",
    "OrderTotalVat",
    "Paid",
    "OCR",
    "APIException",
}


def order_from(account: Account, asked: Values) -> Order:
    """The order as it will stand: a new one, or a changed copy of the one whose OrderId is given.

    Errors: ItemRefusedError.
    """
    books = account.books
    number = asked.get("OrderId")
    if number is None:
        order = Order(id=0, customer_id=0)
    elif number not in books.orders:
        raise not_found("Order", number)
    elif books.orders[number].invoice_id is not None:
        raise ItemRefusedError(f"Order {number} is invoiced and can not be changed")
    else:
        order = deepcopy(books.orders[number])
    for name, value in asked.items():
        if name in FIELDS and name not in NOT_WRITABLE:
            setattr(order, FIELDS[name], value)
        elif name not in NESTED and name not in NOT_WRITABLE and value != "Unchanged":
            order.other[name] = value
    for slot, address in asked.get("Addresses", {}).items():
        order.addresses[slot] = dict(address)
    _take_currency(books, order, asked.get("Currency"))
    _take_rows(books, order, asked.get("InvoiceRows", []))
    check_order(account, order)
    return order


def _take_currency(books: Books, order: Order, asked: Values | None) -> None:
    """A currency without a rate is booked 1:1, as the vendor's default of Rate has it."""
    if asked is None:
        return
    symbol = asked.get("Symbol") or "NOK"
    check_currency(books, symbol)
    order.currency_symbol = symbol
    order.currency_rate = asked.get("Rate", Decimal(1))
    order.currency_unit = asked.get("Unit", 1)


def _take_rows(books: Books, order: Order, asked_rows: list[Values]) -> None:
    """Rows of an existing order need a ChangeState; those of a new one are all added."""
    for asked in asked_rows:
        state = asked.get("ChangeState", "None")
        if state == "Add" or (state == "None" and not order.id):
            order.rows.append(_row_from(books, Row(id=0), asked))
            continue
        if state == "None":
            raise ItemRefusedError("A row of an existing order needs ChangeState Add, Edit or Delete")
        row = next((row for row in order.rows if row.id == asked.get("RowId")), None)
        if row is None:
            raise not_found("Row", asked.get("RowId", "(none)"))
        if state == "Edit":
            _row_from(books, row, asked)
        else:
            order.rows.remove(row)


def _row_from(books: Books, row: Row, asked: Values) -> Row:
    tax = asked.get("TaxSettings", {})
    for name, value in asked.items():
        if name == "RowId" or name in ("ChangeState", "TaxSettings"):
            continue
        if name in ROW_FIELDS:
            setattr(row, ROW_FIELDS[name], value)
        else:
            row.other[name] = value
    row.tax_code = tax.get("TaxCode", row.tax_code)
    row.tax_rate = tax.get("TaxRate", row.tax_rate)
    check_row(books, row)
    return row


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
