"""Bulk decides as single sends do: the same books in the end, whatever was in them and whoever comes.

Two installations begin alike. One sends the invoices in bulk, a few with a call; the other sends them one by one, in
the order in which the first one's orders came to be.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.business import CustomerUpdates
from core.customer import Address, Customer, CustomerKind, CustomerRecord, known_entries
from core.customer_choice import customer_key
from core.errors import KvittError, Rejected
from core.order_draft import OrderDraft
from core.ports.accounting import CustomerUpdate
from core.transfer import Receipt, Transfer, TransferState
from tests.fakes import Gateway
from tests.fakes.accounting_system import FakeCustomers
from tests.thoroughness import examples
from tests.unit.samples import NUMBER, OTHER_NUMBER, an_invoice

EMAILS = ("a@post.example", "b@post.example", "ab@post.example", "a@blåbær.no", "A@xn--blbr-roah.no")
FOREIGN = "SE556012579001"
FRENCH = ("FR40303265045", "303 265 045", "30326504500001")  # the VAT number, the company's own, a branch's
NAMES = ("Signe Haugland", "Ola Berg", "Åse Berg", "A\u030ase Berg")
COMPANY = "Moe Anlegg AS"
UNDECIDED = ("ambiguous_customer", "unreadable_customer")
REFUSAL = Rejected("A department is required.", code="department_required")
PHONES = ("40000001", "40000002")
STREETS = ("Kirkegata 4", "Hytteveien 2")

addresses = st.sampled_from([None, *[Address(street=street, city="Drammen") for street in STREETS]])
abroad = Address(street=STREETS[0], country="SE")
in_france = Address(street=STREETS[0], country="FR")
emails = st.sampled_from(EMAILS)
norwegian = [None, None, NUMBER, OTHER_NUMBER, f"Org.nr NO {NUMBER} MVA"]
numbers = st.sampled_from([*norwegian, FOREIGN, "SE 556012-5790", *FRENCH])
recorded_numbers = numbers | st.sampled_from([NUMBER[:-1], f"XX{FOREIGN}", "SIREN 303265045", FRENCH[0][2:]])
fields = st.lists(emails, min_size=1, max_size=2, unique=True).flatmap(
    lambda some: st.sampled_from(["; ", ",", " "]).map(lambda between: between.join(some))
)
phones = st.sampled_from([None, None, *PHONES])


def _at_home(customer: Customer) -> Customer:
    """A foreign number comes with its country."""
    number = customer.organization_number or ""
    address = abroad if "SE" in number else in_france if number in FRENCH else customer.address
    return customer.model_copy(update={"address": address})


def _with_all_fields(record: dict[str, object]) -> dict[str, object]:
    """What the fields hold is what the record holds."""
    fields = (record["contact_email"], record["invoice_email"], record.pop("other_email"))
    return {**record, "emails": tuple(dict.fromkeys(one for one in fields if one))}


customers = st.builds(
    Customer,
    name=st.sampled_from(NAMES),
    email=emails,
    phone=phones,
    organization_name=st.sampled_from([None, None, COMPANY]),
    organization_number=numbers,
    address=addresses,
).map(_at_home)
records = st.fixed_dictionaries(
    {
        "name": st.sampled_from([*NAMES, COMPANY]),
        "kind": st.sampled_from([*CustomerKind, CustomerKind.CONSUMER, CustomerKind.BUSINESS]),
        "organization_number": recorded_numbers,
        **dict.fromkeys(("contact_email", "invoice_email"), st.none() | fields),
        "other_email": st.none() | fields,
        "phones": st.lists(st.sampled_from(PHONES), max_size=1).map(tuple),
        "addresses": addresses.map(lambda address: (address or Address(), Address())),
    }
).map(_with_all_fields)


@dataclass
class Case:
    """The books before, the customers who were sent an invoice before, and those of the bulk send.

    `linked`: of which of the bulk's customers (by position) a person has said that it is which record (by position).
    `spoilt`: which records (by position) can't be read, and whether their keys are known all the same.
    `with_directory`: whether the customer directory was read before; `pushes_out`: whether a record has room for one
    phone number only.
    """

    records: list[dict[str, object]]
    coming: list[Customer]
    chunk_size: int = 2
    earlier: list[Customer] = field(default_factory=list)
    linked: dict[int, int] = field(default_factory=dict)
    spoilt: dict[int, bool] = field(default_factory=dict)
    with_directory: bool = False
    pushes_out: bool = False
    updates: CustomerUpdates = CustomerUpdates.UPDATE


@st.composite
def cases(draw: st.DrawFn) -> Case:
    known = draw(st.lists(records, max_size=4))
    coming = draw(st.lists(customers, min_size=1, max_size=7))
    linked = st.dictionaries(st.sampled_from(range(len(coming))), st.sampled_from(range(len(known) or 1)), max_size=2)
    is_linked = bool(known) and draw(st.booleans())
    is_spoilt = bool(known) and draw(st.booleans())
    spoilt = st.dictionaries(st.sampled_from(range(len(known) or 1)), st.booleans(), max_size=2)
    return Case(
        known,
        coming,
        chunk_size=draw(st.integers(1, 4)),
        earlier=draw(st.lists(customers, max_size=2)),
        linked=draw(linked) if is_linked else {},
        spoilt=draw(spoilt) if is_spoilt else {},
        with_directory=draw(st.booleans()),
        pushes_out=draw(st.booleans()),
        updates=draw(st.sampled_from([CustomerUpdates.UPDATE, *CustomerUpdates])),
    )


class Narrow(FakeCustomers):
    """Records with room for one phone number."""

    def _written(self, update: CustomerUpdate) -> KvittError | None:
        error = super()._written(update)
        if error is None:
            record, changes = self.books.customers[update.record.id], update.changes
            self.books.customers[record.id] = record.model_copy(
                update={"phones": (changes.phone,) if changes.phone else record.phones}
            )
        return error


class Installation:
    """A gateway with the case's books, which notes what each order found written in its customer's record."""

    def __init__(self, case: Case, *, chunk_size: int) -> None:
        self.gateway = Gateway(inline=False, chunk_size=chunk_size)
        business = self.gateway.look_up.business("fjell").model_copy(update={"customer_updates": case.updates})
        self.gateway.connect_business.store(business)
        self.seen: dict[str, CustomerRecord] = {}
        self.initial = {self.gateway.books.add_customer(**record).id for record in case.records}  # type: ignore[arg-type]
        if case.pushes_out:
            self.gateway.system.customers = Narrow(self.gateway.system, "customers")
        for nth, customer in enumerate(case.earlier, start=1):
            self.send(f"earlier-{nth}", customer)
        for position, record in case.linked.items():
            self.link(case.coming[position], sorted(self.initial)[record])
        for position, keys_known in case.spoilt.items():
            self.gateway.books.spoil(sorted(self.initial)[position], keys_known=keys_known)
        if case.with_directory:
            self.read_directory()
        self.note_what_orders_find()

    def link(self, customer: Customer, record_id: str) -> None:
        """Say which record this customer is, unless it is a supplier's."""
        if self.gateway.books.customers[record_id].kind is CustomerKind.SUPPLIER:
            return
        self.gateway.add(an_invoice(number="linked", customer=customer))
        self.gateway.link_customer.link("fjell", "linked", record_id)

    def read_directory(self) -> None:
        """Have the customer directory, as an earlier batch would leave it."""
        system = self.gateway.system
        pages, books = list(system.customers.entries()), system.identity().key
        with self.gateway.storage.transaction() as work:
            for page in pages:
                work.directory.put("fjell", books, known_entries(page))
            work.directory.mark_read("fjell", books, at=self.gateway.clock.now())

    def note_what_orders_find(self) -> None:
        """Note each customer's record as it stands when the order is created: it is copied into the order."""
        create = self.gateway.system.orders.create

        def noting(drafts: Sequence[OrderDraft]) -> list[Receipt | KvittError]:
            for draft in drafts:
                self.seen[draft.reference] = self.gateway.books.customers[draft.customer_id or ""]
            return create(drafts)

        self.gateway.system.orders.create = noting  # type: ignore[method-assign]

    def send(self, number: str, customer: Customer) -> Transfer:
        """Send one invoice by itself."""
        self.gateway.add(an_invoice(number=number, customer=customer))
        self.gateway.send_invoice.send("fjell", number)
        self.gateway.turn()
        return self.gateway.transfer(number)

    def send_in_bulk(self, coming: Sequence[Customer]) -> dict[str, Transfer]:
        """Send an invoice to each with one batch, in one turn."""
        invoices = [an_invoice(number=f"{nth:03}", customer=customer) for nth, customer in enumerate(coming)]
        self.gateway.add(*invoices)
        self.gateway.send_many.send("fjell", [invoice.number for invoice in invoices])
        self.gateway.turn()
        return {invoice.number: self.gateway.transfer(invoice.number) for invoice in invoices}

    @property
    def orders(self) -> list[str]:
        """Our references, in the order in which the orders came to be."""
        return [order.draft.reference for order in self.gateway.books.orders.values()]

    def ledger(self) -> list[tuple[str, str, list[str]]]:
        """Every record with what it says and the orders that belong to it; ids of new ones differ from run to run."""
        orders: dict[str, list[str]] = defaultdict(list)
        for order in self.gateway.books.orders.values():
            orders[order.customer_id].append(order.draft.reference)
        return sorted(
            (record_id if record_id in self.initial else "new", _said(record), orders[record_id])
            for record_id, record in self.gateway.books.customers.items()
        )


