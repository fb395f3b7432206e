"""Reference data: what seldom changes in an account, kept with its age."""

from datetime import datetime

from sqlalchemy import Connection, delete, select

from adapters.storage.insertion import put
from adapters.storage.schema import reference_data


class SqlReferenceCache:
    """The kept reference data."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    def get(self, business: str, name: str, *, newer_than: datetime) -> str | None:
        """Return the entry if it was stored after that instant, or None."""
        query = select(reference_data.c.value).where(
            reference_data.c.business == business,
            reference_data.c.name == name,
            reference_data.c.stored_at > newer_than,
        )
        return self._database.scalar(query)

    def put(self, business: str, name: str, value: str, *, now: datetime) -> None:
        """Store an entry, instead of the one of this name."""
        put(self._database, reference_data, {"business": business, "name": name, "value": value, "stored_at": now})

    def drop(self, business: str) -> None:
        """Forget all of a business's entries."""
        self._database.execute(delete(reference_data).where(reference_data.c.business == business))
