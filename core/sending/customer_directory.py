"""The customer directory: who of many is a customer already, for a call or two instead of one for each.

It is read whole once, and brought up to date with what changed before it is used. It only says which records to read.
"""

from collections.abc import Iterable, Sequence

from core.customer import Customer
from core.customer_directory import TOO_FAR_BACK, known_entries
from core.intent import CLOCKS_DIFFER
from core.ports.accounting import AccountingSystem
from core.ports.clock import Clock
from core.ports.storage import Storage

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

    def ids_of(self, business: str, customers: Sequence[Customer], system: AccountingSystem) -> Sequence[str] | None:
        """Return the ids of the records that carry a key of these customers; None where searching takes fewer calls.

        Errors: AccessRefused, TryAgain, Rejected.
        """
        searches = sum(map(_searches, customers)) if system.customers.can_search else None
        if not self._is_up_to_date(business, system, searches=searches):
            return None
        books = system.identity().key
        with self._storage.transaction() as work:
            return work.directory.find(
                business,
                books,
                numbers={number for one in customers for number in one.searched_numbers},
                emails={one.key_email for one in customers if one.key_email},
            )

    def forget(self, business: str, customer_ids: Iterable[str], system: AccountingSystem) -> None:
        """Leave out customers that are gone."""
        if gone := list(customer_ids):
            books = system.identity().key
            with self._storage.transaction() as work:
                work.directory.remove(business, books, gone)

    def _is_up_to_date(self, business: str, system: AccountingSystem, *, searches: int | None) -> bool:
        """Read what is new, or everything; give that up when it takes more calls than the searches would.

        Where there is no searching (None), nothing is given up.
        """
        books, began = system.identity().key, self._clock.now()
        with self._storage.transaction() as work:
            read_at = work.directory.read_at(business, books)
            is_usable = read_at is not None and began - read_at <= TOO_FAR_BACK
            if searches is not None and searches <= (_FEW_SEARCHES if is_usable else _SEARCHES_WORTH_READING):
                return False
            if not is_usable:
                work.directory.drop(business, books)
        changed_since = read_at - CLOCKS_DIFFER if read_at is not None and is_usable else None
        calls = 0
        for page in system.customers.entries(changed_since=changed_since):
            with self._storage.transaction() as work:
                work.directory.put(business, books, known_entries(page))
            calls += _CALLS_A_PAGE
            if searches is not None and changed_since is None and calls + _CALLS_A_PAGE > searches:
                return False
        with self._storage.transaction() as work:
            work.directory.mark_read(business, books, at=began)
        return True


def _searches(customer: Customer) -> int:
    """How many calls finding a customer by searching takes at most: one for each key."""
    return len([key for key in (customer.key_number, customer.key_email) if key])
