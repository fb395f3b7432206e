"""The customers of several invoices, decided together: as one after the other, and with nothing that comes too late.

A plan's changes are all written before the first of its orders, so what it decides must hold for the records as they
stand after the last change. A change may push out an e-mail address or a phone number that the record had, or keep it:
accounting systems differ, so every promise is tried for both.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.business import CustomerUpdates
from core.customer import Address, Customer, CustomerKind, CustomerRecord
from core.customer_changes import CustomerChanges, applied, changed_fields
from core.customer_choice import CustomerLink, customer_key, link_holds, matching_customer
from core.customer_plan import NEW, CustomerAction, CustomerNotes, CustomerPlan, customer_notes, customer_plan
from core.errors import Rejected
from tests.thoroughness import examples
from tests.unit.samples import NUMBER, OTHER_NUMBER, a_company, a_company_record, a_person, a_record

EMAILS = ("a@post.example", "b@post.example")
NAMES = ("Signe Haugland", "Ola Berg", "Moe Anlegg AS")
PHONES = ("40000001", "40000002")
STREETS = ("Kirkegata 4", "Hytteveien 2")

maybe_email = st.sampled_from([None, *EMAILS])
maybe_number = st.sampled_from([None, None, NUMBER, OTHER_NUMBER])
maybe_phone = st.sampled_from([None, None, *PHONES])
maybe_address = st.sampled_from([None, *[Address(street=street) for street in STREETS]])

customers = st.builds(
    Customer,
    name=st.sampled_from(NAMES[:2]),
    email=maybe_email,
    phone=maybe_phone,
    organization_name=st.sampled_from([None, None, NAMES[2]]),
    organization_number=maybe_number,
    address=maybe_address,
).filter(lambda customer: customer.key_number or customer.key_email)


@st.composite
def records(draw: st.DrawFn) -> dict[str, CustomerRecord]:
    """Up to four records, whatever they are."""
    ids = [str(501 + nth) for nth in range(draw(st.integers(0, 4)))]
    return {
        record_id: CustomerRecord(
            id=record_id,
            name=draw(st.sampled_from(NAMES)),
            kind=draw(st.sampled_from([*CustomerKind, CustomerKind.CONSUMER, CustomerKind.BUSINESS])),
            organization_number=draw(maybe_number),
            emails=tuple(draw(st.sets(st.sampled_from(EMAILS)))),
            phones=tuple(draw(st.sets(st.sampled_from(PHONES), max_size=1))),
            addresses=(draw(maybe_address) or Address(), Address()),
        )
        for record_id in ids
    }


@dataclass
class Case:
    """What is in the books, what is remembered (by customer_key) and who comes, by invoice number."""

    records: dict[str, CustomerRecord]
    customers: dict[str, Customer]
    links: dict[str, CustomerLink] = field(default_factory=dict)

    @property
    def plan(self) -> CustomerPlan:
        links = {
            number: self.links[customer_key(customer)]
            for number, customer in self.customers.items()
            if customer_key(customer) in self.links
        }
        return customer_plan(self.customers, records=self.records.values(), links=links)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    known = draw(records())
    coming = draw(st.lists(customers, min_size=1, max_size=6))
    case = Case(known, {str(nth): one for nth, one in enumerate(coming, start=1)})
    for customer in coming:
        if known and draw(st.integers(0, 3)) == 0:
            key = customer_key(customer)
            record_id = draw(st.sampled_from([one.id for one in known.values()]))
            if known[record_id].kind is not CustomerKind.SUPPLIER:
                case.links[key] = CustomerLink(key=key, customer_id=record_id, chosen=draw(st.booleans()))
    return case


class OneByOne:
    """The books of somebody who sends the invoices one after the other."""

    def __init__(self, case: Case, *, pushes_out: bool) -> None:
        self.records = dict(case.records)
        self.links = dict(case.links)
        self.pushes_out = pushes_out

    def choice(self, customer: Customer) -> CustomerRecord | None:
        """The record that a single send would choose now. Errors: Rejected."""
        link = self.links.get(customer_key(customer))
        linked = self.records.get(link.customer_id) if link else None
        if link and linked and link_holds(link, customer, linked):
            return linked
        return matching_customer(customer, list(self.records.values()))

    def send(self, customer: Customer, *, new_id: str) -> str:
        """Send an invoice; return the record's id. Errors: Rejected."""
        record = self.choice(customer)
        if record is None:
            made = CustomerRecord(
                id=new_id,
                name=customer.booked_name,
                kind=customer.kind,
                organization_number=customer.key_number,
                emails=(customer.email,) if customer.email else (),
                phones=(customer.phone,) if customer.phone else (),
                addresses=(customer.address or Address(),) * 2,
            )
            self.records[new_id] = record = made
        elif changes := changed_fields(customer, record):
            self.records[record.id] = applied(record, changes, pushes_out=self.pushes_out)
        link = self.links.get(customer_key(customer))
        if link is None or not link_holds(link, customer, record) or link.customer_id != record.id:
            self.links[customer_key(customer)] = CustomerLink(key=customer_key(customer), customer_id=record.id)
        return record.id


