"""Who the customers of several invoices are, decided together as they would be one after the other.

Pure: what was found comes in as records and links. An invoice that would change a record which an earlier one of the
same plan relies on is put off, and so is one about which the plan's own changes leave a doubt: it is decided anew once
the earlier ones are done. Source: docs/behaviour.md, "Which customer".
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from core.business import CustomerUpdates
from core.customer import Address, Customer, CustomerRecord
from core.customer_changes import CustomerChanges, applied, changed_fields
from core.customer_choice import CustomerLink, customer_key, link_holds, matching_readable
from core.errors import Rejected
from core.fields import Document
from core.identity import normal_name, search_number
from core.unreadable import Unreadable, customer_cannot_be_read


class CustomerNotes(NamedTuple):
    """What an order tells of its customer: `person` is the name that the record does not have, for the comment."""

    person: str | None = None
    warnings: tuple[str, ...] = ()


class CustomerAction(StrEnum):
    """What becomes of the customer's record."""

    CREATE = "create"
    UPDATE = "update"
    AS_IS = "as_is"


class CustomerDecision(Document):
    """Which record an invoice's customer is, and what changes in it.

    `record` is as it was read; one that is to be created has an id that begins with NEW. `link` is what was remembered
    and still holds.
    """

    action: CustomerAction
    record: CustomerRecord
    changes: CustomerChanges | None = None
    link: CustomerLink | None = None


NEW = "new "
"""How the id of a record begins that does not exist yet."""


@dataclass
class CustomerPlan:
    """What was decided, by invoice number: decisions, those that nobody can decide, and those put off.

    `new` holds the customers to be created, each once, by the id that stands for its record meanwhile.
    """

    decisions: dict[str, CustomerDecision] = field(default_factory=dict)
    undecided: dict[str, Rejected] = field(default_factory=dict)
    put_off: set[str] = field(default_factory=set)
    new: dict[str, Customer] = field(default_factory=dict)


def customer_plan(
    customers: Mapping[str, Customer],
    *,
    records: Iterable[CustomerRecord],
    links: Mapping[str, CustomerLink],
    updates: CustomerUpdates = CustomerUpdates.UPDATE,
    lost: Sequence[Unreadable] = (),
) -> CustomerPlan:
    """Decide for each invoice, in order, which record its customer is.

    `records` are all that carry one of their keys or are linked, `lost` those of them that can't be read; `links` is
    what is remembered, by invoice number; `updates` is what may be changed in a record.
    """
    plan, known, relied_on = CustomerPlan(), _Records(records, updates), set[str]()
    learned: dict[str, CustomerLink] = {}
    lost_by_id = {record.id: record for record in lost}
    for number, customer in customers.items():
        key, remembered = customer_key(customer), links.get(number)
        if remembered and remembered.customer_id in lost_by_id:
            plan.undecided[number] = customer_cannot_be_read(lost_by_id[remembered.customer_id])
            continue
        link = _holding(learned.get(key, remembered), customer, known)
        if known.is_in_doubt(customer, remembered):
            plan.put_off.add(number)
            continue
        try:
            record = (
                known.get(link.customer_id)
                if link
                else matching_readable(customer, known.candidates(customer), lost=lost)
            )
        except Rejected as ambiguous:
            plan.undecided[number] = ambiguous
            continue
        kept = link if link is remembered else None
        if record is None:
            record = _new_record(f"{NEW}{len(plan.new)}", customer)
            plan.new[record.id] = customer
            known.put(record)
            plan.decisions[number] = CustomerDecision(action=CustomerAction.CREATE, record=record)
        elif not (changes := changed_fields(customer, record, updates=updates)):
            plan.decisions[number] = CustomerDecision(action=CustomerAction.AS_IS, record=record, link=kept)
        elif record.id in relied_on:
            plan.put_off.add(number)
            continue
        else:
            known.change(record, changes)
            plan.decisions[number] = CustomerDecision(
                action=CustomerAction.UPDATE, record=record, changes=changes, link=kept
            )
        relied_on.add(record.id)
        if link is None:
            learned[key] = CustomerLink(key=key, customer_id=record.id)
    return plan


