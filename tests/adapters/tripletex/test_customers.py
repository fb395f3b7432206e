"""Customers at Tripletex: read, told of when they are inactive, created and changed."""

from collections import deque
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.tripletex.customer_mapping import changed_customer, customer_record, new_customer
from adapters.tripletex.customers import TripletexCustomerRepo
from adapters.tripletex.places import KnownIds
from adapters.tripletex.system import TripletexAccountingSystem
from core.customer import Address, Customer, CustomerKind, CustomerRecord
from core.customer_changes import CustomerChanges
from core.errors import OutcomeUnknown, Rejected, TryAgain
from core.ports.accounting import CustomerUpdate
from core.unreadable import Unreadable, readable, unreadable
from sandbox import Sandbox
from sandbox.tripletex.books import Books
from sandbox.tripletex.records import Address as HeldAddress
from tests.adapters.tripletex.conftest import operations
from tests.adapters.tripletex.fake_client import NOW, FakeClient, session_of, values
from tests.fakes.clock import FakeClock

MOE = Customer(
    name="Signe Moe",
    email="post@moe.example",
    phone="40000002",
    organization_name="Moe Prøve AS",
    organization_number="911000008",
    address=Address(
        street="Prøveveien 1", additional_street="Oppgang B", postal_code="0150", city="Oslo", country="NO"
    ),
)
SIGNE = Customer(name="Signe Prøve", email="signe@prove.example")


def repo_of(client: FakeClient) -> TripletexCustomerRepo:
    session = session_of(client)
    return TripletexCustomerRepo(session, KnownIds(session), FakeClock(NOW))


def record_in(system: TripletexAccountingSystem, customer_id: str) -> CustomerRecord:
    (record,) = readable(system.customers.read([customer_id]).values())
    return record


def told(**changes: Any) -> dict[str, Any]:
    """A customer as Tripletex tells of it."""
    return {"id": 11, "version": 3, "name": "Moe AS", "isPrivateIndividual": False, "isInactive": False, **changes}


class TestMapping:
    def test_a_new_company_says_all_that_the_source_has(self) -> None:
        assert new_customer(MOE, countries={"NO": 161}) == {
            "name": "Moe Prøve AS",
            "organizationNumber": "911000008",
            "isPrivateIndividual": False,
            "email": "post@moe.example",
            "invoiceEmail": "post@moe.example",
            "phoneNumber": "40000002",
            "postalAddress": {
                "addressLine1": "Prøveveien 1",
                "addressLine2": "Oppgang B",
                "postalCode": "0150",
                "city": "Oslo",
                "country": {"id": 161},
            },
        }

    def test_a_new_person_says_no_more_than_there_is(self) -> None:
        assert new_customer(Customer(name=" Kari  Nordmann "), countries={}) == {
            "name": "Kari Nordmann",
            "isPrivateIndividual": True,
        }

    @pytest.mark.parametrize(
        ("flags", "kind"),
        [
            ({"isPrivateIndividual": False}, CustomerKind.BUSINESS),
            ({"isPrivateIndividual": True}, CustomerKind.CONSUMER),
            ({"isPrivateIndividual": None}, CustomerKind.UNKNOWN),
            ({"isSupplier": True, "isCustomer": False}, CustomerKind.SUPPLIER),
            ({"isSupplier": True}, CustomerKind.SUPPLIER),
            ({"isSupplier": True, "isCustomer": True}, CustomerKind.BUSINESS),
            ({"isSupplier": False, "isCustomer": False}, CustomerKind.BUSINESS),
        ],
    )
    def test_what_a_record_stands_for(self, flags: dict[str, Any], kind: CustomerKind) -> None:
        record = customer_record(told(**flags))
        assert record is not None
        assert record.kind is kind

    def test_a_record_without_anything_else_has_an_empty_address_to_fill(self) -> None:
        record = customer_record({"id": 7})
        assert record == CustomerRecord(id="7", name="", addresses=(Address(),))
        assert customer_record({"name": "Moe"}) is None

    def test_a_change_names_its_version_and_nothing_that_stays(self) -> None:
        record = customer_record(told(phoneNumber="1", postalAddress={"id": 5, "version": 2, "city": "Oslo"}))
        assert record is not None
        assert changed_customer(record, CustomerChanges(name="Moe Prøve AS"), countries={}) == {
            "id": 11,
            "version": 3,
            "name": "Moe Prøve AS",
        }
        moved = CustomerChanges(addresses=(Address(street="Flyttegata 9", country="se"),), phone="2")
        assert changed_customer(record, moved, countries={"SE": 211}) == {
            "id": 11,
            "version": 3,
            "phoneNumberMobile": "2",
            "postalAddress": {"id": 5, "version": 2, "addressLine1": "Flyttegata 9", "country": {"id": 211}},
        }

    @pytest.mark.parametrize(
        ("held", "slot"),
        [
            ({}, "phoneNumber"),
            ({"phoneNumber": "1"}, "phoneNumberMobile"),
            ({"phoneNumberMobile": "1"}, "phoneNumber"),
            ({"phoneNumber": "1", "phoneNumberMobile": "2"}, "phoneNumber"),
        ],
    )
    def test_a_new_phone_takes_a_free_place(self, held: dict[str, str], slot: str) -> None:
        record = customer_record(told(**held))
        assert record is not None
        assert changed_customer(record, CustomerChanges(phone="9"), countries={})[slot] == "9"

    @pytest.mark.parametrize("kind", [CustomerKind.BUSINESS, CustomerKind.CONSUMER])
    def test_a_changed_kind_says_whether_it_is_a_person(self, kind: CustomerKind) -> None:
        record = customer_record(told())
        assert record is not None
        changed = changed_customer(record, CustomerChanges(kind=kind), countries={})
        assert changed["isPrivateIndividual"] is (kind is CustomerKind.CONSUMER)


