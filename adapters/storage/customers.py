"""Who is known to be which customer: the links, and the directories that are searched."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, and_, bindparam, delete, insert, select
from typing_extensions import override

from adapters.storage.dialects import put
from adapters.storage.schema import customer_directories, customer_directory_keys, customer_links
from core.customer import CustomerEntry
from core.customer_choice import CustomerLink
from core.identity import emails_in, search_number
from core.ports.business_stores import CustomerLinkStore, DirectoryStore

_OF_KEYS = select(*(column for column in customer_links.c if column.name != "business")).where(
    customer_links.c.business == bindparam("business"), customer_links.c.key.in_(bindparam("keys", expanding=True))
)


class SqlCustomerLinkStore(CustomerLinkStore):
    """Who is remembered to be which customer."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    @override
    def of_keys(self, business: str, keys: Collection[str]) -> Mapping[str, CustomerLink]:
        rows = self._database.execute(_OF_KEYS, {"business": business, "keys": list(keys)}).mappings()
        return {row["key"]: CustomerLink.model_validate(dict(row)) for row in rows}

    @override
    def put(self, business: str, *links: CustomerLink) -> None:
        put(self._database, customer_links, *({"business": business, **link.model_dump()} for link in links))

    @override
    def remove(self, business: str, keys: Collection[str]) -> None:
        of_keys = and_(customer_links.c.business == business, customer_links.c.key.in_(keys))
        self._database.execute(delete(customer_links).where(of_keys))


class SqlDirectoryStore(DirectoryStore):
    """The customer directories: who there is in an account, by what customers are searched by.

    A row for each key of a customer: an organization number or an e-mail address, as they are compared.
    """

    def __init__(self, database: Connection) -> None:
        self._database = database

    @override
    def read_at(self, business: str, books: str) -> datetime | None:
        return self._database.scalar(
            select(customer_directories.c.read_at).where(_in(customer_directories, business, books))
        )

    @override
    def mark_read(self, business: str, books: str, *, at: datetime) -> None:
        put(self._database, customer_directories, {"business": business, "books": books, "read_at": at})

    @override
    def put(self, business: str, books: str, entries: Sequence[CustomerEntry]) -> None:
        self.remove(business, books, [entry.id for entry in entries])
        rows = [
            {"business": business, "books": books, "key": key, "customer_id": entry.id}
            for entry in entries
            for key in _keys_of(entry)
        ]
        if rows:
            self._database.execute(insert(customer_directory_keys), rows)

    @override
    def remove(self, business: str, books: str, customer_ids: Collection[str]) -> None:
        keys = customer_directory_keys
        self._database.execute(delete(keys).where(_in(keys, business, books), keys.c.customer_id.in_(customer_ids)))

    @override
    def find(self, business: str, books: str, *, numbers: Collection[str], emails: Collection[str]) -> Sequence[str]:
        keys = customer_directory_keys
        wanted = [*map(_number_key, numbers), *map(_email_key, emails)]
        query = select(keys.c.customer_id).where(_in(keys, business, books), keys.c.key.in_(wanted)).distinct()
        return list(self._database.scalars(query))

    @override
    def drop(self, business: str, books: str) -> None:
        for table in (customer_directories, customer_directory_keys):
            self._database.execute(delete(table).where(_in(table, business, books)))


def _in(table: Table, business: str, books: str) -> ColumnElement[bool]:
    return and_(table.c.business == business, table.c.books == books)


def _keys_of(entry: CustomerEntry) -> Collection[str]:
    number = search_number(entry.organization_number)
    return {*([_number_key(number)] if number else []), *_email_keys(entry)}


def _email_keys(entry: CustomerEntry) -> Iterator[str]:
    return map(_email_key, emails_in(entry.emails))


def _number_key(number: str) -> str:
    return f"organization:{number}"


def _email_key(email: str) -> str:
    return f"email:{email}"
