"""How much an accounting system can hold, as its adapter declares it."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Limits:
    """Longest texts in characters, the decimals that amounts, quantities and percentages may have, and the largest row.

    `largest_amount` is a row's, in the invoice's currency: beyond a billion somebody has mistyped.
    """

    row_text: int
    customer_name: int
    product_name: int
    decimals: int
    largest_amount: Decimal = Decimal("999999999.99")
