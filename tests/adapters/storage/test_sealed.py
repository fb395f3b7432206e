"""Sealing everything anew, while others write: on both databases."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from adapters.secrets import KeyFile, secret_box_with
from adapters.storage import SqlSealedTexts, SqlSessionStore, SqlStorage, open_storage
from tests.storage_contract.samples import a_business

_PATIENCE = 20


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(request.param)
    return url


@pytest.fixture
def storage(url: str, tmp_path: Path) -> Iterator[SqlStorage]:
    with closing(open_storage(url, secret_box_with(KeyFile(tmp_path)))) as storage:
        yield storage


def test_what_is_being_written_with_the_old_key_is_not_left_out(storage: SqlStorage, tmp_path: Path) -> None:
    is_written, may_commit = threading.Event(), threading.Event()

    def write_slowly() -> None:
        with storage.transaction() as work:
            work.businesses.put(a_business("fjell"))
            is_written.set()
            assert may_commit.wait(_PATIENCE)

    with ThreadPoolExecutor() as threads:
        writing = threads.submit(write_slowly)
        assert is_written.wait(_PATIENCE)
        KeyFile(tmp_path).begin()
        sealed = SqlSealedTexts(storage, secret_box_with(KeyFile(tmp_path)))
        resealing = threads.submit(sealed.reseal)
        may_commit.set()
        writing.result(_PATIENCE)
        assert resealing.result(_PATIENCE).count == 1
    KeyFile(tmp_path).finish()
    _assert_readable_with_the_new_key_alone(storage, tmp_path)


def test_many_are_sealed_anew_piece_by_piece(storage: SqlStorage, tmp_path: Path) -> None:
    names = [f"business-{number:03}" for number in range(450)]
    with storage.transaction() as work:
        for name in names:
            work.businesses.put(a_business(name))
    SqlSessionStore(storage, secret_box_with(KeyFile(tmp_path))).save(names[-1], "a session")
    KeyFile(tmp_path).begin()
    sealed = SqlSealedTexts(storage, secret_box_with(KeyFile(tmp_path)))
    assert sealed.reseal().count == len(names) + 1
    assert sealed.reseal().count == 0
    KeyFile(tmp_path).finish()
    _assert_readable_with_the_new_key_alone(storage, tmp_path)


def test_while_writers_change_everything_nothing_is_lost(storage: SqlStorage, tmp_path: Path) -> None:
    """Rotations one after another; every writer has a box of its own, as other processes have."""
    names, times = ["fjell", "vidde"], 40

    def write_on(name: str) -> None:
        writer = SqlSessionStore(storage, secret_box_with(KeyFile(tmp_path)))
        for number in range(times):
            writer.save(name, f"session {number}")

    with storage.transaction() as work:
        for name in names:
            work.businesses.put(a_business(name))
    with ThreadPoolExecutor() as threads:
        writers = [threads.submit(write_on, name) for name in names]
        for _ in range(4):
            KeyFile(tmp_path).begin()
            assert SqlSealedTexts(storage, secret_box_with(KeyFile(tmp_path))).reseal().unreadable == ()
            KeyFile(tmp_path).finish()
        for writer in writers:
            writer.result(_PATIENCE)
    kept = SqlSessionStore(storage, secret_box_with(KeyFile(tmp_path)))
    assert [kept.load(name) for name in names] == [f"session {times - 1}"] * len(names)


def _assert_readable_with_the_new_key_alone(storage: SqlStorage, folder: Path) -> None:
    anew = SqlSealedTexts(storage, secret_box_with(KeyFile(folder))).reseal()
    assert (anew.count, anew.unreadable) == (0, ())