class TestReading:
    def test_one_is_read_with_one_call(self, sandbox: Sandbox, system: TripletexAccountingSystem, books: Books) -> None:
        known = books.add_customer(
            "Moe AS", organization_number="911 000 008", email="a@moe.example", invoice_email="b@moe.example",
            phone_number="40000002", postal_address=HeldAddress(address_line1="Veien 1", city="Oslo", country_id=211),
        )  # fmt: skip
        system.identity()
        sandbox.journal.clear()
        record = record_in(system, str(known))
        assert operations(sandbox) == ["GET /customer"]
        assert (record.name, record.organization_number, record.kind) == (
            "Moe AS",
            "911 000 008",
            CustomerKind.BUSINESS,
        )
        assert (record.contact_email, record.invoice_email) == ("a@moe.example", "b@moe.example")
        assert record.emails == ("a@moe.example", "b@moe.example")
        assert record.addresses == (Address(street="Veien 1", city="Oslo", country="SE"),)
        assert record.country == "SE"

    def test_several_hundred_are_read_together(
        self, sandbox: Sandbox, system: TripletexAccountingSystem, books: Books
    ) -> None:
        ids = [str(books.add_customer(f"Prøve {number}")) for number in range(450)]
        system.identity()
        sandbox.journal.clear()
        assert list(system.customers.read([*ids, "77", "x"])) == ids
        assert operations(sandbox) == ["GET /customer"] * 3, "two for those that are there, one for what is not"

    def test_what_can_be_no_id_asks_nobody(self, sandbox: Sandbox, system: TripletexAccountingSystem) -> None:
        assert system.customers.read(["x", "-1", "0", "9" * 30]) == {}
        assert operations(sandbox) == []

    def test_an_inactive_one_is_told_of(self, system: TripletexAccountingSystem, books: Books) -> None:
        known = str(books.add_customer("Moe AS", organization_number="911000008", is_inactive=True))
        (found,) = system.customers.read([known]).values()
        assert isinstance(found, Unreadable)
        assert (found.id, found.organization_number) == (known, "911000008")
        assert found.reason == "it is inactive in Tripletex: make it active there"
        assert unreadable(system.customers.find_by_organization_number("911000008")) == [found]

    @pytest.mark.parametrize(
        ("old", "new", "is_replaced"),
        [
            ({"organization_number": "911000008"}, {"organization_number": "911 000 008"}, True),
            ({"organization_number": "911000008"}, {"organization_number": "923609016"}, False),
            ({"organization_number": "911000008", "email": "a@moe.example"}, {"email": "a@moe.example"}, False),
            ({"email": "a@moe.example"}, {"invoice_email": "A@moe.example"}, True),
            ({"email": "a@moe.example"}, {"email": "b@moe.example"}, False),
            ({}, {}, False),
        ],
    )
    def test_an_inactive_one_whose_place_is_taken_is_not(
        self,
        system: TripletexAccountingSystem,
        books: Books,
        old: dict[str, str],
        new: dict[str, str],
        is_replaced: bool,
    ) -> None:
        inactive = str(books.add_customer("Moe AS", is_inactive=True, **old))  # type: ignore[arg-type]
        active = str(books.add_customer("Moe AS", **new))  # type: ignore[arg-type]
        assert set(system.customers.read([inactive, active])) == ({active} if is_replaced else {inactive, active})

    def test_the_directory_has_the_inactive_ones_too(
        self, sandbox: Sandbox, system: TripletexAccountingSystem, books: Books
    ) -> None:
        ids = {str(books.add_customer(f"Prøve {number}", is_inactive=number == 1)) for number in range(3)}
        system.identity()
        sandbox.journal.clear()
        assert {entry.id for page in system.customers.entries() for entry in page} == ids
        assert operations(sandbox) == ["GET /customer"] * 2
        later = datetime.now(UTC) + timedelta(hours=1)
        assert list(system.customers.entries(changed_since=later)) == []

    def test_finding_compares_again(self, system: TripletexAccountingSystem, books: Books) -> None:
        books.add_customer("Annen AS", email="b@moe.example")
        several = str(books.add_customer("Moe AS", email="a@moe.example; b@moe.example"))
        spaced = str(books.add_customer("Dal AS", organization_number="NO 911 000 008 MVA"))
        customers = system.customers
        assert [record.id for record in customers.find_by_email("A@MOE.example")] == [several]
        assert [record.id for record in customers.find_by_organization_number("911000008")] == [spaced]
        assert customers.find_by_email("nobody@moe.example") == []

    def test_a_record_that_can_not_be_read_is_told_of(self, system: TripletexAccountingSystem, books: Books) -> None:
        spoilt, fine = (books.add_customer(name, email="a@moe.example") for name in ("Moe AS", "Dal AS"))
        books.customers[spoilt].spoilt = True
        found = system.customers.read([str(spoilt), str(fine)])
        assert [record.id for record in readable(found.values())] == [str(fine)]
        (lost,) = unreadable(found.values())
        assert (lost.id, lost.emails, lost.reason) == (
            str(spoilt),
            ("a@moe.example",),
            "Tripletex returned invalid values for it",
        )
        (entries,) = system.customers.entries()
        assert {entry.id for entry in entries} == {str(spoilt), str(fine)}


