"""Read JSON that others wrote, stricter than the standard library does, and never at a loss with it.

Pure. What it refuses: NaN and infinity, a field given twice, numbers beyond reason, and nesting that no document of
ours or of an accounting system has.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from core.errors import Fault

DEEPEST = 32
"""How many lists and objects may lie in one another."""

_FURTHEST_EXPONENT = 100


class Place(NamedTuple):
    """Where in a text: line and column, both from 1."""

    line: int
    column: int


class BadJson(ValueError):  # noqa: N818 - a state of affairs, as in core/errors.py
    """This is not JSON that can be used. `what` says why and where; nothing of it shows a value.

    `reason` is `what` without the place, which is where the text is no JSON. `faults` name all fields by which a
    document that is JSON can't be used.
    """

    def __init__(self, reason: str, *, place: Place | None = None, faults: Sequence[Fault] = ()) -> None:
        self.reason = reason
        self.place = place
        self.faults = tuple(faults)
        self.what = f"{reason} at line {place.line}, column {place.column}" if place else reason
        super().__init__(self.what)


def exact_number(text: str) -> Decimal:
    """Read a number with a fraction or an exponent as it is written. Errors: BadJson for 1e999999 and the like."""
    number = Decimal(text)
    if abs(number.adjusted()) > _FURTHEST_EXPONENT:
        raise BadJson("it holds a number that is out of range")
    return number


def json_from(text: str, *, fraction: Callable[[str], object] = exact_number) -> object:
    """Parse a document. `fraction` reads what is no whole number; whole numbers are ints.

    Errors: BadJson.
    """
    document = parsed(text, fraction=fraction)
    require_plain(document)
    return document


def parsed(text: str, *, fraction: Callable[[str], object] = exact_number) -> object:
    """Parse a document whose parts are judged one by one: nothing of it may be used without `require_plain`.

    Errors: BadJson for what is no JSON at all.
    """
    try:
        document: object = json.loads(text, object_pairs_hook=_object, parse_constant=_NotJson, parse_float=fraction)
    except BadJson:
        raise
    except json.JSONDecodeError as error:
        raise BadJson(error.msg, place=Place(error.lineno, error.colno)) from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError:  # Python reads no integer of thousands of digits
        raise BadJson("it holds a number that is too long") from None
    return document


def require_plain(document: object) -> None:
    """Refuse what Python's reader lets through: NaN, a field that is given twice, and what lies too deep.

    Errors: BadJson, with `faults` but where lists and objects lie deeper in one another than DEEPEST.
    """
    level, is_odd = [document], False
    for _ in range(DEEPEST):
        is_odd = is_odd or any(isinstance(part, _ODD) for part in level)
        level = [part for holder in level for part in _parts(holder) if isinstance(part, _HOLDING)]
        if not level:
            break
    else:
        raise _too_deep()
    if is_odd:
        oddities = list(_oddities(document, ""))
        raise BadJson(oddities[0].reason, faults=[oddity.fault for oddity in oddities])


class _Oddity(NamedTuple):
    reason: str
    fault: Fault


class _Object(dict[str, Any]):
    """An object in which names are given twice, or can't be shown."""

    repeated: tuple[str, ...] = ()
    unprintable: bool = False


@dataclass(frozen=True)
class _NotJson:
    """NaN or Infinity, which Python reads although JSON has no such thing."""

    word: str


_ODD = (_Object, _NotJson)
_HOLDING = (dict, list, _NotJson)


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    # A fault names the field, and half a surrogate pair could not be sent back.
    unprintable = not "".join(fields).isprintable()
    if len(fields) == len(pairs) and not unprintable:
        return fields
    odd = _Object(fields)
    times = Counter(name for name, _ in pairs)
    odd.repeated = tuple(name for name in fields if name.isprintable() and times[name] > 1)
    odd.unprintable = unprintable
    return odd


def _oddities(value: object, path: str) -> Iterator[_Oddity]:
    if isinstance(value, _NotJson):
        yield _Oddity(f"{value.word} is not a JSON number", Fault(path, f"{value.word} is not JSON"))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _oddities(part, f"{path}[{index}]")
    elif isinstance(value, dict):
        if isinstance(value, _Object):
            yield from _own_oddities(value, path)
        for name, part in value.items():
            yield from _oddities(part, f"{path}.{name}".removeprefix("."))


def _own_oddities(value: _Object, path: str) -> Iterator[_Oddity]:
    if value.unprintable:
        yield _Oddity(_UNPRINTABLE, Fault(path, _UNPRINTABLE))
    for name in value.repeated:
        yield _Oddity(f'the field "{name}" is given twice', Fault(f"{path}.{name}".removeprefix("."), "is given twice"))


_UNPRINTABLE = "a field name holds a character that can't be shown"


def _parts(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _too_deep() -> BadJson:
    return BadJson(f"it is nested too deeply, more than {DEEPEST} levels of lists and objects")
