"""The database of a URL: its engine, transactions on it, and what its own trouble means to a caller.

SQLite: every transaction takes the write lock when it begins, so two of them wait for each other and never deadlock;
what was committed outlives a power cut, unless that is not asked for.
"""

import logging
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event, inspect, make_url, select, text
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from adapters.storage.dialects import READ_ONLY
from adapters.storage.schema import businesses
from adapters.storage.shared_clock import SharedClock
from core.errors import InvalidInput, TryAgain

BUSY_TIMEOUT = timedelta(seconds=30)
"""How long a transaction waits for its turn before it gives up."""

_RETRY_PAUSE_SECONDS = 0.01

# At debug level SQLAlchemy logs every row that is read, although its parameters are hidden: invoices, and people. At
# info level it makes a message of every statement.
logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)


class SqlDatabase:
    """A database with its tables, for any number of threads.

    `clock` is the time by which everything in it waits; it must be open.
    Errors of everything here: TryAgain, code `storage_busy`.
    """

    def __init__(self, engine: Engine, clock: SharedClock) -> None:
        self.clock = clock
        self._engine = engine
        self._file = self._read_file_number()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Begin a transaction below the stores, for what is no part of the unit of work."""
        self._follow_the_file()
        with translated():
            self.clock.keep()
            with self._engine.begin() as database:
                yield database

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Begin a transaction that only reads, all as it was at one moment; on SQLite it waits for no writer."""
        self._follow_the_file()
        with translated(), self._engine.connect() as database:
            # SQLite has but this; to PostgreSQL each statement else is a moment of its own.
            of_one_moment = {} if database.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
            yield database.execution_options(**READ_ONLY, **of_one_moment)

    def ping(self) -> None:
        """Read a little, to see that the database is there."""
        with self.read() as database:
            database.execute(select(businesses.c.name).limit(1))

    def revision(self) -> str | None:
        """Return the revision of the tables, or None where there are none."""
        with self.read() as database:
            return read_revision(database)

    def close(self) -> None:
        """Close all connections. Using the database again opens new ones."""
        self._engine.dispose()

    def _follow_the_file(self) -> None:
        """Let go of an SQLite file in whose place another was put: what is written to it reaches nobody any more."""
        now = self._read_file_number()
        if now is not None and now != self._file:
            self._engine.dispose()
            self._file = now

    def _read_file_number(self) -> int | None:
        name = self._engine.url.database
        if self._engine.dialect.name != "sqlite" or not name:
            return None
        try:
            return os.stat(name).st_ino
        except OSError:
            return None


