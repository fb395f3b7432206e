"""What a request's body may look like.

A check takes a value and the path it stands at, and answers what was read. What the gateway has no use for is
not taken at all, so that nothing is lost silently. Errors: each check raises RestRefusedError, a ValidationError.
"""

import re
from collections.abc import Callable, Collection
from datetime import date
from decimal import Decimal
from typing import Any

from sandbox.twentyfour_seven_office.rest.refusals import invalid

Check = Callable[[Any, str], Any]


def text(*, least: int = 0, most: int | None = None, pattern: str = "") -> Check:
    """A text; `least` and `most` are lengths."""

    def check(value: Any, path: str) -> str:
        if not isinstance(value, str):
            raise invalid(path, "type")
        if len(value) < least:
            raise invalid(path, "minLength")
        if most is not None and len(value) > most:
            raise invalid(path, "maxLength")
        if pattern and not re.fullmatch(pattern, value):
            raise invalid(path, "pattern")
        return value

    return check


def number(*, least: Decimal | None = None, most: Decimal | None = None) -> Check:
    """A number, read as Decimal."""

    def check(value: Any, path: str) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise invalid(path, "type")
        if least is not None and value < least:
            raise invalid(path, "minimum")
        if most is not None and value > most:
            raise invalid(path, "maximum")
        return Decimal(value)

    return check


def whole(*, least: int | None = None) -> Check:
    """A whole number."""

    def check(value: Any, path: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise invalid(path, "type")
        if least is not None and value < least:
            raise invalid(path, "minimum")
        return value

    return check


def truth(value: Any, path: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise invalid(path, "type")
    return value


def day(value: Any, path: str) -> date:
    """A date, as 2026-11-25."""
    try:
        return date.fromisoformat(text(least=10, most=10)(value, path))
    except ValueError:
        raise invalid(path, "format") from None


def choice(*values: str) -> Check:
    """One of these texts."""

    def check(value: Any, path: str) -> str:
        if value not in values:
            raise invalid(path, "enum")
        return str(value)

    return check


def nullable(check: Check) -> Check:
    """Null, or what the check says."""
    return lambda value, path: None if value is None else check(value, path)


def members(required: Collection[str] = (), /, **checks: Check) -> Check:
    """An object with these members and no others."""

    def check(value: Any, path: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise invalid(path, "type")
        under = f"{path}." if path else ""
        for name in required:
            if name not in value:
                raise invalid(under + name, "required")
        for name in value:
            if name not in checks:
                raise invalid(under + name, "additionalProperties")
        return {name: checks[name](member, under + name) for name, member in value.items()}

    return check


def each(check: Check) -> Check:
    """A list of such."""

    def check_all(value: Any, path: str) -> list[Any]:
        if not isinstance(value, list):
            raise invalid(path, "type")
        return [check(item, f"{path}[{index}]") for index, item in enumerate(value)]

    return check_all
