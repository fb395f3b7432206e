"""`kvitt secret rotate`, on the real store."""

import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from cryptography.fernet import Fernet, InvalidToken
from dependency_injector import providers

from core.transfer import TransferState
from entrypoints.cli.exit_codes import ExitCode
from entrypoints.container import Container, make_container
from entrypoints.settings import Settings
from tests.attack.installation import Unattended
from tests.cli.conftest import Kvitt, an_invoice


@contextmanager
def _installation(home: Path, *, key: str | None = None) -> Iterator[Container]:
    container = make_container(Settings.model_validate({"home": home, "secret_key": key}))
    with closing(container.storage()):
        yield container


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def _keys(home: Path) -> list[str]:
    return (home / "secret.key").read_text().split()


def _sealed(home: Path) -> list[str]:
    with closing(sqlite3.connect(home / "kvitt.db")) as database:
        rows = database.execute("SELECT sealed_settings FROM businesses UNION ALL SELECT sealed_session FROM sessions")
        return [sealed for (sealed,) in rows]


def _opens_all(home: Path, key: str) -> bool:
    try:
        return bool([Fernet(key).decrypt(sealed) for sealed in _sealed(home)])
    except InvalidToken:
        return False


def test_everything_is_sealed_with_a_new_key_and_the_old_one_is_gone(fjell: Kvitt, home: Path) -> None:
    assert fjell("business", "verify", "fjell").code == ExitCode.DONE
    (old,) = _keys(home)
    answer = fjell("secret", "rotate", "--json")
    assert answer.code == ExitCode.DONE
    assert answer.json == {
        "given": False,
        "resealed": 2,
        "dropped_keys": 1,
        "unreadable": [],
        "unreadable_webhooks": [],
    }
    (new,) = _keys(home)
    assert new != old
    assert _opens_all(home, new)
    assert fjell("business", "verify", "fjell").code == ExitCode.DONE


def test_no_key_is_shown(fjell: Kvitt, home: Path) -> None:
    shown = [_keys(home)[0]]
    for arguments in (["secret", "rotate"], ["secret", "rotate", "--json"]):
        answer = fjell(*arguments)
        shown += _keys(home)
        assert not [key for key in shown if key in answer.out + answer.err]


def test_a_running_server_follows(fjell: Kvitt, home: Path) -> None:
    with _installation(home) as running:
        before = running.look_up().business("fjell")
        assert fjell("secret", "rotate").code == ExitCode.DONE
        assert running.look_up().business("fjell") == before
        running.sessions().save("fjell", "a session made after it")
        running.connect_business().store(before)
    assert _opens_all(home, _keys(home)[0])


