"""Reference data: what seldom changes in an account, kept with its age."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select

from adapters.storage.insertion import put
from adapters.storage.schema import reference_data

_OF_BUSINESS = select(reference_data.c.name, reference_data.c.value, reference_data.c.stored_at).where(
    reference_data.c.business == bindparam("business")
)


class SqlReferenceCache:
    """The kept reference data."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    def all(self, business: str) -> Mapping[str, tuple[str, datetime]]:
        """Return a business's entries by name, each with when it was stored."""
        rows = self._database.execute(_OF_BUSINESS, {"business": business})
        return {name: (value, stored_at) for name, value, stored_at in rows}

    def put(self, business: str, name: str, value: str, *, now: datetime) -> None:
        """Store an entry, instead of the one of this name."""
        put(self._database, reference_data, {"business": business, "name": name, "value": value, "stored_at": now})

    def drop(self, business: str) -> None:
        """Forget all of a business's entries."""
        self._database.execute(delete(reference_data).where(reference_data.c.business == business))
