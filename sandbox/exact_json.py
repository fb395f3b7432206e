"""JSON without binary fractions: a number with a point is a Decimal, and a Decimal is written digit by digit."""

import json
from decimal import Decimal
from typing import Any


def value_from(body: bytes) -> Any:
    """The value. Errors: ValueError; RecursionError for what is nested beyond reason."""
    return json.loads(body, parse_float=Decimal, parse_constant=_refuse)


def json_from(value: Any) -> str:
    """The text; a Decimal is written without an exponent."""
    if isinstance(value, Decimal):
        return format(value, "f")
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except TypeError:  # there is a Decimal somewhere in it
        if isinstance(value, dict):
            return "{" + ",".join(f"{json.dumps(name)}:{json_from(member)}" for name, member in value.items()) + "}"
        if isinstance(value, list):
            return "[" + ",".join(map(json_from, value)) + "]"
        raise


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")
