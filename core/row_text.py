"""What a row of the order says."""

from core.invoice import InvoiceRow, Period

ELLIPSIS = "…"


def row_text(row: InvoiceRow, *, longest: int) -> str:
    """Return the text of a row, such as `Tractor (2021-01-10 – 2021-01-12)`, at most `longest` characters.

    Without a period it is just the product. Too long: the product's part is shortened with an ellipsis and the
    period is kept.
    Source: documented behaviour, "an invoice item row looks like: Tractor (2021-01-10 – 2021-01-12)".
    """
    whole, period = whole_row_text(row), _period_text(row.period)
    if len(whole) <= longest:
        return whole
    return whole[: longest - len(period) - len(ELLIPSIS)].rstrip() + ELLIPSIS + period


def whole_row_text(row: InvoiceRow) -> str:
    """Return the text of a row as it is before anything is shortened."""
    return " ".join((row.product or "").split()) + _period_text(row.period)


def _period_text(period: Period | None) -> str:
    return f" ({period.start} – {period.end})" if period else ""
