"""The durable queue with DBOS itself. DBOS is one a process, so each test stops what it started."""

import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from adapters.queue.durable import DurableTransferQueue
from tests.postgres import temporary_database

ROOT = Path(__file__).parents[2]
SOON = 10
PATIENCE = timedelta(seconds=5)

WORKER_THAT_HANGS = """
import sys, time
from adapters.queue.durable import DurableTransferQueue

def take_turn(business):
    print("begun", flush=True)
    time.sleep(600)

queue = DurableTransferQueue(sys.argv[1], take_turn=take_turn, threads=1)
queue.start()
queue.put("fjell")
time.sleep(600)
"""


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.attack)])
def prepared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database in which DBOS has made its tables, to be copied: making them takes seconds."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('turns') / 'turns.db'}"
        with working(url, lambda _business: None):
            pass
        yield url
    else:
        with temporary_database() as url:
            with working(url, lambda _business: None):
                pass
            yield url


@pytest.fixture
def database(prepared: str, tmp_path: Path) -> Iterator[str]:
    """A database for one test."""
    if prepared.startswith("sqlite"):
        copied = shutil.copy(prepared.removeprefix("sqlite:///"), tmp_path / "turns.db")
        yield f"sqlite:///{copied}"
    else:
        with temporary_database(like=prepared) as url:
            yield url


@contextmanager
def working(database: str, take_turn: Callable[[str], None], *, threads: int = 2) -> Iterator[DurableTransferQueue]:
    queue = DurableTransferQueue(database, take_turn=take_turn, threads=threads)
    queue.start()
    try:
        yield queue
    finally:
        queue.stop(patience=PATIENCE)


def soon(is_so: Callable[[], bool]) -> bool:
    """Whether it comes to be so in a while."""
    ends = time.monotonic() + SOON
    while time.monotonic() < ends:
        if is_so():
            return True
        time.sleep(0.02)
    return False


def turns(database: str, status: str) -> int:
    """How many turns DBOS has in that state."""
    postgres = database.startswith("postgresql")
    engine = create_engine(database.replace("postgresql:", "postgresql+psycopg:"))
    table = "dbos.workflow_status" if postgres else "workflow_status"
    try:
        with engine.connect() as connection:
            query = text(f"SELECT count(*) FROM {table} WHERE status = :status AND name = 'turn'")
            return int(connection.execute(query, {"status": status}).scalar_one())
    finally:
        engine.dispose()


def make_older(database: str, age: timedelta) -> None:
    """Let all that DBOS has be older by so much."""
    postgres = database.startswith("postgresql")
    engine = create_engine(database.replace("postgresql:", "postgresql+psycopg:"))
    table = "dbos.workflow_status" if postgres else "workflow_status"
    older = ", ".join(f"{column} = {column} - :age" for column in ("created_at", "updated_at", "completed_at"))
    try:
        with engine.begin() as connection:
            connection.execute(text(f"UPDATE {table} SET {older}"), {"age": round(age.total_seconds() * 1000)})
    finally:
        engine.dispose()


def test_a_turn_that_is_put_ten_times_is_taken_once(database: str) -> None:
    taken: list[str] = []
    go = threading.Event()

    def take_turn(business: str) -> None:
        taken.append(business)
        go.wait(SOON)

    with working(database, take_turn) as queue:
        for _ in range(10):
            queue.put("fjell")
        queue.put("dal")
        assert soon(lambda: len(taken) == 2)
        time.sleep(0.3)
        assert sorted(taken) == ["dal", "fjell"]
        go.set()
        assert soon(lambda: turns(database, "SUCCESS") == 2)
        queue.put("fjell")
        assert soon(lambda: len(taken) == 3), "once it has ended, it can be put again"


def test_a_dead_workers_turn_is_put_anew(database: str) -> None:
    command = [sys.executable, "-c", WORKER_THAT_HANGS, database]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ, stdout=subprocess.PIPE) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"begun\n"
        worker.kill()
    assert worker.returncode == -signal.SIGKILL
    taken: list[str] = []
    with working(database, taken.append) as queue:
        queue.put("fjell")
        time.sleep(0.5)
        assert taken == [], "the dead worker's turn keeps the business's place"
        queue.put_anew("fjell")
        assert soon(lambda: taken == ["fjell"])
        assert soon(lambda: turns(database, "SUCCESS") == 1)
        assert turns(database, "PENDING") == 0


def test_putting_anew_leaves_other_businesses_alone(database: str) -> None:
    taken: list[str] = []
    go = threading.Event()

    def take_turn(business: str) -> None:
        taken.append(business)
        if business == "fjell-2":
            go.wait(SOON)

    with working(database, take_turn) as queue:
        queue.put("fjell-2")
        assert soon(lambda: taken == ["fjell-2"])
        queue.put_anew("fjell")
        assert soon(lambda: taken == ["fjell-2", "fjell"])
        assert turns(database, "PENDING") >= 1
        go.set()
        assert soon(lambda: turns(database, "SUCCESS") == 2)
        assert turns(database, "CANCELLED") == 0


def test_stopping_waits_for_the_turn_at_work(database: str) -> None:
    begun, ended = threading.Event(), threading.Event()

    def take_turn(business: str) -> None:
        begun.set()
        time.sleep(0.5)
        ended.set()

    with working(database, take_turn) as queue:
        queue.put("fjell")
        assert begun.wait(SOON)
    assert ended.is_set()


def test_what_ended_more_than_a_day_ago_is_forgotten(database: str) -> None:
    taken: list[str] = []
    with working(database, taken.append) as queue:
        queue.put("fjell")
        assert soon(lambda: turns(database, "SUCCESS") == 1)
        make_older(database, timedelta(hours=23))
        queue.tidy()
        assert turns(database, "SUCCESS") == 1
        make_older(database, timedelta(hours=2))
        queue.put("dal")
        assert soon(lambda: turns(database, "SUCCESS") == 2)
        queue.tidy()
        assert turns(database, "SUCCESS") == 1


def test_a_bug_in_a_turn_is_told_without_its_words_and_the_worker_goes_on(
    database: str, caplog: pytest.LogCaptureFixture
) -> None:
    taken: list[str] = []
    personal = " ".join(["Signe", "Haugland"])  # not in one piece in this code, which the place shows

    def take_turn(business: str) -> None:
        taken.append(business)
        if business == "fjell":
            raise ValueError(personal)

    with caplog.at_level(logging.WARNING), working(database, take_turn, threads=1) as queue:
        queue.put("fjell")
        assert soon(lambda: taken == ["fjell"])
        queue.put("dal")
        assert soon(lambda: taken == ["fjell", "dal"])
    (told,) = [record.getMessage() for record in caplog.records if record.name == "kvitt.worker"]
    assert "fjell" in told
    assert "ValueError" in told
    assert "take_turn" in told
    assert personal not in caplog.text
