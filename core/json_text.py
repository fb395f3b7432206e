"""Read JSON that others wrote, stricter than the standard library does, and never at a loss with it.

Pure. What it refuses: NaN and infinity, a field given twice, numbers beyond reason, and nesting that no document of
ours or of an accounting system has.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any, NoReturn

DEEPEST = 32
"""How many lists and objects may lie in one another."""

_FURTHEST_EXPONENT = 100


class BadJson(ValueError):  # noqa: N818 - a state of affairs, as in core/errors.py
    """This is not JSON that can be used. `what` says why and where; it shows no value."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def exact_number(text: str) -> Decimal:
    """Read a number with a fraction or an exponent as it is written. Errors: BadJson for 1e999999 and the like."""
    number = Decimal(text)
    if abs(number.adjusted()) > _FURTHEST_EXPONENT:
        raise BadJson("it holds a number that is beyond reason")
    return number


def json_from(text: str, *, fraction: Callable[[str], object] = exact_number) -> object:
    """Parse a document. `fraction` reads what is no whole number; whole numbers are ints.

    Errors: BadJson.
    """
    try:
        document: object = json.loads(
            text, object_pairs_hook=_object, parse_constant=_not_a_number, parse_float=fraction
        )
    except BadJson:
        raise
    except json.JSONDecodeError as error:
        raise BadJson(f"{error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError:  # Python reads no integer of thousands of digits
        raise BadJson("it holds a number that is too long") from None
    require_shallow(document)
    return document


def require_shallow(document: object) -> None:
    """Errors: BadJson when lists and objects lie deeper in one another than DEEPEST."""
    level = [document]
    for _ in range(DEEPEST):
        level = [part for one in level for part in _parts(one) if isinstance(part, dict | list)]
        if not level:
            return
    raise _too_deep()


def _parts(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _too_deep() -> BadJson:
    return BadJson(f"it is nested too deeply, more than {DEEPEST} lists and objects in one another")


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in pairs:
        # A fault names the field, and half a surrogate pair could not be sent back.
        if not name.isprintable():
            raise BadJson("a field's name holds a character that can't be shown")
        if name in fields:
            raise BadJson(f'the field "{name}" is there twice')
        fields[name] = value
    return fields


def _not_a_number(name: str) -> NoReturn:
    raise BadJson(f"{name} is no JSON number")
