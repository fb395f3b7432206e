"""Customers at 24SevenOffice, where they are called companies."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from typing_extensions import override

from adapters.twentyfour_seven_office.soap.answers import (
    Item,
    Result,
    confirmed,
    created_one,
    each_others,
    new_ids,
    records_in,
    unconfirmed,
    updated,
)
from adapters.twentyfour_seven_office.soap.companies import (
    ENTRY_PROPERTIES,
    KEY_PROPERTIES,
    RETURN_PROPERTIES,
    asked_keys,
    changed_company,
    customer_entry,
    customer_record,
    found_keys,
    new_company,
    same_company,
    unreadable_customer,
)
from adapters.twentyfour_seven_office.soap.operations import GET_COMPANIES, GET_COMPANY_IDS, SAVE_COMPANIES
from adapters.twentyfour_seven_office.soap.session import BusinessSession
from adapters.twentyfour_seven_office.soap.values import IDS_PER_READ, batches, id_in, instant_out, search_for
from adapters.twentyfour_seven_office.values import numbers_of
from core.customer import Customer, CustomerEntry, CustomerRecord
from core.errors import KvittError, TryAgain
from core.ports.accounting import CustomerRepo, CustomerUpdate
from core.unreadable import Unreadable, readable


@dataclass(frozen=True)
class Page:
    """The ids of one page, each once, and whether it is the last one."""

    ids: tuple[int, ...]
    is_last: bool


class SoapCustomerRepo(CustomerRepo):
    """24SevenOffice, as a place that knows customers."""

    can_search = True

    def __init__(self, session: BusinessSession) -> None:
        self._session = session

    @override
    def find_by_email(self, email: str) -> list[CustomerRecord | Unreadable]:
        """Search by e-mail; the vendor matches loosely. One call."""
        return self._search(CompanyEmail=search_for(email))

    @override
    def find_by_organization_number(self, number: str) -> list[CustomerRecord | Unreadable]:
        """Search by organization number. One call."""
        return self._search(OrganizationNumber=search_for(number))

    @override
    def read(self, customer_ids: Sequence[str]) -> dict[str, CustomerRecord | Unreadable]:
        """Read these records, a thousand a call; what can't be an id of the vendor's is gone without asking."""
        records: dict[str, CustomerRecord | Unreadable] = {}
        wanted = set(customer_ids)
        for numbers in batches(numbers_of(customer_ids), IDS_PER_READ):
            found = self._search(CompanyIds={"int": list(numbers)})
            records.update({record.id: record for record in found if record.id is not None and record.id in wanted})
        return records

    @override
    def entries(self, *, changed_since: datetime | None = None) -> Iterator[Sequence[CustomerEntry | Unreadable]]:
        """Read what customers are searched by: all of them, or those changed since then.

        Two calls for a thousand of all: their ids, and what stands behind these (docs/24sevenoffice.md, "Searching":
        fetching everything through ChangedAfter times out). One call for those changed.
        """
        if changed_since is not None:
            yield self._read_entries(ChangedAfter=instant_out(changed_since))
            return
        for number in count(1):
            page = self._read_page_of_ids(number)
            for ids in batches(page.ids, IDS_PER_READ):
                yield self._read_entries(CompanyIds={"int": list(ids)})
            if page.is_last:
                return

    @override
    def create(self, customers: Sequence[Customer]) -> list[str | KvittError]:
        """Create customers. One call; for several one more, which reads back what was created.

        A record is a customer's when nobody else in this call has its organization number and e-mail address, or
        its name as well, and no other new record has them.
        """
        if not customers:
            return []
        asked = [new_company(customer) for customer in customers]
        answer = self._session.call(SAVE_COMPANIES, companies={"Company": asked})
        if len(asked) == 1:
            return [created_one(answer, SAVE_COMPANIES, read=lambda item: id_in(item.get("Id")))]
        try:
            found = self._read_back(new_ids(answer, "Id"))
        except KvittError as trouble:
            return [*unconfirmed(asked, answer, SAVE_COMPANIES, id_name="Id", trouble=trouble, same=same_company)]
        wanted = [asked_keys(customer) for customer in customers]
        keys = {record.id: found_keys(record) for record in found}
        own: dict[int, str] = {}
        for which in (1, 0):  # by number and e-mail; a name decides where these don't
            found_with = {record_id: key[which] for record_id, key in keys.items()}
            own |= each_others([key[which] for key in wanted], found_with)
        return confirmed(
            asked,
            answer,
            SAVE_COMPANIES,
            id_name="Id",
            own=own,
            results={record.id: record.id for record in found},
            same=same_company,
        )

    @override
    def update(self, updates: Sequence[CustomerUpdate]) -> list[KvittError | None]:
        """Write the changes. One call."""
        if not updates:
            return []
        asked = [changed_company(update.record, update.changes) for update in updates]
        answer = self._session.call(SAVE_COMPANIES, companies={"Company": asked})
        return updated(asked, answer, SAVE_COMPANIES)

    def _search(self, **search: Any) -> list[CustomerRecord | Unreadable]:
        return self._read_companies(RETURN_PROPERTIES, customer_record, **search)

    def _read_entries(self, **search: Any) -> list[CustomerEntry | Unreadable]:
        return self._read_companies(ENTRY_PROPERTIES, customer_entry, **search)

    def _read_back(self, ids: Sequence[str]) -> list[CustomerRecord]:
        if not ids:
            return []
        search = {"int": numbers_of(ids)}
        records = readable(self._read_companies(KEY_PROPERTIES, customer_record, CompanyIds=search))
        return [record for record in records if record.id in ids]

    def _read_companies(
        self, properties: Sequence[str], read: Callable[[Item], Result | None], **search: Any
    ) -> list[Result | Unreadable]:
        answer = self._session.call(GET_COMPANIES, searchParams=search, returnProperties={"string": list(properties)})
        return records_in(answer, GET_COMPANIES, read=read, known=unreadable_customer)

    def _read_page_of_ids(self, number: int) -> Page:
        """Read a page of ids; the vendor counts pages from 1, and lists deleted ones unless asked for active ones."""
        answer = self._session.call(GET_COMPANY_IDS, syncSearchParameters={"Page": number, "Active": True})
        return page_in(answer, number=number, where=GET_COMPANY_IDS.where)


def page_in(answer: Mapping[str, Any] | None, *, number: int, where: str) -> Page:
    """Read a page of company ids.

    Errors: TryAgain, code `broken_answer`, when this is not the page that was asked for, or does not say how many
    there are: a list that is not whole would let customers be created a second time.
    """
    page = answer or {}
    if page.get("TotalPages") == 0:
        return Page(ids=(), is_last=True)
    if page.get("CurrentPage") != number or page.get("TotalPages") is None:
        raise TryAgain(f"{where}: page {number} was requested and something else came.", code="broken_answer")
    companies = (page.get("Items") or {}).get("SyncCompany") or ()
    ids = (id_in((company or {}).get("CompanyId")) for company in companies)
    distinct = dict.fromkeys(int(company_id) for company_id in ids if company_id)
    return Page(ids=tuple(distinct), is_last=number >= page["TotalPages"])
