"""An order's totals, reckoned by the sandbox itself.

docs/behaviour.md, "The order" (EN 16931): a row's amount is rounded half away from zero to the øre; VAT is taken per
rate on the sum of its rows and rounded once; where prices include VAT, the VAT is that rate's share of the sum.
"""

from collections import defaultdict
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from sandbox.twentyfour_seven_office.records import Row

ORE = Decimal("0.01")
HUNDRED = Decimal(100)
ZERO = Decimal(0)


def totals_of(rows: Iterable[Row], *, include_vat: bool) -> tuple[Decimal, Decimal]:
    """The total including VAT, and the VAT in it, in the order's currency."""
    sums: dict[Decimal, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.type == "Normal":
            sums[row.vat_rate or ZERO] += row_amount(row)
    if include_vat:
        vat = sum((to_ore(total * rate / (HUNDRED + rate)) for rate, total in sums.items()), ZERO)
        return to_ore(sum(sums.values(), ZERO)), to_ore(vat)
    vat = sum((to_ore(total * rate / HUNDRED) for rate, total in sums.items()), ZERO)
    return to_ore(sum(sums.values(), ZERO) + vat), to_ore(vat)


def row_amount(row: Row) -> Decimal:
    """Quantity times price less the discount, to the øre."""
    kept = (HUNDRED - (row.discount_rate or ZERO)) / HUNDRED
    return to_ore((row.quantity or ZERO) * (row.price or ZERO) * kept)


def to_ore(amount: Decimal) -> Decimal:
    """Rounded half away from zero: Decimal's ROUND_HALF_UP is that, on either side of zero."""
    return amount.quantize(ORE, rounding=ROUND_HALF_UP)
