"""The file in which DBOS keeps the turns on SQLite: set aside where it is damaged, and its owner's alone.

Nobody misses it: turns are put anew from our own tables. So a damaged one must not keep a worker from starting; it is
kept beside the new one, for whoever wants to know what happened.
"""

import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from adapters.file_lock import alone_at
from core.errors import InvalidInput

_WITH_IT = ("", "-journal", "-wal", "-shm")
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_PATIENCE_SECONDS = 5.0

_log = logging.getLogger("kvitt.worker")


def prepare(file: Path) -> None:
    """See that the file can be used, and is its owner's alone; a missing one is made, without tables.

    Of several processes that start at once one sets a damaged file aside. One that is locked, or can't be read, is
    left where it is: that is another trouble.
    Errors: InvalidInput, code `no_turns_file`, when it can't be made.
    """
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with alone_at(file):
            if file.exists() and (what := _damage(file)):
                _set_aside(file, what)
            os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise InvalidInput(
            f"The file of the turns, {file}, can't be made: {error.strerror}.",
            code="no_turns_file",
            hint="See that KVITT_HOME is a folder that can be written, and that the disk is not full.",
        ) from error
    for one in _with_what_belongs_to(file):
        with suppress(OSError):  # another's file, which we may use and not change
            one.chmod(0o600)


def _damage(file: Path) -> str | None:
    """Return what is wrong with the file's content, or None."""
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True, timeout=_PATIENCE_SECONDS)) as database:
            database.execute("PRAGMA query_only = ON")
            (found,) = database.execute("PRAGMA quick_check(1)").fetchone()
            if found != "ok":
                return "it is corrupt"
            tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if "dbos_migrations" in tables and "workflow_status" not in tables:
                made = database.execute("SELECT max(version) FROM dbos_migrations").fetchone()[0]
                return "tables are missing" if made else None  # else another process is making them at this moment
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", None)
        return "it is corrupt, or no database" if code is not None and code & 0xFF in _DAMAGED else None
    return None


def _set_aside(file: Path, what: str) -> None:
    """Give the file, with its logs, a name that nothing has."""
    stem = f"{file.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    nth = 0
    while (aside := file.with_name(f"{stem}-{nth}" if nth else stem)).exists():
        nth += 1
    for ending in reversed(_WITH_IT):  # the file itself last: broken off in between, this is begun anew
        with suppress(FileNotFoundError):
            file.with_name(f"{file.name}{ending}").rename(aside.with_name(f"{aside.name}{ending}"))
    _log.warning("The file of the turns, %s, was set aside as %s (%s), and is made anew", file, aside.name, what)


def _with_what_belongs_to(file: Path) -> Iterator[Path]:
    for ending in _WITH_IT:
        if (one := file.with_name(f"{file.name}{ending}")).exists():
            yield one
