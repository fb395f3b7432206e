"""What an accounting system's orders have a place for, how much it can hold, and take at once, as its adapter declares.

Pure. Nothing that an invoice states is dropped without a word.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from core.customer import Address
from core.dimension import DimensionKind, stated_dimension
from core.identity import tidy
from core.invoice import Delivery, Invoice


class OrderField(StrEnum):
    """What not every system's orders have a place for, by the invoice's field.

    Every order has a place for `your_reference` and a comment.
    """

    ORDER_NUMBER = "order_number"
    OUR_REFERENCE = "our_reference"
    BUYER_REFERENCE = "buyer_reference"
    ORDER_REFERENCE = "order_reference"
    CREDITS = "credits"
    DELIVERY_DATE = "delivery.date"
    DELIVERY_NAME = "delivery.name"
    DELIVERY_ADDRESS = "delivery.address"
    PAID_AMOUNT = "paid_amount"
    PAID_DATE = "paid_date"
    DEPARTMENT = "department"
    PROJECT = "project"


@dataclass(frozen=True)
class Limits:
    """Longest texts in characters, the decimals that amounts, quantities and percentages may have, and the largest row.

    `largest_amount` is a row's, in the invoice's currency: beyond a billion somebody has mistyped. One write takes
    `items_per_write` things, and orders with `rows_per_write` rows in all. (docs/24sevenoffice.md, "Calls and
    errors": a request is up to 4 MB and is stopped after 110 s; an order of a hundred rows is some 60 kB.) Customers
    are read `items_per_read` at a time: fewer where each takes a call of its own, so that a worker's hold is kept in
    between. With `text_rows` an order may have rows that are a text and nothing else; without, such a row is written
    as one of zero. With `prices_with_vat` an order's prices may include VAT; without, they are booked net. With
    `deletes_orders` an order that is not published can be deleted, and the system itself refuses to delete a published
    one (OrderSink.delete).
    `order_fields` are what else of an invoice an order has a place for, and `longest` how many characters a text may
    have there, by the invoice's field (such as `delivery.address.street`, both lines of it): a longer one is refused.
    """

    row_text: int
    customer_name: int
    product_name: int
    decimals: int
    largest_amount: Decimal = Decimal("999999999.99")
    items_per_write: int = 100
    rows_per_write: int = 3000
    items_per_read: int = 1000
    text_rows: bool = False
    prices_with_vat: bool = True
    deletes_orders: bool = False
    order_fields: frozenset[OrderField] = frozenset()
    longest: Mapping[str, int] = field(default_factory=dict)


def stated(invoice: Invoice) -> dict[OrderField, Any]:
    """Return what the invoice says of these fields, tidied. Blanks say nothing, and nor does a prepayment of zero."""
    delivery = invoice.delivery or Delivery()
    address = delivery.address or Address()
    said = {
        OrderField.ORDER_NUMBER: text_of(invoice.order_number),
        OrderField.OUR_REFERENCE: text_of(invoice.our_reference),
        OrderField.BUYER_REFERENCE: text_of(invoice.buyer_reference),
        OrderField.ORDER_REFERENCE: text_of(invoice.order_reference),
        OrderField.CREDITS: invoice.credits,
        OrderField.DELIVERY_DATE: delivery.date,
        OrderField.DELIVERY_NAME: text_of(delivery.name),
        OrderField.DELIVERY_ADDRESS: address if any(text_of(part) for _, part in address) else None,
        OrderField.PAID_AMOUNT: invoice.paid_amount,
        OrderField.PAID_DATE: invoice.paid_amount and invoice.paid_date,
        OrderField.DEPARTMENT: stated_dimension(DimensionKind.DEPARTMENT, invoice, *invoice.rows),
        OrderField.PROJECT: stated_dimension(DimensionKind.PROJECT, invoice, *invoice.rows),
    }
    return {field: value for field, value in said.items() if value}


def your_reference(invoice: Invoice, places: Collection[OrderField]) -> str | None:
    """Return what goes where an order has the buyer's reference.

    Where there is one place for it, `buyer_reference` goes before `your_reference`: it is what the buyer's system sorts
    invoices by (EN 16931 BT-10), and Peppol asks for it.
    """
    shared = None if OrderField.BUYER_REFERENCE in places else text_of(invoice.buyer_reference)
    return shared or text_of(invoice.your_reference)


def not_written(invoice: Invoice, places: Collection[OrderField], *, knows_credited: bool) -> dict[str, str]:
    """Return what the invoice says and its order won't: field -> why.

    `places` is what the accounting system's orders have. `knows_credited`: the credited invoice's order is known.
    """
    reasons = {
        str(field): _NO_PLACE.get(field, _NOWHERE)
        for field in stated(invoice)
        if field not in places and field is not OrderField.BUYER_REFERENCE
    }
    if OrderField.CREDITS in places and invoice.credits and not knows_credited:
        reasons[OrderField.CREDITS] = "Kvitt knows no order for that invoice in these books"
    yours = text_of(invoice.your_reference)
    if yours and yours != your_reference(invoice, places):
        reasons["your_reference"] = "the order has one place for it and for buyer_reference, which comes first"
    return reasons


def field_warnings(reasons: dict[str, str]) -> list[str]:
    """Say what is not written, for the transfer.

    The source's order number is left to the preview: nearly every invoice has one, and a warning that is always there
    warns nobody.
    """
    return [
        f"{field} is not written to the order: {why}."
        for field, why in reasons.items()
        if field != OrderField.ORDER_NUMBER
    ]


def text_of(text: str | None) -> str | None:
    """Return a text with its white space tidied; None where nothing is left."""
    return tidy(text or "") or None


_NOWHERE = "the accounting system has no place for it"
_NO_PLACE = {OrderField.PAID_AMOUNT: f"{_NOWHERE}; enter the payment there"}
