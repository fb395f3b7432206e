"""What SQLite in particular has to do."""

import gc
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from adapters.secrets import FernetSecretBox
from adapters.storage import SqlSessionStore, SqlStorage, open_storage
from adapters.storage.unit_of_work import SqlUnitOfWork
from core.errors import InvalidInput, TryAgain
from core.ports.storage import Storage, UnitOfWork
from core.transfer import TransferState
from tests.storage_contract import StorageContract
from tests.storage_contract.samples import MINUTE, NOW, a_business, a_report, a_transfer, an_invoice

BOX = FernetSecretBox([Fernet.generate_key().decode()])
IMPATIENT = timedelta(milliseconds=50)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "kvitt.db"


@pytest.fixture(scope="module")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A database with tables and nothing in them: copying it is quicker than making one for each test."""
    file = tmp_path_factory.mktemp("empty") / "kvitt.db"
    open_storage(f"sqlite:///{file}", BOX).close()
    return file.read_bytes()


@pytest.fixture
def storage(file: Path, empty_database: bytes) -> Iterator[SqlStorage]:
    file.write_bytes(empty_database)
    storage = open_storage(f"sqlite:///{file}", BOX)
    yield storage
    storage.close()


class TestSqliteStorage(StorageContract):
    @pytest.fixture
    def storage(self, storage: SqlStorage) -> Storage:  # the module's fixture, as the port that it is
        return storage


class TestSecrets:
    def test_no_secret_is_in_the_files_of_the_database(self, storage: SqlStorage, tmp_path: Path) -> None:
        with storage.transaction() as work:
            work.businesses.put(a_business())
        SqlSessionStore(storage, BOX).save("fjell", "session-4711")
        files = list(tmp_path.iterdir())
        storage.close()
        files += tmp_path.iterdir()
        kept = b"".join(file.read_bytes() for file in files if file.exists())
        assert b"24sevenoffice" in kept
        for secret in (b"hunter2", b"ola@fjell", b"password", b"session-4711"):
            assert secret not in kept

    def test_a_business_sealed_with_another_key_is_refused(self, storage: SqlStorage, file: Path) -> None:
        with storage.transaction() as work:
            work.businesses.put(a_business())
        other = open_storage(f"sqlite:///{file}", FernetSecretBox([Fernet.generate_key().decode()]))
        with closing(other), pytest.raises(TryAgain) as refusal, other.transaction() as work:
            work.businesses.get("fjell")
        assert refusal.value.code == "secret_key_changed"

    def test_what_the_database_raises_shows_no_values(self, storage: SqlStorage) -> None:
        with pytest.raises(IntegrityError) as unknown_business, storage.transaction() as work:
            work.invoices.put("nobody", an_invoice())
        assert "Kari" not in str(unknown_business.value)
        with pytest.raises(StatementError) as unzoned, storage.transaction() as work:
            work.references.put("fjell", "vat", "secret", now=NOW.replace(tzinfo=None))
        assert "secret" not in str(unzoned.value)

    def test_folder_and_file_are_for_their_owner_alone(self, tmp_path: Path) -> None:
        file = tmp_path / "home" / "kvitt.db"
        with closing(open_storage(f"sqlite:///{file}", BOX)) as storage:
            storage.ping()
            modes = {found.name: stat.S_IMODE(found.stat().st_mode) for found in file.parent.iterdir()}
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        assert set(modes.values()) == {0o600}, modes


class TestSessions:
    def test_a_session_is_kept_replaced_and_each_business_has_its_own(self, storage: SqlStorage) -> None:
        with storage.transaction() as work:
            work.businesses.put(a_business("fjell"))
            work.businesses.put(a_business("vidde"))
        sessions = SqlSessionStore(storage, BOX)
        assert sessions.load("fjell") is None
        sessions.save("fjell", "one")
        sessions.save("fjell", "two")
        assert sessions.load("fjell") == "two"
        assert sessions.load("vidde") is None

    def test_a_login_is_forgotten_for_one_business_alone(self, storage: SqlStorage) -> None:
        sessions = SqlSessionStore(storage, BOX)
        for name in ("fjell", "vidde"):
            with storage.transaction() as work:
                work.businesses.put(a_business(name))
            sessions.save(name, "one")
        for _ in range(2):
            with storage.transaction() as work:
                work.businesses.forget_login("fjell")
        assert (sessions.load("fjell"), sessions.load("vidde")) == (None, "one")

    def test_a_session_that_cannot_be_opened_any_more_is_none(self, storage: SqlStorage) -> None:
        with storage.transaction() as work:
            work.businesses.put(a_business())
        SqlSessionStore(storage, BOX).save("fjell", "one")
        other_key = FernetSecretBox([Fernet.generate_key().decode()])
        assert SqlSessionStore(storage, other_key).load("fjell") is None


class TestTrouble:
    def test_a_locked_database_is_busy(self, storage: SqlStorage, file: Path) -> None:
        with (
            closing(open_storage(f"sqlite:///{file}", BOX, busy_timeout=IMPATIENT)) as impatient,
            storage.transaction(),
        ):
            with pytest.raises(TryAgain) as busy, impatient.transaction():
                pass
            impatient.ping()
        assert busy.value.code == "storage_busy"
        with impatient.transaction() as work:
            work.businesses.put(a_business())
        impatient.close()

    def test_a_transaction_within_a_transaction_is_busy_not_stuck(self, file: Path) -> None:
        with closing(open_storage(f"sqlite:///{file}", BOX, busy_timeout=IMPATIENT)) as storage:
            with pytest.raises(TryAgain) as busy, storage.transaction(), storage.transaction():
                pass
            assert busy.value.code == "storage_busy"
            with storage.transaction() as work:
                assert work.businesses.list(limit=1) == []

    def test_a_file_that_cannot_be_opened_is_busy(self, tmp_path: Path) -> None:
        (tmp_path / "folder").mkdir()
        with pytest.raises(TryAgain) as busy:
            open_storage(f"sqlite:///{tmp_path / 'folder'}", BOX)
        assert busy.value.code == "storage_busy"

    def test_a_file_that_is_no_database_is_refused_and_left_alone(self, file: Path) -> None:
        file.write_text("Dear diary, " * 100)
        with pytest.raises(InvalidInput) as refusal:
            open_storage(f"sqlite:///{file}", BOX)
        assert refusal.value.code == "bad_database_url"
        assert file.read_text().startswith("Dear diary")

    def test_a_database_that_somebody_locks_while_it_is_opened_is_busy(self, file: Path) -> None:
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(TryAgain) as busy:
                open_storage(f"sqlite:///{file}", BOX, busy_timeout=IMPATIENT)
        assert busy.value.code == "storage_busy"
        open_storage(f"sqlite:///{file}", BOX, busy_timeout=IMPATIENT).close()

    def test_a_place_where_nothing_can_be_made_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(InvalidInput, match=r"kvitt\.db") as refusal:
            open_storage(f"sqlite:///{tmp_path / 'file' / 'kvitt.db'}", BOX)
        assert refusal.value.code == "bad_database_url"

    def test_bad_sql_is_our_bug_and_surfaces(self, storage: SqlStorage) -> None:
        with pytest.raises(OperationalError), storage.write() as database:
            database.exec_driver_sql("SELECT * FROM nothing")

    @pytest.mark.parametrize(
        "url",
        ["", "kvitt.db", "sqlite://", "sqlite:///:memory:", "mysql://kari:hunter2@host/db", "nosuch://kari:hunter2@h"],
    )
    def test_a_url_that_cannot_be_used_is_refused_without_being_shown(self, url: str) -> None:
        with pytest.raises(InvalidInput) as refusal:
            open_storage(url, BOX)
        assert refusal.value.code == "bad_database_url"
        assert "hunter2" not in refusal.value.message

    def test_a_storage_that_was_closed_leaves_nothing_open(self, file: Path) -> None:
        storage = open_storage(f"sqlite:///{file}", BOX)
        storage.ping()
        storage.close()
        del storage
        gc.collect()  # an open connection would warn here, and warnings fail
        assert {found.name for found in file.parent.iterdir()} == {"kvitt.db"}


class TestSettings:
    def test_what_is_committed_outlives_a_power_cut_and_references_are_checked(self, storage: SqlStorage) -> None:
        with storage.write() as database:
            settings = [
                database.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            ]
        assert settings == ["wal", 2, 1, 30_000]

    def test_readers_see_the_last_commit_while_somebody_writes(self, storage: SqlStorage) -> None:
        with storage.transaction() as work:
            work.businesses.put(a_business())
        sessions = SqlSessionStore(storage, BOX)
        sessions.save("fjell", "one")
        with storage.transaction(), ThreadPoolExecutor(1) as other:
            assert other.submit(sessions.load, "fjell").result() == "one"

    def test_more_threads_than_connections_take_turns(self, storage: SqlStorage) -> None:
        ready = threading.Barrier(24)

        def add(number: int) -> None:
            ready.wait()
            with storage.transaction() as work:
                work.businesses.put(a_business(f"b{number:02}"))

        with ThreadPoolExecutor(24) as threads:
            list(threads.map(add, range(24)))
        with storage.transaction() as work:
            assert len(work.businesses.list(limit=100)) == 24


@pytest.mark.attack
def test_processes_that_open_a_fresh_database_at_once_all_succeed(file: Path) -> None:
    key = Fernet.generate_key().decode()
    program = f"""