class TestCreating:
    def test_one_and_several_come_to_the_same(
        self, sandbox: Sandbox, system: TripletexAccountingSystem, books: Books
    ) -> None:
        (one,) = system.customers.create([MOE])
        several = system.customers.create([MOE, SIGNE])
        assert operations(sandbox)[2:] == ["POST /customer", "POST /customer/list"]
        held = [books.customers[int(str(customer_id))] for customer_id in [one, *several]]
        assert [customer.name for customer in held] == ["Moe Prøve AS", "Moe Prøve AS", "Signe Prøve"]
        assert [customer.is_private_individual for customer in held] == [False, False, True]
        assert held[0].postal_address.address_line2 == "Oppgang B"  # type: ignore[union-attr]
        assert held[0].postal_address.country_id == 161  # type: ignore[union-attr]

    def test_of_a_list_that_is_refused_in_the_middle_nobody_is_written_twice(
        self, sandbox: Sandbox, system: TripletexAccountingSystem, books: Books
    ) -> None:
        customers = [SIGNE.model_copy(update={"email": f"signe{nth}@prove.example"}) for nth in range(4)]
        sandbox.inject("POST /customer/list", "fault_midway")
        created = system.customers.create([MOE, *customers])
        assert [books.customers[int(str(one))].email for one in created] == [one.email for one in [MOE, *customers]]
        assert len(books.customers) == len(created)

    def test_of_a_list_that_is_refused_in_the_middle_a_namesake_is_not_taken_for_anybody(
        self, sandbox: Sandbox, system: TripletexAccountingSystem, books: Books
    ) -> None:
        nameless = SIGNE.model_copy(update={"email": None})
        books.add_customer("Signe Prøve")
        sandbox.inject("POST /customer/list", "fault_midway")
        first, last = system.customers.create([MOE, nameless])
        assert isinstance(first, str)
        assert isinstance(last, OutcomeUnknown)

    def test_a_list_that_is_refused_and_of_which_nobody_can_say_who_is_there_is_unknown(
        self, sandbox: Sandbox, system: TripletexAccountingSystem
    ) -> None:
        sandbox.inject("POST /customer/list", "fault_midway")
        sandbox.inject("GET /customer", "reset")
        with pytest.raises(OutcomeUnknown):
            system.customers.create([MOE, SIGNE])

    def test_a_foreign_country_is_looked_up_once(self, sandbox: Sandbox, system: TripletexAccountingSystem) -> None:
        swede = SIGNE.model_copy(update={"address": Address(city="Malmö", country="SE")})
        for _ in range(2):
            system.customers.create([swede])
        assert operations(sandbox)[2:] == ["GET /country", "POST /customer", "POST /customer"]

    def test_a_country_that_is_none_is_refused_before_anything_is_written(
        self, sandbox: Sandbox, system: TripletexAccountingSystem
    ) -> None:
        nowhere = SIGNE.model_copy(update={"address": Address(city="X", country="XX")})
        with pytest.raises(Rejected) as error:
            system.customers.create([nowhere])
        assert '"XX"' in error.value.message
        assert not [one for one in operations(sandbox) if one.startswith("POST")]

    @pytest.mark.parametrize(
        "answered",
        [
            values(told(name="Moe Prøve AS")),
            values(),
            values(told(name="Moe Prøve AS"), told(name="Signe Prøve"), told()),
        ],
    )
    def test_another_number_of_answers_means_that_nobody_knows(self, answered: dict[str, Any]) -> None:
        client = FakeClient()
        client.replies["POST /customer/list"] = answered
        outcomes = repo_of(client).create([MOE, SIGNE])
        assert [type(outcome) for outcome in outcomes] == [OutcomeUnknown] * 2

    def test_an_answer_is_taken_only_for_who_it_is(self) -> None:
        client = FakeClient()
        signe = told(id=12, name="Signe Prøve", email="signe@prove.example")
        client.replies["POST /customer/list"] = values(told(id=11, name="En annen"), signe)
        lost, found = repo_of(client).create([MOE, SIGNE])
        assert isinstance(lost, OutcomeUnknown)
        assert found == "12"

    def test_who_comes_back_in_another_spelling_is_who_was_asked_for(self) -> None:
        client = FakeClient()
        moe = told(id=11, name="Moe  Prøve AS ", organizationNumber="911 000 008", email="POST@moe.example")
        signe = told(id=12, name="Signe Prøve", email="Signe@PROVE.example")
        client.replies["POST /customer/list"] = values(moe, signe)
        assert repo_of(client).create([MOE, SIGNE]) == ["11", "12"]
        client.replies["POST /customer/list"] = Rejected("nei")
        client.replies["GET /customer"] = values(moe)
        client.replies["POST /customer"] = {"value": signe}
        assert repo_of(client).create([MOE, SIGNE]) == ["11", "12"]
        assert client.operations.count("POST /customer") == 1

    @pytest.mark.parametrize(
        "answered", [None, {}, {"value": None}, {"value": {"name": "Moe"}}, {"value": {"id": "x"}}]
    )
    def test_a_single_answer_without_an_id_means_that_nobody_knows(self, answered: Any) -> None:
        client = FakeClient()
        client.replies["POST /customer"] = answered
        with pytest.raises(OutcomeUnknown):
            repo_of(client).create([SIGNE])


