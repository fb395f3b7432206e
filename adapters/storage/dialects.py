"""What SQLite and PostgreSQL do not have alike: column types, inserts that meet a row, tables only ever added to."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Connection, DateTime, Dialect, Integer, String, Table, TypeDecorator
from sqlalchemy.types import TypeEngine

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

READ_ONLY = {"sqlite_begin": "BEGIN DEFERRED"}
"""Execution options of a connection that only reads and therefore waits for no writer."""


class UtcDateTime(TypeDecorator[datetime]):
    """An instant, to the microsecond. Goes in aware, is stored in UTC, comes out aware.

    SQLite knows no time zones and keeps text, which sorts by time because every value has the same form.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Bring an instant to UTC. A time without zone is a bug: ValueError."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a time zone can't be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the instant in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


def exact_text(length: int | None = None) -> TypeEngine[str]:
    """Return a type for text that is compared and sorted by its code points, whatever the database's language."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def serial_number() -> TypeEngine[int]:
    """Return a type for a key that the database counts up itself (SQLite does so for INTEGER alone)."""
    return BigInteger().with_variant(Integer(), "sqlite")


def insert_into(dialect: str, table: Table) -> "postgresql.Insert | sqlite.Insert":
    """Return the insert statement of this kind of database, with its `on_conflict_...` methods.

    Both databases write these alike, but SQLAlchemy keeps them apart for each.
    """
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as postgresql_insert

        return postgresql_insert(table)
    from sqlalchemy.dialects.sqlite import insert as sqlite_insert

    return sqlite_insert(table)


def put(connection: Connection, table: Table, *rows: Mapping[str, Any]) -> None:
    """Store rows, each new or in place of the one with the same primary key."""
    if rows:
        connection.execute(_upsert(connection.dialect.name, table), rows)


@cache
def _upsert(dialect: str, table: Table) -> "postgresql.Insert | sqlite.Insert":
    keys: Sequence[str] = [column.name for column in table.primary_key]
    statement = insert_into(dialect, table)
    changed = {name: value for name, value in statement.excluded.items() if name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=changed)


def append_only_statements(dialect: str, table: str) -> Sequence[str]:
    """Return what makes the database refuse to change or remove a row of the table; part of a migration, so it stays.

    Whoever owns the database can take the triggers away, and can't do it by mistake.
    """
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for event in ("UPDATE", "DELETE")
        ]
    return [
        f"CREATE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$",
        f"CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_append_only()",
    ]
