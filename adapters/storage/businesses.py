"""Businesses, their books, reference data and sessions. What their connections and sessions hold is sealed whole."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, Protocol

from sqlalchemy import Column, RowMapping, Select, Table, bindparam, delete, select, text, update
from sqlalchemy import Connection as Database
from typing_extensions import override

from adapters.storage.database import SqlDatabase
from adapters.storage.dialects import put
from adapters.storage.schema import (
    IS_THERE,
    books,
    businesses,
    customer_links,
    erasures,
    intents,
    metadata,
    reference_data,
    sessions,
    status_checks,
    transfers,
    webhook_endpoints,
)
from core.books import Books
from core.business import Business, Connection
from core.customer_choice import claimed_link_key
from core.errors import TryAgain
from core.fields import AS_STORED
from core.intent import IntentKind
from core.ports.business_stores import BooksStore, BusinessStore, ReferenceCache
from core.ports.secret_box import Resealed, SealedTexts, SecretBox
from core.ports.surroundings import SessionStore

_NAMED = select(businesses.c.name).where(businesses.c.name == bindparam("name"), IS_THERE)
_OF_NAME = select(businesses).where(businesses.c.name == bindparam("name"), IS_THERE)
# What refers to a business is stored meanwhile all the same.
_LOCK = select(businesses.c.name).where(businesses.c.name == bindparam("name")).with_for_update(key_share=True)


class SqlBusinessStore(BusinessStore):
    """The businesses. Reading one whose connection was sealed with another key: TryAgain, `secret_key_changed`."""

    def __init__(self, database: Database, secret_box: SecretBox) -> None:
        self._database = database
        self._secret_box = secret_box

    @override
    def get(self, name: str, *, for_update: bool = False) -> Business | None:
        if for_update:  # before it is read: PostgreSQL would not see that it was erased while it waited
            self._database.execute(_LOCK, {"name": name})
        row = self._database.execute(_OF_NAME, {"name": name}).mappings().first()
        return self._business(row) if row else None

    @override
    def has(self, name: str) -> bool:
        return self._database.scalar(_NAMED, {"name": name}) is not None

    @override
    def put(self, business: Business) -> None:
        lock_for_sealing(self._database, businesses)
        notify = business.notify_addresses
        put(
            self._database,
            businesses,
            {
                "name": business.name,
                "system": business.accounting.system,
                "sealed_settings": self._secret_box.seal(json.dumps(dict(business.accounting.settings))),
                "document": business.model_dump_json(exclude={"name", "accounting", "notify"}),
                "sealed_notify": self._secret_box.seal(json.dumps(notify)) if notify else None,
            },
        )
        self._database.execute(delete(erasures).where(erasures.c.business == business.name))

    @override
    def forget_login(self, name: str) -> None:
        self._database.execute(delete(sessions).where(sessions.c.business == name))

    @override
    def names(self, *, limit: int, after: str | None = None, among: Collection[str] | None = None) -> Sequence[str]:
        query = _page(select(businesses.c.name), limit=limit, after=after)
        if among is not None:
            query = query.where(businesses.c.name.in_(among))
        return list(self._database.scalars(query))

    @override
    def list(self, *, limit: int, after: str | None = None) -> Sequence[Business]:
        query = _page(select(businesses), limit=limit, after=after)
        return [self._business(row) for row in self._database.execute(query).mappings()]

    def _business(self, row: RowMapping) -> Business:
        settings = json.loads(self._secret_box.open(row["sealed_settings"]))
        connection = Connection.of(row["system"], settings)
        sealed_notify = row["sealed_notify"]
        notify = json.loads(self._secret_box.open(sealed_notify)) if sealed_notify is not None else ()
        told = {"name": row["name"], "accounting": connection, "notify": notify}
        document = {**json.loads(row["document"]), **told}
        return Business.model_validate(document, context=AS_STORED)


def _page(query: Select[Any], *, limit: int, after: str | None) -> Select[Any]:
    query = query.where(IS_THERE).order_by(businesses.c.name).limit(limit)
    return query if after is None else query.where(businesses.c.name > after)


_BOOKS = select(books.c.key, books.c.system, books.c.company_id, books.c.company).where(
    books.c.business == bindparam("business")
)


class SqlBooksStore(BooksStore):
    """The books that each business's login has led to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def of(self, business: str) -> Mapping[str, Books]:
        rows = self._database.execute(_BOOKS, {"business": business})
        return {key: Books(system=system, company_id=number, company=name) for key, system, number, name in rows}

    @override
    def put(self, business: str, told: Books) -> None:
        put(self._database, books, {"business": business, "key": told.key, **told.model_dump()})

    @override
    def has_unclaimed(self, business: str) -> bool:
        query = select(transfers.c.id).where(
            transfers.c.business == business, transfers.c.order_id.is_not(None), transfers.c.books.is_(None)
        )
        return self._database.scalar(query.limit(1)) is not None

    @override
    def claim(self, business: str, claiming: Books, *, settings: Collection[str]) -> None:
        key = claiming.key
        for table, besides in (
            (transfers, transfers.c.order_id.is_not(None)),
            (status_checks, status_checks.c.order_id.is_not(None)),
            (intents, intents.c.kind == IntentKind.ORDER),
        ):
            unclaimed = update(table).where(table.c.business == business, table.c.books.is_(None), besides)
            self._database.execute(unclaimed.values(books=key))
        self._database.execute(
            update(intents)
            .where(intents.c.business == business, intents.c.books.is_(None))
            .values(books=key, key=f"{key} " + intents.c.key)
        )
        self._claim_links(business, key, settings)

    def _claim_links(self, business: str, key: str, settings: Collection[str]) -> None:
        rows = self._database.execute(select(customer_links).where(customer_links.c.business == business)).mappings()
        found = [dict(row) for row in rows]
        # Where two were made for one customer, what a person has chosen counts.
        for row in sorted(found, key=itemgetter("chosen")):
            if (claimed := claimed_link_key(row["key"], books=key, settings=settings)) and claimed != row["key"]:
                put(self._database, customer_links, {**row, "key": claimed})
                self._database.execute(
                    delete(customer_links).where(
                        customer_links.c.business == business, customer_links.c.key == row["key"]
                    )
                )