class TestChangedMeanwhile:
    """A change names the version that it was decided on; with an older one it is refused."""

    def changes(self, system: TripletexAccountingSystem, *ids: int, name: str = "Nytt AS") -> list[CustomerUpdate]:
        records = readable(system.customers.read([str(one) for one in ids]).values())
        return [CustomerUpdate(record, CustomerChanges(name=name)) for record in records]

    def test_what_says_the_same_is_written_on_the_new_version(
        self, sandbox: Sandbox, system: TripletexAccountingSystem, books: Books
    ) -> None:
        known = books.add_customer("Moe AS")
        updates = self.changes(system, known)
        books.write_meanwhile(known)
        sandbox.journal.clear()
        assert system.customers.update(updates) == [None]
        assert operations(sandbox) == ["PUT /customer/{id}", "GET /customer", "PUT /customer/{id}"]
        assert books.customers[known].name == "Nytt AS"

    def test_what_says_something_else_is_decided_anew(self, system: TripletexAccountingSystem, books: Books) -> None:
        known = books.add_customer("Moe AS")
        updates = self.changes(system, known)
        books.customers[known].email = "ny@moe.example"
        books.write_meanwhile(known)
        with pytest.raises(TryAgain) as error:
            system.customers.update(updates)
        assert (error.value.code, error.value.at_once) == ("version_conflict", False)
        assert books.customers[known].name == "Moe AS"

    def test_in_bulk_only_what_changed_is_left(
        self, sandbox: Sandbox, system: TripletexAccountingSystem, books: Books
    ) -> None:
        ids = [books.add_customer(f"Prøve {number}") for number in range(3)]
        updates = self.changes(system, *ids)
        books.customers[ids[1]].email = "ny@prove.example"
        for known in ids[1:]:
            books.write_meanwhile(known)
        sandbox.journal.clear()
        first, second, third = system.customers.update(updates)
        assert (first, third) == (None, None)
        assert isinstance(second, TryAgain)
        assert [books.customers[known].name for known in ids] == ["Nytt AS", "Prøve 1", "Nytt AS"]
        assert operations(sandbox) == ["PUT /customer/list", "GET /customer", "PUT /customer/list"]

    def test_one_that_is_gone_is_left_too(self, system: TripletexAccountingSystem, books: Books) -> None:
        ids = [books.add_customer(f"Prøve {number}") for number in range(2)]
        updates = self.changes(system, *ids)
        books.write_meanwhile(ids[1])
        books.customers[ids[0]].is_inactive = True
        books.write_meanwhile(ids[0])
        lost, done = system.customers.update(updates)
        assert isinstance(lost, TryAgain)
        assert done is None

    def test_somebody_who_writes_all_the_time_is_waited_for(
        self, sandbox: Sandbox, system: TripletexAccountingSystem, books: Books
    ) -> None:
        known = books.add_customer("Moe AS")
        (update,) = self.changes(system, known)
        sandbox.inject("PUT /customer/{id}", "conflict", times=9)
        sandbox.journal.clear()
        with pytest.raises(TryAgain) as error:
            system.customers.update([update])
        assert error.value.code == "version_conflict"
        assert operations(sandbox).count("PUT /customer/{id}") == 3
        sandbox.clear_faults()
        sandbox.inject("PUT /customer/list", "conflict", times=9)
        outcomes = system.customers.update([update, update])
        assert [type(outcome) for outcome in outcomes] == [TryAgain] * 2

    def test_an_answer_that_leaves_one_out_does_not_pass_for_done(self) -> None:
        client = FakeClient()
        client.replies["PUT /customer/list"] = values(told(id=1))
        updates = [
            CustomerUpdate(record, CustomerChanges(name="Nytt AS"))
            for number in (1, 2)
            if (record := customer_record(told(id=number)))
        ]
        done, lost = repo_of(client).update(updates)
        assert done is None
        assert isinstance(lost, OutcomeUnknown)

    def test_a_refusal_is_of_the_whole_call(self) -> None:
        client = FakeClient()
        client.replies["PUT /customer/list"] = deque([Rejected("nei"), values(told(id=1))])
        record = customer_record(told(id=1))
        assert record is not None
        with pytest.raises(Rejected):
            repo_of(client).update([CustomerUpdate(record, CustomerChanges(name="A"))] * 2)
