"""Which quantity, price and discount an order's row has, so that it is booked at just what the invoice says.

Pure. An accounting system reckons a row itself, as quantity times price less a percentage, with so many decimals each.
Not every row that an invoice states by amounts comes out even that way.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext

from core.fields import plain
from core.invoice import InvoiceRow
from core.limits import Limits
from core.totals import PRECISION, amounts_of_row, to_the_ore

_HUNDRED = Decimal(100)
_ONE = Decimal(1)
_NOTHING = Decimal(0)


@dataclass(frozen=True)
class RowPrice:
    """What is booked; the discount is in percent.

    `taken_off` is the discount, as an amount of the whole row, that is in the price already. `is_total` tells that the
    row's total is booked instead of the quantity and price that were stated; `told_quantity` is the invoice's quantity
    where another is booked, for the row's text to tell.
    """

    quantity: Decimal
    unit_price: Decimal
    discount_percent: Decimal = _NOTHING
    taken_off: Decimal | None = None
    is_total: bool = False
    told_quantity: Decimal | None = None

    @property
    def amount(self) -> Decimal:
        """What an accounting system makes of it, to the øre."""
        return to_the_ore(self.quantity * self.unit_price * (_HUNDRED - self.discount_percent) / _HUNDRED)

    def warning(self, *, row: int) -> str | None:
        """Say what is booked otherwise than the invoice states it; `row` is the row's number."""
        if self.is_total:
            quantity = self.told_quantity
            told = "" if quantity is None else f", and its text states the quantity {quantity_text(quantity)}"
            return (
                f"Row {row} can't be booked by its quantity and price to the øre. It is booked as "
                f"{plain(self.quantity)} at {plain(self.unit_price)}{told}."
            )
        if self.taken_off is not None:
            return (
                f"The discount of {plain(self.taken_off)} on row {row} can't be booked as a percentage. It is taken "
                f"off the unit price, which is booked as {plain(self.unit_price)}."
            )
        return None


def booked_price(row: InvoiceRow, *, includes_vat: bool, limits: Limits) -> RowPrice:
    """Choose how a complete row is booked: in the first of these ways that comes to the invoice's amount.

    Quantity, price and discount as they are, an amount of discount as the percentage that it is. Else with the discount
    taken off the price. Else as one at the row's total (one taken back, for a credit). A text is nothing at zero.
    Units: with VAT as the invoice has them (`includes_vat`), unless the accounting system takes prices without only.
    """
    if row.is_text:
        return RowPrice(_NOTHING, _NOTHING)
    with localcontext(prec=PRECISION):
        amounts = amounts_of_row(row, includes_vat=includes_vat)
        takes_vat_out = includes_vat and not limits.prices_with_vat
        total = amounts.gross if includes_vat and not takes_vat_out else amounts.net
        for way in _ways(row):
            price = way
            if takes_vat_out:
                net = net_price(way.unit_price, vat_percent=row.vat_percent or _NOTHING, decimals=limits.decimals)
                price = RowPrice(way.quantity, net, way.discount_percent, way.taken_off)
            if _fits(price, limits) and price.amount == total:
                return price
        return RowPrice(
            _ONE.copy_sign(total),
            abs(total),
            is_total=row.quantity is not None,
            told_quantity=abs(row.quantity) if row.quantity is not None and abs(row.quantity) != _ONE else None,
        )


def net_price(price: Decimal, *, vat_percent: Decimal, decimals: int) -> Decimal:
    """Take the VAT out of a price, rounded half away from zero to so many decimals."""
    with localcontext(prec=PRECISION):
        net = price * _HUNDRED / (_HUNDRED + vat_percent)
        return net.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP) + _NOTHING


def quantity_text(quantity: Decimal) -> str:
    """Write a quantity without the zeros that say nothing."""
    return plain(quantity.normalize())


def decimals_of(amount: Decimal) -> int:
    """Count the decimals that matter: 1.50000 has one."""
    exponent = amount.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _ways(row: InvoiceRow) -> Iterator[RowPrice]:
    """Yield the ways of booking a row in its own amounts. Adding nothing takes exponents and a negative zero away."""
    quantity, price, discount = row.quantity, row.unit_price, row.discount_amount
    if quantity is None:
        return
    if price is None:
        if quantity:
            yield RowPrice(quantity, (row.net_amount or _NOTHING) / quantity + _NOTHING)
    elif not discount:
        yield RowPrice(quantity, price, row.discount_percent or _NOTHING)
    else:
        whole = quantity * price
        yield RowPrice(quantity, price, discount * _HUNDRED / whole + _NOTHING)
        yield RowPrice(quantity, (whole - discount) / quantity + _NOTHING, taken_off=discount)


def _fits(price: RowPrice, limits: Limits) -> bool:
    return price.unit_price <= limits.largest_amount and all(
        decimals_of(part) <= limits.decimals for part in (price.quantity, price.unit_price, price.discount_percent)
    )
