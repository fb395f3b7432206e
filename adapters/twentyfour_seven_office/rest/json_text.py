"""JSON without binary fractions: decimals are written digit by digit, and read as decimals. Pure."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from core.fields import plain, storable

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
        return "{" + ",".join(f"{json.dumps(str(name))}:{json_from(one)}" for name, one in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ",".join(json_from(one) for one in value) + "]"
    if isinstance(value, float):
        raise TypeError("amounts are decimals")
    return json.dumps(value)


class Broken(dict[str, Any]):
    """An object, or an item of a listing, that holds a number that is out of range: what of it could be read."""


def value_from(content: bytes) -> Any:
    """Read JSON; signs in its texts that nothing can store are left out.

    What holds a number that is out of range is Broken: an item of a listing, where it is one, or else all.
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
    if isinstance(value, list):
        return [_item(one) for one in value]
    if value is _BEYOND_REASON:
        raise ValueError("a number out of range")
    return _item(value)


def _item(value: Any) -> Any:
    if not _is_beyond_reason(value):
        return value
    parts = value.items() if isinstance(value, dict) else ()
    return Broken({name: one for name, one in parts if not _is_beyond_reason(one)})


def _is_beyond_reason(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_is_beyond_reason, value.values()))
    return any(map(_is_beyond_reason, value)) if isinstance(value, list) else value is _BEYOND_REASON


def _readable_texts(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {name: _readable_texts(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_readable_texts(one) for one in value]
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
