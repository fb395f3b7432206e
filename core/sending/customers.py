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
from core.ports.accounting import AccountingSystem, CustomerUpdate
from core.ports.clock import Clock
from core.ports.storage import Storage, UnitOfWork
from core.sending.array_write import ArrayWrite
from core.sending.create_once import CreateOnce, Creation, New
from core.sending.customer_directory import CustomerDirectory, read_customers
from core.sending.fence import FencedSession, Session
from core.sending.stories import candidates, outcomes
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
        session: Session,
        *,
        links: Mapping[str, CustomerLink],
        updates: CustomerUpdates,
    ) -> Found:
        """Say which records these customers are, by invoice number, writing nothing; `links` as `read_links` has them.

        `updates` is the business's setting of what may be changed in a record.

        Errors: AccessRefused, TryAgain, Rejected.
        """
        looked_at = self._clock.now()
        linked = list(dict.fromkeys(link.customer_id for number, link in links.items() if number in customers))
        known = read_customers(linked, session)
        lost = {record.id: record for record in unreadable(known.values())}
        records = {record.id: record for record in readable(known.values())}
        to_find = {
            number: customer
            for number, customer in customers.items()
            if number not in links or links[number].customer_id not in lost
        }
        if strangers := without_link(to_find, records=records, links=links):
            found = self._search(business, _different(strangers), session, known=known)
            records |= {record.id: record for record in readable(found)}
            lost |= {record.id: record for record in unreadable(found)}
        plan = customer_plan(customers, records=records.values(), links=links, updates=updates, lost=[*lost.values()])
        return Found(looked_at, plan)

    def read_links(
        self, work: UnitOfWork, business: str, customers: Mapping[str, Customer], *, books: str
    ) -> Mapping[str, CustomerLink]:
        """Return what is remembered of these customers in these books, by invoice number."""
        keys = {number: link_key(customer, books=books) for number, customer in customers.items()}
        links = work.links.of_keys(business, set(keys.values()))
        return {number: links[key] for number, key in keys.items() if key in links}

    def carry_out(
        self, found: Found, customers: Mapping[str, Customer], session: FencedSession
    ) -> Mapping[str, str | KvittError]:
        """Create and update records as decided, remember who is who, and return each invoice's customer id.

        An invoice whose record could not be written gets the reason instead.
        Errors: LeaseLost, and what keeps everything from being written.
        """
        plan = found.plan
        ids = self._create(found, session)
        failures = self._update(plan.decisions, session)
        answers = {
            number: failures.get(decision.record.id) or ids.get(decision.record.id, decision.record.id)
            for number, decision in plan.decisions.items()
        }
        books = session.identity().key
        learned = [
            CustomerLink(key=link_key(customers[number], books=books), customer_id=answer)
            for number, answer in answers.items()
            if isinstance(answer, str) and plan.decisions[number].link is None
        ]
        if learned:
            with self._storage.transaction() as work:
                work.links.put(session.hold.business, *{link.key: link for link in learned}.values())
        return answers

    def _search(
        self, business: str, customers: Sequence[Customer], session: Session, *, known: Mapping[str, object]
    ) -> Collection[CustomerRecord | Unreadable]:
        """Return the records that carry a key of these customers, and perhaps more."""
        ids = self._directory.ids_of(business, customers, session)
        if ids is None:
            return [record for customer in customers for record in _search_for(customer, session)]
        unread = [customer_id for customer_id in ids if customer_id not in known]
        records = read_customers(unread, session)
        self._directory.forget(business, set(unread) - records.keys(), session)
        return records.values()

    def _create(self, found: Found, session: FencedSession) -> dict[str, str | KvittError]:
        new = found.plan.new
        answers = self._create_once.create(
            session,
            Creation(IntentKind.CUSTOMER, _create_customers, found.looked_at),
            [New(creation_keys(customer), customer) for customer in new.values()],
            most_at_once=min(self._most_at_once, session.limits.items_per_write),
        )
        return dict(zip(new, answers, strict=True))

    def _update(self, decisions: Mapping[str, CustomerDecision], session: FencedSession) -> dict[str, KvittError]:
        """Write what differs; return what went wrong, by record."""
        updates = [
            CustomerUpdate(record=decision.record, changes=decision.changes)
            for decision in decisions.values()
            if decision.changes
        ]
        most, failures = min(self._most_at_once, session.limits.items_per_write), dict[str, KvittError]()
        for start in range(0, len(updates), most):
            write = ArrayWrite[CustomerUpdate, None](updates[start : start + most])
            for piece in write:
                try:
                    write.answer(_update_together(piece, session))
                except KvittError as trouble:
                    write.fail(trouble)
            asked = zip(updates[start : start + most], write.answers, strict=True)
            failures.update({update.record.id: error for update, error in asked if error})
        return failures


def _create_customers(system: AccountingSystem, customers: Sequence[Customer]) -> Sequence[str | KvittError]:
    """Create several with one call."""
    return system.customers.create(customers)


def _update_together(updates: Sequence[CustomerUpdate], session: FencedSession) -> Sequence[KvittError | None]:
    fields = ", ".join(dict.fromkeys(field.replace("_", " ") for update in updates for field in update.changes.fields))
    whose = updates[0].record.id if len(updates) == 1 else None
    doing = f"Updating customer {whose} ({fields})" if whose else f"Updating {len(updates)} customers ({fields})"
    with session.call(doing) as call:
        answers = one_each(updates, call.system.customers.update(updates))
        call.tell(outcomes(answers))
    return answers


def _different(customers: Sequence[Customer]) -> list[Customer]:
    return list({(customer.key_number, customer.key_email): customer for customer in customers}.values())


def _search_for(customer: Customer, session: Session) -> Sequence[CustomerRecord | Unreadable]:
    """Search by organization number first, by e-mail only when that finds nobody: it saves a call."""
    found: list[CustomerRecord | Unreadable] = []
    if customer.key_number:
        with session.call("Looking for the customer by organization number") as call:
            answered = call.system.customers.find_by_organization_number(customer.searched_numbers[0])
            call.tell(candidates("customer", answered))
        carrying = [record for record in readable(answered) if carries_number(record, customer)]
        found = [*carrying, *_searchable(answered)]
        if _is_settled(customer, found):
            return found
    by_email: list[CustomerRecord | Unreadable] = []
    for email in email_spellings(customer.email):
        with session.call("Looking for the customer by e-mail") as call:
            answered = call.system.customers.find_by_email(email)
            call.tell(candidates("customer", answered))
        by_email += answered
    return [*found, *readable(by_email), *_searchable(by_email)]


def _searchable(answered: Sequence[CustomerRecord | Unreadable]) -> list[Unreadable]:
    """Return those that can't be read of which it is known by what they are searched: others are nobody's."""
    return [record for record in unreadable(answered) if record.organization_number or record.emails]


def _is_settled(customer: Customer, found: Sequence[CustomerRecord | Unreadable]) -> bool:
    try:
        return matching_readable(customer, readable(found), lost=unreadable(found)) is not None
    except Rejected:
        return True
