"""What an order must satisfy before it is written.

FACTS name the rules: lengths of texts, VAT rates of the account, four decimals, what may still be changed.
"""

from copy import deepcopy
from decimal import Decimal

from entrypoints.sandbox.books import Books
from entrypoints.sandbox.records import Order, Row
from entrypoints.sandbox.refusals import (
    DEPARTMENT_IS_REQUIRED,
    PROJECT_IS_REQUIRED,
    ItemRefusedError,
    not_found,
)
from entrypoints.sandbox.services.order_values import FIELDS, ROW_FIELDS
from entrypoints.sandbox.shapes import Values
from entrypoints.sandbox.users import Account

REFERENCE_LENGTH = 50
ROW_NAME_LENGTH = 300
DECIMALS = 4

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
    _check(account, order)
    return order


def _check(account: Account, order: Order) -> None:
    customer = account.books.customers.get(order.customer_id)
    if customer is None:
        raise not_found("Customer", order.customer_id or "(none)")
    if customer.type == "Supplier":
        raise ItemRefusedError(f"Customer {customer.id} is a supplier")
    if customer.block_invoice:
        raise ItemRefusedError(f"Customer {customer.id} is blocked for invoicing")
    for name, text in (
        ("CustomerReferenceNo", order.reference),
        ("ReferenceNumber", order.other.get("ReferenceNumber", "")),
    ):
        if len(text) > REFERENCE_LENGTH:
            raise ItemRefusedError(f"{name} is longer than {REFERENCE_LENGTH} characters")
    if account.department_required and "DepartmentId" not in order.other:
        raise ItemRefusedError("Department is required", kind=DEPARTMENT_IS_REQUIRED)
    if account.project_required and "ProjectId" not in order.other:
        raise ItemRefusedError("Project is required", kind=PROJECT_IS_REQUIRED)


def _take_currency(books: Books, order: Order, asked: Values | None) -> None:
    """A currency without a rate is booked 1:1, as the vendor's default of Rate has it."""
    if asked is None:
        return
    symbol = asked.get("Symbol") or "NOK"
    if symbol not in {currency.symbol for currency in books.currencies}:
        raise ItemRefusedError(f"Currency {symbol} is not in use")
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
    if len(row.name) > ROW_NAME_LENGTH:
        raise ItemRefusedError(f"The row's Name is longer than {ROW_NAME_LENGTH} characters")
    if row.type == "Normal":
        _check_product(books, row)
        _check_amounts(row)
        _check_vat(books, row)
    return row


def _check_product(books: Books, row: Row) -> None:
    product = books.products.get(row.product_id or 0)
    if product is None:
        raise not_found("Product", row.product_id or "(none)")
    row.name = row.name or product.name
    row.price = product.price if row.price is None else row.price


def _check_amounts(row: Row) -> None:
    if row.quantity is None:
        raise ItemRefusedError("Quantity is required")
    for name, value in (("Price", row.price), ("Quantity", row.quantity), ("DiscountRate", row.discount_rate)):
        if value is not None and value != round(value, DECIMALS):
            raise ItemRefusedError(f"{name} has more than {DECIMALS} decimals")


def _check_vat(books: Books, row: Row) -> None:
    if row.vat_rate is None:
        raise ItemRefusedError("VatRate is required")
    if not books.has_rate(row.vat_rate):
        raise ItemRefusedError(f"VatRate {row.vat_rate:f} is not a rate of the account")
    if row.tax_rate is not None and row.tax_rate != row.vat_rate:
        raise ItemRefusedError(f"TaxRate {row.tax_rate:f} differs from VatRate {row.vat_rate:f}")
    if row.tax_code is not None and (row.tax_code, row.vat_rate) not in {
        (vat_type.no, vat_type.rate) for vat_type in books.vat_types
    }:
        raise ItemRefusedError(f"TaxCode {row.tax_code} does not exist with rate {row.vat_rate:f}")
