"""What a body may hold: each check takes a value, its path and where problems are noted, and gives what is meant.

Null is "not set", which empties a text. All that is wrong is told at once; fields that are not there, and values of
another type, before anything else.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sandbox.tripletex.refusals import Problem, invalid, unmapped


@dataclass
class Problems:
    """What is wrong with a body."""

    unmapped: list[Problem] = field(default_factory=list)
    invalid: list[Problem] = field(default_factory=list)

    def mapping(self, path: str, message: str) -> None:
        """A field is not there, or its value is of another type."""
        self.unmapped.append(Problem(path, message))

    def value(self, path: str, message: str) -> None:
        """A value is not acceptable."""
        self.invalid.append(Problem(path, message))

    def refuse(self) -> None:
        """Refuse the call, if anything is wrong. Errors: RefusedError."""
        if self.unmapped:
            raise unmapped(*self.unmapped)
        if self.invalid:
            raise invalid(*self.invalid)


Check = Callable[[Any, str, Problems], Any]


def text(most: int) -> Check:
    """A text of at most so many characters."""

    def check(value: Any, path: str, problems: Problems) -> str:
        if value is None:
            return ""
        if not isinstance(value, str):
            problems.mapping(path, "Must be a text.")
            return ""
        if len(value) > most:
            problems.value(path, f"May be at most {most} characters long.")
        return value

    return check


def truth(value: Any, path: str, problems: Problems) -> bool:
    """True or false."""
    if value is not None and not isinstance(value, bool):
        problems.mapping(path, "Must be true or false.")
    return value is True


def whole(least: int, most: int) -> Check:
    """A whole number."""

    def check(value: Any, path: str, problems: Problems) -> int | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            problems.mapping(path, "Must be a whole number.")
            return None
        if not least <= value <= most:
            problems.value(path, f"Must be from {least} to {most}.")
        return value

    return check


def number(*, least: Decimal | None = None, most: Decimal | None = None) -> Check:
    """A number, read as Decimal."""

    def check(value: Any, path: str, problems: Problems) -> Decimal | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            problems.mapping(path, "Must be a number.")
            return None
        if (least is not None and value < least) or (most is not None and value > most):
            problems.value(path, "Is out of range.")
        return Decimal(value)

    return check


def day(value: Any, path: str, problems: Problems) -> date | None:
    """A date, as 2026-11-25."""
    if value is None:
        return None
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        problems.mapping(path, "Must be a date, yyyy-MM-dd.")
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        problems.mapping(path, "Must be a date, yyyy-MM-dd.")
        return None


def choice(*values: str) -> Check:
    """One of these texts; the first one where none is given."""

    def check(value: Any, path: str, problems: Problems) -> str:
        if value is None:
            return values[0]
        if value not in values:
            problems.mapping(path, f"Must be one of {', '.join(values)}.")
        return str(value)

    return check


def reference(value: Any, path: str, problems: Problems) -> int | None:
    """What is named by its id, as in {"id": 7}; None for none."""
    if value is None:
        return None
    found = _REFERENCE(value, path, problems)
    if found.get("id") is None:
        problems.value(f"{path}.id", "Is required.")
        return None
    return int(found["id"])


def members(required: Collection[str] = (), /, **checks: Check) -> Check:
    """An object with these members and no others; a required one is not null."""

    def check(value: Any, path: str, problems: Problems) -> dict[str, Any]:
        if not isinstance(value, dict):
            problems.mapping(path, "Must be an object.")
            return {}
        under = f"{path}." if path else ""
        for name in required:
            if value.get(name) is None:
                problems.value(under + name, "Is required.")
        for name in value:
            if name not in checks:
                problems.mapping(under + name, "The field does not exist in the object.")
        return {name: checks[name](member, under + name, problems) for name, member in value.items() if name in checks}

    return check


_REFERENCE = members(id=whole(1, 2**63 - 1), version=whole(0, 2**31 - 1), url=text(2_000))


def optional(check: Check) -> Check:
    """None where none is given, else what the check says."""
    return lambda value, path, problems: None if value is None else check(value, path, problems)


def each(check: Check, *, most: int | None = None) -> Check:
    """A list of such, of at most so many."""

    def check_all(value: Any, path: str, problems: Problems) -> list[Any]:
        if not isinstance(value, list):
            problems.mapping(path, "Must be a list.")
            return []
        if most is not None and len(value) > most:
            problems.value(path, f"May hold at most {most} at a time.")
            return []
        return [check(item, f"{path}[{index}]", problems) for index, item in enumerate(value)]

    return check_all


def read(body: Any, check: Check) -> Any:
    """What a body means. Errors: RefusedError, which names all that is wrong."""
    problems = Problems()
    found = check(body, "", problems)
    problems.refuse()
    return found


def changes(asked: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """What is asked of a record's attributes, by the names that they have in it."""
    return {attribute: asked[name] for name, attribute in names.items() if name in asked}
