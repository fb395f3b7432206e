"""Intents: the marks of what is about to be created."""

from sqlalchemy import ColumnElement, Connection, and_, delete, select

from adapters.storage.insertion import put
from adapters.storage.schema import intents
from core.intent import Intent, IntentKind


class SqlIntentStore:
    """The intents."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    def get(self, business: str, kind: IntentKind, key: str) -> Intent | None:
        """Return the intent, or None."""
        columns = [column for column in intents.c if column.name != "business"]
        row = self._database.execute(select(*columns).where(_is(business, kind, key))).mappings().first()
        return Intent.model_validate(dict(row)) if row else None

    def put(self, business: str, intent: Intent) -> None:
        """Store an intent, new or in place of the one of this kind and key."""
        put(self._database, intents, {"business": business, **intent.model_dump()})

    def remove(self, business: str, kind: IntentKind, key: str) -> None:
        """Forget an intent; one that is not there is forgotten already."""
        self._database.execute(delete(intents).where(_is(business, kind, key)))


def _is(business: str, kind: IntentKind, key: str) -> ColumnElement[bool]:
    return and_(intents.c.business == business, intents.c.kind == kind, intents.c.key == key)
