"""What is sealed in the database, sealed anew with the first key: every column named `sealed_...`."""

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import Column, Connection, Table, bindparam, select, text, update

from adapters.storage.schema import metadata
from core.errors import TryAgain
from core.ports.secret_box import Resealed

_PIECE = 200
_PREFIX = "sealed_"


class Resealer(Protocol):
    """A secret box that knows what is sealed with its first key."""

    def reseal(self, sealed: str) -> str | None:
        """Return the same text sealed with the first key, or None when it is already."""


class Transactions(Protocol):
    """Where transactions below the stores are begun."""

    def write(self) -> Any:
        """Begin one."""


def lock_for_sealing(database: Connection, table: Table) -> None:
    """Announce a write to a table before the text for it is sealed.

    Whoever seals everything anew waits for it to be written, and so leaves out nothing that was sealed with the key
    before. On SQLite a transaction that writes holds the whole database from its beginning.
    """
    if database.dialect.name == "postgresql":
        database.execute(text(f"LOCK TABLE {table.name} IN ROW EXCLUSIVE MODE"))


class SqlSealedTexts:
    """All that is stored sealed; every row is its business's."""

    def __init__(self, storage: Transactions, secret_box: Resealer) -> None:
        self._storage = storage
        self._secret_box = secret_box

    def reseal(self) -> Resealed:
        """Seal everything with the first key that is not yet, some rows a transaction."""
        done = Resealed()
        for table in metadata.sorted_tables:
            for column in table.c:
                if column.name.startswith(_PREFIX):
                    done = self._column(table, column, done)
        return done.model_copy(update={"unreadable": tuple(dict.fromkeys(done.unreadable))})

    def _column(self, table: Table, column: Column[Any], done: Resealed) -> Resealed:
        (key,) = table.primary_key
        after = ""
        while True:
            with self._storage.write() as database:
                _wait_for_writers(database, table)
                query = select(key, column).where(key > after).order_by(key).limit(_PIECE)
                rows = [(name, sealed) for name, sealed in database.execute(query)]
                changed, unreadable = self._resealed(rows)
                if changed:
                    statement = update(table).where(key == bindparam("which")).values({column: bindparam("sealed")})
                    database.execute(statement, changed)
            done = Resealed(count=done.count + len(changed), unreadable=(*done.unreadable, *unreadable))
            if len(rows) < _PIECE:
                return done
            after = rows[-1][0]

    def _resealed(self, rows: Sequence[tuple[str, str]]) -> tuple[list[dict[str, str]], list[str]]:
        changed, unreadable = [], []
        for name, sealed in rows:
            try:
                anew = self._secret_box.reseal(sealed)
            except TryAgain:
                unreadable.append(name)
            else:
                if anew is not None:
                    changed.append({"which": name, "sealed": anew})
        return changed, unreadable


def _wait_for_writers(database: Connection, table: Table) -> None:
    if database.dialect.name == "postgresql":
        database.execute(text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))
