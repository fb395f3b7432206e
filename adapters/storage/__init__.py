"""Our own stores in an SQL database: SQLite by default, PostgreSQL by URL."""

from adapters.storage.access import SqlKeyRing
from adapters.storage.businesses import SqlSealedTexts, SqlSessionStore
from adapters.storage.installation import SqlFigures
from adapters.storage.notices import SqlNoticeStore
from adapters.storage.turns import SqlCallCounter
from adapters.storage.unit_of_work import SqlStorage, open_storage
from adapters.storage.users import SqlSessionRing

__all__ = [
    "SqlCallCounter",
    "SqlFigures",
    "SqlKeyRing",
    "SqlNoticeStore",
    "SqlSealedTexts",
    "SqlSessionRing",
    "SqlSessionStore",
    "SqlStorage",
    "open_storage",
]