@pytest.mark.parametrize("pushes_out", [False, True], ids=["kept", "pushed out"])
@settings(max_examples=examples(60), deadline=None)
@given(case=cases())
def test_what_is_decided_together_is_what_would_be_decided_one_by_one(case: Case, pushes_out: bool) -> None:
    plan, books = case.plan, OneByOne(case, pushes_out=pushes_out)
    for number, customer in case.customers.items():
        if number in plan.put_off:
            continue
        if number in plan.undecided:
            with pytest.raises(Rejected):
                books.choice(customer)
            continue
        decision = plan.decisions[number]
        assert books.send(customer, new_id=decision.record.id) == decision.record.id
    written = {one.record.id: one for one in plan.decisions.values() if one.action is CustomerAction.UPDATE}
    expected = {
        record_id: applied(record, written[record_id].changes or CustomerChanges(), pushes_out=pushes_out)
        if record_id in written
        else record
        for record_id, record in case.records.items()
    }
    assert {record_id: books.records[record_id] for record_id in case.records} == expected


@pytest.mark.parametrize("pushes_out", [False, True], ids=["kept", "pushed out"])
@settings(max_examples=examples(60), deadline=None)
@given(case=cases())
def test_no_order_is_made_on_a_record_that_changes_after_it_was_decided(case: Case, pushes_out: bool) -> None:
    """An order copies the record's address: it has to be that of its own invoice."""
    plan, books = case.plan, OneByOne(case, pushes_out=pushes_out)
    seen: dict[str, CustomerRecord] = {}
    for number, decision in plan.decisions.items():
        record_id = books.send(case.customers[number], new_id=decision.record.id)
        seen[number] = books.records[record_id]
    assert {number: books.records[record.id] for number, record in seen.items()} == seen


@settings(max_examples=examples(50), deadline=None)
@given(case=cases())
@example(case=Case({}, {}))
def test_each_invoice_is_dealt_with_in_one_way_and_each_record_is_written_once(case: Case) -> None:
    plan = case.plan
    dealt_with = [*plan.decisions, *plan.undecided, *plan.put_off]
    assert sorted(dealt_with) == sorted(case.customers)
    writes = [one.record.id for one in plan.decisions.values() if one.action is not CustomerAction.AS_IS]
    assert len(writes) == len(set(writes))
    created = [one.record.id for one in plan.decisions.values() if one.action is CustomerAction.CREATE]
    assert created == list(plan.new)
    assert all(record_id.startswith(NEW) for record_id in created)


@settings(max_examples=examples(50), deadline=None)
@given(case=cases())
def test_the_first_that_can_be_decided_is_never_put_off(case: Case) -> None:
    """Else a batch would go round for ever."""
    plan = case.plan
    decidable = [number for number in case.customers if number not in plan.undecided]
    assert not decidable or decidable[0] in plan.decisions


def customer(**fields: object) -> Customer:
    return Customer.model_validate({"name": NAMES[0], **fields})


def actions(
    customers: Mapping[str, Customer], *known: CustomerRecord, links: Mapping[str, CustomerLink] | None = None
) -> dict[str, str]:
    plan = customer_plan(customers, records=known, links=links or {})
    decided = {number: f"{one.action} {one.record.id}" for number, one in plan.decisions.items()}
    return {**decided, **dict.fromkeys(plan.put_off, "put off"), **dict.fromkeys(plan.undecided, "undecided")}


