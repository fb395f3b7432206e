"""What was typed into a form becomes the document that the API would be sent.

The names of the form's fields are the paths of the document (`rows[0].period.start`), so that what is wrong with the
document is wrong with the field of that name. What was left empty is left out, and rows close up.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel

from entrypoints.console.forms import plain_amount
from entrypoints.documents import Json
from entrypoints.language.at_hand import Language, language_at_hand

_PATH = re.compile(r"[a-z_]+(?:\[\d{1,6}\])?(?:\.[a-z_]+(?:\[\d{1,6}\])?){0,4}")
_STEP = re.compile(r"\[(\d+)\]|([a-z_]+)")
_NTH = re.compile(r"\[\d+\]")
_YES_OR_NO = {"true": True, "false": False}


def document_of(typed: Iterable[tuple[str, str]], form: type[BaseModel]) -> Json:
    """Put fields in their places. What they say is judged by whoever reads the document as `form`.

    An amount may be typed as the language at hand writes it, as far as that can't be misunderstood.
    """
    kinds, document = _kinds(form), Json()
    for name, value in typed:
        if value.strip():
            plain = value.replace("\r\n", "\n")  # as browsers send the end of a line
            _put(document, _steps(name), _read(plain, kinds.get(_NTH.sub("[]", name))))
    closed: Json = _closed_up(document)
    return closed


def fields_of(document: object, place: str = "") -> dict[str, str]:
    """Return what the fields of a form show of a document, by their names."""
    if isinstance(document, Mapping):
        parts = [(f"{place}.{name}".removeprefix("."), part) for name, part in document.items()]
    elif isinstance(document, list | tuple):
        parts = [(f"{place}[{index}]", part) for index, part in enumerate(document)]
    elif isinstance(document, bool):
        return {place: str(document).lower()}
    else:
        return {} if document is None else {place: str(document)}
    return {path: text for where, part in parts for path, text in fields_of(part, where).items()}


def paths_of(form: type[BaseModel]) -> frozenset[str]:
    """Return the paths of all that a document of this form can say; those of each row have `[]`."""
    return frozenset(_kinds(form))


def amount_typed(text: str) -> str:
    """Write an amount of a document as it is typed in the language at hand."""
    return text.replace(".", ",") if language_at_hand() is Language.NORWEGIAN else text


def _read(text: str, kind: type | None) -> object:
    if kind is bool:
        return _YES_OR_NO.get(text, text)
    if kind is not Decimal:
        return text
    if language_at_hand() is Language.ENGLISH:  # where a comma may be one of thousands
        return "".join(text.split())
    return plain_amount(text)


def _steps(name: str) -> list[str | int]:
    """Return the way to a field's place; a name that is no path is a field that nobody knows."""
    if not _PATH.fullmatch(name):
        return [name]
    return [int(found[1]) if found[1] else found[2] for found in _STEP.finditer(name)]


def _put(document: Json, steps: list[str | int], value: object) -> None:
    here: dict[Any, Any] = document
    for step in steps[:-1]:
        here = here.setdefault(step, {})
        if not isinstance(here, dict):  # a field of the same name was a text: that is told of
            return
    here[steps[-1]] = value


def _closed_up(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(isinstance(step, int) for step in value):
        return [_closed_up(value[index]) for index in sorted(value)]
    return {str(step): _closed_up(part) for step, part in value.items()}


@cache
def _kinds(form: type[BaseModel], place: str = "") -> dict[str, type]:
    """Return what the fields of a form hold, by their paths: a bool, a Decimal, or a text."""
    kinds: dict[str, type] = {}
    for name, field in form.model_fields.items():
        path, types = f"{place}.{name}".removeprefix("."), list(_types_in(field.annotation))
        inner = next((one for one in types if isinstance(one, type) and issubclass(one, BaseModel)), None)
        if inner:
            kinds |= _kinds(inner, f"{path}[]" if tuple in types else path)
        else:
            kinds[path] = next((one for one in (bool, Decimal) if one in types), str)
    return kinds


def _types_in(annotation: Any) -> Iterable[Any]:
    yield annotation
    if (origin := getattr(annotation, "__origin__", None)) is not None:
        yield origin
    for part in get_args(annotation):
        yield from _types_in(part)
