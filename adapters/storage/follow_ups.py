"""Follow-ups: when each business's open orders were last asked about.

A business's row changes only while what it is compared with still holds, so of two that begin one wins.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, exists, select, update

from adapters.storage.insertion import insert_into
from adapters.storage.schema import IS_OPEN, businesses, follow_ups, pauses, transfers


class SqlFollowUpStore:
    """The follow-ups."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    def due(self, *, now: datetime, begun_before: datetime) -> Sequence[str]:
        """Return the businesses to be followed up, by name."""
        # That a number follows "" is true of all: it is said because otherwise SQLite takes another index, and reads
        # through all that have arrived to find that none is open.
        has_open = exists().where(IS_OPEN, transfers.c.business == businesses.c.name, transfers.c.invoice > "")
        is_fresh = exists().where(follow_ups.c.business == businesses.c.name, follow_ups.c.begun_at > begun_before)
        is_paused = exists().where(pauses.c.system == businesses.c.system, pauses.c.until > now)
        query = select(businesses.c.name).where(~is_fresh, ~is_paused, has_open).order_by(businesses.c.name)
        return list(self._database.scalars(query))

    def begin(self, business: str, *, now: datetime, begun_before: datetime) -> bool:
        """Say that the business's follow-up begins now, unless one began after `begun_before`."""
        statement = insert_into(self._database.dialect.name, follow_ups).values(business=business, begun_at=now)
        begun = statement.on_conflict_do_update(
            index_elements=["business"],
            set_={"begun_at": statement.excluded.begun_at},
            where=follow_ups.c.begun_at <= begun_before,
        ).returning(follow_ups.c.business)
        return self._database.scalar(begun) is not None

    def count_as_begun(self, business: str, at: datetime) -> None:
        """Have the follow-up that was begun count as if it had begun then."""
        self._database.execute(update(follow_ups).where(follow_ups.c.business == business).values(begun_at=at))
