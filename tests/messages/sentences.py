"""What Kvitt says to people: every sentence, line and heading that the source can make, as a template.

A template is the English with a name in braces for each value: `f"Invoice {transfer.invoice} is sent."` is
`Invoice {invoice} is sent.` One expression may make several: what stands in a condition, in a constant or in a local
name inside a sentence is put in, so that translators see whole sentences. Nothing in the source is marked: what reads
like prose is taken, and `_is_silent` names the places where prose is not for people.
"""

import ast
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOMS = ("core", "adapters", "plugins", "entrypoints")
_LEFT_OUT = (
    "adapters/storage/migrations",
    "adapters/telemetry",
    "adapters/storage/schema",
    "adapters/spreadsheet/columns",
    "entrypoints/installation_figures",
    "plugins/conformance",
    "plugins/skeleton",
    "entrypoints/http/openapi",
    "entrypoints/http/wording",
    "entrypoints/http/pages",
    "entrypoints/http/examples",
    "entrypoints/http/problem_examples",
    "entrypoints/console/headers",
    "entrypoints/console/wording",
)
_NOT_SAID = re.compile(
    r"<|`|python -c|Bearer |Basic \{|  export KVITT|--business,|DurableTransferQueue|Value \||Fjellutleie|Sharefox|"
    r"Deres ref|kvitt \{|Container$"
)
"""What reads like prose and is an address, a command to copy, a name or a type."""

MOST_VARIANTS = 24
"""An expression that can make more sentences keeps the values in it as values."""

_WORDS = (
    "department", "project", "order", "customer", "product", "category", "invoice", "transfer", "business",
    "queued", "running", "waiting", "transferred", "rejected", "cancelled", "printed", "data for accounting",
    "customers", "products", "orders", "refused", "environment", "default", "added", "replaced", "changed", "unchanged",
    "deleted", "VAT %", "Your reference", "Our reference", "Buyer reference", "Order reference", "Credits", "Delivery",
    "Paid before", "Department", "Project", "folder", "disk", "clock", "workers", "plugins", "storage", "migrations",
    "secrets", "recovery", "quota", "transfers", "mend", "warning", "connection",
    "unsent", "withdrawing", "withdrawn", "not published", "partly paid", "open", "not paid", "not ours",
    "done", "gone", "there", "not told", "send", "read", "manage", "paid", "required", "optional", "none",
    "e-mail",
    "item {nth}", "line {number}",
    "(all)", "enabled", "disabled", "pending", "delivered", "given up",
)  # fmt: skip
"""What stands in sentences as a value and is one of Kvitt's words."""

_LIBRARY = (
    "Usage: ", "Usage: {usage}", "Try '{command}' for help.", "Error: {message}", "Show this message and exit.",
    "[required]", "[default: {default}]", "(dynamic)", "Missing argument {name}.", "Missing option {name}.",
    "Missing parameter {name}.", "Invalid value: {message}", "Invalid value for {name}: {message}",
    "No such option: {name}", "(Possible options: {names})", "No such option: {name} (Possible options: {names})",
    "Option {name} requires an argument.", "Option {name} requires {number} arguments.",
    "Option {name} does not take a value.",
    "Got unexpected extra argument ({names})", "Got unexpected extra arguments ({names})", "Missing command.",
    "No such command {name}.", "Aborted!", "{value} is not a valid int.", "{value} is not a valid float.",
    "{value} is not a valid integer.", "{value} is not in the range {range}.",
)  # fmt: skip
"""What typer says on its own, as far as a person at a terminal meets it."""

_NO_JSON = (
    "expecting value", "expecting property name enclosed in double quotes", "expecting ',' delimiter",
    "expecting ':' delimiter", "extra data", "unterminated string starting at", "invalid control character at",
    "illegal trailing comma before end of object", "illegal trailing comma before end of array",
)  # fmt: skip
"""What the standard library says of text that is no JSON."""

_COMPLETION = (
    "Install completion for the current shell.",
    "Show completion for the current shell, to copy it or customize the installation.",
)

_LIBRARY_HEADINGS = ("Arguments", "Options", "Commands", "required", "default: {default}", "Missing command.")

