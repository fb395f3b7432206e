"""Backups of an SQLite database, made while it is in use, and a look into one. PostgreSQL has tools of its own."""

import os
import shlex
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from adapters.storage.postgresql_troubles import connection_options
from core.errors import InvalidInput, TryAgain

_PATIENCE_SECONDS = 30.0
_HEAD = b"SQLite format 3\x00"
_DUMP_HEAD = b"PGDMP"
_COUNTED = ("businesses", "invoices", "transfers")


@dataclass(frozen=True)
class Holdings:
    """What a database holds: the revision of its tables, how many rows of each kind, and when it was last changed.

    `sealed` is what is kept encrypted of each business's connection, by the business's name. `latest` is an instant as
    it is stored, or None.
    """

    revision: str
    counts: Mapping[str, int]
    sealed: Mapping[str, str]
    latest: str | None


def back_up(url: str, file: Path, *, replace: bool) -> Holdings:
    """Write a copy of the database as it is at one moment, readable by its owner alone; return what it holds.

    Whoever writes goes on meanwhile. Nothing has the name of the file before it is whole and on the disk.
    Errors: InvalidInput, code `backup_by_pg_dump` for PostgreSQL, `no_database` where there is nothing to copy,
    `file_exists` unless `replace`, `unwritable_file`, `damaged_database`; TryAgain, code `storage_busy`.
    """
    source = _sqlite_file(url, file)
    if not source.exists():
        raise InvalidInput(
            f"There is no database at {source} yet.", code="no_database", hint="The first command makes it."
        )
    _require_place(file, source, replace=replace)
    draft = file.with_name(f".{file.name}.part")
    try:
        with _told_of(file):
            draft.unlink(missing_ok=True)
            os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        _copy(source, draft)
        held = holdings_of(draft)
        with _told_of(file):
            _keep(draft, file, replace=replace)
        return held
    finally:
        with suppress(OSError):
            draft.unlink()


def pg_dump_line(url: URL, file: Path) -> str:
    """Return the line that backs a PostgreSQL database up; no password is in it."""
    options = ["--format=custom", "--exclude-schema=dbos", f"--file={file}", *connection_options(url)]
    return shlex.join(["pg_dump", *options, url.database or ""])


def holdings_of(file: Path) -> Holdings:
    """Look into a backup; nothing is written, and nothing is left beside it.

    Errors: InvalidInput, code `bad_backup` for what is no backup of Kvitt's SQLite database, `damaged_database` for one
    that is not whole.
    """
    _require_sqlite(file)
    # With a log beside it some of it may be there alone; without one nothing else has the file open.
    mode = "mode=ro" if file.with_name(f"{file.name}-wal").exists() else "immutable=1"
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?{mode}", uri=True)) as database:
            (verdict,) = next(database.execute("PRAGMA integrity_check(1)"))
            if verdict != "ok":
                raise _damaged(file)
            return _read(database, file)
    except sqlite3.DatabaseError as error:
        raise _damaged(file) from error


def _sqlite_file(url: str, file: Path) -> Path:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise InvalidInput(
            "The database URL can't be read.", code="bad_database_url", hint="Correct KVITT_DATABASE_URL."
        ) from None
    if parsed.get_backend_name() == "sqlite":
        return Path(parsed.database or "")
    raise InvalidInput(
        "This database is PostgreSQL's, which its own tool backs up.",
        code="backup_by_pg_dump",
        hint=f"Run: {pg_dump_line(parsed, file)}",
    )


def _require_place(file: Path, source: Path, *, replace: bool) -> None:
    if file.exists() and (not file.is_file() or file.samefile(source)):
        reason = "it is the database itself" if file.is_file() else "it is not a regular file"
        raise InvalidInput(f"{file} can't be written: {reason}.", code="unwritable_file", hint="Choose another name.")
    if file.exists() and not replace:
        raise _exists(file)


def _exists(file: Path) -> InvalidInput:
    return InvalidInput(
        f"{file} is there already.", code="file_exists", hint="Choose another name, or give --force to replace it."
    )


def _copy(source: Path, draft: Path) -> None:
    """Copy all pages in one step: one moment's, because readers keep the moment at which they began."""
    address = f"{source.absolute().as_uri()}?mode=rw"  # a reader of the log may have to make its index
    try:
        with (
            closing(sqlite3.connect(address, uri=True, timeout=_PATIENCE_SECONDS)) as database,
            closing(sqlite3.connect(draft)) as copy,
        ):
            database.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # so that the backup is this one file
    except sqlite3.OperationalError as error:
        raise TryAgain(
            f"The database can't be copied right now: {error}.",
            code="storage_busy",
            hint="Try again. See that the disk has room for another copy of the database.",
        ) from error
    except sqlite3.DatabaseError as error:
        raise _damaged(source) from error


def _keep(draft: Path, file: Path, *, replace: bool) -> None:
    """Give the draft its name, once it is on the disk."""
    for path in (draft, file.parent):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            if path == file.parent:
                _name(draft, file, replace=replace)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _name(draft: Path, file: Path, *, replace: bool) -> None:
    if replace:
        draft.replace(file)
        return
    try:
        os.link(draft, file)  # unlike a rename it replaces nothing that came meanwhile
    except FileExistsError:
        raise _exists(file) from None
    except PermissionError:  # some file systems have no links
        draft.rename(file)


def _require_sqlite(file: Path) -> None:
    try:
        with file.open("rb") as stream:
            head = stream.read(len(_HEAD))
    except OSError as error:
        raise InvalidInput(f"{file} can't be read: {error.strerror}.", code="unreadable_file") from error
    if head.startswith(_DUMP_HEAD):
        raise InvalidInput(
            f"{file} was made by pg_dump.",
            code="bad_backup",
            hint=f"Check it with: {shlex.join(['pg_restore', '--list', str(file)])}",
        )
    if head != _HEAD:
        raise InvalidInput(
            f"{file} is not an SQLite database.", code="bad_backup", hint="Name a file that kvitt backup wrote."
        )


def _read(database: sqlite3.Connection, file: Path) -> Holdings:
    tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    revision = (
        database.execute("SELECT version_num FROM alembic_version").fetchone() if "alembic_version" in tables else None
    )
    if revision is None or not tables.issuperset(_COUNTED):
        raise InvalidInput(
            f"{file} is an SQLite database, but not Kvitt's.",
            code="bad_backup",
            hint="Name a file that kvitt backup wrote.",
        )
    counts = {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in _COUNTED}  # noqa: S608
    sealed = dict(database.execute("SELECT name, sealed_settings FROM businesses ORDER BY name"))
    latest = database.execute("SELECT max(at) FROM audit").fetchone()[0] if "audit" in tables else None
    return Holdings(revision[0], counts, sealed, latest)


@contextmanager
def _told_of(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InvalidInput(
            f"{file} can't be written: {error.strerror}.", code="unwritable_file", hint="Choose another place."
        ) from error


def _damaged(file: Path) -> InvalidInput:
    return InvalidInput(
        f"{file} is damaged.",
        code="damaged_database",
        hint="Take an earlier backup. If it is the database itself, stop Kvitt and restore one.",
    )
