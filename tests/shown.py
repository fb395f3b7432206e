"""What a page shows of the command line: the commands of its console blocks, and the lines they print."""

import re
from collections.abc import Iterator
from typing import NamedTuple

ANYTHING = "..."
"""Stands for anything within a line, and alone for any lines."""

_CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Command(NamedTuple):
    """A command of a page, and the lines that it is shown to print."""

    line: str
    shown: list[str]


def commands_in(page: str) -> Iterator[Command]:
    """Yield the commands of a page, in their order."""
    for block in _CONSOLE.findall(page):
        assert block.startswith("$ ")
        for part in block.removeprefix("$ ").split("\n$ "):
            line, *shown = part.splitlines()
            yield Command(line, shown)


def shows(shown: list[str], printed: list[str]) -> bool:
    """Whether this is what was printed."""
    lines = [
        r"(?:.*\n)*" if line == ANYTHING else ".*".join(map(re.escape, line.split(ANYTHING))) + r"\n" for line in shown
    ]
    return re.fullmatch("".join(lines), "".join(f"{line}\n" for line in printed)) is not None