_LOGS = {"debug", "info", "warning", "error", "exception", "log", "critical"}
_SILENT_CALLS = {
    "compile", "text", "getattr", "setattr", "hasattr", "import_module", "Counter", "Histogram", "Gauge", "getLogger",
    "AssertionError", "NotImplementedError", "RuntimeError", "TypeError", "literal_column", "execute",
    "described", "Parameter", "CheckConstraint", "Index", "iso", "strftime", "encode", "GaugeMetricFamily",
    "CounterMetricFamily", "TypeVar", "ParamSpec", "NewType", "cast",
    "search", "match", "fullmatch", "sub", "WithJsonSchema", "Column", "note", "add_note",
    "_", "ngettext",  # the console's own texts, which have a catalogue of theirs
}  # fmt: skip
_SILENT_KEYWORDS = {
    "description", "metavar", "json_schema_extra", "model_config", "pattern", "summary", "operation_id", "examples",
    "env_prefix", "default_value", "headers", "media_type", "documentation", "example", "server_default",
}  # fmt: skip
_NAMED = re.compile(r"\{([a-z_]+)\}")
_WORD = re.compile(r"[A-Za-zÆØÅæøå][a-zæøå']+")
_IDENTIFIER = re.compile(r"[\w./:@*?&=<>{}\[\]#%+|^$\\-]*|(?=\{?\w+\}?[,(])[\w,(){}]*")
_SHOUTED = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|PRAGMA|CREATE|ALTER|SET|BEGIN|VACUUM|LISTEN|NOTIFY)\b")

_TEXT_METHODS = {
    "capitalize", "removesuffix", "removeprefix", "lower", "upper", "strip", "replace", "splitlines", "normalize",
    "total_seconds", "decode", "title", "rstrip", "format", "astimezone", "isoformat",
}  # fmt: skip

Variant = tuple[object, ...]
"""Texts, and `_Value`s between them."""


@dataclass(frozen=True)
class _Value:
    name: str


@dataclass(frozen=True)
class Sentence:
    """A template, and where it is made first."""

    template: str
    places: tuple[tuple[str, int], ...]


@cache
def sentences(root: Path) -> dict[str, Sentence]:
    """Return what the source below a folder says, by template, in the order of the files."""
    found: dict[str, Sentence] = {}
    for room in ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            name = path.relative_to(root).as_posix()
            if not is_left_out(name):
                for template, line in sentences_of(ast.parse(path.read_text(encoding="utf-8")), name):
                    places = found[template].places if template in found else ()
                    found[template] = Sentence(template, (*places, (name, line)))
    for template in (*_WORDS, *_LIBRARY, *_NO_JSON, *_COMPLETION, *_LIBRARY_HEADINGS):
        found.setdefault(template, Sentence(template, ()))
    return found


def is_left_out(name: str) -> bool:
    """Whether nothing in this file is for people."""
    return name.startswith(_LEFT_OUT)


def sentences_of(tree: ast.Module, name: str) -> Iterator[tuple[str, int]]:
    """Return the templates of one module, each with its line."""
    reader = _Reader(name)
    reader.read(tree)
    yield from reader.found


@dataclass
class _Reader:
    name: str
    found: list[tuple[str, int]] = field(default_factory=list)
    constants: dict[str, ast.expr] = field(default_factory=dict)
    put_in: set[int] = field(default_factory=set)

    def read(self, tree: ast.Module) -> None:
        for statement in tree.body:
            match statement:
                case (
                    ast.Assign(targets=[ast.Name(id=name)], value=value)
                    | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
                ):
                    self.constants[name] = value
        in_cli = self.name.startswith("entrypoints/cli/")
        found = list(_expressions(tree, {}))
        made: list[tuple[int, list[Variant]]] = []
        within: set[int] = set()
        for node, local in found:
            self.put_in = set()
            made.append((node.lineno, self._variants(node, local)))
            within |= self.put_in - {id(node)}
        for (node, _), (line, variants) in zip(found, made, strict=True):
            if id(node) not in within:
                self.found += [(said, line) for said in _templates(variants) if _is_prose(said, self.name)]
        self.found += [counted for node in ast.walk(tree) for counted in _counted(node)]
        if in_cli:
            self._take_helps(tree)
        self.found.sort(key=lambda made: made[1])

    def _take_helps(self, tree: ast.Module) -> None:
        """Docstrings of public functions are the help of commands."""
        for node in tree.body:
            if (
                isinstance(node, ast.FunctionDef)
                and not node.name.startswith("_")
                and (told := ast.get_docstring(node))
            ):
                takes_options = "Annotated" in ast.unparse(node.args) or "AsJson" in ast.unparse(node.args)
                if takes_options or self.name.endswith(("demo.py", "doctor.py")):
                    for paragraph in told.split("\n\n"):
                        self.found.append((" ".join(paragraph.split()), node.lineno))

    def _variants(self, node: ast.expr, local: dict[str, list[ast.expr]]) -> list[Variant]:
        made = self._made(node, local, depth=0)
        if len(made) > MOST_VARIANTS and isinstance(node, ast.JoinedStr):
            return [
                tuple(
                    part.value if isinstance(part, ast.Constant) else _Value(_name(part.value))
                    for part in node.values
                    if isinstance(part, ast.Constant | ast.FormattedValue)
                )
            ]
        return made

    def _made(self, node: ast.expr, local: dict[str, list[ast.expr]], depth: int) -> list[Variant]:
        if depth > 6:
            return [(_Value(_name(node)),)]
        self.put_in.add(id(node))
        below = depth + 1
        match node:
            case ast.Constant(value=str(said)):
                return [_of_format(said)]
            case ast.Constant(value=None | False):
                return [()]
            case ast.JoinedStr(values=parts):
                return _products([self._made(part, local, below) for part in parts])
            case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
                return self._made(value, local, below)
            case ast.FormattedValue(value=value):
                return [(_Value(_name(value)),)]
            case ast.BinOp(op=ast.Add(), left=left, right=right) if _makes_text(left) or _makes_text(right):
                return _products([self._made(left, local, below), self._made(right, local, below)])
            case ast.IfExp(body=body, orelse=orelse) if _makes_text(body) or _makes_text(orelse):
                return _unique([*self._made(body, local, below), *self._made(orelse, local, below)])
            case ast.BoolOp(op=ast.Or(), values=choices) if any(map(_makes_text, choices)):
                return _unique([made for choice in choices for made in self._made(choice, local, below)])
            case ast.BoolOp(op=ast.And(), values=choices) if _makes_text(choices[-1]):
                return _unique([*self._made(choices[-1], local, below), ()])
            case ast.Name(id=name) if name in local and all(map(_makes_text, local[name])):
                return _unique([made for value in local[name] for made in self._made(value, local, below)])
            case ast.Name(id=name) if (
                name not in local and name in self.constants and _makes_text(self.constants[name])
            ):
                kept = set(self.put_in)
                made = self._made(self.constants[name], {}, below)
                self.put_in = kept  # it may be said by itself as well
                return made
            case ast.Subscript(value=ast.Name(id=name)) if isinstance(table := self.constants.get(name), ast.Dict):
                if all(map(_makes_text, table.values)) and len(table.values) <= MOST_VARIANTS // 3:
                    return _unique([made for value in table.values for made in self._made(value, {}, below)])
        self.put_in.discard(id(node))
        return [(_Value(_name(node)),)]


