"""The file of the turns on SQLite: a damaged one is set aside and made anew, and it is its owner's alone."""

import logging
import os
import shutil
import sqlite3
import stat
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from adapters.queue.durable import prepare_turns_file
from core.errors import InvalidInput
from tests.adapters.test_durable_queue import soon, working

HALF, PAGE = 0.5, 4096


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file in which DBOS has made its tables and run a turn."""
    file = tmp_path_factory.mktemp("sound") / "turns.db"
    seen: list[str] = []
    with working(f"sqlite:///{file}", seen.append) as queue:
        queue.put("fjell")
        assert soon(lambda: seen == ["fjell"])
    return file


@pytest.fixture
def turns(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(sound, tmp_path / "turns.db"))


def garbage(turns: Path) -> None:
    turns.write_bytes(os.urandom(3 * PAGE))


def text(turns: Path) -> None:
    turns.write_text("no database at all")


def truncated(turns: Path) -> None:
    os.truncate(turns, int(turns.stat().st_size * HALF))


def torn(turns: Path) -> None:
    """The header is there, and the pages behind it are overwritten."""
    content = bytearray(turns.read_bytes())
    content[PAGE:] = b"\xa5" * (len(content) - PAGE)
    turns.write_bytes(content)


def torn_with_its_log(turns: Path) -> None:
    torn(turns)
    for ending in ("-wal", "-shm"):
        turns.with_name(turns.name + ending).write_bytes(os.urandom(PAGE))


def without_a_table(turns: Path) -> None:
    with sqlite3.connect(turns) as database:
        database.execute("DROP TABLE workflow_status")


def empty(turns: Path) -> None:
    os.truncate(turns, 0)


def missing(turns: Path) -> None:
    turns.unlink()


def a_log_of_another(turns: Path) -> None:
    for ending in ("-wal", "-shm"):
        turns.with_name(turns.name + ending).write_bytes(os.urandom(PAGE))


def a_journal_of_another(turns: Path) -> None:
    turns.with_name(f"{turns.name}-journal").write_bytes(os.urandom(PAGE))


def a_log_alone(turns: Path) -> None:
    a_log_of_another(turns)
    turns.unlink()


def take_a_turn(turns: Path) -> None:
    seen: list[str] = []
    with working(f"sqlite:///{turns}", seen.append) as queue:
        queue.ping()
        queue.put("fjell")
        assert soon(lambda: seen == ["fjell"])


def set_aside(turns: Path) -> list[Path]:
    return sorted(turns.parent.glob("turns.db.damaged-*"))


DAMAGES = [garbage, text, truncated, torn, torn_with_its_log, without_a_table]
SOUND = [empty, missing, a_log_of_another, a_journal_of_another, a_log_alone]


def but_one(states: Sequence[Callable[[Path], None]]) -> list[ParameterSet]:
    """The first in every run of the tests, the others in make attack: DBOS takes seconds to make its tables."""
    return [pytest.param(one, marks=pytest.mark.attack if nth else ()) for nth, one in enumerate(states)]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_set_aside_whole(
    turns: Path, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    damage(turns)
    damaged = turns.read_bytes()
    caplog.set_level(logging.WARNING, logger="kvitt.worker")
    prepare_turns_file(turns)
    kept = next(file for file in set_aside(turns) if not file.name.endswith(("-wal", "-shm")))
    assert kept.read_bytes() == damaged
    assert turns.read_bytes() == b""
    assert not turns.with_name("turns.db-wal").exists()
    (told,) = [record.getMessage() for record in caplog.records if record.name == "kvitt.worker"]
    assert str(turns) in told
    assert kept.name in told


@pytest.mark.parametrize("state", SOUND)
def test_what_is_not_damaged_is_left_where_it_is(turns: Path, state: Callable[[Path], None]) -> None:
    state(turns)
    prepare_turns_file(turns)
    assert set_aside(turns) == []


@pytest.mark.parametrize("state", [*but_one(DAMAGES), *but_one(SOUND[2:])])
def test_turns_are_taken_whatever_was_there(turns: Path, state: Callable[[Path], None]) -> None:
    state(turns)
    take_a_turn(turns)


def test_one_that_is_damaged_twice_is_kept_twice(turns: Path) -> None:
    for _ in range(2):
        garbage(turns)
        prepare_turns_file(turns)
    assert len(set_aside(turns)) == 2


def test_one_that_is_locked_is_not_set_aside(turns: Path) -> None:
    holder = sqlite3.connect(turns, isolation_level=None, check_same_thread=False)
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    release = threading.Timer(1, holder.close)
    release.start()
    try:
        take_a_turn(turns)
    finally:
        release.join()
    assert set_aside(turns) == []


def test_it_is_its_owners_alone_with_its_log(turns: Path) -> None:
    turns.chmod(0o644)
    seen: list[str] = []
    before = os.umask(0o002)
    try:
        with working(f"sqlite:///{turns}", seen.append) as queue:
            queue.put("fjell")
            assert soon(lambda: seen == ["fjell"])
            modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in turns.parent.glob("turns.db*")}
    finally:
        os.umask(before)
    assert set(modes.values()) == {0o600}, modes


def test_a_new_one_is_its_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0o002)
    try:
        prepare_turns_file(tmp_path / "home" / "turns.db")
    finally:
        os.umask(before)
    modes = {file: stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "home").iterdir()}
    assert set(modes.values()) == {0o600}, modes
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700


def test_a_folder_that_can_not_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(InvalidInput) as error:
        prepare_turns_file(tmp_path / "home" / "turns.db")
    assert error.value.code == "no_turns_file"
    assert str(tmp_path / "home") in error.value.message
