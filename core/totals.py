"""What an invoice adds up to.

EN 16931: a row's amount is rounded half away from zero to the øre; VAT is taken per rate on the sum of its rows and
rounded once; where prices include VAT, the VAT is that rate's share of the sum.
"""

from collections import defaultdict
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext

from core.fields import DecimalText, Document
from core.invoice import Invoice, InvoiceRow

_ORE = Decimal("0.01")
_HUNDRED = Decimal(100)

PRECISION = 60
"""More digits than any product of three amounts can have, so that only the last step rounds."""


class Amounts(Document):
    """Net, VAT and gross in the invoice's currency, with two decimals."""

    net: DecimalText
    vat: DecimalText
    gross: DecimalText


class InvoiceTotals(Amounts):
    """The invoice's amounts, and each row's.

    The rows' net amounts (gross ones, where prices include VAT) add up to the invoice's. Their VAT need not: it is
    rounded row by row to be shown, while the invoice's is rounded once per rate.
    """

    rows: tuple[Amounts, ...]


def to_the_ore(amount: Decimal) -> Decimal:
    """Round half away from zero to two decimals, however large: an accounting system may answer anything."""
    with localcontext(prec=max(PRECISION, amount.adjusted() + 4)):
        return amount.quantize(_ORE, rounding=ROUND_HALF_UP) + Decimal(0)


def totals_of(invoice: Invoice) -> InvoiceTotals:
    """Add up a complete invoice."""
    with localcontext(prec=PRECISION):
        per_rate = totals_per_rate(invoice).values()
        rows = tuple(amounts_of_row(row, includes_vat=invoice.prices_include_vat) for row in invoice.rows)
        return InvoiceTotals(
            net=_sum([part.net for part in per_rate]),
            vat=_sum([part.vat for part in per_rate]),
            gross=_sum([part.gross for part in per_rate]),
            rows=rows,
        )


def gross_of(invoice: Invoice) -> Decimal:
    """Return what an invoice comes to with VAT, as totals_of does, without its rows."""
    with localcontext(prec=PRECISION):
        return _sum([part.gross for part in totals_per_rate(invoice).values()])


def totals_per_rate(invoice: Invoice) -> dict[Decimal, Amounts]:
    """Add up the rows of each VAT rate of a complete invoice, by the rate in percent."""
    with localcontext(prec=PRECISION):
        by_rate: dict[Decimal, Decimal] = defaultdict(Decimal)
        for row in invoice.rows:
            by_rate[vat_rate(row)] += row_amount(row)
        return {
            rate: _amounts(total, vat_percent=rate, includes_vat=invoice.prices_include_vat)
            for rate, total in by_rate.items()
        }


def amounts_of_row(row: InvoiceRow, *, includes_vat: bool) -> Amounts:
    """Return what a row comes to; `includes_vat` tells whether its amounts do."""
    with localcontext(prec=PRECISION):
        return _amounts(row_amount(row), vat_percent=vat_rate(row), includes_vat=includes_vat)


def row_amount(row: InvoiceRow) -> Decimal:
    """Return what a row comes to in the amounts that it states: quantity times price less the discount, to the øre.

    Where the source gives no price, or no quantity, it is the total as stated.
    """
    if row.net_amount is not None and (row.quantity is None or row.unit_price is None):
        return to_the_ore(row.net_amount)
    with localcontext(prec=PRECISION):
        whole = (row.quantity or Decimal(0)) * (row.unit_price or Decimal(0))
        percent = row.discount_percent or Decimal(0)
        return to_the_ore(whole * (_HUNDRED - percent) / _HUNDRED - (row.discount_amount or Decimal(0)))


def vat_rate(row: InvoiceRow) -> Decimal:
    """Return a row's VAT in percent, in the form in which rates are compared."""
    return (row.vat_percent or Decimal(0)).normalize()


def _amounts(amount: Decimal, *, vat_percent: Decimal, includes_vat: bool) -> Amounts:
    if includes_vat:
        vat = to_the_ore(amount * vat_percent / (_HUNDRED + vat_percent))
        return Amounts(net=amount - vat, vat=vat, gross=amount)
    vat = to_the_ore(amount * vat_percent / _HUNDRED)
    return Amounts(net=amount, vat=vat, gross=amount + vat)


def _sum(amounts: Sequence[Decimal]) -> Decimal:
    return sum(amounts, start=Decimal("0.00"))
