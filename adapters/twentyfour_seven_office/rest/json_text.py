"""JSON without binary fractions: decimals are written digit by digit, and read as decimals. Pure."""

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from core.fields import plain

_LONGEST_NUMBER = 40  # signs and digits; the vendor's longest amounts have some twenty
_LARGEST_EXPONENT = 18  # as many digits as the vendor's largest ids have: sums and products of such are exact here
MOST_MARKS = 1_000_000
"""How many marks ("," ":" "[" "{") an answer may hold: each value costs memory, however short it is written."""

# What neither a database nor a person's screen can take; JSON can spell it with escapes.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


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


def value_from(content: bytes) -> Any:
    """Read JSON; signs in its texts that nothing can store are replaced.

    Errors: ValueError for what is no JSON, nested beyond reason, or holds a number or more values beyond reason.
    """
    if sum(content.count(mark) for mark in (b",", b":", b"[", b"{")) > MOST_MARKS:
        raise ValueError("more values than memory should hold")
    try:
        return _storable(
            json.loads(content.decode(), parse_float=_decimal, parse_int=_integer, parse_constant=_no_number)
        )
    except RecursionError:
        raise ValueError("nested too deep") from None


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, dict):
        return {name: _storable(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_storable(one) for one in value]
    return value


def _decimal(text: str) -> Decimal:
    number = Decimal(text) if len(text) <= _LONGEST_NUMBER else None
    if number is None or not number.is_finite() or abs(number.adjusted()) > _LARGEST_EXPONENT:
        raise ValueError("a number beyond reason")
    return number


def _integer(text: str) -> int:
    if len(text.lstrip("-")) > _LARGEST_EXPONENT + 1:
        raise ValueError("a number beyond reason")
    return int(text)


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")
