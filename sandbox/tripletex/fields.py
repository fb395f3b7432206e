"""The fields filter: which fields of a record are answered, and of what is within it.

`id,number,customer(id,name)` picks; `*` is every field, and what is within is told by its id and address unless it is
picked in turn, as in `*,orderLines(*)`. Without a filter it is `*`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sandbox.tripletex.refusals import bad_filter

EVERYTHING = "*"

Filter = Mapping[str, "Filter | None"]


@dataclass(frozen=True)
class Field:
    """A field of a kind of record: how it is read, and the kind of what is within, one or `many`."""

    read: Callable[[Any, Any], Any]
    kind: "Callable[[], Kind] | None" = None
    many: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of record: where it lives, and its fields by name. `read` of a field takes the books and the record."""

    path: str
    fields: Mapping[str, Field]


@cache
def filter_from(text: str) -> Filter:
    """Read a filter. Errors: RefusedError."""
    found, rest = _part(text.replace(" ", ""))
    if rest:
        raise bad_filter(rest)
    return found or {EVERYTHING: None}


def check(kind: Kind, wanted: Filter) -> None:
    """Check that a kind has all fields that are wanted. Errors: RefusedError."""
    for name, inner in wanted.items():
        if name == EVERYTHING and inner is None:
            continue
        field = kind.fields.get(name)
        if field is None or (inner is not None and field.kind is None):
            raise bad_filter(name)
        if inner is not None and field.kind is not None:
            check(field.kind(), inner)


def shown(kind: Kind, record: Any, wanted: Filter, books: Any, root: str) -> dict[str, Any]:
    """The fields of a record that are wanted; `root` is where the API lives. What is not set is null."""
    names = [*kind.fields] if EVERYTHING in wanted else [*wanted]
    values = {name: _value(kind.fields[name], record, wanted.get(name), books, root) for name in names}
    if EVERYTHING in wanted and kind.path:
        values["url"] = _address(kind, record, root)
    if getattr(record, "spoilt", False):
        values["version"] = 10**40
    return values


def _value(field: Field, record: Any, wanted: Filter | None, books: Any, root: str) -> Any:
    value = field.read(books, record)
    if field.kind is None or value is None:
        return value
    kind = field.kind()
    if field.many:
        return [_within(kind, one, wanted, books, root) for one in value]
    return _within(kind, value, wanted, books, root)


def _within(kind: Kind, record: Any, wanted: Filter | None, books: Any, root: str) -> dict[str, Any]:
    if wanted is not None or not kind.path:
        return shown(kind, record, wanted or {EVERYTHING: None}, books, root)
    return {"id": record.id, "url": _address(kind, record, root)}


def _address(kind: Kind, record: Any, root: str) -> str:
    return f"{root}{kind.path}/{record.id}"


def _part(text: str) -> tuple[dict[str, "Filter | None"], str]:
    """Read names until a closing parenthesis or the end; what is left after them is handed back."""
    found: dict[str, Filter | None] = {}
    while text and text[0] != ")":
        end = next((place for place, sign in enumerate(text) if sign in ",()"), len(text))
        name, text = text[:end], text[end:]
        inner: Filter | None = None
        if text.startswith("("):
            inner, text = _part(text[1:])
            if not text.startswith(")"):
                raise bad_filter(name)
            text = text[1:]
        if not name:
            raise bad_filter(text)
        found[name] = inner
        text = text.removeprefix(",")
    return found, text
