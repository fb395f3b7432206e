"""Insert statements that say what happens when the row is there already.

SQLite and PostgreSQL write this alike, but SQLAlchemy keeps it apart for each.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite


def insert_into(dialect: str, table: Table) -> "postgresql.Insert | sqlite.Insert":
    """Return the insert statement of this kind of database, which has `on_conflict_...` methods."""
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
