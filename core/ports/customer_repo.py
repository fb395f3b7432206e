"""Customers in the accounting system."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from core.customer import Customer, CustomerRecord
from core.customer_changes import CustomerChanges
from core.errors import KvittError


@dataclass(frozen=True)
class CustomerUpdate:
    """New values for a record that was read before."""

    record: CustomerRecord
    changes: CustomerChanges


class CustomerRepo(Protocol):
    """The accounting system, as a place that knows customers.

    Finding may answer more than was asked for (searches are loose); who it is, is decided in the core.
    Errors of every method: AccessRefused, TryAgain, Rejected.
    """

    def find_by_email(self, email: str) -> list[CustomerRecord]:
        """Return the candidates that may carry this e-mail address."""

    def find_by_organization_number(self, number: str) -> list[CustomerRecord]:
        """Return the candidates that may carry this organization number (normalized: no spaces)."""

    def read(self, customer_ids: Sequence[str]) -> dict[str, CustomerRecord]:
        """Return the records of these ids; an id that is gone is left out."""

    def create(self, customers: Sequence[Customer]) -> list[str | KvittError]:
        """Create customers. Answers item by item, in order: the new id, or why that one was not created.

        Errors: OutcomeUnknown when it can't be told what was created.
        """

    def update(self, updates: Sequence[CustomerUpdate]) -> list[KvittError | None]:
        """Write the changed fields and nothing else. Answers item by item, in order: None when it was done.

        Errors: OutcomeUnknown when it can't be told; doing it again does no harm.
        """
