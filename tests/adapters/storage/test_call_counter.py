"""The count of calls: in memory for tests, in SQLite and in PostgreSQL; drawn from by threads and by processes."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet

from adapters.secrets import FernetSecretBox
from adapters.storage import SqlCallCounter, SqlStorage, open_storage
from core.errors import TryAgain
from tests.call_counter_contract import HOUR, SYSTEM, CallCounterContract
from tests.fakes import FakeCallCounter

KEY = Fernet.generate_key().decode()
BOX = FernetSecretBox([KEY])
LIMIT = 203
IMPATIENT = timedelta(milliseconds=50)

# Draws until nothing is granted, from two threads, and prints how many were.
PROCESS = """
import sys
from concurrent.futures import ThreadPoolExecutor
from adapters.secrets import FernetSecretBox
from adapters.storage import SqlCallCounter, open_storage
from tests.call_counter_contract import drawn
url, key, limit = sys.argv[1], sys.argv[2], int(sys.argv[3])
storage = open_storage(url, FernetSecretBox([key]))
counter = SqlCallCounter(storage)
print("ready", flush=True)
sys.stdin.readline()
with ThreadPoolExecutor(2) as threads:
    print(sum(threads.map(lambda wanted: drawn(counter, wanted=wanted, limit=limit), (1, 3))))
storage.close()
"""


class TestFakeCallCounter(CallCounterContract):
    @pytest.fixture
    def counter(self) -> FakeCallCounter:
        return FakeCallCounter()


class _OfStorage(CallCounterContract):
    @pytest.fixture
    def counter(self, storage: SqlStorage) -> SqlCallCounter:
        return SqlCallCounter(storage)


class TestSqlite(_OfStorage):
    @pytest.fixture
    def storage(self, sqlite: str) -> Iterator[SqlStorage]:
        with closing(open_storage(sqlite, BOX)) as storage:
            yield storage

    def test_reading_the_count_waits_for_no_writer(self, storage: SqlStorage, counter: SqlCallCounter) -> None:
        counter.draw(SYSTEM, HOUR, wanted=3, limit=10)
        with storage.transaction():
            assert counter.used(SYSTEM, HOUR) == 3

    def test_drawing_from_a_locked_database_is_busy(self, storage: SqlStorage, sqlite: str) -> None:
        with closing(open_storage(sqlite, BOX, busy_timeout=IMPATIENT)) as impatient, storage.transaction():
            with pytest.raises(TryAgain) as busy:
                SqlCallCounter(impatient).draw(SYSTEM, HOUR, wanted=3, limit=10)
            assert busy.value.code == "storage_busy"
        assert SqlCallCounter(storage).used(SYSTEM, HOUR) == 0


class TestPostgresql(_OfStorage):
    @pytest.fixture
    def storage(self, postgresql: str) -> Iterator[SqlStorage]:
        with closing(open_storage(postgresql, BOX)) as storage:
            yield storage


def test_processes_on_sqlite_are_granted_the_limit_and_no_more(sqlite: str) -> None:
    _processes_draw_the_limit(sqlite)


def test_processes_on_postgresql_are_granted_the_limit_and_no_more(postgresql: str) -> None:
    _processes_draw_the_limit(postgresql)


def _processes_draw_the_limit(url: str) -> None:
    command = [sys.executable, "-c", PROCESS, url, KEY, str(LIMIT)]
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    granted = [int(process.communicate()[0]) for process in processes]
    assert sum(granted) == LIMIT
    with closing(open_storage(url, BOX)) as storage:
        assert SqlCallCounter(storage).used(SYSTEM, HOUR) == LIMIT
