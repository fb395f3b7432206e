"""Who is known to be which customer: links, and the directories that are searched."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from core.customer_choice import CustomerLink
from core.customer_directory import CustomerEntry


class CustomerLinkStore(Protocol):
    """Who is remembered to be which customer."""

    def of_keys(self, business: str, keys: Collection[str]) -> Mapping[str, CustomerLink]:
        """Return what is remembered under these keys, by key."""

    def put(self, business: str, *links: CustomerLink) -> None:
        """Remember."""


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
