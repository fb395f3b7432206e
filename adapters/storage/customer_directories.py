"""Customer directories: who there is in an account, by what customers are searched by.

A row for each key of a customer: an organization number or an e-mail address, as they are compared.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, insert, select

from adapters.storage.insertion import put
from adapters.storage.schema import customer_directories, customer_directory_keys
from core.customer_directory import CustomerEntry
from core.identity import emails_in, search_number


class SqlDirectoryStore:
    """The customer directories."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    def read_at(self, business: str, books: str) -> datetime | None:
        """Return when the reading began that last brought the directory up to date, or None."""
        return self._database.scalar(
            select(customer_directories.c.read_at).where(_in(customer_directories, business, books))
        )

    def mark_read(self, business: str, books: str, *, at: datetime) -> None:
        """Say that the directory is complete as of this instant."""
        put(self._database, customer_directories, {"business": business, "books": books, "read_at": at})

    def put(self, business: str, books: str, entries: Sequence[CustomerEntry]) -> None:
        """Store entries, each in place of what was kept of that customer."""
        self.remove(business, books, [entry.id for entry in entries])
        rows = [
            {"business": business, "books": books, "key": key, "customer_id": entry.id}
            for entry in entries
            for key in _keys_of(entry)
        ]
        if rows:
            self._database.execute(insert(customer_directory_keys), rows)

    def remove(self, business: str, books: str, customer_ids: Collection[str]) -> None:
        """Forget customers that are gone."""
        keys = customer_directory_keys
        self._database.execute(delete(keys).where(_in(keys, business, books), keys.c.customer_id.in_(customer_ids)))

    def find(self, business: str, books: str, *, numbers: Collection[str], emails: Collection[str]) -> Sequence[str]:
        """Return the ids of the customers that carry one of these organization numbers or e-mail addresses."""
        keys = customer_directory_keys
        wanted = [*map(_number_key, numbers), *map(_email_key, emails)]
        query = select(keys.c.customer_id).where(_in(keys, business, books), keys.c.key.in_(wanted)).distinct()
        return list(self._database.scalars(query))

    def drop(self, business: str, books: str) -> None:
        """Forget the whole directory."""
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
