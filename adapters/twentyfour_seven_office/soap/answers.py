"""Answers that come item by item: which item of an answer belongs to what was asked, and how that one went. Pure.

docs/24sevenoffice.md, "Calls and errors": the order of the answers proves nothing, so what came back is checked
before anything is built on it.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from adapters.twentyfour_seven_office.soap.operations import BROKEN, Operation
from adapters.twentyfour_seven_office.soap.refusals import error_for_item
from adapters.twentyfour_seven_office.soap.values import id_in
from core.errors import KvittError, OutcomeUnknown, Rejected
from core.unreadable import Unreadable

Item = Mapping[str, Any]
Answer = Sequence[Item | None] | None
Result = TypeVar("Result")
Place = TypeVar("Place")


def items_in(answer: Answer) -> list[Item]:
    """Read the items of an array; empty ones are not there."""
    return [item for item in answer or () if item]


def readable_items(answer: Answer, operation: Operation) -> list[Item]:
    """Read the items of a read.

    Errors: whatever an item's APIException stands for: half an answer could pass for "there is none".
    """
    items = items_in(answer)
    for item in items:
        if exception := item.get("APIException"):
            raise error_for_item(exception, where=operation.where, writes=operation.writes)
    return items


def records_in(
    answer: Answer, operation: Operation, *, read: Callable[[Item], Result | None], known: Callable[[Item], Unreadable]
) -> list[Result | Unreadable]:
    """Read the items of a read of records, each by itself; what has no id, and no exception either, is none.

    `known` reads what can be told of one that can't be read; its reason is filled in here.
    Errors: what an APIException stands for that does not say which record it is about, or is about none: half an answer
    could pass for "there is none".
    """
    found: list[Result | Unreadable] = []
    for item in items_in(answer):
        if exception := item.get("APIException"):
            error = error_for_item(exception, where=operation.where, writes=operation.writes)
            if not isinstance(error, Rejected) or id_in(item.get("Id")) is None:
                raise error
            found.append(known(item).model_copy(update={"reason": error.message.removesuffix(".")}))
        elif BROKEN in item:
            found.append(known(item))
        elif (record := read(item)) is not None:
            found.append(record)
    return found


def created_one(answer: Answer, operation: Operation, *, read: Callable[[Item], Result | None]) -> Result | KvittError:
    """Return how the creation of a single thing went: there is nothing that it could be mixed up with.

    `read` reads what was created, None when the item does not tell.
    Errors: OutcomeUnknown, code `broken_answer`, for another number of items than one.
    """
    answered = list(answer or ())
    if len(answered) != 1:
        raise _unknown(operation, f"1 was asked for and {len(answered)} answered")
    item = answered[0] or {}
    exception, result = item.get("APIException"), read(item)
    if exception and result is None:
        return _refusal(operation, item)
    if exception or result is None:
        return _unknown(operation, "an answer does not say whether it was done or refused")
    return result


def new_ids(answer: Answer, id_name: str) -> list[str]:
    """Return the ids that are answered, each once: something of ours may be behind each of them."""
    return list(dict.fromkeys(found for item in items_in(answer) if (found := id_in(item.get(id_name)))))


def each_others(asked: Sequence[Hashable | None], found: Mapping[str, Hashable | None]) -> dict[int, str]:
    """Return what was found to be whose: position of what was asked -> id of what was found.

    Both are given by their keys. They belong together only where nobody else was asked, and nothing else was found,
    with that key; None is no key.
    """
    asked_with, found_with = _by_key(enumerate(asked)), _by_key(found.items())
    return {
        positions[0]: found_with[key][0]
        for key, positions in asked_with.items()
        if len(positions) == 1 and len(found_with.get(key, ())) == 1
    }


def confirmed(
    asked: Sequence[Item],
    answer: Answer,
    operation: Operation,
    *,
    id_name: str,
    own: Mapping[int, str],
    results: Mapping[str, Result],
    same: Callable[[Item, Item], bool | None],
) -> list[Result | KvittError]:
    """Return how each of several creations went, in the order in which they were asked, now that they were read back.

    `own` says which id is whose, and `results` what stands behind it. For the others a refusal counts only where it
    can't be another's: the refused positions are just those that were not found, or one refusal is left for one that
    was not found. Everything else is OutcomeUnknown, code `broken_answer`. `same(asked, answered)` tells whether an
    item is about what was asked, None when it does not tell.
    """
    answered = [item or {} for item in answer or ()]
    missing = [position for position in range(len(asked)) if position not in own]
    refused = [position for position, item in enumerate(answered) if _is_refusal(item, id_name)]
    refusals: dict[int, Item] = {}
    if (
        len(answered) == len(asked)
        and refused == missing
        and all(same(asked[position], answered[position]) is not False for position in missing)
    ):
        refusals = {position: answered[position] for position in missing}
    elif len(missing) == len(refused) == 1 and set(new_ids(answer, id_name)) == set(own.values()):
        refusals = {missing[0]: answered[refused[0]]}

    def outcome(position: int) -> Result | KvittError:
        if position in own:
            return results[own[position]]
        if position in refusals:
            return _refusal(operation, refusals[position])
        return _unknown(operation, "its answer can't be told apart from another's")

    return [outcome(position) for position in range(len(asked))]


def unconfirmed(
    asked: Sequence[Item],
    answer: Answer,
    operation: Operation,
    *,
    id_name: str,
    trouble: KvittError,
    same: Callable[[Item, Item], bool | None],
) -> list[KvittError]:
    """Return how each of several creations went when what was created could not be read back.

    Only a refusal that names what was asked, at its place, is certain; all else may have been created, whatever the
    trouble with the reading was.
    """
    answered = [item or {} for item in answer or ()]
    in_place = len(answered) == len(asked)

    def outcome(position: int) -> KvittError:
        item = answered[position] if in_place else {}
        if _is_refusal(item, id_name) and same(asked[position], item):
            return _refusal(operation, item)
        return OutcomeUnknown(
            f"{operation.where}: it may have been created, but could not be read back. {trouble.message}",
            code="unconfirmed",
        )

    return [outcome(position) for position in range(len(asked))]


def updated(asked: Sequence[Item], answer: Answer, operation: Operation) -> list[KvittError | None]:
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


def _by_key(keyed: Iterable[tuple[Place, Hashable | None]]) -> dict[Hashable, list[Place]]:
    places: dict[Hashable, list[Place]] = defaultdict(list)
    for place, key in keyed:
        if key is not None:
            places[key].append(place)
    return places


def _is_refusal(item: Item, id_name: str) -> bool:
    """One with an id as well says neither that it was done nor that it was refused."""
    return bool(item.get("APIException")) and id_in(item.get(id_name)) is None


def _refusal(operation: Operation, item: Item) -> KvittError:
    return error_for_item(item["APIException"], where=operation.where, writes=operation.writes)


def _updated(operation: Operation, wanted: Item, item: Item) -> KvittError | None:
    if item.get("APIException"):
        return _refusal(operation, item)
    if item.get("Id") != wanted["Id"]:
        return _unknown(operation, "an answer does not say whether it was done or refused")
    return None


def _unknown(operation: Operation, what: str) -> OutcomeUnknown:
    return OutcomeUnknown(f"{operation.where}: {what}.", code="broken_answer")
