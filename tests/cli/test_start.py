import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer._completion_classes import BashComplete
from typer.core import TyperGroup

from core.errors import KvittError
from core.transfer import TransferState
from entrypoints.cli import exit_codes
from entrypoints.cli.commands import KVITT, LazyCommand
from entrypoints.cli.output import printable
from tests.cli.conftest import Kvitt, an_invoice

HEAVY = ("zeep", "sqlalchemy", "litestar", "rich", "cryptography", "dependency_injector", "lxml", "requests")


@pytest.mark.parametrize(
    "words", [[], ["business"], ["invoice"], ["transfer"], ["customer"], ["business", "add"], ["invoice", "send"]]
)
@pytest.mark.sampled(3)
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    program = (
        "import sys\n"
        "from entrypoints.cli.main import run\n"
        f"code = run({[*words, '--help']!r})\n"
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr)\n"
        "sys.exit(code)\n"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert done.returncode == 0
    assert "Usage: kvitt" in done.stdout
    assert done.stderr.strip() == "[]"


NOT_FOR_STORED_DATA = (
    "adapters.notices.apprise_messenger",
    "alembic",
    "dbos",
    "httpx",
    "litestar",
    "lxml",
    "mako",
    "openpyxl",
    "opentelemetry",
    "prometheus_client",
    "psycopg",
    "requests",
    "rich",
    "smtplib",
    "sqlalchemy.dialects.postgresql",
    "structlog",
    "uvicorn",
    "zeep",
)
"""What commands on stored data have no use for; a start that imports one of them takes noticeably longer."""


@pytest.mark.parametrize(
    "words",
    [
        ["invoice", "list", "--business", "fjell"],
        ["invoice", "show", "1", "--business", "fjell"],
        ["transfer", "list"],
        ["business", "list"],
        ["business", "show", "fjell"],
        ["audit"],
        ["config"],
        ["use"],
    ],
)
@pytest.mark.sampled(4)
def test_commands_on_stored_data_import_nothing_heavy(fjell: Kvitt, words: list[str]) -> None:
    fjell.add(an_invoice("1"))
    program = (
        "import sys\n"
        "sys.stdout.isatty = lambda: True\n"  # where more is done for the eye
        "from entrypoints.cli.main import run\n"
        f"code = run({words!r})\n"
        f"print(sorted(set({NOT_FOR_STORED_DATA!r}) & set(sys.modules)), file=sys.stderr)\n"
        "sys.exit(code)\n"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr.splitlines()[-1]) == (0, "[]"), done


def test_a_command_makes_ready_only_the_models_that_it_uses(fjell: Kvitt) -> None:
    fjell.add(an_invoice("1"))
    program = (
        "import sys\n"
        "from entrypoints.cli.main import run\n"
        "code = run(['invoice', 'list', '--business', 'fjell'])\n"
        "from core.batch import Batch\n"
        "from core.invoice import Invoice\n"
        "print(Invoice.__pydantic_complete__, Batch.__pydantic_complete__, file=sys.stderr)\n"
        "sys.exit(code)\n"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr.splitlines()[-1]) == (0, "True False"), done


def test_the_help_cuts_no_line() -> None:
    for group in (KVITT, *(command for command in KVITT.commands.values() if isinstance(command, TyperGroup))):
        longest = max(map(len, group.commands))
        for command in group.commands.values():
            assert len(command.get_short_help_str(1000)) <= 80 - longest - 6, command.name


def _commands(group: TyperGroup) -> Iterator[LazyCommand]:
    for command in group.commands.values():
        if isinstance(command, LazyCommand):
            yield command
        elif isinstance(command, TyperGroup):
            yield from _commands(command)


@pytest.mark.parametrize("command", list(_commands(KVITT)), ids=lambda command: f"{command.module}-{command.name}")
def test_a_listing_says_of_a_command_what_its_own_help_begins_with(command: LazyCommand) -> None:
    loaded = command.loaded()

    assert loaded.name == command.name
    assert loaded.get_short_help_str(1000) == command.get_short_help_str(1000)