def customer_notes(customer: Customer, decision: CustomerDecision, *, customer_id: str) -> CustomerNotes:
    """Say what a person should know about how this customer became the record with this id.

    A person whose name the record will not have (a company's, say) goes into the order's comment, where a contact
    person of an organization goes anyway.
    """
    record, changes = decision.record, decision.changes
    name = (changes.name if changes else None) or record.name
    warnings = []
    if normal_name(record.name) not in ("", normal_name(name)):
        warnings.append(
            f'The name of customer {customer_id} changes from "{record.name}" to "{name}", as on the invoice.'
        )
    if normal_name(name) == normal_name(customer.booked_name):
        return CustomerNotes(warnings=tuple(warnings))
    if (customer.organization_name or "").strip():
        warnings.append(f'Customer {customer_id} keeps its name "{name}"; the invoice says "{customer.booked_name}".')
        return CustomerNotes(warnings=tuple(warnings))
    warnings.append(
        f'The order is for customer {customer_id} "{name}"; "{customer.booked_name}", named on the invoice, is in '
        "the order's comment."
    )
    return CustomerNotes(customer.booked_name, tuple(warnings))


def without_link(
    customers: Mapping[str, Customer], *, records: Mapping[str, CustomerRecord], links: Mapping[str, CustomerLink]
) -> list[Customer]:
    """Return the customers that have to be searched for: nothing is remembered of them, or it no longer holds."""
    known = _Records(records.values(), CustomerUpdates.NEVER)
    return [customer for number, customer in customers.items() if _holding(links.get(number), customer, known) is None]


class _Records:
    """Records as they will stand, by id and by what they are searched by.

    Of one that changes it also keeps how it was read, and the least that it will have of phones.
    """

    def __init__(self, records: Iterable[CustomerRecord], updates: CustomerUpdates) -> None:
        self._updates = updates
        self._by_id: dict[str, CustomerRecord] = {}
        self._ids_by_key: dict[str | None, dict[str, None]] = defaultdict(dict)
        self._as_read: dict[str, CustomerRecord] = {}
        self._least: dict[str, CustomerRecord] = {}
        for record in records:
            self.put(record)

    def put(self, record: CustomerRecord) -> None:
        """Add a record, or put it in place of the one with its id."""
        self._by_id[record.id] = record
        for key in (search_number(record.organization_number), *record.known_emails):
            self._ids_by_key[key][record.id] = None

    def change(self, record: CustomerRecord, changes: CustomerChanges) -> None:
        """Note that a record as it was read will be changed."""
        self._as_read[record.id] = record
        self._least[record.id] = applied(record, changes, pushes_out=True)
        self.put(applied(record, changes))

    def is_in_doubt(self, customer: Customer, link: CustomerLink | None) -> bool:
        """Whether it takes another look, once the changes are written, to say who this customer is.

        So it is where it depends on whether a changed record still has its old phone number; or where
        the customer was not searched for because of a link that the changes undo.
        """
        linked = self._by_id.get(link.customer_id) if link else None
        concerned = [*self.candidates(customer), *([linked] if linked else [])]
        if any(
            changed_fields(customer, self._least[record.id], updates=self._updates)
            != changed_fields(customer, record, updates=self._updates)
            for record in concerned
            if record.id in self._least
        ):
            return True
        as_read = self._as_read.get(linked.id) if linked else None
        return bool(
            link
            and linked
            and as_read
            and link_holds(link, customer, as_read)
            and not link_holds(link, customer, linked)
        )

    def get(self, record_id: str) -> CustomerRecord | None:
        """Return a record, or None."""
        return self._by_id.get(record_id)

    def candidates(self, customer: Customer) -> list[CustomerRecord]:
        """Return the records that carry, or carried, one of the customer's keys."""
        keys = [*customer.searched_numbers, *([customer.key_email] if customer.key_email else [])]
        ids = dict.fromkeys(record_id for key in keys for record_id in self._ids_by_key.get(key, ()))
        return [self._by_id[record_id] for record_id in ids]


def _holding(link: CustomerLink | None, customer: Customer, known: _Records) -> CustomerLink | None:
    record = known.get(link.customer_id) if link else None
    return link if link and record and link_holds(link, customer, record) else None


def _new_record(record_id: str, customer: Customer) -> CustomerRecord:
    """Describe the record as it will be read once it was created."""
    address = customer.address or Address()
    return CustomerRecord(
        id=record_id,
        name=customer.booked_name,
        kind=customer.kind,
        organization_number=customer.written_number,
        emails=(customer.email,) if customer.email else (),
        contact_email=customer.email,
        invoice_email=customer.email,
        phones=(customer.phone,) if customer.phone else (),
        addresses=(address, address),
    )
