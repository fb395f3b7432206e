"""How a SOAP request makes or changes an order: which members count, and what may still be changed."""

from copy import deepcopy
from decimal import Decimal

from sandbox.twentyfour_seven_office.books import Books
from sandbox.twentyfour_seven_office.records import Order, Row
from sandbox.twentyfour_seven_office.refusals import ItemRefusedError, not_found
from sandbox.twentyfour_seven_office.rules import check_currency, check_order, check_row
from sandbox.twentyfour_seven_office.soap.services.order_values import FIELDS, ROW_FIELDS
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
