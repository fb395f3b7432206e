"""The stand-ins compute with nothing of Kvitt's: neither by an import that can be read, nor by one that can't."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHIPPED = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
OURS = set(SHIPPED) - {"sandbox"}

LOADED = """
import pkgutil, sys
from importlib import import_module
import sandbox

for module in pkgutil.walk_packages(sandbox.__path__, "sandbox."):
    import_module(module.name)
from sandbox.twentyfour_seven_office.soap.contracts import contract

contract("invoice")
print(*sys.modules)
"""


def test_all_stand_ins_together_load_nothing_of_ours_but_packages_of_contract_files() -> None:
    run = subprocess.run([sys.executable, "-c", LOADED], check=True, capture_output=True, text=True)
    loaded = [name for name in run.stdout.split() if name.partition(".")[0] in OURS]

    packages = [ROOT / name.replace(".", "/") / "__init__.py" for name in loaded]
    assert "adapters.twentyfour_seven_office.contracts" in loaded
    assert [name for name, package in zip(loaded, packages, strict=True) if not _says_what_it_is(package)] == []


def test_a_package_of_contract_files_holds_no_code() -> None:
    folders = sorted((ROOT / "adapters").glob("*/contracts"))

    assert folders
    assert [file for folder in folders for file in folder.rglob("*.py") if not _says_what_it_is(file)] == []


def _says_what_it_is(file: Path) -> bool:
    """Whether a file is a package's opening with a docstring and nothing else."""
    if file.name != "__init__.py" or not file.exists():
        return False
    body = ast.parse(file.read_text(encoding="utf-8")).body
    return all(isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant) for part in body)
