"""What a form brought, as text: nothing is guessed, nothing is typed by the framework."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from litestar.datastructures import FormMultiDict, UploadFile

from core.norwegian_time import NORWEGIAN_TIME
from entrypoints.http.paths import bad_parameter
from entrypoints.http.problems import AnyRequest

MOST_UPLOADED = 20_000_000
"""In bytes: what a page that takes files takes, all files together."""

MOST_OF_A_STRANGER = 20_000
"""In bytes: what is read of whoever is not signed in. A body of a megabyte of fields takes most of a second to read."""


class Form:
    """The fields of a form that was sent."""

    def __init__(self, sent: FormMultiDict) -> None:
        self._sent = sent

    def text(self, name: str) -> str:
        """Return a field, without white space around it; "" where it was left empty or out."""
        value = self._sent.get(name)
        return value.strip() if isinstance(value, str) else ""

    def whole(self, name: str) -> str:
        """Return a field exactly as it was typed, such as a password."""
        value = self._sent.get(name)
        return value if isinstance(value, str) else ""

    def texts(self, name: str) -> Sequence[str]:
        """Return all values of a field that may be there several times, such as boxes that are ticked."""
        return [value for value in self._sent.getall(name, []) if isinstance(value, str)]

    def files(self, name: str) -> Sequence[UploadFile]:
        """Return the files that were chosen."""
        return [value for value in self._sent.getall(name, []) if isinstance(value, UploadFile) and value.filename]

    def is_set(self, name: str) -> bool:
        """Whether a box is ticked, or a button of this name was pressed."""
        return bool(self.text(name))

    @property
    def is_confirmed(self) -> bool:
        """Whether it was asked already whether this is meant."""
        return self.is_set("confirmed")

    @property
    def fields(self) -> Sequence[tuple[str, str]]:
        """What a form that asks once more has to bring along."""
        kept = self._sent.multi_items()
        return [(name, value) for name, value in kept if isinstance(value, str) and name not in ("csrf", "confirmed")]

    @property
    def typed(self) -> dict[str, Any]:
        """What was typed, by name, so that the form can be shown again with it."""
        return {name: value for name, value in self._sent.multi_items() if isinstance(value, str)}


def plain_amount(typed: str) -> str:
    """Return an amount as programs write it: `1200.50` of `1 200,50`. What is none is left as it was typed."""
    plain = "".join(typed.split())
    return plain.replace(",", ".") if "." not in plain and plain.count(",") == 1 else plain


def beginning_of(name: str, day: str) -> datetime | None:
    """Return when a Norwegian day begins, of a field of dates; None where it was left empty.

    Errors: InvalidInput, code `bad_parameter`.
    """
    if not day.strip():
        return None
    try:
        return datetime.combine(date.fromisoformat(day.strip()), time(), NORWEGIAN_TIME).astimezone(UTC)
    except (ValueError, OverflowError):
        raise bad_parameter(name, "Not a date, such as 2026-10-01") from None


async def form_of(request: AnyRequest) -> Form:
    """Read a request's form; Admission has read it already."""
    return Form(await request.form())