@pytest.mark.parametrize(
    ("words", "begun", "found"),
    [
        ([], "in", {"invoice"}),
        (["invoice"], "s", {"show", "send", "status"}),
        (["invoice", "send"], "--a", {"--all", "--again"}),
        ([], "--ins", {"--install-completion"}),
    ],
)
def test_a_shell_completes_groups_commands_and_options(words: list[str], begun: str, found: set[str]) -> None:
    shell = BashComplete(KVITT, {}, "kvitt", "_KVITT_COMPLETE")

    assert {item.value for item in shell.get_completions(words, begun)} == found


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_completion_is_installed_for_the_shell_that_asks(shell: str, tmp_path: Path) -> None:
    if not shutil.which(shell):
        pytest.skip(f"there is no {shell} here")
    environment = {"HOME": str(tmp_path), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}

    asked = [shell, "-c", "kvitt --install-completion; exit $?"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False, env=environment)

    assert done.returncode == 0, done
    assert f"{shell} completion installed" in done.stdout
    assert (tmp_path / f".{shell}rc").is_file()


@pytest.mark.parametrize(
    ("shell", "words"),
    [
        ("bash", {"COMP_WORDS": "kvitt invoice s", "COMP_CWORD": "2"}),
        ("zsh", {"_TYPER_COMPLETE_ARGS": "kvitt invoice s"}),
    ],
)
def test_a_shell_asks_the_script_what_it_completes_to(shell: str, words: dict[str, str]) -> None:
    script = Path(sys.executable).with_name("kvitt")
    environment = {**os.environ, **words, "_KVITT_COMPLETE": f"complete_{shell}"}

    done = subprocess.run([str(script)], capture_output=True, text=True, check=False, env=environment)

    assert {"show", "send", "status"} <= set(done.stdout.replace('"', " ").replace(":", " ").split()), done


def test_the_script_tells_its_version() -> None:
    script = Path(sys.executable).with_name("kvitt")

    done = subprocess.run([str(script), "--version"], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout.split()[0], done.stderr) == (0, "kvitt", "")


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["invoice", "send", "--business", "fjell"],
        ["invoice", "send", "1", "--all", "--business", "fjell"],
        ["invoice", "send", "1"],
        ["invoice", "send", "1", "--business", "fjell", "--wait", "soon"],
        ["invoice", "add", "no-such-file.json", "--business", "fjell"],
        ["transfer", "list", "--state", "lost"],
        ["sandbox", "--host", "0.0.0.0"],
    ],
)
def test_a_wrong_command_line_is_exit_2(kvitt: Kvitt, arguments: list[str]) -> None:
    plain = kvitt(*arguments)
    as_json = kvitt(*arguments, "--json")

    assert (plain.code, plain.out) == (2, "")
    assert plain.err
    assert as_json.code == 2
    assert as_json.json["code"] == "usage"


def test_settings_that_are_wrong_are_refused_by_name_only(kvitt: Kvitt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KVITT_LEASE_SECONDS", "geheim")

    answer = kvitt("business", "list", "--json")

    assert answer.code == 1
    assert answer.json["code"] == "bad_settings"
    assert "KVITT_LEASE_SECONDS" in answer.json["detail"]
    assert "geheim" not in answer.out + answer.err


def test_a_bug_is_named_without_its_text(kvitt: Kvitt, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> None:
        raise RuntimeError("hunter2")

    monkeypatch.setattr("entrypoints.settings.Settings", broken)

    plain = kvitt("business", "list")
    as_json = kvitt("business", "list", "--json")

    assert (plain.code, plain.out) == (1, "")
    assert "Kvitt itself failed (RuntimeError)" in plain.err
    assert as_json.json["code"] == "internal_error"
    assert "hunter2" not in plain.err + as_json.out + as_json.err


def test_every_error_and_every_state_has_an_exit_code() -> None:
    assert set(exit_codes._BY_ERROR) == set(KvittError.__subclasses__())
    assert set(exit_codes._BY_STATE) == {state.value for state in TransferState}


def test_text_from_outside_cannot_steer_the_terminal() -> None:
    assert printable("Ola\x1b[31m \x9b2J\u202e – æøå\n") == "Ola\\x1b[31m \\x9b2J\\u202e – æøå\n"
