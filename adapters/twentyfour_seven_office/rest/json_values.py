"""What the API's documents hold: listings, and single things with an id. Pure."""

from collections.abc import Sequence
from typing import Any

from adapters.http_api.json_values import Broken, Item, id_in
from adapters.http_api.troubles import trouble
from adapters.twentyfour_seven_office.rest.operations import Operation


def items_in(document: Any, operation: Operation) -> Sequence[Item]:
    """Read a listing; of one whose operation is `by_item`, an item that is none is Broken.

    Errors: TryAgain, code `broken_answer`, when it is none: half an answer could pass for "there is none".
    """
    if not isinstance(document, list):
        raise trouble(operation, "broken_answer")
    items = [item if isinstance(item, dict) else Broken() for item in document]
    if not operation.by_item and any(isinstance(item, Broken) for item in items):
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