def _of_format(said: str) -> Variant:
    """Return what str.format makes of a text that names values."""
    return tuple(_Value(part) if number % 2 else part for number, part in enumerate(_NAMED.split(said)))


def _expressions(
    node: ast.AST, local: dict[str, list[ast.expr]]
) -> Iterator[tuple[ast.expr, dict[str, list[ast.expr]]]]:
    """Return the expressions that make texts, the outer before the inner, with what local names stand for there."""
    if _is_silent(node):
        return
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        local = {**local, **_assigned(node)}
    match node:
        case ast.Constant(value=str()) | ast.JoinedStr():
            yield node, local
        case ast.BinOp(op=ast.Add()) if _makes_text(node.left) or _makes_text(node.right):
            yield node, local
    for child in _children(node):
        yield from _expressions(child, local)


def _children(node: ast.AST) -> Iterable[ast.AST]:
    match node:
        case ast.FormattedValue(value=value):
            return [value]
        case ast.Call(func=ast.Attribute(value=base, attr="replace" | "removeprefix" | "startswith" | "split")):
            return [base]
        case ast.Dict(values=values):
            return values
        case ast.Subscript(value=ast.Name(id="Annotated"), slice=ast.Tuple(elts=[_, *notes])):
            return notes
        case ast.Subscript(value=value):
            return [value]
        case ast.Compare():
            return [node.left] if isinstance(node.left, ast.Call) else []
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            defaults = [default for default in (*node.args.defaults, *node.args.kw_defaults) if default]
            notes = [arg.annotation for arg in (*node.args.args, *node.args.kwonlyargs) if arg.annotation]
            return [*defaults, *notes, *node.body]
        case ast.AnnAssign():
            return [part for part in (node.annotation, node.value) if part]
        case _:
            return ast.iter_child_nodes(node)


def _is_silent(node: ast.AST) -> bool:
    """Whether texts here are not for people: docstrings, logs, patterns, SQL, descriptions for programmers."""
    match node:
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.keyword(arg=name):
            return name in _SILENT_KEYWORDS
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name in _SILENT_KEYWORDS or name == "__all__"
        case ast.AnnAssign(target=ast.Name(id=name)) if "EXAMPLE" in name or name == "_PROBLEMS":
            return True
        case ast.Call(func=ast.Attribute(value=base, attr=attr)):
            return attr in _SILENT_CALLS or (attr in _LOGS and "log" in ast.unparse(base).lower() + "access")
        case ast.Call(func=ast.Name(id=name)):
            return name in _SILENT_CALLS
        case ast.Assert() | ast.MatchValue():
            return True
    return False