def test_given_keys_stay_the_operators(fjell: Kvitt, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (old,) = _keys(home)
    new = Fernet.generate_key().decode()
    monkeypatch.setenv("KVITT_SECRET_KEY", f"{new}, {old}")
    answer = fjell("secret", "rotate", "--json")
    assert answer.json == {"given": True, "resealed": 1, "dropped_keys": 0, "unreadable": [], "unreadable_webhooks": []}
    again = fjell("secret", "rotate")
    assert "0 rows" in again.out
    assert "remove the other keys" in again.err
    monkeypatch.setenv("KVITT_SECRET_KEY", new)
    assert fjell("business", "show", "fjell").code == ExitCode.DONE
    assert _keys(home) == [old]


def test_what_no_key_opens_is_named_and_left_alone(fjell: Kvitt, home: Path) -> None:
    (home / "secret.key").write_text(Fernet.generate_key().decode() + "\n")
    before = _sealed(home)
    answer = fjell("secret", "rotate", "--json")
    assert answer.code == ExitCode.REFUSED
    assert answer.json["unreadable"] == ["fjell"]
    assert _sealed(home) == before
    assert "business add" in answer.err


def test_a_wrong_key_that_was_given_is_not_taken_for_the_new_one(fjell: Kvitt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KVITT_SECRET_KEY", Fernet.generate_key().decode())
    answer = fjell("secret", "rotate")
    assert answer.code == ExitCode.REFUSED
    assert "restore the key that encrypted them" in answer.err
    assert "remove the other keys" not in answer.err


def test_a_rotation_that_runs_is_not_begun_twice(fjell: Kvitt, home: Path) -> None:
    with _installation(home) as other, other.secret_keys().rotating():
        answer = fjell("secret", "rotate", "--json")
    assert answer.code == ExitCode.NOT_FINISHED
    assert answer.json["code"] == "rotation_running"
    assert len(_keys(home)) == 1


def test_a_worker_with_an_old_key_rejects_no_transfer(fjell: Kvitt, home: Path) -> None:
    """One that was started with keys that the operator has changed since: another worker can move the invoice."""
    fjell.add(an_invoice())
    with _installation(home) as ours, ours.queue.override(providers.Object(Unattended())):
        ours.send_invoice().send("fjell", "1001-1")
    with _installation(home, key=Fernet.generate_key().decode()) as old:
        old.take_turn().take("fjell")
        (transfer,) = old.look_up().transfers(None, limit=1)
    assert transfer.state is TransferState.WAITING
    assert transfer.error is not None
    assert transfer.error.code == "secret_key_changed"
    assert fjell("invoice", "send", "1001-1", "--business", "fjell").code == ExitCode.DONE


_KILLED_AT = """
    import os, sys
    from contextlib import contextmanager
    from pathlib import Path
    from adapters.storage import SqlStorage
    from entrypoints.cli.main import run

    left = int(sys.argv[1])
    def passed():
        global left
        left -= 1
        if left < 0:
            os._exit(9)

    replace, write = Path.replace, SqlStorage.write
    def watched_replace(*given):
        passed()
        replace(*given)
        passed()
    @contextmanager
    def watched_write(storage):
        with write(storage) as database:
            yield database
            passed()
        passed()
    Path.replace, SqlStorage.write = watched_replace, watched_write
    sys.exit(run(["secret", "rotate"]))
"""
_POINTS = 16
"""Before and after each change of the key file, and each commit: of what was sealed anew, and of the audit entry."""


@pytest.mark.parametrize(
    "point", [pytest.param(one, marks=() if one in (1, 3, 6) else pytest.mark.attack) for one in range(_POINTS)]
)
@pytest.mark.sampled(3)
def test_killed_at_any_point_it_loses_nothing_and_is_gone_on_with(fjell: Kvitt, home: Path, point: int) -> None:
    assert fjell("business", "verify", "fjell").code == ExitCode.DONE
    program = [sys.executable, "-c", textwrap.dedent(_KILLED_AT), str(point)]
    killed = subprocess.run(program, capture_output=True, text=True, check=False)
    assert killed.returncode == 9, killed
    assert fjell("business", "verify", "fjell").code == ExitCode.DONE
    answer = fjell("secret", "rotate", "--json")
    assert answer.code == ExitCode.DONE, answer
    (new,) = _keys(home)
    assert _opens_all(home, new)
    assert fjell("business", "verify", "fjell").code == ExitCode.DONE


@pytest.mark.attack
def test_after_the_last_point_it_has_ended(fjell: Kvitt) -> None:
    assert fjell("business", "verify", "fjell").code == ExitCode.DONE
    program = [sys.executable, "-c", textwrap.dedent(_KILLED_AT), str(_POINTS)]
    assert subprocess.run(program, capture_output=True, check=False).returncode == 0


def test_a_webhook_s_secrets_are_rotated_and_one_that_no_key_opens_is_named(kvitt: Kvitt, home: Path) -> None:
    webhook = kvitt("webhook", "add", "https://shop.example/hooks?token=4711", "--json").json["id"]
    assert kvitt("secret", "rotate", "--json").json["resealed"] == 2
    assert kvitt("webhook", "rotate-secret", webhook, "--json").code == 0
    (home / "secret.key").write_text(Fernet.generate_key().decode())  # the other one was lost
    answer = kvitt("secret", "rotate")
    assert answer.code == ExitCode.REFUSED
    assert webhook in answer.err
    assert kvitt("secret", "rotate", "--json").json["unreadable_webhooks"] == [webhook]
    assert kvitt("webhook", "test", webhook).code == ExitCode.NOT_FINISHED
    assert kvitt("webhook", "remove", webhook).code == 0
    assert kvitt("secret", "rotate").code == 0
