"""What the books demand of an order, whichever API it is written through.

docs/24sevenoffice.md names the rules: lengths of texts, VAT rates of the account, four decimals, who may be invoiced.
"""

from collections.abc import Mapping
from typing import Any

from sandbox.twentyfour_seven_office.books import Books
from sandbox.twentyfour_seven_office.records import Order, Row
from sandbox.twentyfour_seven_office.refusals import (
    DEPARTMENT_IS_REQUIRED,
    INVALID_PARAMETER,
    PARAMETER_NOT_FOUND,
    PROJECT_IS_REQUIRED,
    ItemRefusedError,
)
from sandbox.twentyfour_seven_office.users import Account

REFERENCE_LENGTH = 50
ROW_NAME_LENGTH = 300
DECIMALS = 4


class BrokenRuleError(ItemRefusedError):
    """A rule is broken: told to SOAP by message and `kind`, to REST by the `path` of a field and a `keyword`."""

    def __init__(self, message: str, *, path: str, keyword: str, kind: str = INVALID_PARAMETER) -> None:
        super().__init__(message, kind=kind)
        self.path = path
        self.keyword = keyword


def check_order(account: Account, order: Order) -> None:
    """Check all of an order but its rows. Errors: BrokenRuleError."""
    customer = account.books.customers.get(order.customer_id)
    if customer is None:
        raise _not_found("Customer", order.customer_id, "customer.id")
    if customer.type == "Supplier":
        raise BrokenRuleError(f"Customer {customer.id} is a supplier", path="customer.id", keyword="supplier")
    if customer.block_invoice:
        message = f"Customer {customer.id} is blocked for invoicing"
        raise BrokenRuleError(message, path="customer.id", keyword="blockedForInvoicing")
    for name, path, text in (
        ("CustomerReferenceNo", "reference", order.reference),
        ("ReferenceNumber", "referenceNumber", order.other.get("ReferenceNumber", "")),
    ):
        if len(text) > REFERENCE_LENGTH:
            message = f"{name} is longer than {REFERENCE_LENGTH} characters"
            raise BrokenRuleError(message, path=path, keyword="maxLength")
    for name, demanded, kind in (
        ("Department", account.department_required, DEPARTMENT_IS_REQUIRED),
        ("Project", account.project_required, PROJECT_IS_REQUIRED),
    ):
        if demanded and f"{name}Id" not in order.other:
            raise BrokenRuleError(f"{name} is required", path="dimensions", keyword="required", kind=kind)
    _check_dimensions(account.books, order.other)


def check_currency(books: Books, symbol: str) -> None:
    """Check that the account has a currency. Errors: BrokenRuleError."""
    if symbol not in {currency.symbol for currency in books.currencies}:
        raise BrokenRuleError(f"Currency {symbol} is not in use", path="currency.code", keyword="notFound")


def check_row(books: Books, row: Row) -> None:
    """Check a row, and fill in what its product tells. Errors: BrokenRuleError."""
    if len(row.name) > ROW_NAME_LENGTH:
        message = f"The row's Name is longer than {ROW_NAME_LENGTH} characters"
        raise BrokenRuleError(message, path="description", keyword="maxLength")
    _check_dimensions(books, row.other)
    if row.type == "Normal":
        _check_product(books, row)
        _check_amounts(row)
        _check_vat(books, row)


def _check_dimensions(books: Books, said: Mapping[str, Any]) -> None:
    """Check that a department or project is in use (G)."""
    for name, kept in (("Department", books.departments), ("Project", books.projects)):
        number = said.get(f"{name}Id")
        if number is not None and not ((dimension := kept.get(number)) and dimension.is_active):
            raise _not_found(name, number, "dimensions")


def _check_product(books: Books, row: Row) -> None:
    product = books.products.get(row.product_id or 0)
    if product is None:
        raise _not_found("Product", row.product_id, "product.id")
    row.name = row.name or product.name
    row.price = product.price if row.price is None else row.price


def _check_amounts(row: Row) -> None:
    if row.quantity is None:
        raise BrokenRuleError("Quantity is required", path="quantity", keyword="required")
    for name, path, value in (
        ("Price", "price", row.price),
        ("Quantity", "quantity", row.quantity),
        ("DiscountRate", "discountRate", row.discount_rate),
    ):
        if value is not None and value != round(value, DECIMALS):
            raise BrokenRuleError(f"{name} has more than {DECIMALS} decimals", path=path, keyword="multipleOf")


def _check_vat(books: Books, row: Row) -> None:
    rate = row.vat_rate
    if rate is None:
        raise BrokenRuleError("VatRate is required", path="tax", keyword="required")
    if not books.has_rate(rate):
        raise BrokenRuleError(f"VatRate {rate:f} is not a rate of the account", path="tax.rate", keyword="notFound")
    if row.tax_rate is not None and row.tax_rate != rate:
        message = f"TaxRate {row.tax_rate:f} differs from VatRate {rate:f}"
        raise BrokenRuleError(message, path="tax.rate", keyword="const")
    if row.tax_code is not None and (row.tax_code, rate) not in {(vat.no, vat.rate) for vat in books.vat_types}:
        message = f"TaxCode {row.tax_code} does not exist with rate {rate:f}"
        raise BrokenRuleError(message, path="tax.number", keyword="notFound")


def _not_found(thing: str, number: int | None, path: str) -> BrokenRuleError:
    message = f"{thing} with id {number or '(none)'} was not found"
    return BrokenRuleError(message, path=path, keyword="notFound", kind=PARAMETER_NOT_FOUND)
