"""The vendor's plain values: sentinels for "not set", instants that mean dates, ids (in batches), loose searches. Pure.

Source: docs/24sevenoffice.md, "Values and dates".
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from core.norwegian_time import NORWEGIAN_TIME, norwegian_date

IDS_PER_READ = 1000  # docs/24sevenoffice.md, "Searching": order ids; the others are kept alike

Asked = TypeVar("Asked")

_NO_INTEGER = frozenset({-2147483648, -32768})
_NO_DECIMAL = Decimal("-79228162514264337593543950335")
_PATTERN_SIGNS = re.compile(r"[\[\]^]")


def integer_in(value: Any) -> int | None:
    """Read a whole number; None for "not set"."""
    return None if value is None or value in _NO_INTEGER else int(value)


def id_in(value: Any) -> str | None:
    """Read an id; None when it is not one."""
    number = integer_in(value)
    return str(number) if number is not None and number > 0 else None


def decimal_in(value: Any) -> Decimal | None:
    """Read a decimal; None for "not set"."""
    return None if value is None or value == _NO_DECIMAL else Decimal(value)


def date_in(value: datetime | None) -> date | None:
    """Read the Norwegian date that an instant falls on; None for "not set".

    The vendor answers instants in UTC, so one without an offset is read as UTC too: 2021-01-31T23:00:00Z is midnight
    of February 1 in Norway. (Were it Norwegian time after all, a midnight would still fall on its own date.)
    """
    if value is None or value.year == 1:
        return None
    return norwegian_date(value if value.tzinfo else value.replace(tzinfo=UTC))


def date_out(day: date) -> datetime:
    """Write a date: its midnight with no offset, which is taken as Norwegian local time."""
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - no offset is the point


def instant_out(instant: datetime) -> datetime:
    """Write an instant as Norwegian local time with no offset, in whole seconds.

    An hour that the clocks show twice is ambiguous: then an hour is taken off, so that "changed after" finds too much
    rather than too little.
    """
    local = instant.astimezone(NORWEGIAN_TIME).replace(microsecond=0)
    if local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset():
        local -= timedelta(hours=1)
    return local.replace(tzinfo=None)


def search_for(text: str) -> str:
    """Return a search text that finds this text itself, and perhaps more.

    "%" is a wildcard (docs/24sevenoffice.md, "Searching") and so finds itself; signs that could begin a set in
    a pattern are replaced with it.
    """
    return _PATTERN_SIGNS.sub("%", text)


def batches(items: Sequence[Asked], size: int) -> list[Sequence[Asked]]:
    """Cut a sequence of ids into pieces of at most this size, so that each read stays within the vendor's limits.

    Writes are not cut here: whoever writes forms the portions (core/limits.py), because it must know when each call
    begins.
    """
    return [items[start : start + size] for start in range(0, len(items), size)]
