"""The customer directory: who of many is a customer already, for a call or two instead of one for each.

It is read whole once, and brought up to date with what changed before it is used. It only says which records to read.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from core.customer import TOO_FAR_BACK, Customer, CustomerEntry, CustomerRecord, known_entries
from core.intent import CLOCKS_DIFFER
from core.ports.clock import Clock
from core.ports.storage import Storage
from core.sending.fence import Session
from core.sending.stories import records_read
from core.unreadable import Unreadable, told_of, unreadable

_FEW_SEARCHES = 2
"""So few are searched for one by one although there is a directory: bringing it up to date costs as much."""

_SEARCHES_WORTH_READING = 10
"""So few are searched for one by one while there is no directory, however small the account may be."""

_CALLS_A_PAGE = 2


class CustomerDirectory:
    """Keeps the directories of all businesses."""

    def __init__(self, *, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def ids_of(self, business: str, customers: Sequence[Customer], session: Session) -> Sequence[str] | None:
        """Return the ids of the records that carry a key of these customers; None where searching takes fewer calls.

        Errors: AccessRefused, TryAgain, Rejected.
        """
        searches = sum(map(_searches, customers)) if session.can_search_customers else None
        if not self._bring_up_to_date(business, session, searches=searches):
            return None
        books = session.identity().key
        with self._storage.transaction() as work:
            return work.directory.find(
                business,
                books,
                numbers={number for customer in customers for number in customer.searched_numbers},
                emails={customer.key_email for customer in customers if customer.key_email},
            )

    def forget(self, business: str, customer_ids: Iterable[str], session: Session) -> None:
        """Leave out customers that are gone."""
        if gone := list(customer_ids):
            books = session.identity().key
            with self._storage.transaction() as work:
                work.directory.remove(business, books, gone)

    def _bring_up_to_date(self, business: str, session: Session, *, searches: int | None) -> bool:
        """Read what is new, or everything; give that up when it takes more calls than the searches would.

        Where there is no searching (None), nothing is given up.
        """
        books, began = session.identity().key, self._clock.now()
        with self._storage.transaction() as work:
            read_at = work.directory.read_at(business, books)
            is_usable = read_at is not None and began - read_at <= TOO_FAR_BACK
            if searches is not None and searches <= (_FEW_SEARCHES if is_usable else _SEARCHES_WORTH_READING):
                return False
            if not is_usable:
                work.directory.drop(business, books)
        changed_since = read_at - CLOCKS_DIFFER if read_at is not None and is_usable else None
        calls = 0
        for page in _read_pages(session, changed_since=changed_since):
            with self._storage.transaction() as work:
                work.directory.put(business, books, known_entries(page))
            calls += _CALLS_A_PAGE
            if searches is not None and changed_since is None and calls + _CALLS_A_PAGE > searches:
                return False
        with self._storage.transaction() as work:
            work.directory.mark_read(business, books, at=began)
        return True


def read_customers(customer_ids: Sequence[str], session: Session) -> Mapping[str, CustomerRecord | Unreadable]:
    """Read records by their ids, no call where there are none; so many at a time that a worker may stop in between.

    Errors: AccessRefused, TryAgain, Rejected.
    """
    records: dict[str, CustomerRecord | Unreadable] = {}
    most = session.limits.items_per_read
    for start in range(0, len(customer_ids), most):
        ids = customer_ids[start : start + most]
        doing = f"Reading customer {ids[0]}" if len(ids) == 1 else f"Reading {len(ids)} customers"
        with session.call(doing) as call:
            found = call.system.customers.read(ids)
            call.tell(records_read(found, ids))
        records |= found
    return records


def _read_pages(session: Session, *, changed_since: datetime | None) -> Iterator[Sequence[CustomerEntry | Unreadable]]:
    """Yield the directory's pages, each with a call of its own; all are told of once, at the end: there may be many."""
    doing = "Reading the customer directory" if changed_since is None else "Reading which customers have changed"
    pages: Iterator[Sequence[CustomerEntry | Unreadable]] | None = None
    customers, lost = 0, list[Unreadable]()
    while True:
        with session.call(doing) as call:
            pages = pages if pages is not None else call.system.customers.entries(changed_since=changed_since)
            page = next(pages, ())
            if not page:
                call.tell(f"{customers} customers" + told_of("customer", lost))
        if not page:
            return
        customers += len(page)
        lost += unreadable(page)
        yield page


def _searches(customer: Customer) -> int:
    """How many calls finding a customer by searching takes at most: one for each key."""
    return len([key for key in (customer.key_number, customer.key_email) if key])
