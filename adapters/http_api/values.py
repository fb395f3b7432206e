"""Plain values that accounting systems' APIs have in common: texts and ids. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import Rejected


def text_in(value: Any) -> str | None:
    """Read a text; None when there is nothing in it."""
    text = "" if value is None else str(value).strip()
    return text or None


def without_nothing(values: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is None: only what is meant is sent."""
    return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True)
class Numbers:
    """A vendor's ids, which are whole numbers from 1 to the largest that it has."""

    vendor: str
    largest: int

    def number_of(self, wanted: str | None) -> int | None:
        """Return the vendor's number for an id of ours; None for what can't be an id there."""
        text = wanted or ""
        if not (text.isascii() and text.isdigit()) or len(text) > len(str(self.largest)):
            return None
        number = int(text)
        return number if 0 < number <= self.largest else None

    def numbers_of(self, wanted: Iterable[str]) -> list[int]:
        """Return the vendor's numbers for ids of ours, each once; those that can't be ids there are left out."""
        return list(dict.fromkeys(number for text in wanted if (number := self.number_of(text)) is not None))

    def known_number(self, text: str | None, what: str, where: str) -> int:
        """Return the vendor's number for an id or code of ours that something is to refer to.

        Errors: Rejected, code `unknown_reference`, when it can't be one of this system's.
        """
        number = self.number_of(text)
        if number is None:
            raise Rejected(
                f'{where}: "{text}" can\'t be a {what} of {self.vendor}; it has numbers for them.',
                code="unknown_reference",
                hint="Find out where that id comes from and correct it; then retry the transfer.",
            )
        return number