def read_revision(database: Connection) -> str | None:
    """Return the revision of a database's tables, or None where there are none yet."""
    if not inspect(database).has_table("alembic_version"):
        return None
    revision: str | None = database.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def make_engine(url: str, *, busy_timeout: timedelta = BUSY_TIMEOUT, outlives_power_cuts: bool = True) -> Engine:
    """Return an engine for SQLite or PostgreSQL; the folder of an SQLite file is made when it is missing.

    Without `outlives_power_cuts` SQLite does not wait for the disk: for a database that nobody misses.
    Errors: InvalidInput, code `bad_database_url`; the URL is not shown, because it may hold a password.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return _sqlite_engine(parsed, busy_timeout, synchronous="FULL" if outlives_power_cuts else "OFF")
        if parsed.get_backend_name() == "postgresql":
            return create_engine(
                parsed.set(drivername="postgresql+psycopg"),
                hide_parameters=True,
                pool_pre_ping=True,
                pool_timeout=busy_timeout.total_seconds(),
            )
    except (ArgumentError, NoSuchModuleError):
        raise _bad_url("The database URL can't be read.") from None
    except ModuleNotFoundError as error:
        raise _bad_url(f"The database URL needs the Python package {error.name}, which is not installed.") from error
    raise _bad_url("The database URL is neither SQLite's nor PostgreSQL's.")


def _bad_url(message: str) -> InvalidInput:
    return InvalidInput(message, code="bad_database_url", hint="Write it like sqlite:////srv/kvitt/kvitt.db")


def _sqlite_engine(url: URL, busy_timeout: timedelta, *, synchronous: str) -> Engine:
    if not url.database or url.database == ":memory:":
        raise _bad_url("The database URL has no file name.")
    if not url.database.startswith("file:"):
        _prepare_file(Path(url.database))
    seconds = busy_timeout.total_seconds()
    engine = create_engine(
        url,
        hide_parameters=True,
        poolclass=QueuePool,
        # Only one transaction can write at a time. Threads queue here, where the next one is woken at once, rather
        # than in SQLite, where each would poll. The second connection lets a reader or the next writer get ready.
        pool_size=2,
        max_overflow=0,
        pool_timeout=seconds,
        # No isolation level: the driver begins no transactions of its own accord.
        connect_args={"timeout": seconds, "isolation_level": None, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, _record: Any) -> None:
        _use_write_ahead_log(connection, seconds)
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")  # what is erased is no longer in the file either

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN IMMEDIATE"))

    return engine


def _prepare_file(file: Path) -> None:
    """Make folder and file for their owner alone: invoices are personal data. What exists is left as it is."""
    try:
        if not file.exists():
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file.touch(mode=0o600)
    except OSError as error:
        raise InvalidInput(
            f"The database {file} can't be created: {error.strerror}.",
            code="bad_database_url",
            hint="Make the folder writable, or choose another (KVITT_HOME, KVITT_DATABASE_URL).",
        ) from error


def _use_write_ahead_log(connection: sqlite3.Connection, patience_seconds: float) -> None:
    """Switch to the write-ahead log; the file remembers it, so all but the first time this changes nothing.

    SQLite does not wait by itself when another process is switching at the same moment.
    """
    give_up_at = time.monotonic() + patience_seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if primary_code(error) != sqlite3.SQLITE_BUSY or time.monotonic() >= give_up_at:
                raise
            time.sleep(_RETRY_PAUSE_SECONDS)
        else:
            return


@contextmanager
def translated() -> Iterator[None]:
    """Raise TryAgain, code `storage_busy`, for a database that is locked, out of reach or out of room.

    Raise InvalidInput, code `bad_database_url`, for a file that is no database.
    Whatever else the database says is a bug of ours, and surfaces.
    """
    try:
        yield
    except OperationalError as error:
        if _is_our_fault(error.orig):
            raise
        raise _busy(str(error.orig)) from error
    except DatabaseError as error:
        if primary_code(error.orig) != sqlite3.SQLITE_NOTADB:
            raise
        raise InvalidInput(
            "The file that the database URL names is not an SQLite database.",
            code="bad_database_url",
            hint="Name another file in KVITT_DATABASE_URL; it is created if missing.",
        ) from error
    except PoolTimeout as error:
        raise _busy("all connections are in use") from error


def _is_our_fault(error: BaseException | None) -> bool:
    """Whether SQLite means bad SQL, such as an unknown table; PostgreSQL's driver has another class for that."""
    return primary_code(error) == sqlite3.SQLITE_ERROR


def primary_code(error: BaseException | None) -> int | None:
    """Return SQLite's code for the kind of an error, without its finer shades; None for what is not SQLite's."""
    if not isinstance(error, sqlite3.Error):
        return None
    code: int | None = getattr(error, "sqlite_errorcode", None)  # the driver's own complaints have none
    return None if code is None else code & 0xFF


def _busy(reason: str) -> TryAgain:
    first = next(iter(reason.splitlines()), "").rstrip(" .")  # what follows is advice, or tells of rows
    return TryAgain(
        f"Kvitt's database can't be used right now: {first or 'it does not say why'}.",
        code="storage_busy",
        hint="Try again. If it lasts, check that the database is the right one (KVITT_DATABASE_URL), reachable and "
        "writable, and that its disk has room.",
    )
