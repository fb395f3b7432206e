"""Until when accounting systems are left alone."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from adapters.storage.insertion import insert_into
from adapters.storage.schema import businesses, pauses

_UNTIL = select(pauses.c.until).where(pauses.c.system == bindparam("system"))
_UNTIL_FOR = (
    select(pauses.c.until)
    .join(businesses, businesses.c.system == pauses.c.system)
    .where(businesses.c.name == bindparam("business"))
)


class SqlPauseStore:
    """The pauses."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    def put(self, system: str, until: datetime) -> None:
        """Leave the accounting system alone until then, or as long as was said before, whichever is later."""
        statement = insert_into(self._database.dialect.name, pauses).values(system=system, until=until)
        self._database.execute(
            statement.on_conflict_do_update(
                index_elements=["system"],
                set_={"until": statement.excluded.until},
                where=pauses.c.until < statement.excluded.until,
            )
        )

    def until(self, system: str) -> datetime | None:
        """Return until when, or None when that was never said; it may be past."""
        return self._database.scalar(_UNTIL, {"system": system})

    def until_for(self, business: str) -> datetime | None:
        """Return the same for the accounting system of a business."""
        return self._database.scalar(_UNTIL_FOR, {"business": business})
