"""Plain values that 24SevenOffice's APIs have in common: texts and ids. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from core.errors import Rejected

UNREADABLE = "24SevenOffice returned invalid values for it"
"""Why a record can't be read whose values are not what they have to be."""

_LARGEST_ID = 2147483647


def text_in(value: Any) -> str | None:
    """Read a text; None when there is nothing in it."""
    text = "" if value is None else str(value).strip()
    return text or None


def number_of(wanted: str | None) -> int | None:
    """Return the vendor's number for an id of ours; None for what can't be an id there."""
    text = wanted or ""
    if not (text.isascii() and text.isdigit()):
        return None
    number = int(text)
    return number if 0 < number <= _LARGEST_ID else None


def numbers_of(wanted: Iterable[str]) -> list[int]:
    """Return the vendor's numbers for ids of ours, each once; those that can't be ids there are left out."""
    return list(dict.fromkeys(number for text in wanted if (number := number_of(text)) is not None))


def known_number(text: str | None, what: str, where: str) -> int:
    """Return the vendor's number for an id or code of ours that something is to refer to.

    Errors: Rejected, code `unknown_reference`, when it can't be one of this system's.
    """
    number = number_of(text)
    if number is None:
        raise Rejected(
            f'{where}: "{text}" can\'t be a {what} of 24SevenOffice; it has numbers for them.',
            code="unknown_reference",
            hint="Find out where that id comes from and correct it; then retry the transfer.",
        )
    return number


def without_nothing(values: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is None: only what is meant is sent."""
    return {name: value for name, value in values.items() if value is not None}
