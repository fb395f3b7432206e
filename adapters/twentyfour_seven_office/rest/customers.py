"""Customers at 24SevenOffice."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from adapters.twentyfour_seven_office.rest.customer_names import CustomerNames
from adapters.twentyfour_seven_office.rest.json_text import Broken
from adapters.twentyfour_seven_office.rest.mapping.customers import (
    changed_customer,
    customer_entry,
    customer_record,
    new_customer,
    unreadable_customer,
)
from adapters.twentyfour_seven_office.rest.mapping.values import Item, created_id, instant_out, item_in
from adapters.twentyfour_seven_office.rest.one_by_one import one_by_one
from adapters.twentyfour_seven_office.rest.operations import (
    CHANGE_CUSTOMER,
    CREATE_CUSTOMER,
    GET_CUSTOMER,
    GET_CUSTOMERS,
)
from adapters.twentyfour_seven_office.rest.refusals import Gone
from adapters.twentyfour_seven_office.rest.session import BusinessSession
from adapters.twentyfour_seven_office.values import known_number, numbers_of
from core.customer import Customer, CustomerEntry, CustomerRecord
from core.errors import KvittError
from core.identity import emails_in, normal_email, search_number
from core.ports.accounting import CustomerUpdate
from core.unreadable import Unreadable

Result = TypeVar("Result")

_PAGE = 100  # docs/24sevenoffice.md, "REST"


class RestCustomerRepo:
    """The CustomerRepo port. The API does not search by e-mail, and by number only as it was typed."""

    can_search = False

    def __init__(self, session: BusinessSession, names: CustomerNames) -> None:
        self._session = session
        self._names = names

    def find_by_email(self, email: str) -> list[CustomerRecord | Unreadable]:
        """Search by e-mail. It takes reading all customers: one call for a hundred."""
        wanted = normal_email(email)
        return [one for one in self._all() if wanted in emails_in(one.emails)]

    def find_by_organization_number(self, number: str) -> list[CustomerRecord | Unreadable]:
        """Search by organization number, however it is spaced. It takes reading all customers."""
        wanted = search_number(number) or number
        return [one for one in self._all() if wanted in (search_number(one.organization_number) or "")]

    def read(self, customer_ids: Sequence[str]) -> dict[str, CustomerRecord | Unreadable]:
        """Read these records, a call each; what can't be an id of the vendor's is gone without asking."""
        records: dict[str, CustomerRecord | Unreadable] = {}
        for number in numbers_of(customer_ids):
            try:
                found = self._session.call(GET_CUSTOMER, id=number)
            except Gone:
                continue
            if isinstance(found, Broken):
                records[str(number)] = unreadable_customer({**found, "id": number})
                continue
            record = customer_record(item_in(found, GET_CUSTOMER, asked=number))
            if record and record.id in customer_ids:
                records[record.id] = record
                self._names.put(record.id, record.name)
        return records

    def entries(self, *, changed_since: datetime | None = None) -> Iterator[Sequence[CustomerEntry | Unreadable]]:
        """Read what customers are searched by: all of them, or those changed since then. One call for a hundred."""
        for page in self._pages(changed_since):
            entries = [entry for customer in page if (entry := _read(customer, customer_entry))]
            if entries:
                yield entries

    def create(self, customers: Sequence[Customer]) -> list[str | KvittError]:
        """Create customers, a call each."""
        return one_by_one(customers, self._create)

    def update(self, updates: Sequence[CustomerUpdate]) -> list[KvittError | None]:
        """Write the changes, a call each."""
        return one_by_one(updates, self._update)

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

    def _all(self) -> Iterator[CustomerRecord | Unreadable]:
        for page in self._pages(None):
            yield from (record for customer in page if (record := _read(customer, customer_record)))

    def _pages(self, changed_since: datetime | None) -> Iterator[Sequence[Item]]:
        modified_from = instant_out(changed_since) if changed_since else None
        query = {"limit": _PAGE, "sortBy": "id:asc", "modifiedFrom": modified_from}
        return self._session.pages(GET_CUSTOMERS, query)


def _read(customer: Item, read: Callable[[Item], Result | None]) -> Result | Unreadable | None:
    return unreadable_customer(customer) if isinstance(customer, Broken) else read(customer)
