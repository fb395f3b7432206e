"""What a row of the order says."""

from decimal import Decimal

from core.invoice import InvoiceRow, Period
from core.row_price import quantity_text

ELLIPSIS = "…"


def row_text(row: InvoiceRow, *, longest: int, told_quantity: Decimal | None = None) -> str:
    """Return the text of a row, such as `Tractor (2021-01-10 – 2021-01-12)`, at most `longest` characters.

    Without a period it is just the product. Too long: the product's part is shortened with an ellipsis and the
    period is kept. `told_quantity` is the invoice's quantity where another is booked: ` × 3` stands at the end.
    Source: docs/behaviour.md, "The order".
    """
    whole, end = whole_row_text(row, told_quantity=told_quantity), _end(row.period, told_quantity)
    if len(whole) <= longest:
        return whole
    return whole[: longest - len(end) - len(ELLIPSIS)].rstrip() + ELLIPSIS + end


def whole_row_text(row: InvoiceRow, *, told_quantity: Decimal | None = None) -> str:
    """Return the text of a row as it is before anything is shortened."""
    return " ".join((row.product or "").split()) + _end(row.period, told_quantity)


def _end(period: Period | None, told_quantity: Decimal | None) -> str:
    rented = f" ({period.start} – {period.end})" if period else ""
    return rented if told_quantity is None else f"{rented} × {quantity_text(told_quantity)}"
