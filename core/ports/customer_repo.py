"""Customers in the accounting system."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.customer import Customer, CustomerRecord
from core.customer_changes import CustomerChanges
from core.customer_directory import CustomerEntry
from core.errors import KvittError
from core.unreadable import Unreadable


@dataclass(frozen=True)
class CustomerUpdate:
    """New values for a record that was read before."""

    record: CustomerRecord
    changes: CustomerChanges


class CustomerRepo(Protocol):
    """The accounting system, as a place that knows customers.

    Finding may answer more than was asked for (searches are loose); who it is, is decided in the core. A record that
    is there and can't be read is Unreadable, in its place among the others, with whatever is known of it.
    Errors of every method: AccessRefused, TryAgain, Rejected.
    """

    @property
    def can_search(self) -> bool:
        """Whether finding takes a call; where it takes reading all customers, they are found in the directory."""

    def find_by_email(self, email: str) -> Sequence[CustomerRecord | Unreadable]:
        """Return the candidates that may carry this e-mail address."""

    def find_by_organization_number(self, number: str) -> Sequence[CustomerRecord | Unreadable]:
        """Return the candidates that may carry this organization number (normalized: no spaces)."""

    def read(self, customer_ids: Sequence[str]) -> Mapping[str, CustomerRecord | Unreadable]:
        """Return the records of these ids; an id that is gone is left out."""

    def entries(self, *, changed_since: datetime | None = None) -> Iterator[Sequence[CustomerEntry | Unreadable]]:
        """Yield every customer, suppliers and leads included, or those changed since that instant; page by page.

        A call or two a page, made when the page is asked for.
        """

    def create(self, customers: Sequence[Customer]) -> list[str | KvittError]:
        """Create customers. Answers item by item, in order: the new id, or why that one was not created.

        An id is answered only where it is certain that it is this customer's; what can't be told is OutcomeUnknown.
        Errors, for all of them: as for orders.
        """

    def update(self, updates: Sequence[CustomerUpdate]) -> list[KvittError | None]:
        """Write the changed fields and nothing else. Answers item by item, in order: None when it was done.

        Errors: OutcomeUnknown when it can't be told; doing it again does no harm.
        """