def _said(record: CustomerRecord) -> str:
    """What a record says; in which order it has its e-mails and phones says nothing."""
    values = record.model_dump(mode="json", exclude={"id", "carried"})
    return str({**values, "emails": sorted(record.emails), "phones": sorted(record.phones)})


def a_customer(**fields: object) -> Customer:
    return Customer.model_validate({"name": NAMES[0], "email": EMAILS[0], **fields})


def a_moe(**fields: object) -> dict[str, object]:
    return {"name": COMPANY, "kind": CustomerKind.BUSINESS, "organization_number": NUMBER, **fields}


LEARNED_ON_THE_WAY = Case(
    [a_moe(emails=EMAILS[:1]), a_moe(emails=EMAILS[1:2])],
    [a_customer(organization_number=NUMBER), a_customer(organization_number=NUMBER, email=EMAILS[1])],
)
"""Two records of one company, told apart by e-mail: after the first send the company's number is remembered."""

PUSHED_OUT = Case(
    [a_moe(emails=EMAILS[:1], phones=PHONES[:1])],
    [
        a_customer(organization_number=NUMBER, phone=PHONES[1]),
        a_customer(organization_number=NUMBER, phone=PHONES[0], name=NAMES[1]),
    ],
    pushes_out=True,
)
"""The first one's phone number takes the place of the second one's."""