import sys
from adapters.secrets import FernetSecretBox
from adapters.storage import open_storage
import adapters.storage.migrate
from tests.storage_contract.samples import a_business
print("ready", flush=True)
sys.stdin.readline()
storage = open_storage({f"sqlite:///{file}"!r}, FernetSecretBox([{key!r}]))
with storage.transaction() as work:
    work.businesses.put(a_business("b" + sys.argv[1]))
storage.close()
"""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(number)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for number in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        process.communicate()
    assert [process.returncode for process in processes] == [0, 0, 0]
    with closing(open_storage(f"sqlite:///{file}", FernetSecretBox([key]))) as storage, storage.transaction() as work:
        assert [business.name for business in work.businesses.list(limit=10)] == ["b0", "b1", "b2"]


@pytest.mark.parametrize("many", [2, 50])
def test_a_rounds_answers_are_stored_by_few_statements_however_many_they_are(storage: SqlStorage, many: int) -> None:
    """Also where each takes the place of the newest of its run."""
    run: list[str] = []
    numbers = [str(number) for number in range(many)]
    with storage.transaction() as work:
        work.businesses.put(a_business())
        for number in numbers:
            work.transfers.add(a_transfer(f"t{number}", number))
        for minute in range(2):
            at = NOW + minute * MINUTE
            work.statuses.add("fjell", *(a_report(number, worker_checks=1, checked_at=at) for number in numbers))
    with storage.write() as database:
        event.listen(database, "before_cursor_execute", lambda *given: run.append(given[2]))
        at = NOW + 2 * MINUTE
        SqlUnitOfWork(database, BOX, storage.clock).statuses.add(
            "fjell", *(a_report(number, worker_checks=1, checked_at=at) for number in numbers)
        )
    assert [statement.split()[0] for statement in run] == ["SELECT", "SELECT", "DELETE", "INSERT"]


class TestIndexes:
    """The listings and the question what is due next read an index from the right place on, and sort nothing."""

    @pytest.mark.parametrize(
        ("ask", "indexes"),
        [
            (
                lambda work: work.transfers.due("fjell", now=NOW, limit=9),
                {"ix_transfers_business_state", "ix_transfers_due"},
            ),
            (lambda work: work.transfers.next_attempt_at("fjell"), {"ix_transfers_due"}),
            (lambda work: work.transfers.of_invoice("fjell", "1"), {"uq_transfers_business_invoice"}),
            (lambda work: work.transfers.list(None, limit=9), {"sqlite_autoindex_transfers_1"}),
            (lambda work: work.transfers.list(None, limit=9, after="t"), {"sqlite_autoindex_transfers_1"}),
            (lambda work: work.transfers.list("fjell", limit=9, after="t"), {"ix_transfers_business"}),
            (
                lambda work: work.transfers.list("fjell", state=TransferState.WAITING, limit=9, after="t"),
                {"ix_transfers_business_state"},
            ),
            (lambda work: work.transfers.list(None, state=TransferState.WAITING, limit=9), {"ix_transfers_state"}),
            (lambda work: work.invoices.list("fjell", limit=9, after="1"), {"sqlite_autoindex_invoices_1"}),
            (lambda work: work.businesses.list(limit=9, after="a"), {"sqlite_autoindex_businesses_1"}),
            (lambda work: work.statuses.latest("fjell", "1001"), {"ix_status_checks_invoice"}),
            (lambda work: work.statuses.open_invoices("fjell", limit=9, after="1"), {"ix_transfers_open"}),
            (
                lambda work: work.follow_ups.candidates(now=NOW),
                {"ix_transfers_open", "sqlite_autoindex_businesses_1", "sqlite_autoindex_follow_ups_1"},
            ),
        ],
    )
    def test_it_reads_an_index_in_order(
        self, storage: SqlStorage, ask: Callable[[UnitOfWork], object], indexes: set[str]
    ) -> None:
        plans = _plans(storage, ask)
        assert {index for index in indexes if any(f" {index} " in f"{plan} " for plan in plans)} == indexes, plans
        assert not [plan for plan in plans if "TEMP B-TREE" in plan], plans

    @pytest.mark.parametrize("parked", [True, False])
    def test_those_not_begun_are_found_without_the_ended(self, storage: SqlStorage, parked: bool) -> None:
        plans = _plans(storage, lambda work: work.transfers.not_begun("fjell", parked=parked, limit=9))
        index = "ix_transfers_business_state (business=? AND state=?)" if parked else "ix_transfers_due (business=?)"
        assert any(index in plan for plan in plans), plans


def _plans(storage: SqlStorage, ask: Callable[[UnitOfWork], object]) -> list[str]:
    """Return SQLite's plans for the queries that a question makes."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    with storage.transaction() as work:
        work.businesses.put(a_business())
        work.transfers.add(a_transfer())
        work.invoices.put("fjell", an_invoice())
        work.statuses.add("fjell", a_report())
    with storage.write() as database:
        event.listen(database, "before_cursor_execute", note)
        ask(SqlUnitOfWork(database, BOX, storage.clock))
        return [
            str(step.detail)
            for statement, parameters in asked
            for step in database.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
