"""Hostile names in every argument and option of every command: each is refused or told of, none is a fault of ours."""

from collections.abc import Iterator
from typing import Any

import pytest

from entrypoints.cli.commands import KVITT
from entrypoints.cli.exit_codes import ExitCode
from tests.cli.conftest import Kvitt

HOSTILE = (
    "'; DROP TABLE invoices; --",
    "../../etc/passwd",
    "%2e%2e",
    "a\r\nb",
    "\x1b[2J",
    "fjеll",
    "x" * 5000,
    "\udcff",
)
RUNNING = {"demo", "serve", "worker", "sandbox"}  # they go on until they are stopped


def _commands(group: Any, names: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command: its names, and what typer made of it."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, (*names, name))
        elif name not in RUNNING:
            yield (*names, name), command.loaded()


COMMANDS = [pytest.param(names, one, id=" ".join(names)) for names, one in _commands(KVITT)]


@pytest.mark.parametrize(("names", "command"), COMMANDS)
@pytest.mark.sampled(3)
def test_whatever_a_command_is_given_it_answers_for_itself(kvitt: Kvitt, names: tuple[str, ...], command: Any) -> None:
    for sent in HOSTILE:
        given: list[str] = []
        for parameter in command.params:
            if parameter.param_type_name == "argument":
                given.append(sent)
            elif parameter.bare_type() in ("str", "Path"):  # a number or a choice is refused before anything is done
                given += [parameter.opts[0], sent]
        answer = kvitt(*names, "--json", *given)
        assert answer.code in set(ExitCode), (sent, answer.err)
        assert "internal_error" not in answer.out + answer.err, (sent, answer.out, answer.err)