SPOILT = Case(
    [a_moe(emails=EMAILS[:1]), a_moe(organization_number=OTHER_NUMBER, emails=EMAILS[1:2])],
    [a_customer(organization_number=NUMBER), a_customer(email=EMAILS[1]), a_customer(email=EMAILS[2])],
    spoilt={0: True, 1: False},
)
"""One record that can't be read is the first customer's; of the other nobody knows whose it is."""


KEPT_AS_A_PERSON = Case(
    [],
    [
        a_customer(),
        a_customer(organization_number=NUMBER),
        a_customer(organization_number=NUMBER, email=EMAILS[1]),
    ],
    chunk_size=1,
    updates=CustomerUpdates.FILL,
)
"""A person's record stays a person's: the organization that shares its e-mail address is not known by number there."""


@settings(max_examples=examples(30), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(case=cases())
@example(case=LEARNED_ON_THE_WAY)
@example(case=KEPT_AS_A_PERSON)
@example(case=PUSHED_OUT)
@example(case=SPOILT)
def test_a_bulk_send_leaves_the_books_as_single_sends_would(case: Case) -> None:
    bulk = Installation(case, chunk_size=case.chunk_size)
    ended = bulk.send_in_bulk(case.coming)
    assert {one.state for one in ended.values()} <= {TransferState.TRANSFERRED, TransferState.REJECTED}
    assert all(one.error is None or one.error.code in UNDECIDED for one in ended.values())

    single = Installation(case, chunk_size=1)
    for number in bulk.orders[len(single.orders) :]:
        assert single.send(number, case.coming[int(number)]).state is TransferState.TRANSFERRED
    assert bulk.orders == single.orders
    assert bulk.ledger() == single.ledger()


@settings(max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(case=cases())
@example(case=SPOILT)
def test_whose_record_can_not_be_read_is_said_alike_of_the_first_who_comes(case: Case) -> None:
    """Who comes first meets the same books either way: what is refused of her in bulk is refused of her alone."""
    bulk, single = Installation(case, chunk_size=case.chunk_size), Installation(case, chunk_size=1)
    first = next(iter(bulk.send_in_bulk(case.coming).values()))
    alone = single.send(first.invoice, case.coming[0])
    assert (alone.state, alone.error and alone.error.code) == (first.state, first.error and first.error.code)


@settings(max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(case=cases())
def test_an_order_finds_the_record_as_it_would_after_a_single_send(case: Case) -> None:
    """The vendor copies the address into the order: an order must not find another invoice's."""
    bulk, single = Installation(case, chunk_size=case.chunk_size), Installation(case, chunk_size=1)
    bulk.send_in_bulk(case.coming)
    for number in bulk.orders[len(single.orders) :]:
        single.send(number, case.coming[int(number)])
    assert {number: _said(record) for number, record in bulk.seen.items()} == {
        number: _said(record) for number, record in single.seen.items()
    }


@settings(max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(case=cases())
@example(case=KEPT_AS_A_PERSON)
def test_who_is_the_same_customer_gets_one_record_at_most(case: Case) -> None:
    bulk = Installation(case, chunk_size=case.chunk_size)
    before = set(bulk.gateway.books.customers)
    ended = bulk.send_in_bulk(case.coming)
    made: dict[str, set[str]] = defaultdict(set)
    for number, transfer in ended.items():
        if transfer.customer_id and transfer.customer_id not in before:
            made[customer_key(case.coming[int(number)])].add(transfer.customer_id)
    if not case.pushes_out and case.updates is CustomerUpdates.UPDATE:  # else a record may not learn the number
        assert all(len(ids) == 1 for ids in made.values())
    assert len(set(bulk.gateway.books.customers) - before) <= len({customer_key(one) for one in case.coming})


@settings(max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(case=cases(), refused=st.sets(st.integers(0, 6), max_size=3))
def test_refused_orders_change_nothing_for_the_others(case: Case, refused: set[int]) -> None:
    """A refusal keeps back its own order; its customer was found or made before, as a single send does it."""
    bulk = Installation(case, chunk_size=case.chunk_size)
    for nth in refused:
        bulk.gateway.system.orders.fail_item(f"{nth:03}", REFUSAL)
    ended = bulk.send_in_bulk(case.coming)
    undisturbed = Installation(case, chunk_size=case.chunk_size)
    alike = undisturbed.send_in_bulk(case.coming)
    for number, transfer in ended.items():
        if int(number) in refused:
            assert transfer.state is TransferState.REJECTED
        else:
            assert transfer.state is alike[number].state
    assert [one for one in undisturbed.orders if one not in bulk.orders] == [
        number for number in undisturbed.orders if number.isdigit() and int(number) in refused
    ]
