"""The CustomerRepo port."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from kvitt import Customer, CustomerEntry, CustomerRecord, CustomerUpdate, KvittError, Unreadable


class Customers:
    """Customers. Kvitt decides which one is the right one: answer more candidates rather than fewer."""

    # False where finding a customer takes reading them all: then Kvitt keeps a directory of its own, from `entries`.
    can_search = True

    def find_by_email(self, email: str) -> Sequence[CustomerRecord | Unreadable]:
        """Return the candidates that may carry this e-mail address."""
        raise NotImplementedError("Search for the e-mail address, and return a CustomerRecord for each hit.")

    def find_by_organization_number(self, number: str) -> Sequence[CustomerRecord | Unreadable]:
        """Return the candidates that may carry this organization number."""
        raise NotImplementedError("Search for the organization number, and return a CustomerRecord for each hit.")

    def read(self, customer_ids: Sequence[str]) -> Mapping[str, CustomerRecord | Unreadable]:
        """Return the records of these ids; leave out those that are gone."""
        raise NotImplementedError("Read these customers, and return their CustomerRecords by id.")

    def entries(self, *, changed_since: datetime | None = None) -> Iterator[Sequence[CustomerEntry | Unreadable]]:
        """Yield all customers, or those changed since then, page by page."""
        raise NotImplementedError("Read all customers, and yield each page as CustomerEntry objects.")

    def create(self, customers: Sequence[Customer]) -> list[str | KvittError]:
        """Create customers. Answer for each, in order: its new id, or why it was not created."""
        raise NotImplementedError("Create the customers, and return an id or an error for each.")

    def update(self, updates: Sequence[CustomerUpdate]) -> list[KvittError | None]:
        """Write the changed fields and nothing else. Answer for each, in order: None, or why it was not written."""
        raise NotImplementedError("Write what `changes` holds of each customer, and return None or an error for each.")