def test_a_company_seen_before_in_the_batch_is_remembered_under_its_number() -> None:
    """As after a single send, whose link counts before any search: the second one's e-mail is the other record's."""
    one = CustomerRecord(
        id="501", name="Moe", kind=CustomerKind.BUSINESS, organization_number=NUMBER, emails=("a@x.example",)
    )
    other = one.model_copy(update={"id": "502", "emails": ("b@x.example",)})
    came = {
        "1": customer(organization_number=NUMBER, email="a@x.example"),
        "2": customer(organization_number=NUMBER, email="b@x.example"),
    }
    assert actions(came, one, other) == {"1": "as_is 501", "2": "put off"}, "its e-mail is to be added to the first"


def test_an_address_stays_where_another_is_written() -> None:
    """An address is put before those that are in a field, and none is dropped."""
    record = CustomerRecord(
        id="501", name="Moe", kind=CustomerKind.BUSINESS, organization_number=NUMBER, emails=("old@x.example",)
    )
    came = {
        "1": customer(organization_number=NUMBER, email="new@x.example"),
        "2": customer(email="old@x.example"),
        "3": customer(email="new@x.example"),
    }
    assert actions(came, record) == {"1": "update 501", "2": "as_is 501", "3": "as_is 501"}


def test_a_phone_number_that_an_update_may_push_out_is_waited_for() -> None:
    record = CustomerRecord(
        id="501", name=NAMES[0], kind=CustomerKind.CONSUMER, emails=("a@x.example",), phones=(PHONES[0],)
    )
    came = {
        "1": customer(email="a@x.example", phone=PHONES[1]),
        "2": customer(email="a@x.example", phone=PHONES[0]),
        "3": customer(email="a@x.example"),
    }
    assert actions(came, record) == {"1": "update 501", "2": "put off", "3": "as_is 501"}


def test_a_link_that_the_plan_undoes_is_waited_for() -> None:
    """Who was linked was not searched for, so not all that could be this customer's is known."""
    linked = CustomerRecord(id="501", name=NAMES[0], kind=CustomerKind.CONSUMER, emails=("a@x.example",))
    company = CustomerRecord(
        id="502", name="Moe", kind=CustomerKind.BUSINESS, organization_number=NUMBER, emails=("a@x.example",)
    )
    came = {"1": customer(name=NAMES[1], email="a@x.example"), "2": customer(email="a@x.example")}
    links = {
        "1": CustomerLink(key=customer_key(came["1"]), customer_id="501", chosen=True),
        "2": CustomerLink(key=customer_key(came["2"]), customer_id="501"),
    }
    assert actions(came, linked, company, links=links) == {"1": "update 501", "2": "put off"}


@pytest.mark.parametrize(
    ("came", "record", "updates", "person", "named"),
    [
        (a_person(), a_record(), "update", None, []),
        (a_person(name="Signe Moe"), a_record(), "update", None, [("Signe Haugland", "Signe Moe")]),
        (a_person(name="Signe Moe"), a_record(), "never", "Signe Moe", [("Signe Haugland", "Signe Moe")]),
        (
            a_person(email="arne@moe.example"),
            a_company_record(),
            "update",
            "Signe Haugland",
            [("Moe Anlegg AS", "Signe Haugland")],
        ),
        (a_company(organization_name=None), a_company_record(), "update", "Arne Moe", [("Moe Anlegg AS", "Arne Moe")]),
        (a_company(), a_company_record(name="MOE ANLEGG AS"), "update", None, []),
        (a_company(), a_company_record(name="Moe"), "update", None, [('"Moe"', '"Moe Anlegg AS"')]),
        (a_company(), a_company_record(name="Moe"), "fill", None, [('"Moe"', '"Moe Anlegg AS"')]),
    ],
)
def test_what_becomes_of_a_name_is_told(
    came: Customer, record: CustomerRecord, updates: str, person: str | None, named: list[tuple[str, str]]
) -> None:
    plan = customer_plan({"1": came}, records=[record], links={}, updates=CustomerUpdates(updates))
    notes = customer_notes(came, plan.decisions["1"], customer_id=record.id)
    assert notes.person == person
    assert len(notes.warnings) == len(named)
    assert all(name in warning for warning, names in zip(notes.warnings, named, strict=True) for name in names)


def test_a_new_record_has_nothing_to_tell() -> None:
    plan = customer_plan({"1": a_person()}, records=[], links={}, updates=CustomerUpdates.NEVER)
    assert customer_notes(a_person(), plan.decisions["1"], customer_id="1001") == CustomerNotes()
