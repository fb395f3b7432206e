"""Why a PostgreSQL database can't be opened, for whoever sets Kvitt up."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL
from sqlalchemy.exc import OperationalError

from core.errors import InvalidInput, TryAgain

_NO_DATABASE = "3D000"
_DEFAULT_PORT = 5432


@contextmanager
def told_of_missing_server(url: URL) -> Iterator[None]:
    """Raise InvalidInput, code `database_missing`, for a database that is not there; TryAgain where no server answers.

    The server's own words are all there is to tell these by: the driver gives a connection that failed no code.
    """
    try:
        yield
    except OperationalError as error:
        if url.get_backend_name() != "postgresql":
            raise
        said = str(error.orig)
        code = getattr(error.orig, "sqlstate", None)
        if code == _NO_DATABASE or (f'database "{url.database}"' in said and "does not exist" in said):
            raise InvalidInput(
                f'There is no database "{url.database}" at {place_of(url)}.',
                code="database_missing",
                hint=f"Create it: {create_line(url)}",
            ) from error
        if "Connection refused" in said or "No such file or directory" in said:
            raise TryAgain(
                f"No PostgreSQL server answers at {place_of(url)}.",
                code="storage_busy",
                hint="Start it, or correct KVITT_DATABASE_URL.",
            ) from error
        raise


def place_of(url: URL) -> str:
    """Return the server's host and port."""
    return f"{url.host or 'this machine'}:{url.port or _DEFAULT_PORT}"


def connection_options(url: URL) -> list[str]:
    """Return the options by which PostgreSQL's own commands reach the server; no password is among them."""
    options = []
    if url.host:
        options.append(f"--host={url.host}")
    if url.port:
        options.append(f"--port={url.port}")
    if url.username:
        options.append(f"--username={url.username}")
    return options


def create_line(url: URL) -> str:
    """Return the line that makes the database of a URL."""
    return shlex.join(["createdb", *connection_options(url), url.database or ""])
