"""Find the right customers of invoices, and bring their records up to date or create them.

Source: docs/behaviour.md, "Which customer".
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.business import CustomerUpdates
from core.customer import Customer, CustomerRecord
from core.customer_choice import CustomerLink, carries_number, creation_keys, link_key, matching_readable
from core.customer_plan import CustomerDecision, CustomerPlan, customer_plan, without_link
from core.errors import KvittError, Rejected
from core.identity import email_spellings
from core.intent import IntentKind
from core.outcome import one_each
from core.ports.accounting import AccountingSystem, CustomerRepo, CustomerUpdate
from core.ports.clock import Clock
from core.ports.storage import Storage, UnitOfWork
from core.sending.array_write import written
from core.sending.create_once import CreateOnce, New
from core.sending.customer_directory import CustomerDirectory
from core.sending.hold import Hold
from core.unreadable import Unreadable, readable, unreadable


@dataclass(frozen=True)
class Found:
    """A plan for the customers of invoices, and when the look that it is built on began."""

    looked_at: datetime
    plan: CustomerPlan


class FindCustomers:
    """Decides who the customers are, and carries the decisions out. A call writes `most_at_once`."""

    def __init__(
        self,
        *,
        storage: Storage,
        clock: Clock,
        create_once: CreateOnce,
        directory: CustomerDirectory,
        most_at_once: int,
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._create_once = create_once
        self._directory = directory
        self._most_at_once = most_at_once

    def decide(
        self,
        business: str,
        customers: Mapping[str, Customer],
        system: AccountingSystem,
        *,
        links: Mapping[str, CustomerLink],
        updates: CustomerUpdates,
    ) -> Found:
        """Say which records these customers are, by invoice number, writing nothing; `links` as `remembered` has them.

        `updates` is the business's setting of what may be changed in a record.

        Errors: AccessRefused, TryAgain, Rejected.
        """
        looked_at = self._clock.now()
        linked = list(dict.fromkeys(link.customer_id for number, link in links.items() if number in customers))
        read = system.customers.read(linked) if linked else {}
        lost = {one.id: one for one in unreadable(read.values())}
        records = {record.id: record for record in readable(read.values())}
        to_find = {n: one for n, one in customers.items() if n not in links or links[n].customer_id not in lost}
        if strangers := without_link(to_find, records=records, links=links):
            found = self._searched(business, _different(strangers), system, known=read)
            records |= {record.id: record for record in readable(found)}
            lost |= {one.id: one for one in unreadable(found)}
        plan = customer_plan(customers, records=records.values(), links=links, updates=updates, lost=[*lost.values()])
        return Found(looked_at, plan)

    def remembered(
        self, work: UnitOfWork, business: str, customers: Mapping[str, Customer], *, books: str
    ) -> Mapping[str, CustomerLink]:
        """Return what is remembered of these customers in these books, by invoice number."""
        keys = {number: link_key(customer, books=books) for number, customer in customers.items()}
        links = work.links.of_keys(business, set(keys.values()))
        return {number: links[key] for number, key in keys.items() if key in links}

    def carry_out(
        self, found: Found, customers: Mapping[str, Customer], system: AccountingSystem, *, hold: Hold
    ) -> Mapping[str, str | KvittError]:
        """Create and update records as decided, remember who is who, and return each invoice's customer id.

        An invoice whose record could not be written gets the reason instead.
        Errors: LeaseLost, and what keeps everything from being written.
        """
        plan = found.plan
        ids = self._create(found, system, hold)
        failures = self._update(plan.decisions, system)
        answers = {
            number: failures.get(decision.record.id) or ids.get(decision.record.id, decision.record.id)
            for number, decision in plan.decisions.items()
        }
        books = system.identity().key
        learned = [
            CustomerLink(key=link_key(customers[number], books=books), customer_id=answer)
            for number, answer in answers.items()
            if isinstance(answer, str) and plan.decisions[number].link is None
        ]
        if learned:
            with self._storage.transaction() as work:
                work.links.put(hold.business, *{link.key: link for link in learned}.values())
        return answers

    def _searched(
        self, business: str, customers: Sequence[Customer], system: AccountingSystem, *, known: Mapping[str, object]
    ) -> Collection[CustomerRecord | Unreadable]:
        """Return the records that carry a key of these customers, and perhaps more."""
        ids = self._directory.ids_of(business, customers, system)
        if ids is None:
            return [record for customer in customers for record in _searched_for(customer, system.customers)]
        unread = [customer_id for customer_id in ids if customer_id not in known]
        records = system.customers.read(unread) if unread else {}
        self._directory.forget(business, set(unread) - records.keys(), system)
        return records.values()

    def _create(self, found: Found, system: AccountingSystem, hold: Hold) -> dict[str, str | KvittError]:
        new = found.plan.new
        outcomes = self._create_once.create(
            hold,
            IntentKind.CUSTOMER,
            [New(creation_keys(customer), customer) for customer in new.values()],
            system.customers.create,
            books=system.identity().key,
            looked_at=found.looked_at,
            most_at_once=min(self._most_at_once, system.limits.items_per_write),
        )
        return dict(zip(new, outcomes, strict=True))

    def _update(self, decisions: Mapping[str, CustomerDecision], system: AccountingSystem) -> dict[str, KvittError]:
        """Write what differs; return what went wrong, by record."""
        updates = [
            CustomerUpdate(record=decision.record, changes=decision.changes)
            for decision in decisions.values()
            if decision.changes
        ]
        most, failures = min(self._most_at_once, system.limits.items_per_write), dict[str, KvittError]()
        for start in range(0, len(updates), most):
            some = updates[start : start + most]
            outcomes = written(some, lambda few: one_each(few, system.customers.update(few)))
            failures.update({one.record.id: error for one, error in zip(some, outcomes, strict=True) if error})
        return failures


def _different(customers: Sequence[Customer]) -> list[Customer]:
    return list({(one.key_number, one.key_email): one for one in customers}.values())


def _searched_for(customer: Customer, repo: CustomerRepo) -> Sequence[CustomerRecord | Unreadable]:
    """Search by organization number first, by e-mail only when that finds nobody: it saves a call."""
    found: list[CustomerRecord | Unreadable] = []
    if customer.key_number:
        answered = repo.find_by_organization_number(customer.searched_numbers[0])
        found = [*(one for one in readable(answered) if carries_number(one, customer)), *_searchable(answered)]
        if _is_settled(customer, found):
            return found
    by_email = [one for email in email_spellings(customer.email) for one in repo.find_by_email(email)]
    return [*found, *readable(by_email), *_searchable(by_email)]


def _searchable(answered: Sequence[CustomerRecord | Unreadable]) -> list[Unreadable]:
    """Return those that can't be read of which it is known by what they are searched: others are nobody's."""
    return [one for one in unreadable(answered) if one.organization_number or one.emails]


def _is_settled(customer: Customer, found: Sequence[CustomerRecord | Unreadable]) -> bool:
    try:
        return matching_readable(customer, readable(found), lost=unreadable(found)) is not None
    except Rejected:
        return True
