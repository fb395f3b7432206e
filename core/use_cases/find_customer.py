"""Find the right customer, and bring the record up to date or create it.

Source: documented behaviour, "Finding right customer".
"""

from enum import StrEnum

from core.customer import Customer, CustomerRecord
from core.customer_changes import CustomerChanges, changed_fields
from core.customer_choice import (
    CustomerLink,
    carries_number,
    customer_key,
    link_holds,
    link_key,
    matching_customer,
)
from core.fields import Document, Instant
from core.intent import IntentKind
from core.outcome import only
from core.ports.accounting_system import AccountingSystem
from core.ports.clock import Clock
from core.ports.customer_repo import CustomerRepo, CustomerUpdate
from core.ports.storage import Storage
from core.use_cases.create_once import CreateOnce
from core.use_cases.hold import Hold
from core.use_cases.once_more import once_more


class CustomerAction(StrEnum):
    """What becomes of the customer's record."""

    CREATE = "create"
    UPDATE = "update"
    AS_IS = "as_is"


class CustomerDecision(Document):
    """Which record it is (None: a new one) and what changes in it.

    `link` is what was remembered and still holds; `looked_at` is when the search began.
    """

    looked_at: Instant
    record: CustomerRecord | None
    changes: CustomerChanges | None = None
    link: CustomerLink | None = None

    @property
    def action(self) -> CustomerAction:
        """What becomes of the record."""
        if self.record is None:
            return CustomerAction.CREATE
        return CustomerAction.UPDATE if self.changes else CustomerAction.AS_IS


class FindCustomer:
    """Decides who the customer is, and carries the decision out."""

    def __init__(self, *, storage: Storage, clock: Clock, create_once: CreateOnce) -> None:
        self._storage = storage
        self._clock = clock
        self._create_once = create_once

    def decide(self, business: str, customer: Customer, system: AccountingSystem) -> CustomerDecision:
        """Say which record is this customer, writing nothing.

        Errors: Rejected, code `ambiguous_customer`.
        """
        looked_at = self._clock.now()
        repo = system.customers
        link = self._remembered(business, link_key(customer, books=system.books_id))
        record = repo.read([link.customer_id]).get(link.customer_id) if link else None
        if not (link and record and link_holds(link, customer, record)):
            link, record = None, _searched(customer, repo)
        changes = changed_fields(customer, record) if record else None
        return CustomerDecision(looked_at=looked_at, record=record, changes=changes, link=link)

    def carry_out(self, decision: CustomerDecision, customer: Customer, system: AccountingSystem, *, hold: Hold) -> str:
        """Create or update the record as decided, remember who it is, and return its id."""
        repo = system.customers
        if decision.record is None:
            customer_id = self._create_once.create(
                hold,
                IntentKind.CUSTOMER,
                customer_key(customer),
                lambda: only(repo.create([customer])),
                looked_at=decision.looked_at,
            )
        else:
            customer_id = decision.record.id
            if decision.changes:
                update = CustomerUpdate(record=decision.record, changes=decision.changes)
                once_more(lambda: only(repo.update([update])))
        if decision.link is None:
            learned = CustomerLink(key=link_key(customer, books=system.books_id), customer_id=customer_id)
            with self._storage.transaction() as work:
                work.links.put(hold.business, learned)
        return customer_id

    def _remembered(self, business: str, key: str) -> CustomerLink | None:
        with self._storage.transaction() as work:
            return work.links.of_keys(business, [key]).get(key)


def _searched(customer: Customer, repo: CustomerRepo) -> CustomerRecord | None:
    """Search by organization number first, by e-mail only when that finds nobody: it saves a call."""
    if customer.key_number:
        found = repo.find_by_organization_number(customer.key_number)
        if match := matching_customer(customer, [record for record in found if carries_number(record, customer)]):
            return match
    return matching_customer(customer, repo.find_by_email(customer.key_email)) if customer.key_email else None
