"""Our own stores in an SQL database: SQLite by default, PostgreSQL by URL."""

from adapters.storage.call_counter import SqlCallCounter
from adapters.storage.figures import SqlFigures
from adapters.storage.key_ring import SqlKeyRing
from adapters.storage.opening import open_storage
from adapters.storage.sealed import SqlSealedTexts
from adapters.storage.sessions import SqlSessionStore
from adapters.storage.unit_of_work import SqlStorage

__all__ = [
    "SqlCallCounter",
    "SqlFigures",
    "SqlKeyRing",
    "SqlSealedTexts",
    "SqlSessionStore",
    "SqlStorage",
    "open_storage",
]
