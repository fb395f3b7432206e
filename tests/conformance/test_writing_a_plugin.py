"""docs/writing-a-plugin.md, held to its word: its steps are taken, one by one, and lead to bronze."""

import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from plugins.new_plugin import write_plugin
from tests.shown import ANYTHING, Command, commands_in, shows

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "writing-a-plugin.md"
EXAMPLE = ROOT / "tests" / "example_plugin"

BEFORE, HEADING, AFTER = PAGE.read_text(encoding="utf-8").partition("## Look at the example")
"""The first plugin, from nothing to bronze; and what comes after it."""

_BLOCK = re.compile(r"(?:^`(?P<file>[^`\n]+)`\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)

# Stand-ins for commands, so that nothing is installed beside the tests' own packages and no network is used.
_PIP = """
import re, subprocess, sys
from importlib.metadata import version
(what,) = [argument for argument in sys.argv[2:] if not argument.startswith("-")]
if what != ".":
    version(re.match(r"[a-z-]+", what)[0])
    print("Requirement already satisfied:", what)
else:
    from pathlib import Path
    from shutil import rmtree
    subprocess.run(
        [{uv!r}, "pip", "install", "--quiet", "--offline", "--no-index", "--no-deps", "--no-build-isolation",
         "--no-cache", "--python", sys.executable, "--target", {site!r}, "."], check=True)
    for package in [file.parent for file in Path().glob("*/__init__.py")]:  # what is changed from here on counts
        rmtree(Path({site!r}) / package)
        (Path({site!r}) / package).symlink_to(package.absolute())
    print("Successfully installed")
"""
_KVITT = "from entrypoints.cli.main import main; main()"


class Block(NamedTuple):
    """A fenced block of the page, and the file that the line above it names."""

    file: str | None
    kind: str
    text: str


def blocks(part: str) -> list[Block]:
    return [Block(one["file"], one["kind"], one["text"]) for one in _BLOCK.finditer(part)]


def code(part: str) -> list[Block]:
    """The blocks of code of a part of the page, each of a file."""
    found = [block for block in blocks(part) if block.kind != "console"]
    for block in found:
        assert block.file, f"no line above this block says which file it is of: {block.text}"
    return found


def test_every_block_of_code_is_the_examples_own() -> None:
    of_the_example = code(AFTER)
    assert len(of_the_example) > 6
    for block in of_the_example:
        whole = (EXAMPLE / str(block.file)).read_text(encoding="utf-8")
        assert f"\n{block.text}" in f"\n{whole}", f"{block.file} does not hold this any more:\n{block.text}"


def test_the_first_plugins_files_are_as_the_others_are_written(tmp_path: Path) -> None:
    """Laid out as Kvitt's own, and without a type that does not fit."""
    write_plugin("my-ledger", tmp_path / "plugin")
    written = code(BEFORE)
    assert len(written) == len({block.file for block in written}) > 8
    for block in written:
        (tmp_path / "plugin" / str(block.file)).write_text(block.text, encoding="utf-8")
    files = [str(file) for file in sorted((tmp_path / "plugin").rglob("*.py"))]
    settings = ["--config", str(ROOT / "pyproject.toml")]
    left_to_them = "ARG,D1,S"  # as in skeletons and tests
    for command in (["format", "--check", *settings], ["check", *settings, "--ignore", left_to_them]):
        checked = subprocess.run(
            [sys.executable, "-m", "ruff", *command, *files], capture_output=True, text=True, check=False
        )
        assert checked.returncode == 0, checked.stdout
    path = os.pathsep.join([str(tmp_path / "plugin"), str(tmp_path / "plugin" / "tests")])
    typed = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--explicit-package-bases", *files],
        cwd=ROOT, env={**os.environ, "MYPYPATH": path}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert typed.returncode == 0, typed.stdout


def test_no_block_is_overlooked() -> None:
    whole = PAGE.read_text(encoding="utf-8")
    assert whole.count("```") == 2 * len(blocks(whole))


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder as the page wants it: with a checkout of Kvitt beside the work, and the commands at hand."""
    desk, tools, site = (tmp_path / name for name in ("desk", "tools", "site"))
    desk.mkdir()
    tools.mkdir()
    (desk / "kvitt").symlink_to(ROOT)
    uv = Path(sys.executable).with_name("uv")
    scripts = {"pip": _PIP.format(uv=str(uv), site=str(site)), "kvitt": _KVITT}
    for name, script in scripts.items():
        (tools / f"{name}.py").write_text(script, encoding="utf-8")
        _executable(tools / name, f'exec "{sys.executable}" -P "{tools / name}.py" "$@"')
    _executable(tools / "pytest", f'exec "{sys.executable}" -P -m pytest -p no:cacheprovider "$@"')
    _executable(tools / "python", f'exec "{sys.executable}" "$@"')
    return desk


@pytest.mark.attack
@pytest.mark.parametrize(
    ("part", "expected"),
    [
        pytest.param(BEFORE, {"pip", "kvitt", "pytest"}, id="from nothing to bronze"),
        pytest.param(AFTER, {"cp", "pip", "kvitt", "echo", "cat", "pytest"}, id="the example"),
    ],
)
def test_every_step_of_the_page_does_what_it_shows(desk: Path, part: str, expected: set[str]) -> None:
    """Files are written and commands are run in the page's order."""
    folder, told = desk, list[str]()
    for step in _steps(part):
        if isinstance(step, Block):
            (folder / str(step.file)).write_text(step.text, encoding="utf-8")
            continue
        command = step
        if command.line.startswith("cd "):
            folder = desk if command.line == "cd .." else folder / command.line.removeprefix("cd ")
            continue
        done = subprocess.run(
            command.line,
            shell=True,
            cwd=folder,
            env=_environment(desk),
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        code = 1 if any(" failed, " in line for line in command.shown) else 0
        assert done.returncode == code, f"$ {command.line}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        assert shows(command.shown, done.stdout.splitlines()), f"$ {command.line}\n{done.stdout}"
        told.append(command.line.split()[0])
    assert set(told) == expected
    assert not (EXAMPLE / "books").exists()


def test_what_is_shown_is_compared() -> None:
    assert shows(["a ...", ANYTHING, "d"], ["a 1", "b", "c", "d"])
    assert not shows(["a ...", "d"], ["a 1", "b", "c", "d"])
    assert not shows(["a"], [])
    assert not shows([], ["a"])


def _steps(part: str) -> Iterator[Block | Command]:
    """The files to write, and the commands to run, as they come. The example's files are there already."""
    for block in blocks(part):
        if block.kind == "console":
            yield from commands_in(f"```console\n{block.text}```\n")
        elif part is BEFORE:
            yield block


def _environment(desk: Path) -> dict[str, str]:
    tools, site = desk.with_name("tools"), desk.with_name("site")
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("KVITT_", "PYTEST_"))}
    return {
        **ours,
        "PATH": os.pathsep.join([str(tools), os.environ["PATH"]]),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # nothing for pytest is installed that the page does not name
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(site)]),
        "KVITT_HOME": str(desk.with_name("home")),
    }


def _executable(file: Path, command: str) -> None:
    file.write_text(f"#!{shutil.which('sh')}\n{command}\n", encoding="utf-8")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
