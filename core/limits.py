"""How much an accounting system can hold, and take at once, as its adapter declares it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from core.order_fields import OrderField


@dataclass(frozen=True)
class Limits:
    """Longest texts in characters, the decimals that amounts, quantities and percentages may have, and the largest row.

    `largest_amount` is a row's, in the invoice's currency: beyond a billion somebody has mistyped. One write takes
    `items_per_write` things, and orders with `rows_per_write` rows in all. (docs/24sevenoffice.md, "Calls and
    errors": a request is up to 4 MB and is stopped after 110 s; an order of a hundred rows is some 60 kB.) Customers
    are read `items_per_read` at a time: fewer where each takes a call of its own, so that a worker's hold is kept in
    between. With `text_rows` an order may have rows that are a text and nothing else; without, such a row is written
    as one of zero. With `prices_with_vat` an order's prices may include VAT; without, they are booked net.
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
    order_fields: frozenset[OrderField] = frozenset()
    longest: Mapping[str, int] = field(default_factory=dict)
