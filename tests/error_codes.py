"""Every code that an error may carry: read from the source, with its kinds of error, and from the table in the docs."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from core import errors
from core.errors import KvittError, Outcome

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "errors.md"

_ROOMS = ("core", "adapters", "plugins", "entrypoints")
_NOT_OURS = ("plugins/conformance", "adapters/storage/migrations", "entrypoints/http/examples.py")
_CODE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
# Where a code is given otherwise than as `code=`: the argument of a call, by position.
_BY_POSITION = {"UnusableAnswer": 0, "trouble": 1, "_dimension": 0}
# And tables of codes: as keys, or at this position in each of their values or items.
_TABLES: Mapping[str, int | None] = {"_TROUBLES": None, "_KNOWN_ERRORS": 0, "_KNOWN_ITEMS": 1, "_REFUSALS": 0}
_ROW = re.compile(
    r"\| (?P<codes>`[^|]*) \| (?P<meaning>[^|]+) \| (?P<retriable>[^|]+) \| (?P<outcome>[^|]+) \| (?P<mend>[^|]+) \|"
)


@dataclass(frozen=True)
class Told:
    """What the docs say of a code."""

    retriable: frozenset[bool]
    outcomes: frozenset[Outcome]


@dataclass
class Raised:
    """Where a code is in the source, and what is known of the errors that carry it.

    `is_known_whole`: at each of the places it is plain to see which kind of error carries it.
    """

    places: list[str] = field(default_factory=list)
    retriable: set[bool] = field(default_factory=set)
    outcomes: set[Outcome] = field(default_factory=set)
    is_known_whole: bool = True

    def add(self, place: str, kind: type[KvittError] | None, outcome: Outcome | None) -> None:
        """Note a place, and the kind of error that carries the code there; None where that can't be seen."""
        self.places.append(place)
        if kind is None:
            self.is_known_whole = False
        else:
            self.retriable.add(kind.retriable)
            self.outcomes.add(outcome or kind.outcome)


@cache
def in_the_source() -> Mapping[str, Raised]:
    """Every code in the shipped source."""
    modules = dict(_modules())
    constants = {name: text for module in modules.values() for name, text in _constants(module)}
    found: defaultdict[str, Raised] = defaultdict(Raised)
    for place, module in modules.items():
        classes = {id(line): one for one in ast.walk(module) if isinstance(one, ast.ClassDef) for line in one.body}
        for node in ast.walk(module):
            for code in _codes_in(node, constants):
                of_class = classes.get(id(node))
                kind = _kind_of_class(of_class) if of_class else _kind_of(node)
                found[code].add(f"{place}:{getattr(node, 'lineno', 0)}", kind, _outcome_of(node))
    return found


@cache
def in_the_docs() -> Mapping[str, Told]:
    """Every code in the table of errors."""
    told: dict[str, Told] = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if row := _ROW.fullmatch(line):
            says = Told(
                retriable=frozenset(word == "yes" for word in re.findall(r"yes|no\b", row["retriable"])),
                outcomes=frozenset(Outcome(word) for word in re.findall(r"`(\w+)`", row["outcome"])),
            )
            for code in re.findall(r"`(\w+)`", row["codes"]):
                assert code not in told, f"{code} is in the table twice"
                told[code] = says
    return told


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for room in _ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            place = file.relative_to(ROOT).as_posix()
            if not place.startswith(_NOT_OURS):
                yield place, ast.parse(file.read_text(encoding="utf-8"))


def _codes_in(node: ast.AST, constants: Mapping[str, str]) -> Iterator[str]:
    given: list[ast.expr] = []
    if isinstance(node, ast.Call):
        given += [one.value for one in node.keywords if one.arg == "code"]
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        position = _BY_POSITION.get(name)
        given += node.args[position : position + 1] if position is not None else []
        given += _otherwise(node)
    elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = {one.id for one in targets if isinstance(one, ast.Name)}
        if names & {"default_code", "code", "GAVE_UP"}:
            given.append(node.value)
        for name in names & _TABLES.keys():
            given += _table(node.value, _TABLES[name])
    elif isinstance(node, ast.Dict):
        given += [
            value
            for key, value in zip(node.keys, node.values, strict=True)
            if isinstance(key, ast.Constant) and key.value == "code"
        ]
    for one in given:
        yield from _texts(one, constants)


def _otherwise(call: ast.Call) -> list[ast.expr]:
    """What `table.get(key, otherwise)` falls back on, where the table is one of codes."""
    match call:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="get"), args=[_, ast.Tuple(elts=row)]):
            position = _TABLES.get(name)
            return [row[position]] if position is not None else []
    return []


def _texts(given: ast.expr, constants: Mapping[str, str]) -> Iterator[str]:
    """The codes that an expression may come to: one of its own, a constant's, or either of two."""
    match given:
        case ast.Constant(value=str(text)) if _CODE.fullmatch(text):
            yield text
        case ast.Name(id=name) if _CODE.fullmatch(constants.get(name, "")):
            yield constants[name]
        case ast.IfExp(body=one, orelse=other):
            yield from _texts(one, constants)
            yield from _texts(other, constants)


def _table(value: ast.expr, position: int | None) -> list[ast.expr]:
    if isinstance(value, ast.Dict):
        if position is None:
            return [key for key in value.keys if key]
        return [row.elts[position] for row in value.values if isinstance(row, ast.Tuple)]
    assert isinstance(value, ast.List)
    return [row.elts[position or 0] for row in value.elts if isinstance(row, ast.Tuple)]


def _constants(module: ast.Module) -> Iterator[tuple[str, str]]:
    for node in module.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text))):
                yield name, text


def _kind_of(node: ast.AST) -> type[KvittError] | None:
    """The class of the core's that is raised here, where that is plain to see."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        kind = getattr(errors, node.func.id, None)
        return kind if isinstance(kind, type) and issubclass(kind, KvittError) else None
    return None


def _kind_of_class(found: ast.ClassDef) -> type[KvittError] | None:
    """The class of the core's that this is, or is made from."""
    for name in (found.name, *(base.id for base in found.bases if isinstance(base, ast.Name))):
        kind = getattr(errors, name, None)
        if isinstance(kind, type) and issubclass(kind, KvittError):
            return kind
    return None


def _outcome_of(node: ast.AST) -> Outcome | None:
    for one in node.keywords if isinstance(node, ast.Call) else ():
        if one.arg == "outcome" and isinstance(one.value, ast.Attribute) and one.value.attr in Outcome.__members__:
            return Outcome[one.value.attr]
    return None
