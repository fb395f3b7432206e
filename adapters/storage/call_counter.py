"""The calls made to accounting systems: a row an hour, so what was used can be looked up afterwards."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Integer, bindparam, select
from sqlalchemy.sql.dml import ReturningInsert

from adapters.storage.insertion import insert_into
from adapters.storage.schema import calls_made
from adapters.storage.unit_of_work import SqlStorage
from core.ports.call_counter import Draw


class SqlCallCounter:
    """The CallCounter port. The row changes only while there is room, so the database itself keeps the limit."""

    def __init__(self, storage: SqlStorage) -> None:
        self._storage = storage

    def draw(self, system: str, hour: datetime, *, wanted: int, limit: int) -> Draw:
        """Count calls before they are made: all that are wanted, or one where that is too many, or none."""
        for size in sorted({wanted, 1}, reverse=True):
            used = self._add(system, hour, size, limit=limit)
            if used is not None:
                return Draw(granted=size, used=used)
        return Draw(granted=0, used=self.used(system, hour))

    def fill(self, system: str, hour: datetime, *, limit: int) -> None:
        """Count the hour as used up."""
        with self._storage.write() as database:
            filled = insert_into(database.dialect.name, calls_made).values(system=system, hour=hour, calls=limit)
            database.execute(
                filled.on_conflict_do_update(
                    index_elements=["system", "hour"], set_={"calls": limit}, where=calls_made.c.calls < limit
                )
            )

    def used(self, system: str, hour: datetime) -> int:
        """Return the hour's count; no writer is waited for."""
        query = select(calls_made.c.calls).where(calls_made.c.system == system, calls_made.c.hour == hour)
        with self._storage.read() as database:
            return database.scalar(query) or 0

    def _add(self, system: str, hour: datetime, size: int, *, limit: int) -> int | None:
        """Add to the hour's count and return what it is then; None, and nothing added, where there is no room."""
        if size > limit:
            return None
        with self._storage.write() as database:
            drawing = {"system": system, "hour": hour, "calls": size, "limit": limit}
            used: int | None = database.scalar(_adding(database.dialect.name), drawing)
            return used


@cache
def _adding(dialect: str) -> ReturningInsert[Any]:
    """Return the statement that adds to an hour's count, made once: it is run all the time."""
    first = insert_into(dialect, calls_made)
    together = calls_made.c.calls + first.excluded.calls
    return first.on_conflict_do_update(
        index_elements=["system", "hour"],
        set_={"calls": together},
        where=together <= bindparam("limit", type_=Integer),
    ).returning(calls_made.c.calls)
