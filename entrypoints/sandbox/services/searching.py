"""Searching and selecting, as the Get* operations do it.

FACTS: they return only the properties named, need at least one search parameter, and match names and e-mail
addresses loosely: part of the text, "%" is a wildcard.
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from entrypoints.sandbox.contracts import Contract
from entrypoints.sandbox.refusals import PARAMETER_NOT_FOUND, CallRefusedError
from entrypoints.sandbox.shapes import SENTINEL, Values

NO_PARAMETER = "Please specify at least one search parameter"

Matches = Callable[[Any, Any], bool]


def found(records: Collection[Any], asked: Values, rules: Mapping[str, Matches]) -> list[Any]:
    """The records that satisfy every parameter given. An empty text or list is not given.

    `rules` says for each parameter whether a record matches a value.
    Errors: CallRefusedError when nothing is given.
    """
    given = {name: value for name, value in asked.items() if value not in ("", [])}
    if not given:
        raise CallRefusedError(NO_PARAMETER)
    return [record for record in records if all(rules[name](record, value) for name, value in given.items())]


def loosely(wanted: str, text: str) -> bool:
    """Whether the text holds what is wanted, capitals aside; "%" stands for anything."""
    pattern = ".*".join(re.escape(part) for part in wanted.split("%"))
    return re.search(pattern, text, re.IGNORECASE | re.DOTALL) is not None


def loosely_by_digits(wanted: str, text: str) -> bool:
    """As `loosely`, but "817 404 502" and "NO817404502MVA" are the same; where there are no digits, as text."""
    digits = re.sub(r"\D", "", wanted)
    return digits in re.sub(r"\D", "", text) if digits else loosely(wanted, text)


def selected(
    contract: Contract,
    type_name: str,
    values: Values,
    wanted: Collection[str],
    *,
    written_when_unset: Collection[str] = (),
) -> Values:
    """The named properties and no others.

    `written_when_unset` are those whose sentinel the vendor writes out, instead of leaving the element away.
    """
    return {
        name: SENTINEL if values.get(name) is None and name in written_when_unset else values.get(name)
        for name in (member.name for member in contract.types[type_name])
        if name in wanted
    }


def named_properties(contract: Contract, type_name: str, asked: Values, parameter: str) -> list[str]:
    """The properties a caller names. Errors: CallRefusedError for one that the type does not have."""
    known = {member.name for member in contract.types[type_name]}
    wanted: list[str] = asked.get(parameter, [])
    for name in wanted:
        if name not in known:
            raise CallRefusedError(f"{PARAMETER_NOT_FOUND}: The property '{name}' was not found on {type_name}")
    return wanted
