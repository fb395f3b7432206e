"""JSON without binary fractions, digit by digit, and the plain values in it. Pure."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from core.fields import plain, storable

Item = Mapping[str, Any]


def part(item: Item, *names: str) -> Item:
    """Read an object within an object; empty where it is not set."""
    for name in names:
        inner = item.get(name)
        if not isinstance(inner, dict):
            return {}
        item = inner
    return item


def id_in(value: Any) -> str | None:
    """Read an id; None when it is not one. An id is a whole number, in whatever form."""
    number = decimal_in(value)
    return str(int(number)) if number is not None and number > 0 and number == int(number) else None


def decimal_in(value: Any) -> Decimal | None:
    """Read an amount; None for "not set"."""
    return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


def date_in(value: Any) -> date | None:
    """Read a date; None for "not set", and for what is no date. A time that goes with it says nothing."""
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def instant_out(instant: datetime) -> str:
    """Write an instant in UTC, in whole seconds: "since then" finds too much rather than too little."""
    return instant.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


_LONGEST_NUMBER = 40  # signs and digits; the vendor's longest amounts have some twenty
_LARGEST_EXPONENT = 18  # as many digits as the vendor's largest ids have: sums and products of such are exact here
MOST_MARKS = 1_000_000
"""How many marks ("," ":" "[" "{") an answer may hold: each value costs memory, however short it is written."""


_BEYOND_REASON = object()


def json_from(value: Any) -> str:
    """Write a value as JSON; a Decimal becomes a number with the digits that it has."""
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{json.dumps(str(name))}:{json_from(member)}" for name, member in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ",".join(json_from(item) for item in value) + "]"
    if isinstance(value, float):
        raise TypeError("amounts are decimals")
    return json.dumps(value)


class Broken(dict[str, Any]):
    """An object, or an item of a listing, that holds a number that is out of range: what of it could be read."""


def value_from(content: bytes, *, is_wrapped: bool = False) -> Any:
    """Read JSON; signs in its texts that nothing can store are left out.

    What holds a number that is out of range is Broken: an item of a listing, where it is one, or else all. Of a
    document that `is_wrapped` that holds for each of its members: what is wanted is in one of them.
    Errors: ValueError for what is no JSON, nested beyond reason, holds more values beyond reason, or is such a number.
    """
    if sum(content.count(mark) for mark in (b",", b":", b"[", b"{")) > MOST_MARKS:
        raise ValueError("more values than memory should hold")
    try:
        value = _readable_texts(
            json.loads(
                content.decode(errors="surrogatepass"),
                strict=False,  # control characters as they are, in texts: they are left out as well
                parse_float=_decimal,
                parse_int=_integer,
                parse_constant=_no_number,
            )
        )
    except RecursionError:
        raise ValueError("nested too deep") from None
    if value is _BEYOND_REASON:
        raise ValueError("a number out of range")
    if is_wrapped and isinstance(value, dict):
        return {name: _items(member) for name, member in value.items() if member is not _BEYOND_REASON}
    return _items(value)


def _items(value: Any) -> Any:
    return [_item(item) for item in value] if isinstance(value, list) else _item(value)


def _item(value: Any) -> Any:
    if not _is_beyond_reason(value):
        return value
    parts = value.items() if isinstance(value, dict) else ()
    return Broken({name: part for name, part in parts if not _is_beyond_reason(part)})


def _is_beyond_reason(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_is_beyond_reason, value.values()))
    return any(map(_is_beyond_reason, value)) if isinstance(value, list) else value is _BEYOND_REASON


def _readable_texts(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {name: _readable_texts(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_readable_texts(item) for item in value]
    return value


def _decimal(text: str) -> Any:
    number = Decimal(text) if len(text) <= _LONGEST_NUMBER else None
    if number is None or not number.is_finite() or abs(number.adjusted()) > _LARGEST_EXPONENT:
        return _BEYOND_REASON
    return number


def _integer(text: str) -> Any:
    return _BEYOND_REASON if len(text.lstrip("-")) > _LARGEST_EXPONENT + 1 else int(text)


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")
