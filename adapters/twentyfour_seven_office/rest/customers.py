"""Customers at 24SevenOffice, and the names of those that were seen lately: an order has to be given its customer's."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from threading import Lock
from typing import TypeVar

from cachetools import FIFOCache
from typing_extensions import override

from adapters.http_api.found_records import carrying_email, carrying_number
from adapters.http_api.json_answer import Gone
from adapters.http_api.json_values import Broken, Item, instant_out
from adapters.parallel import all_of, each_of
from adapters.twentyfour_seven_office.rest.customer_mapping import (
    changed_customer,
    customer_entry,
    customer_record,
    new_customer,
    unreadable_customer,
)
from adapters.twentyfour_seven_office.rest.json_values import created_id, item_in
from adapters.twentyfour_seven_office.rest.operations import (
    CHANGE_CUSTOMER,
    CREATE_CUSTOMER,
    GET_CUSTOMER,
    GET_CUSTOMERS,
)
from adapters.twentyfour_seven_office.rest.session import BusinessSession
from adapters.twentyfour_seven_office.values import known_number, numbers_of
from core.customer import Customer, CustomerEntry, CustomerRecord
from core.errors import KvittError
from core.ports.accounting import CustomerRepo, CustomerUpdate
from core.unreadable import Unreadable

Result = TypeVar("Result")

_PAGE = 100  # docs/24sevenoffice.md, "REST"
_MOST_NAMES = 10_000


class CustomerNames:
    """Names by customer id, the latest that were seen. Safe to use from many threads.

    While `being_read` is held, no other thread reads one: it is there when their turn comes.
    """

    def __init__(self) -> None:
        self._names: FIFOCache[str, str] = FIFOCache(_MOST_NAMES)
        self._lock = Lock()
        self.being_read = Lock()

    def put(self, customer_id: str, name: str) -> None:
        """Remember a name."""
        with self._lock:
            self._names[customer_id] = name

    def get(self, customer_id: str) -> str | None:
        """Return the name that was seen last, or None."""
        with self._lock:
            return self._names.get(customer_id)


class RestCustomerRepo(CustomerRepo):
    """The CustomerRepo port. The API does not search by e-mail, and by number only as it was typed."""

    can_search = False

    def __init__(self, session: BusinessSession, names: CustomerNames) -> None:
        self._session = session
        self._names = names

    @override
    def find_by_email(self, email: str) -> list[CustomerRecord | Unreadable]:
        """Search by e-mail. It takes reading all customers: one call for a hundred."""
        return carrying_email(self._read_all(), email)

    @override
    def find_by_organization_number(self, number: str) -> list[CustomerRecord | Unreadable]:
        """Search by organization number, however it is spaced. It takes reading all customers."""
        return carrying_number(self._read_all(), number)

    @override
    def read(self, customer_ids: Sequence[str]) -> dict[str, CustomerRecord | Unreadable]:
        """Read these records, a call each, several at once; what can't be an id there is gone without asking."""
        wanted, numbers = set(customer_ids), numbers_of(customer_ids)
        read = all_of(numbers, self._read, at_once=self._session.parallel_calls)
        found = {str(number): record for number, record in zip(numbers, read, strict=True) if record}
        return {customer_id: record for customer_id, record in found.items() if customer_id in wanted}

    @override
    def entries(self, *, changed_since: datetime | None = None) -> Iterator[Sequence[CustomerEntry | Unreadable]]:
        """Read what customers are searched by: all of them, or those changed since then. One call for a hundred."""
        for page in self._read_pages(changed_since):
            entries = [entry for customer in page if (entry := _mapped(customer, customer_entry))]
            if entries:
                yield entries

    @override
    def create(self, customers: Sequence[Customer]) -> list[str | KvittError]:
        """Create customers, a call each, several at once."""
        return each_of(customers, self._create, at_once=self._session.parallel_calls)

    @override
    def update(self, updates: Sequence[CustomerUpdate]) -> list[KvittError | None]:
        """Write the changes, a call each, several at once."""
        return each_of(updates, self._update, at_once=self._session.parallel_calls)

    def _read(self, number: int) -> CustomerRecord | Unreadable | None:
        """Read one record; None when it is gone."""
        try:
            found = self._session.call(GET_CUSTOMER, id=number)
        except Gone:
            return None
        if isinstance(found, Broken):
            return unreadable_customer({**found, "id": number})
        record = customer_record(item_in(found, GET_CUSTOMER, asked=number))
        if record:
            self._names.put(record.id, record.name)
        return record

    def _create(self, customer: Customer) -> str:
        answer = self._session.call(CREATE_CUSTOMER, body=new_customer(customer))
        customer_id = created_id(answer, CREATE_CUSTOMER)
        self._names.put(customer_id, customer.booked_name)
        return customer_id

    def _update(self, update: CustomerUpdate) -> None:
        number = known_number(update.record.id, "customer", CHANGE_CUSTOMER.where)
        changed = changed_customer(update.record, update.changes)
        if changed:
            item_in(self._session.call(CHANGE_CUSTOMER, body=changed, id=number), CHANGE_CUSTOMER, asked=number)
        if update.changes.name is not None:
            self._names.put(update.record.id, update.changes.name)

    def _read_all(self) -> Iterator[CustomerRecord | Unreadable]:
        for page in self._read_pages(None):
            yield from (record for customer in page if (record := _mapped(customer, customer_record)))

    def _read_pages(self, changed_since: datetime | None) -> Iterator[Sequence[Item]]:
        modified_from = instant_out(changed_since) if changed_since else None
        query = {"limit": _PAGE, "sortBy": "id:asc", "modifiedFrom": modified_from}
        return self._session.pages(GET_CUSTOMERS, query)


def _mapped(customer: Item, read: Callable[[Item], Result | None]) -> Result | Unreadable | None:
    return unreadable_customer(customer) if isinstance(customer, Broken) else read(customer)
