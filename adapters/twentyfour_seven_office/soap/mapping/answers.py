"""Answers that come item by item: which item of an answer belongs to what was asked, and how that one went. Pure.

FACTS: "position alone proves nothing: check what came back before anything is built on it; another number of items
than asked means the outcome is unknown".
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from adapters.twentyfour_seven_office.soap.operations import Operation
from adapters.twentyfour_seven_office.soap.refusals import error_for_item
from core.errors import KvittError, OutcomeUnknown

Item = Mapping[str, Any]
Result = TypeVar("Result")


def items_in(answer: Sequence[Item | None] | None) -> list[Item]:
    """Read the items of an array; empty ones are not there."""
    return [item for item in answer or () if item]


def readable_items(answer: Sequence[Item | None] | None, operation: Operation) -> list[Item]:
    """Read the items of a read.

    Errors: whatever an item's APIException stands for: half an answer could pass for "there is none".
    """
    items = items_in(answer)
    for item in items:
        if exception := item.get("APIException"):
            raise error_for_item(exception, where=operation.where, writes=operation.writes)
    return items


def created(
    asked: Sequence[Item],
    answer: Sequence[Item | None] | None,
    operation: Operation,
    *,
    same: Callable[[Item, Item], bool | None],
    read: Callable[[int, Item], Result | None],
) -> list[Result | KvittError]:
    """Return how each creation went, in the order in which they were asked.

    `read(position, item)` reads what was created, None when the item does not tell. `same(asked, answered)` tells
    whether an item is about what was asked; with more than one it must be proven, a single one can't be mixed up.
    Errors: OutcomeUnknown, code `broken_answer`, for another number of items than asked.
    """
    answered = list(answer or ())
    if len(answered) != len(asked):
        raise _unknown(operation, f"{len(asked)} were asked for and {len(answered)} answered")
    return [
        _created(operation, item or {}, read(position, item or {}), proven=len(asked) == 1 or same(wanted, item or {}))
        for position, (wanted, item) in enumerate(zip(asked, answered, strict=True))
    ]


def updated(
    asked: Sequence[Item], answer: Sequence[Item | None] | None, operation: Operation
) -> list[KvittError | None]:
    """Return how each update went, in the order in which they were asked; items are told apart by their Id.

    Errors: OutcomeUnknown, code `broken_answer`, for another number of items than asked.
    """
    answered = [item or {} for item in answer or ()]
    if len(answered) != len(asked):
        raise _unknown(operation, f"{len(asked)} were asked for and {len(answered)} answered")
    by_id = {item["Id"]: item for item in answered if item.get("Id")}
    if len(asked) == 1 and not by_id:  # refused without its Id; there is nothing to mix it up with
        by_id = {asked[0]["Id"]: answered[0]}
    return [_updated(operation, wanted, by_id.get(wanted["Id"], {})) for wanted in asked]


def _created(operation: Operation, item: Item, result: Result | None, *, proven: bool | None) -> Result | KvittError:
    exception = item.get("APIException")
    if not proven:
        return _unknown(operation, "an answer can't be told apart from another's")
    if exception and result is None:
        return error_for_item(exception, where=operation.where, writes=operation.writes)
    if exception or result is None:
        return _unknown(operation, "an answer says neither that it was done nor that it was refused")
    return result


def _updated(operation: Operation, wanted: Item, item: Item) -> KvittError | None:
    if exception := item.get("APIException"):
        return error_for_item(exception, where=operation.where, writes=operation.writes)
    if item.get("Id") != wanted["Id"]:
        return _unknown(operation, "an answer says neither that it was done nor that it was refused")
    return None


def _unknown(operation: Operation, what: str) -> OutcomeUnknown:
    return OutcomeUnknown(f"{operation.where}: {what}.", code="broken_answer")