def _assigned(function: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, list[ast.expr]]:
    found: dict[str, list[ast.expr]] = {}
    arguments = function.args
    for argument in (*arguments.args, *arguments.kwonlyargs, *arguments.posonlyargs):
        found[argument.arg] = [ast.Name(id="")]
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found.setdefault(name, []).append(value)
            case ast.Assign(targets=targets):
                for target in targets:
                    for part in ast.walk(target):
                        if isinstance(part, ast.Name):
                            found[part.id] = [ast.Name(id="")]
            case ast.AugAssign(target=ast.Name(id=name)) | ast.For(target=ast.Name(id=name)):
                found.setdefault(name, []).append(ast.Name(id=""))
            case ast.NamedExpr(target=ast.Name(id=name)) | ast.comprehension(target=ast.Name(id=name)):
                found.setdefault(name, []).append(ast.Name(id=""))
    return found


def _makes_text(node: ast.expr) -> bool:
    match node:
        case ast.Constant(value=str()) | ast.JoinedStr():
            return True
        case ast.IfExp(body=body, orelse=orelse):
            return _makes_text(body) or _makes_text(orelse)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            return _makes_text(left) or _makes_text(right)
        case ast.BoolOp(values=values):
            return _makes_text(values[-1])
    return False


def _products(alternatives: list[list[Variant]]) -> list[Variant]:
    return _unique(
        [tuple(itertools.chain(*chosen)) for chosen in itertools.islice(itertools.product(*alternatives), 200)]
    )


def _unique(variants: list[Variant]) -> list[Variant]:
    return list(dict.fromkeys(variants))


def _name(node: ast.expr) -> str:
    """Name a value after what it is in the source."""
    match node:
        case ast.Attribute(attr=attr):
            return (
                "value"
                if attr == "value" and not isinstance(node.value, ast.Attribute)
                else (_name(node.value) if attr == "value" else attr.strip("_"))
            )
        case ast.Name(id=name):
            return name.strip("_") or "value"
        case ast.Call(
            func=ast.Name(id="len" | "plain" | "str" | "int" | "moment" | "repr" | "sorted" | "sum"), args=[inner, *_]
        ):
            return _name(inner)
        case ast.Call(func=ast.Attribute(attr="join"), args=[inner]):
            return _name(inner)
        case ast.Call(func=ast.Attribute(value=base, attr=attr)) if attr in _TEXT_METHODS:
            return _name(base)
        case ast.Call(func=func):
            return _name(func)
        case ast.Subscript(slice=ast.Constant(value=str(key))):
            return key.strip("_")
        case ast.Subscript(value=value) | ast.Starred(value=value) | ast.Await(value=value):
            return _name(value)
        case ast.GeneratorExp(elt=elt) | ast.ListComp(elt=elt):
            return _name(elt)
        case ast.IfExp(body=body):
            return _name(body)
        case ast.BoolOp(values=[first, *_]):
            return _name(first)
        case ast.BinOp(left=left):
            return _name(left)
    return "value"


def _counted(node: ast.AST) -> Iterator[tuple[str, int]]:
    """Return what `how_many` makes of a thing that it is asked to count."""
    match node:
        case ast.Call(func=ast.Name(id="how_many"), args=[_, ast.Constant(value=str(thing))]):
            yield f"{{count}} {thing}", node.lineno
            yield f"{{count}} {thing}{'es' if thing.endswith('s') else 's'}", node.lineno


def _templates(variants: list[Variant]) -> Iterator[str]:
    for variant in variants:
        yield from _template(variant)


def _template(variant: Variant) -> Iterator[str]:
    """Write a variant as a template; two values of one name are told apart by a number."""
    names: dict[str, int] = {}
    written = ""
    for part in variant:
        if isinstance(part, _Value):
            name = part.name.lower()
            number = names[name] = names.get(name, 0) + 1
            written += "{" + name + (str(number) if number > 1 else "") + "}"
        else:
            written += str(part).replace("{", "{{").replace("}", "}}")
    yield from filter(None, written.split("\n")) if "\n" in written else [written]


def _is_prose(template: str, place: str) -> bool:
    said = re.sub(r"\{[^{}]*\}\w*", " ", template)
    words = _WORD.findall(said)
    if not words or _SHOUTED.search(said) or _NOT_SAID.match(template):
        return False
    if len(words) == 1 and template.startswith("{") and template.endswith("}"):
        return False  # a word between two values is said by too much else
    if re.match(r" \S|[,;]", template):  # a part of a sentence, which stands in others as a whole
        return False
    if _IDENTIFIER.fullmatch(template):  # no spaces: a key, a path, a code
        return place.startswith("entrypoints/cli/") and re.fullmatch(r"[A-Z][a-z]+", template) is not None
    return bool(re.search(r"[a-z]{2,}", said))
