"""What the database's own trouble means to a caller."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.errors import InvalidInput, TryAgain


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
            hint="Name another file in KVITT_DATABASE_URL; a missing one is made.",
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
        f"Kvitt's database can't be used at this moment: {first or 'it does not say why'}.",
        code="storage_busy",
        hint="Try again; if it stays so, see that the database is the right one (KVITT_DATABASE_URL), reachable and "
        "writable, and that its disk has room.",
    )
