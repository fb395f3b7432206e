"""What ids are at Tripletex, what is said of its records, and how its documents are wrapped. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from adapters.http_api.json_values import Broken, Item, id_in
from adapters.http_api.troubles import trouble
from adapters.http_api.values import Numbers
from adapters.tripletex.operations import VENDOR, Operation
from adapters.tripletex.sizes import IDS_PER_CALL

Thing = TypeVar("Thing")

AS_THEY_ARE = ",()>:"
"""What is written as it is in a query: it lists ids, and names the fields that are wanted."""

UNREADABLE = "Tripletex returned invalid values for it"
INACTIVE = "it is inactive in Tripletex: make it active there"
"""Why a record can't be used: it completes "it can't be read"."""

_NUMBERS = Numbers(VENDOR, largest=2**63 - 1)

number_of = _NUMBERS.number_of
numbers_of = _NUMBERS.numbers_of
known_number = _NUMBERS.known_number


def values_in(document: Any, operation: Operation) -> Sequence[Item]:
    """Read a listing's page; of one whose operation is `by_item`, what is no object is Broken.

    Errors: TryAgain (OutcomeUnknown of a write), code `broken_answer`: half an answer could pass for "there is none".
    """
    listed = document.get("values") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise trouble(operation, "broken_answer")
    items = [item if isinstance(item, dict) else Broken() for item in listed]
    if not operation.by_item and any(isinstance(item, Broken) for item in items):
        raise trouble(operation, "broken_answer")
    return items


def more_than(document: Any, seen: int) -> bool:
    """Whether a listing tells that it has more than was seen; what it tells is no exact number."""
    told = document.get("fullResultSize") if isinstance(document, dict) else None
    return isinstance(told, int) and told > seen


def value_in(document: Any, operation: Operation, *, asked: int | None = None) -> Item:
    """Read a single thing, which has an id: the one that was asked for, where that is told.

    Errors: TryAgain (OutcomeUnknown of a write), code `broken_answer`, when it is none.
    """
    value = unwrapped(document, operation)
    found = id_in(value.get("id"))
    if found is None or found != str(asked or found):
        raise trouble(operation, "broken_answer")
    return value


def unwrapped(document: Any, operation: Operation) -> Item:
    """Read what is in an answer about one thing.

    Errors: TryAgain (OutcomeUnknown of a write), code `broken_answer`, when there is nothing.
    """
    value = document.get("value") if isinstance(document, dict) else None
    if not isinstance(value, dict):
        raise trouble(operation, "broken_answer")
    return value


def id_of(item: Item) -> str | None:
    """Return a thing's id; None when it has none."""
    return id_in(item.get("id"))


def listed(numbers: Iterable[int]) -> str:
    """Write ids as a filter takes them."""
    return ",".join(map(str, numbers))


def pieces(things: Sequence[Thing], most: int = IDS_PER_CALL) -> Iterator[Sequence[Thing]]:
    """Cut in pieces of so many."""
    for start in range(0, len(things), most):
        yield things[start : start + most]


def reference(number: int | None) -> Mapping[str, int] | None:
    """Refer to a thing by its id; None for nothing."""
    return None if number is None else {"id": number}
