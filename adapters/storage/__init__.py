"""Our own stores in an SQL database: SQLite by default, PostgreSQL by URL."""

from adapters.storage.access import SqlKeyRing
from adapters.storage.businesses import SqlSealedTexts, SqlSessionStore
from adapters.storage.installation import SqlFigures
from adapters.storage.notices import SqlNoticeStore
from adapters.storage.turns import SqlCallCounter
from adapters.storage.unit_of_work import SqlStorage, open_storage

__all__ = [
    "SqlCallCounter",
    "SqlFigures",
    "SqlKeyRing",
    "SqlNoticeStore",
    "SqlSealedTexts",
    "SqlSessionStore",
    "SqlStorage",
    "open_storage",
]
