"""A PostgreSQL server to test with, where there is one.

`KVITT_TEST_POSTGRES_URL` names it, and then it must be there; without it the default port on loopback is tried, and
what needs PostgreSQL is skipped where nothing answers.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache

import psycopg
import pytest
from psycopg import sql

from adapters.storage.schema import metadata

_DEFAULT = "postgresql://postgres@127.0.0.1:5432/postgres"

_OWN_TIME = """
CREATE SCHEMA stepped;
CREATE TABLE stepped.wall (shift interval NOT NULL);
INSERT INTO stepped.wall VALUES ('0');
CREATE FUNCTION stepped.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
    AS 'SELECT pg_catalog.clock_timestamp() + shift FROM stepped.wall';
"""


@cache
def server() -> str | None:
    """Return the server's URL, or None where none answers.

    Errors: psycopg.OperationalError when the server that was named does not answer.
    """
    named = os.environ.get("KVITT_TEST_POSTGRES_URL")
    try:
        psycopg.connect(named or _DEFAULT, connect_timeout=2).close()
    except psycopg.OperationalError:
        if named:
            raise
        return None
    return named or _DEFAULT


def require_server() -> str:
    """Return the server's URL, or skip the test."""
    url = server()
    if url is None:
        pytest.skip("no PostgreSQL answers on the default port (KVITT_TEST_POSTGRES_URL names another)")
    return url


@contextmanager
def temporary_database(*, like: str | None = None) -> Iterator[str]:
    """Make a database, empty or a copy of the one whose URL is given; its URL, for the length of the block."""
    url = require_server()
    name = f"kvitt_test_{secrets.token_hex(6)}"
    create = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    if like:
        create += sql.SQL(" TEMPLATE {}").format(sql.Identifier(like.rsplit("/", 1)[1]))
    with psycopg.connect(url, autocommit=True) as server_connection:
        server_connection.execute(create)
    try:
        yield f"{url.rsplit('/', 1)[0]}/{name}"
    finally:
        with psycopg.connect(url, autocommit=True) as server_connection:
            server_connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def empty(url: str) -> None:
    """Take all that Kvitt's tables hold out of them, the audit trail too: quicker than to make another database."""
    with psycopg.connect(url) as database:
        database.execute("SET session_replication_role = replica")  # no trigger and no foreign key objects
        for table in metadata.tables:
            database.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))


def give_own_time(url: str) -> None:
    """Have a database tell its own time from now on, which `step_time` sets: the server's is everybody's."""
    with psycopg.connect(url, autocommit=True) as database:
        database.execute(_OWN_TIME)
        name = sql.Identifier(database.info.dbname)
        database.execute(sql.SQL("ALTER DATABASE {} SET search_path = public, stepped, pg_catalog").format(name))


def step_time(url: str, by: timedelta) -> None:
    """Set the clock of a database that has its own."""
    with psycopg.connect(url) as database:
        database.execute("UPDATE stepped.wall SET shift = shift + %s", [by])
