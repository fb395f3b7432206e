"""The businesses, and what is known of their accounts: books, reference data, and who is which customer."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from core.books import Books
from core.business import Business
from core.customer import CustomerEntry
from core.customer_choice import CustomerLink


class BusinessStore(Protocol):
    """The businesses and their settings; what their connections hold is encrypted at rest.

    One that was erased is not there, until it is stored again.
    """

    def get(self, name: str, *, for_update: bool = False) -> Business | None:
        """Return a business, or None.

        `for_update`: nobody else stores it until this transaction ends, so that what is decided by it stays true.
        """

    def has(self, name: str) -> bool:
        """Whether there is such a business. Its secrets stay closed, which costs far less than `get`."""

    def names(self, *, limit: int, after: str | None = None, among: Collection[str] | None = None) -> Sequence[str]:
        """Return the names of businesses, of all or of those given, as `list` does; their secrets stay closed."""

    def put(self, business: Business) -> None:
        """Store a business, new or changed."""

    def forget_login(self, name: str) -> None:
        """Forget what was kept of the latest login through a business's connection; none is nothing to forget."""

    def list(self, *, limit: int, after: str | None = None) -> Sequence[Business]:
        """Return businesses by name, those after the given name, at most `limit`."""


class BooksStore(Protocol):
    """The books that each business's login has led to."""

    def of(self, business: str) -> Mapping[str, Books]:
        """Return a business's books, by key; none before its first login."""

    def put(self, business: str, books: Books) -> None:
        """Remember books, in place of what was said of those of the same key."""

    def has_unclaimed(self, business: str) -> bool:
        """Whether an order was created before it was kept in which books, and nobody has claimed it."""

    def claim(self, business: str, books: Books, *, settings: Collection[str]) -> None:
        """Take all of a business that is kept without its books to be these books'.

        `settings` are what its connection says: of the customer links those are claimed that were made for it.
        """


class ReferenceCache(Protocol):
    """What seldom changes in an account: product, VAT codes, currencies. Kept with its age, as JSON."""

    def all(self, business: str) -> Mapping[str, tuple[str, datetime]]:
        """Return a business's entries by name, each with when it was stored."""

    def put(self, business: str, name: str, value: str, *, now: datetime) -> None:
        """Store an entry."""

    def drop(self, business: str) -> None:
        """Forget all of a business's entries."""


class CustomerLinkStore(Protocol):
    """Who is remembered to be which customer."""

    def of_keys(self, business: str, keys: Collection[str]) -> Mapping[str, CustomerLink]:
        """Return what is remembered under these keys, by key."""

    def put(self, business: str, *links: CustomerLink) -> None:
        """Remember."""

    def remove(self, business: str, keys: Collection[str]) -> None:
        """Forget what is remembered under these keys."""


class DirectoryStore(Protocol):
    """The customer directories: one for each business and the books that it was read from."""

    def read_at(self, business: str, books: str) -> datetime | None:
        """Return when the reading began that last brought the directory up to date, or None when it never was."""

    def mark_read(self, business: str, books: str, *, at: datetime) -> None:
        """Say that the directory is complete as of the instant at which the reading began."""

    def put(self, business: str, books: str, entries: Sequence[CustomerEntry]) -> None:
        """Store entries, each in place of what was kept of that customer."""

    def remove(self, business: str, books: str, customer_ids: Collection[str]) -> None:
        """Forget customers that are gone."""

    def find(self, business: str, books: str, *, numbers: Collection[str], emails: Collection[str]) -> Sequence[str]:
        """Return the ids of the customers that carry one of these organization numbers or e-mail addresses.

        Numbers as they are searched for (search_number), addresses as they are compared (emails_in).
        """

    def drop(self, business: str, books: str) -> None:
        """Forget the whole directory."""
