"""docs/writing-a-plugin.md, held to its word: its commands are run, its code is the example's."""

import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.shown import ANYTHING, commands_in, shows

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "writing-a-plugin.md"
EXAMPLE = ROOT / "tests" / "example_plugin"

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
    subprocess.run(
        [{uv!r}, "pip", "install", "--quiet", "--offline", "--no-index", "--no-deps", "--no-build-isolation",
         "--no-cache", "--python", sys.executable, "--target", {site!r}, "."], check=True)
    print("Successfully installed")
"""
_KVITT = "from entrypoints.cli.main import main; main()"


class Block(NamedTuple):
    """A fenced block of the page, and the file that the line above it names."""

    file: str | None
    kind: str
    text: str


def blocks() -> list[Block]:
    return [Block(one["file"], one["kind"], one["text"]) for one in _BLOCK.finditer(PAGE.read_text(encoding="utf-8"))]


def test_every_block_of_code_is_the_examples_own() -> None:
    code = [block for block in blocks() if block.kind != "console"]
    assert len(code) > 6
    for block in code:
        assert block.file, f"no line above this block says which file it is of: {block.text}"
        whole = (EXAMPLE / block.file).read_text(encoding="utf-8")
        assert f"\n{block.text}" in f"\n{whole}", f"{block.file} does not hold this any more:\n{block.text}"


def test_no_block_is_overlooked() -> None:
    assert PAGE.read_text(encoding="utf-8").count("```") == 2 * len(blocks())


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
def test_every_command_of_the_page_does_what_itshows(desk: Path) -> None:
    folder = desk
    told = []
    for command in commands_in(PAGE.read_text(encoding="utf-8")):
        if command.line.startswith("cd "):
            folder /= command.line.removeprefix("cd ")
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
        expected = 1 if any(" failed, " in line for line in command.shown) else 0
        assert done.returncode == expected, f"$ {command.line}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        assert shows(command.shown, done.stdout.splitlines()), f"$ {command.line}\n{done.stdout}"
        told.append(command.line.split()[0])
    assert set(told) == {"cp", "pip", "kvitt", "echo", "cat", "pytest"}
    assert not (EXAMPLE / "books").exists()


def test_what_is_shown_is_compared() -> None:
    assert shows(["a ...", ANYTHING, "d"], ["a 1", "b", "c", "d"])
    assert not shows(["a ...", "d"], ["a 1", "b", "c", "d"])
    assert not shows(["a"], [])
    assert not shows([], ["a"])


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
