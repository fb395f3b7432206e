"""`kvitt`, the one name for outsiders: it is what its page lists, it is whole, and the examples do with it."""

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, get_args, get_type_hints

import pytest
from pydantic import BaseModel

import kvitt
import kvitt.conformance

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "python-api.md"
GUIDE = ROOT / "docs" / "writing-a-plugin.md"
MODULES: list[ModuleType] = [kvitt, kvitt.conformance]

_OURS = {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()} - {"tests"}
_FOR_OUTSIDERS = {module.__name__ for module in MODULES}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.__name__))
def test_the_page_lists_every_name_once_and_no_other(module: ModuleType) -> None:
    assert sorted(_listed(module)) == sorted(module.__all__)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.__name__))
def test_all_that_is_imported_is_meant_for_outsiders(module: ModuleType) -> None:
    imported = {
        name.asname or name.name
        for node in ast.parse(inspect.getsource(module)).body
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    }
    assert imported == set(module.__all__)


def test_whatever_a_port_or_a_model_names_has_its_name_in_kvitt() -> None:
    """Nobody has to look for a type in Kvitt's other modules."""
    offered = {id(vars(module)[name]) for module in MODULES for name in module.__all__}
    missing = {
        f"{owner}: {kind.__module__}.{kind.__qualname__}"
        for module in MODULES
        for owner in module.__all__
        for kind in _types_of(vars(module)[owner])
        if kind.__module__.partition(".")[0] in _OURS and id(kind) not in offered
    }
    assert not missing, "put these into kvitt/__init__.py and docs/python-api.md as well"


def test_importing_it_loads_neither_adapters_nor_entry_points_nor_pytest() -> None:
    program = (
        "import sys\n"
        "import kvitt\n"
        "heavy = {'adapters', 'entrypoints', 'sandbox', 'pytest', 'sqlalchemy', 'zeep', 'litestar', 'httpx'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("folder", ["tests/example_plugin", "plugins/skeleton"])
def test_the_plugins_that_are_shown_import_nothing_else_of_kvitts(folder: str) -> None:
    files = sorted((ROOT / folder).rglob("*.py"))
    assert files
    imported = {
        (file.relative_to(ROOT).as_posix(), name)
        for file in files
        for name in _imported(file.read_text(encoding="utf-8"))
        if name.partition(".")[0] in _OURS
    }
    assert {name for _, name in imported} == _FOR_OUTSIDERS, imported


def test_the_guide_names_no_other_module_of_kvitts() -> None:
    rooms = "|".join(sorted(_OURS - {"kvitt"}))
    named = re.findall(rf"`(?:{rooms})[./][\w./]*`", GUIDE.read_text(encoding="utf-8"))
    assert named == []


def _listed(module: ModuleType) -> Iterator[str]:
    """The names in the first column of the tables under the module's heading."""
    page = PAGE.read_text(encoding="utf-8")
    (section,) = re.findall(rf"^## `{re.escape(module.__name__)}`\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    for row in re.findall(r"^\| (`.*?) \|", section, re.MULTILINE):
        yield from re.findall(r"`(\w+)`", row)


def _imported(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def _types_of(offered: Any) -> Iterator[type]:
    """The classes that a class's fields and public methods, or a function, are annotated with."""
    if not inspect.isclass(offered):
        yield from _named_by(offered)
        return
    if issubclass(offered, BaseModel):
        for field in offered.model_fields.values():
            yield from _classes_in(field.annotation)
    else:
        yield from _named_by(offered)
    for name, member in vars(offered).items():
        if not name.startswith("_"):
            yield from _named_by(member.fget if isinstance(member, property) else inspect.unwrap(member))


def _named_by(annotated: Any) -> Iterator[type]:
    is_annotated = inspect.isclass(annotated) or inspect.isfunction(annotated)
    if is_annotated and annotated.__module__.partition(".")[0] in _OURS:
        for name, hint in get_type_hints(annotated).items():
            if not name.startswith("_"):
                yield from _classes_in(hint)


def _classes_in(hint: Any) -> Iterator[type]:
    if inspect.isclass(hint):
        yield hint
    for part in get_args(hint):
        yield from _classes_in(part)
