"""Intents: the marks of what is about to be created."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, and_, bindparam, delete, select

from adapters.storage.insertion import put
from adapters.storage.schema import IS_OPEN_ORDER, intents
from core.intent import Intent, IntentKind

_THESE = and_(
    intents.c.business == bindparam("business"),
    intents.c.kind == bindparam("kind"),
    intents.c.key.in_(bindparam("keys", expanding=True)),
)
_OF_KEYS = select(*(column for column in intents.c if column.name != "business")).where(_THESE)
_OPEN_ORDERS = (
    select(intents.c.key)
    .where(IS_OPEN_ORDER, intents.c.business == bindparam("business"))
    .order_by(intents.c.key)
    .limit(bindparam("most"))
)
_REMOVAL = delete(intents).where(_THESE)


class SqlIntentStore:
    """The intents."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    def get(self, business: str, kind: IntentKind, key: str) -> Intent | None:
        """Return the intent, or None."""
        return self.of_keys(business, kind, [key]).get(key)

    def of_keys(self, business: str, kind: IntentKind, keys: Collection[str]) -> Mapping[str, Intent]:
        """Return those of these intents that there are, by key."""
        if not keys:
            return {}
        rows = self._database.execute(_OF_KEYS, _named(business, kind, keys)).mappings()
        return {row["key"]: Intent.model_validate(dict(row)) for row in rows}

    def open_orders(self, business: str, *, limit: int) -> Sequence[str]:
        """Return the numbers of invoices of which it is open whether they have an order, at most `limit`."""
        return self._database.scalars(_OPEN_ORDERS, {"business": business, "most": limit}).all()

    def put(self, business: str, *marks: Intent) -> None:
        """Store intents, each new or in place of the one of this kind and key."""
        put(self._database, intents, *({"business": business, **intent.model_dump()} for intent in marks))

    def remove(self, business: str, kind: IntentKind, *keys: str) -> None:
        """Forget intents; one that is not there is forgotten already."""
        if keys:
            self._database.execute(_REMOVAL, _named(business, kind, keys))


def _named(business: str, kind: IntentKind, keys: Collection[str]) -> dict[str, object]:
    return {"business": business, "kind": kind, "keys": list(keys)}
