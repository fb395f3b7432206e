"""Customers at 24SevenOffice, where they are called companies."""

from collections.abc import Sequence
from typing import Any

from adapters.twentyfour_seven_office.soap.batches import IDS_PER_READ, batches, written_in_batches
from adapters.twentyfour_seven_office.soap.mapping.answers import created, readable_items, updated
from adapters.twentyfour_seven_office.soap.mapping.customers import (
    RETURN_PROPERTIES,
    changed_company,
    customer_record,
    new_company,
    same_company,
)
from adapters.twentyfour_seven_office.soap.mapping.values import id_in, numbers_of, search_for
from adapters.twentyfour_seven_office.soap.operations import GET_COMPANIES, SAVE_COMPANIES
from adapters.twentyfour_seven_office.soap.session import BusinessSession
from core.customer import Customer, CustomerRecord
from core.errors import KvittError
from core.ports.customer_repo import CustomerUpdate


class SoapCustomerRepo:
    """The CustomerRepo port."""

    def __init__(self, session: BusinessSession) -> None:
        self._session = session

    def find_by_email(self, email: str) -> list[CustomerRecord]:
        """Search by e-mail; the vendor matches loosely. One call."""
        return self._found(CompanyEmail=search_for(email))

    def find_by_organization_number(self, number: str) -> list[CustomerRecord]:
        """Search by organization number. One call."""
        return self._found(OrganizationNumber=search_for(number))

    def read(self, customer_ids: Sequence[str]) -> dict[str, CustomerRecord]:
        """Read these records, a thousand a call; what can't be an id of the vendor's is gone without asking."""
        records: dict[str, CustomerRecord] = {}
        wanted = set(customer_ids)
        for numbers in batches(numbers_of(customer_ids), IDS_PER_READ):
            records.update({one.id: one for one in self._found(CompanyIds={"int": list(numbers)}) if one.id in wanted})
        return records

    def create(self, customers: Sequence[Customer]) -> list[str | KvittError]:
        """Create customers, ITEMS_PER_WRITE a call."""
        return written_in_batches(customers, self._create)

    def update(self, updates: Sequence[CustomerUpdate]) -> list[KvittError | None]:
        """Write the changes, ITEMS_PER_WRITE a call."""
        return written_in_batches(updates, self._update)

    def _found(self, **search: Any) -> list[CustomerRecord]:
        answer = self._session.call(
            GET_COMPANIES, searchParams=search, returnProperties={"string": list(RETURN_PROPERTIES)}
        )
        records = (customer_record(company) for company in readable_items(answer, GET_COMPANIES))
        return [record for record in records if record]

    def _create(self, customers: Sequence[Customer]) -> list[str | KvittError]:
        asked = [new_company(customer) for customer in customers]
        answer = self._session.call(SAVE_COMPANIES, companies={"Company": asked})
        return created(
            asked, answer, SAVE_COMPANIES, same=same_company, read=lambda _position, item: id_in(item.get("Id"))
        )

    def _update(self, updates: Sequence[CustomerUpdate]) -> list[KvittError | None]:
        asked = [changed_company(update.record, update.changes) for update in updates]
        answer = self._session.call(SAVE_COMPANIES, companies={"Company": asked})
        return updated(asked, answer, SAVE_COMPANIES)