_ENTRIES = select(reference_data.c.name, reference_data.c.value, reference_data.c.stored_at).where(
    reference_data.c.business == bindparam("business")
)


class SqlReferenceCache(ReferenceCache):
    """What seldom changes in an account, kept with its age."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def all(self, business: str) -> Mapping[str, tuple[str, datetime]]:
        rows = self._database.execute(_ENTRIES, {"business": business})
        return {name: (value, stored_at) for name, value, stored_at in rows}

    @override
    def put(self, business: str, name: str, value: str, *, now: datetime) -> None:
        put(self._database, reference_data, {"business": business, "name": name, "value": value, "stored_at": now})

    @override
    def drop(self, business: str) -> None:
        self._database.execute(delete(reference_data).where(reference_data.c.business == business))


class SqlSessionStore(SessionStore):
    """The sessions, each stored in a short transaction of its own.

    Not for use within a transaction of the storage, which would have to wait for itself.
    """

    def __init__(self, storage: SqlDatabase, secret_box: SecretBox) -> None:
        self._storage = storage
        self._secret_box = secret_box

    @override
    def load(self, business: str) -> str | None:
        """Return what was kept for the business, or None; also None when the secret key has changed since.

        A session is soon made anew, so there is nothing in that for a person to mend.
        Errors: TryAgain, code `storage_busy`.
        """
        with self._storage.read() as database:
            sealed = database.scalar(select(sessions.c.sealed_session).where(sessions.c.business == business))
        try:
            return self._secret_box.open(sealed) if sealed is not None else None
        except TryAgain:
            return None

    @override
    def save(self, business: str, session: str) -> None:
        with self._storage.write() as database:
            lock_for_sealing(database, sessions)
            put(database, sessions, {"business": business, "sealed_session": self._secret_box.seal(session)})


_PIECE = 200
_PREFIX = "sealed_"


class Resealer(Protocol):
    """A secret box that knows what is sealed with its first key."""

    def reseal(self, sealed: str) -> str | None:
        """Return the same text sealed with the first key, or None when it is already."""


def lock_for_sealing(database: Database, table: Table) -> None:
    """Announce a write to a table before the text for it is sealed.

    Whoever seals everything anew waits for it to be written, and so leaves out nothing that was sealed with the key
    before. On SQLite a transaction that writes holds the whole database from its beginning.
    """
    if database.dialect.name == "postgresql":
        database.execute(text(f"LOCK TABLE {table.name} IN ROW EXCLUSIVE MODE"))


class SqlSealedTexts(SealedTexts):
    """All that is stored sealed, in columns named `sealed_...`. Each row of these is a webhook's, or its business's."""

    def __init__(self, storage: SqlDatabase, secret_box: Resealer) -> None:
        self._storage = storage
        self._secret_box = secret_box

    @override
    def reseal(self) -> Resealed:
        count, businesses_lost, webhooks_lost = 0, dict[str, None](), dict[str, None]()
        for table in metadata.sorted_tables:
            lost = webhooks_lost if table is webhook_endpoints else businesses_lost
            for column in table.c:
                if column.name.startswith(_PREFIX):
                    count += self._reseal_column(table, column, lost)
        return Resealed(count=count, unreadable=tuple(businesses_lost), unreadable_webhooks=tuple(webhooks_lost))

    def _reseal_column(self, table: Table, column: Column[Any], lost: dict[str, None]) -> int:
        """Return how much was sealed anew; add to `lost` whose is what no key opens."""
        (key,) = table.primary_key
        count, after = 0, ""
        while True:
            with self._storage.write() as database:
                _wait_for_writers(database, table)
                query = select(key, column).where(key > after, column.is_not(None)).order_by(key).limit(_PIECE)
                rows = [(name, sealed) for name, sealed in database.execute(query)]
                changed, unreadable = self._reseal_rows(rows)
                if changed:
                    statement = update(table).where(key == bindparam("which")).values({column: bindparam("sealed")})
                    database.execute(statement, changed)
            count += len(changed)
            lost.update(dict.fromkeys(unreadable))
            if len(rows) < _PIECE:
                return count
            after = rows[-1][0]

    def _reseal_rows(self, rows: Sequence[tuple[str, str]]) -> tuple[list[dict[str, str]], list[str]]:
        changed, unreadable = [], []
        for name, sealed in rows:
            try:
                anew = self._secret_box.reseal(sealed)
            except TryAgain:
                unreadable.append(name)
            else:
                if anew is not None:
                    changed.append({"which": name, "sealed": anew})
        return changed, unreadable


def _wait_for_writers(database: Database, table: Table) -> None:
    if database.dialect.name == "postgresql":
        database.execute(text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))
