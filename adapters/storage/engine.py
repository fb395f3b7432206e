"""Make the engine for a database's URL.

SQLite: every transaction takes the write lock when it begins, so two of them wait for each other and never deadlock;
what was committed outlives a power cut, unless that is not asked for.
"""

import logging
import sqlite3
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from adapters.storage.database_errors import primary_code
from core.errors import InvalidInput

BUSY_TIMEOUT = timedelta(seconds=30)
"""How long a transaction waits for its turn before it gives up."""

READ_ONLY = {"sqlite_begin": "BEGIN DEFERRED"}
"""Execution options of a connection that only reads and therefore waits for no writer."""

_RETRY_PAUSE_SECONDS = 0.01

# At debug level SQLAlchemy logs every row that is read, although its parameters are hidden: invoices, and people. At
# info level it makes a message of every statement.
logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)


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
        raise _bad_url("The database URL names no file.")
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
            f"The database {file} can't be made: {error.strerror}.",
            code="bad_database_url",
            hint="See that the folder can be written, or choose another (KVITT_HOME, KVITT_DATABASE_URL).",
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
