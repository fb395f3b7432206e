"""README and docs/cli.md, held to their word: README's commands are run, and the page names every command."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from entrypoints.cli.commands import KVITT
from entrypoints.demo.world import demo_business
from tests.cli.conftest import Kvitt
from tests.shown import commands_in, shows

ROOT = Path(__file__).parents[2]


def test_the_commands_of_readme_do_what_it_shows(kvitt: Kvitt, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    (written,) = re.findall(r"^```json\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    connection = demo_business()
    assert json.loads(written)["accounting"].keys() == connection["accounting"].keys()
    file = kvitt.file("fjell.json", {**json.loads(written), "accounting": connection["accounting"]})
    monkeypatch.chdir(ROOT)

    done = []
    for command in commands_in(page):
        if command.line.startswith("kvitt "):
            arguments = shlex.split(command.line)[1:]
            answer = kvitt(*(file if argument == "fjell.json" else argument for argument in arguments))
            assert answer.code == 0, answer
            assert shows(command.shown, answer.out.splitlines()), f"$ {command.line}\n{answer.out}"
            done.append(" ".join(arguments[:2]))

    assert {"business add", "business verify", "invoice add", "invoice preview", "invoice send"} <= set(done)


def test_the_page_of_the_command_line_names_every_command() -> None:
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    table = page[page.index("| Command |") : page.index("| Exit code |")]

    assert sorted(_named_in(table)) == sorted(_commands())


def _named_in(table: str) -> Iterator[str]:
    """The commands of cells such as "`kvitt invoice add, list`, `kvitt doctor`"."""
    for cell in re.findall(r"^\| (`kvitt [^|]*) \|", table, re.MULTILINE):
        for words in re.findall(r"`kvitt ([^`]+)`", cell):
            group, _, names = words.partition(" ")
            yield from (f"{group} {name}" for name in names.split(", ")) if names else (group,)


def _commands() -> Iterator[str]:
    for name, command in KVITT.commands.items():
        inner = getattr(command, "commands", None)
        yield from (f"{name} {each}" for each in inner) if inner else (name,)
