"""Numbers, dates and yes or no as Norwegians and English-speakers write them. What can be read in two ways is refused.

The other cells of a column may decide: where one can only be 1234,5, its neighbour 1.234 is a thousand and more.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import TypeVar

Way = TypeVar("Way")

_SPACES = dict.fromkeys(map(ord, "\u00a0\u2009\u202f"), " ")
_SPACES[ord("\u2212")] = "-"  # the minus sign that word processors write
_KRONER = re.compile(r"^kr\.?\s*|\s*kr\.?$|,-$", re.IGNORECASE)
_LONGEST = 40


class Style(Enum):
    """Which sign is the decimal mark."""

    COMMA = re.compile(r"[+-]?(?:[0-9]+|[1-9][0-9]{0,2}(?:(?: [0-9]{3})+|(?:\.[0-9]{3})+))(?:,[0-9]+)?")
    POINT = re.compile(r"[+-]?(?:[0-9]+|[1-9][0-9]{0,2}(?:(?: [0-9]{3})+|(?:,[0-9]{3})+))(?:\.[0-9]+)?")

    def read(self, text: str) -> Decimal | None:
        """Read a number in this style; None when it is none."""
        if not self.value.fullmatch(text):
            return None
        mark, other = (",", ".") if self is Style.COMMA else (".", ",")
        return Decimal(text.replace(" ", "").replace(other, "").replace(mark, "."))


class Order(Enum):
    """Which comes first where day and month are numbers with strokes between them."""

    DAY_FIRST = ("day", "month")
    MONTH_FIRST = ("month", "day")


_ISO = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_DOTTED = re.compile(r"(?P<day>[0-9]{1,2})\. ?(?P<month>[0-9]{1,2})\. ?(?P<year>[0-9]{4})")
_STROKES = re.compile(r"([0-9]{1,2})([/-])([0-9]{1,2})\2([0-9]{4})")


def style_of(texts: Iterable[str]) -> Style | None:
    """Return the one style that a column's numbers must have been written in; None when they don't tell."""
    return _the_only_one(map(_numbers, texts))


def number_from(text: str, *, style: Style | None) -> Decimal:
    """Read a number; `style` is the column's. Errors: ValueError, saying what to write."""
    numbers = _numbers(text)
    if not numbers:
        raise ValueError('is not a number; write it like "1234,50" or "1234.50"')
    if len(set(numbers.values())) == 1:
        return next(iter(numbers.values()))
    if style is None:
        raise ValueError("could be thousands or decimals; write 1234 for thousands, 1.2340 or 1,2340 for decimals")
    return numbers[style]


def order_of(texts: Iterable[str]) -> Order | None:
    """Return the one order that a column's dates must have been written in; None when they don't tell."""
    return _the_only_one(map(_stroked, texts))


def date_from(text: str, *, order: Order | None) -> date:
    """Read a date; `order` is the column's. Errors: ValueError, saying what to write."""
    text = _tidy(text)
    if found := _ISO.fullmatch(text) or _DOTTED.fullmatch(text):
        if (day := _day(found["year"], found["month"], found["day"])) is None:
            raise ValueError("does not exist in the calendar")
        return day
    days = _stroked(text)
    if not days:
        raise ValueError("is not a date; write it like 2026-12-31 or 31.12.2026")
    if len(set(days.values())) == 1:
        return next(iter(days.values()))
    if order is None:
        raise ValueError("could be day-month or month-day; write it like 2026-12-31 or 31.12.2026")
    return days[order]


def yes_or_no_from(text: str) -> bool:
    """Read a yes or no. Errors: ValueError."""
    word = _tidy(text).casefold()
    if word in ("yes", "true", "1", "ja", "sann"):
        return True
    if word in ("no", "false", "0", "nei", "usann"):
        return False
    raise ValueError("is neither yes nor no (ja, nei)")


def _the_only_one(readings: Iterable[Mapping[Way, object]]) -> Way | None:
    """Return the one way of reading of all that can be read in one way only; None without any, or with two."""
    certain = {next(iter(ways)) for ways in readings if len(ways) == 1}
    return certain.pop() if len(certain) == 1 else None


def _tidy(text: str) -> str:
    return text.translate(_SPACES).strip()


def _numbers(text: str) -> Mapping[Style, Decimal]:
    bare = _KRONER.sub("", _tidy(text).removesuffix("%")).strip()
    if len(bare) > _LONGEST:
        return {}
    return {style: number for style in Style if (number := style.read(bare)) is not None}


def _stroked(text: str) -> Mapping[Order, date]:
    if not (found := _STROKES.fullmatch(_tidy(text))):
        return {}
    first, _, second, year = found.groups()
    both = {Order.DAY_FIRST: _day(year, second, first), Order.MONTH_FIRST: _day(year, first, second)}
    return {order: day for order, day in both.items() if day is not None}


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
