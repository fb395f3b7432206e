"""JSON with exact numbers: never a float on the way in or out."""

import json
from decimal import Decimal
from typing import Any


def read(body: bytes) -> Any:
    """The value; numbers with a point are Decimal. Errors: ValueError."""
    return json.loads(body, parse_float=Decimal, parse_constant=_refuse)


def text_of(value: Any) -> str:
    """The text; a Decimal is written digit by digit, without an exponent."""
    if isinstance(value, Decimal):
        return format(value, "f")
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except TypeError:  # there is a Decimal somewhere in it
        if isinstance(value, dict):
            return "{" + ",".join(f"{json.dumps(name)}:{text_of(member)}" for name, member in value.items()) + "}"
        if isinstance(value, list):
            return "[" + ",".join(map(text_of, value)) + "]"
        raise


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")
