"""Amounts as they are kept: whole hundredths, so that both databases add them up exactly and sort them."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext

from core.totals import PRECISION

_LARGEST = 10**18
"""Nothing that can be asked for is larger, and neither database's whole numbers end before."""


def kept_amount(amount: Decimal | None) -> int | None:
    """Return how an amount of two decimals is kept; one beyond all that can be asked for is cut."""
    return None if amount is None else _within(int(amount.scaleb(2)))


def read_amount(kept: int | Decimal | None) -> Decimal:
    """Return the amount, or the sum of amounts, that was kept; nothing kept is 0.00."""
    return Decimal(kept or 0).scaleb(-2)


def least_kept(amount: Decimal) -> int:
    """Return how the smallest amount that is not less than this one is kept."""
    return _within(int(_hundredths(amount).to_integral_value(ROUND_CEILING)))


def most_kept(amount: Decimal) -> int:
    """Return how the largest amount that is not more than this one is kept."""
    return _within(int(_hundredths(amount).to_integral_value(ROUND_FLOOR)))


def _hundredths(amount: Decimal) -> Decimal:
    with localcontext(prec=PRECISION):
        return amount.scaleb(2)


def _within(number: int) -> int:
    return max(-_LARGEST, min(number, _LARGEST))
