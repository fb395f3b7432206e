"""Searching and selecting, as the Get* operations do it.

docs/24sevenoffice.md, "Searching": they return only the properties named, need at least one search parameter, and
match names and e-mail addresses loosely: part of the text, "%" is a wildcard.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from sandbox.twentyfour_seven_office.refusals import PARAMETER_NOT_FOUND, CallRefusedError
from sandbox.twentyfour_seven_office.soap.contracts import Contract
from sandbox.twentyfour_seven_office.soap.shapes import SENTINEL, Values

NO_PARAMETER = "Please specify at least one search parameter"
MOST_IDS = 1_000  # docs/24sevenoffice.md, "Searching"

Matches = Callable[[Any], bool]
Rules = Mapping[str, Callable[[Any], Matches]]


def found(records: Mapping[int, Any], asked: Values, rules: Rules, *, ids: Collection[str]) -> list[Any]:
    """The records that satisfy every parameter given. An empty text or list is not given.

    `records` go by their number. The parameters in `ids` are such numbers, one or many: they are looked up, so
    that a few of many thousand are found at once. `rules` says of each other parameter what a value asks of a
    record.
    Errors: CallRefusedError when nothing is given, or more than MOST_IDS numbers.
    """
    given = {name: value for name, value in asked.items() if value not in ("", [])}
    if not given:
        raise CallRefusedError(NO_PARAMETER)
    candidates: Iterable[Any] = records.values()
    if numbers := [_numbers(name, given.pop(name)) for name in ids if name in given]:
        candidates = [records[number] for number in sorted(set.intersection(*numbers)) if number in records]
    for name, value in given.items():
        candidates = filter(rules[name](value), candidates)
    return list(candidates)


def _numbers(name: str, value: Any) -> set[int]:
    numbers = value if isinstance(value, list) else [value]
    if len(numbers) > MOST_IDS:
        raise CallRefusedError(f"System.ArgumentException: {name} takes at most {MOST_IDS} ids")
    return set(numbers)


def equals(attribute: str) -> Callable[[Any], Matches]:
    """Whether a record's attribute is the value asked for."""
    return lambda wanted: lambda record: getattr(record, attribute) == wanted


def one_of(attribute: str) -> Callable[[Any], Matches]:
    """Whether a record's attribute is among the values asked for."""

    def rule(wanted: Any) -> Matches:
        values = frozenset(wanted)
        return lambda record: getattr(record, attribute) in values

    return rule


def later(attribute: str) -> Callable[[Any], Matches]:
    """Whether a record's attribute, an instant, comes after the one asked for."""
    return lambda wanted: lambda record: getattr(record, attribute) > wanted


def any_text(
    read: Callable[[Any], Iterable[str]], match: Callable[[str], Callable[[str], bool]]
) -> Callable[[Any], Matches]:
    """Whether any of a record's texts matches the one asked for."""

    def rule(wanted: str) -> Matches:
        holds = match(wanted)
        return lambda record: any(map(holds, read(record)))

    return rule


def loosely(wanted: str) -> Callable[[str], bool]:
    """Whether a text holds what is wanted, capitals aside; "%" stands for anything."""
    parts = wanted.lower().split("%")

    def holds(text: str) -> bool:
        text, at = text.lower(), 0
        for part in parts:
            at = text.find(part, at)
            if at < 0:
                return False
            at += len(part)
        return True

    return holds


def loosely_by_digits(wanted: str) -> Callable[[str], bool]:
    """As `loosely`, but "817 404 502" and "NO817404502MVA" are the same; where there are no digits, as text."""
    digits = _digits(wanted)
    return (lambda text: digits in _digits(text)) if digits else loosely(wanted)


def _digits(text: str) -> str:
    return text if text.isdecimal() else re.sub(r"\D", "", text)


class Selection:
    """The properties that a caller names, and no others.

    `written_when_unset` are those whose sentinel the vendor writes out, instead of leaving the element away.
    Errors: CallRefusedError for a property that the type does not have.
    """

    def __init__(
        self, contract: Contract, type_name: str, names: Collection[str], *, written_when_unset: Collection[str] = ()
    ) -> None:
        known = {member.name for member in contract.types[type_name]}
        for name in names:
            if name not in known:
                raise CallRefusedError(f"{PARAMETER_NOT_FOUND}: The property '{name}' was not found on {type_name}")
        self._unset = {name: SENTINEL if name in written_when_unset else None for name in names}

    def of(self, read: Callable[[str], Any]) -> Values:
        """The values of a record; `read` tells them by the name of their property, None when unset."""
        return {name: unset if (value := read(name)) is None else value for name, unset in self._unset.items()}
