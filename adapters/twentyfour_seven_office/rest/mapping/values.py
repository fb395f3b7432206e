"""Plain values in the API's JSON: objects and lists, ids, amounts, dates, instants. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from adapters.twentyfour_seven_office.rest.json_text import Broken
from adapters.twentyfour_seven_office.rest.operations import Operation
from adapters.twentyfour_seven_office.troubles import trouble

Item = Mapping[str, Any]


def items_in(document: Any, operation: Operation) -> Sequence[Item]:
    """Read a listing; of one whose operation is `by_item`, an item that is none is Broken.

    Errors: TryAgain, code `broken_answer`, when it is none: half an answer could pass for "there is none".
    """
    if not isinstance(document, list):
        raise trouble(operation, "broken_answer")
    items = [one if isinstance(one, dict) else Broken() for one in document]
    if not operation.by_item and any(isinstance(one, Broken) for one in items):
        raise trouble(operation, "broken_answer")
    return items


def item_in(document: Any, operation: Operation, *, asked: int | None = None) -> Item:
    """Read a single thing, which has an id: the one that was asked for, where that is told.

    Errors: TryAgain (OutcomeUnknown of a write), code `broken_answer`, when it is none.
    """
    item: Item = document if isinstance(document, dict) else {}
    found = id_in(item.get("id"))
    if found is None or found != str(asked or found):
        raise trouble(operation, "broken_answer")
    return item


def created_id(document: Any, operation: Operation) -> str:
    """Read the id of what was created.

    Errors: OutcomeUnknown, code `broken_answer`, when none is told.
    """
    return str(id_in(item_in(document, operation)["id"]))


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
        return date.fromisoformat(value[:10])
    except (TypeError, ValueError):
        return None


def instant_out(instant: datetime) -> str:
    """Write an instant in UTC, in whole seconds: "since then" finds too much rather than too little."""
    return instant.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
