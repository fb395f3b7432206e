"""Plays a session: its commands on an installation and a sandbox of its own, in this process.

A line that begins with `$ kvitt` is a command, `$ export NAME=VALUE` sets a variable, and `% ...` says what happens
elsewhere meanwhile (tests/cli/sessions/happenings.py has what there is). Lines with `#` are for the reader. All else is
output, which is written anew.
"""

import hashlib
import io
import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from unittest import mock

from core.audit import Actor, ActorKind
from entrypoints.cli import installation
from entrypoints.cli.main import run
from sandbox import Sandbox
from tests.cli.sessions.happenings import Happenings
from tests.cli.sessions.terminal import WIDTH, Screen, Steady, without_trailing_space

FOLDER = Path(__file__).parent / "told"
_MARIA = Actor(kind=ActorKind.COMMAND_LINE, name="maria")


def sessions() -> list[Path]:
    """Return the files of all sessions."""
    return sorted(FOLDER.glob("*.txt"))


def played(file: Path, folder: Path) -> str:
    """Play a session in an empty folder; return it with what it prints now."""
    before, here = dict(os.environ), Path.cwd()
    lines: list[str] = []
    try:
        os.chdir(folder)
        _set_environment()
        with Sandbox.demo(logins_per_minute=0) as office, _somebody():
            os.environ["KVITT_TFSO_API_URL"] = office.url
            steady = Steady(folder)
            with closing(Happenings(office, folder)) as happenings:
                for line in _script(file):
                    lines += _answered(line, happenings, steady)
    finally:
        os.chdir(here)
        os.environ.clear()
        os.environ.update(before)
    return "\n".join(lines) + "\n"


def _set_environment() -> None:
    for name in [name for name in os.environ if name.startswith(("KVITT_", "LC_"))]:
        del os.environ[name]
    os.environ.update(
        KVITT_HOME="kvitt-home", COLUMNS=str(WIDTH), LINES="24", TERM="dumb", NO_COLOR="1", TZ="UTC", LANG="C.UTF-8"
    )


@contextmanager
def _somebody() -> Iterator[None]:
    drawn = (hashlib.sha256(str(nth).encode()).hexdigest() for nth in count())
    with (
        mock.patch.object(installation, "person_at_the_terminal", return_value=_MARIA),
        # Keys are listed by their texts, which are drawn by chance.
        mock.patch("adapters.identifiers.secrets.token_hex", side_effect=lambda size: next(drawn)[: 2 * size]),
    ):
        yield


def _script(file: Path) -> Iterator[str]:
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith(("#", "%", "$ ")):
            yield line


def _answered(line: str, happenings: Happenings, steady: Steady) -> list[str]:
    if line.startswith("#"):
        return [line]
    if line.startswith("%"):
        happenings.happen(line.removeprefix("%").strip())
        return [line]
    return [line, *_typed(line.removeprefix("$ "), steady), ""]


def _typed(command: str, steady: Steady) -> Iterator[str]:
    words, typed = [os.environ.get(word, word) if word == "RECEIVER" else word for word in shlex.split(command)], ""
    if "<<<" in words:
        place = words.index("<<<")
        words, typed = words[:place], "".join(f"{answer}\n" for answer in words[place + 1 :])
    if words[0] == "export":
        name, _, value = words[1].partition("=")
        os.environ[name] = value
        return
    assert words[0] == "kvitt", command
    arguments = [_known_id(word, steady) for word in words[1:]]
    screen = Screen()
    with (
        mock.patch.object(sys, "stdout", screen),
        mock.patch.object(sys, "stderr", screen),
        mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed.encode()))),
    ):
        code = run(arguments)
    yield from without_trailing_space(steady.text(screen.getvalue()))
    if code:
        yield f"[exit code {int(code)}]"


def _known_id(word: str, steady: Steady) -> str:
    """Return a word; one that stands for an id that was shown is that id."""
    return steady.id_of(word) if word.startswith(("id-", "pre-")) else word
