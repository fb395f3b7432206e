import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.business import CustomerUpdates
from core.customer import Address, Customer, CustomerKind, CustomerRecord
from core.customer_changes import CustomerChanges, changed_fields, fields_before
from core.customer_changes import applied as written
from core.identity import normal_organization_number
from tests.unit.samples import NUMBER, OTHER_NUMBER, a_company, a_company_record, a_person, a_record

_BLANKS = [None, "", "  "]

texts = st.sampled_from([*_BLANKS, "a", "b", " a ", "B"])
addresses = st.builds(Address, street=texts, additional_street=texts, postal_code=texts, city=texts, country=texts)
phones = st.sampled_from([*_BLANKS, "+47 911 22 333", "91122333", "004791122333", "22334455", "+46 8 123"])
emails = st.sampled_from([*_BLANKS, "kari@fjell.no", "KARI@fjell.no", "per@fjell.no"])
numbers = st.sampled_from([None, "", NUMBER, "911 000 008", OTHER_NUMBER])

customers = st.builds(
    Customer,
    name=texts,
    email=emails,
    phone=phones,
    organization_name=texts,
    organization_number=numbers,
    address=st.none() | addresses,
)
records = st.builds(
    CustomerRecord,
    id=st.just("1"),
    name=st.sampled_from(["a", "b", "", "a  b"]),
    kind=st.sampled_from([kind for kind in CustomerKind if kind is not CustomerKind.SUPPLIER]),
    organization_number=numbers,
    emails=st.lists(emails.filter(bool), max_size=2).map(tuple),
    phones=st.lists(phones.filter(bool), max_size=2).map(tuple),
    addresses=st.tuples(addresses, addresses),
)


def applied(record: CustomerRecord, changes: CustomerChanges | None) -> CustomerRecord:
    """The record after the changes were written."""
    return written(record, changes) if changes else record


def fields_of(changes: CustomerChanges | None) -> list[str]:
    return changes.fields if changes else []


@given(customers, records)
def test_after_the_changes_nothing_is_left_to_change(customer: Customer, record: CustomerRecord) -> None:
    assert changed_fields(customer, applied(record, changed_fields(customer, record))) is None


@given(customers, records)
def test_nothing_that_the_record_has_is_emptied(customer: Customer, record: CustomerRecord) -> None:
    after = applied(record, changed_fields(customer, record))
    assert bool(after.name.strip()) >= bool(record.name.strip())
    assert bool(after.organization_number) >= bool(record.organization_number)
    assert set(after.known_emails) >= set(record.known_emails)
    assert set(after.phones) >= set(record.phones)
    for old, new in zip(record.addresses, after.addresses, strict=True):
        for part in Address.model_fields:
            assert bool((getattr(new, part) or "").strip()) >= bool((getattr(old, part) or "").strip())


@given(customers, records)
def test_a_change_is_never_blank_and_never_a_change_to_the_same(customer: Customer, record: CustomerRecord) -> None:
    changes = changed_fields(customer, record)
    if changes is None:
        return
    assert changes.fields
    for text in (changes.name, changes.organization_number, changes.email, changes.invoice_email, changes.phone):
        assert text is None or text.strip()
    assert changes.name != record.name
    assert changes.kind is not record.kind or changes.kind is None
    assert changes.addresses != record.addresses or changes.addresses is None


@given(customers, records)
def test_a_source_without_an_organization_never_renames_retypes_or_renumbers_a_company(
    customer: Customer, record: CustomerRecord
) -> None:
    is_company = record.kind is CustomerKind.BUSINESS or normal_organization_number(record.organization_number)
    if is_company and not customer.is_company:
        assert not {"name", "kind", "organization_number"} & set(fields_of(changed_fields(customer, record)))


@given(customers, records)
def test_a_number_that_the_record_has_is_never_changed_to_another(customer: Customer, record: CustomerRecord) -> None:
    changes = changed_fields(customer, record)
    if changes and normal_organization_number(record.organization_number):
        assert changes.organization_number is None


def test_a_record_that_says_the_same_is_left_alone() -> None:
    assert changed_fields(a_person(), a_record()) is None
    assert changed_fields(a_company(), a_company_record()) is None


def test_only_what_differs_changes() -> None:
    assert fields_of(changed_fields(a_person(phone="22 33 44 55"), a_record())) == ["phone"]
    assert fields_of(changed_fields(a_person(name="Signe Moe"), a_record())) == ["name"]
    record = a_record(contact_email="signe@post.example", invoice_email="signe@post.example")
    assert fields_of(changed_fields(a_person(email="signe@ny.example"), record)) == ["email"]


def test_a_new_street_is_written_over_both_addresses_and_the_rest_stays() -> None:
    record = a_record(addresses=(Address(street="Gate 1", city="Oslo"), Address(street="Boks 2", country="NO")))
    changes = changed_fields(a_person(address=Address(street=" Gate  3 ", city="")), record)
    assert changes is not None
    assert changes.addresses == (Address(street="Gate 3", city="Oslo"), Address(street="Gate 3", country="NO"))


@given(stated=addresses, recorded=addresses)
def test_where_there_is_one_line_for_the_street_nothing_is_left_to_change(stated: Address, recorded: Address) -> None:
    def in_one_line(address: Address) -> Address:
        return address.model_copy(update={"street": address.whole_street, "additional_street": None})

    record, customer = a_record(addresses=(in_one_line(recorded),)), a_person(address=stated)
    changes = changed_fields(customer, record)
    written = tuple(map(in_one_line, changes.addresses)) if changes and changes.addresses else record.addresses
    assert changed_fields(customer, record.model_copy(update={"addresses": written})) is None


def test_a_second_line_that_is_there_already_is_no_change() -> None:
    stated = Address(street="Kirkegata 4", additional_street="Oppgang B")
    for recorded in (stated, Address(street="Kirkegata 4, Oppgang B")):
        assert changed_fields(a_person(address=stated), a_record(addresses=(recorded,))) is None


@pytest.mark.parametrize("blank", [None, Address(), Address(street="", city="  ")])
def test_a_source_without_an_address_changes_none(blank: Address | None) -> None:
    assert changed_fields(a_person(address=blank), a_record()) is None


@pytest.mark.parametrize("phone", ["91122333", "911 22 333", "+4791122333", "0047 911 22 333", "(+47) 911-22-333"])
def test_a_phone_number_that_is_there_in_another_spelling_is_no_change(phone: str) -> None:
    assert changed_fields(a_person(phone=phone), a_record(phones=("+47 91 12 23 33",))) is None


def test_a_foreign_phone_number_keeps_its_country_code() -> None:
    record = a_record(phones=("+46 911 22 333",))
    assert fields_of(changed_fields(a_person(phone="911 22 333"), record)) == ["phone"]


def test_an_email_in_any_slot_counts_as_present() -> None:
    assert changed_fields(a_person(), a_record(emails=("other@post.example", "SIGNE@post.example"))) is None


def with_fields(contact: str | None, invoices: str | None) -> CustomerRecord:
    """Moe's record, which holds these in the contact's field and in that for invoices."""
    emails = tuple(one for one in (contact, invoices) if one)
    return a_company_record(emails=emails, contact_email=contact, invoice_email=invoices)


def test_an_email_among_several_in_a_field_counts_as_present() -> None:
    for record in (
        with_fields("post@moe.example; ARNE@moe.example", None),
        with_fields(None, "x@y.no,arne@moe.example"),
    ):
        assert changed_fields(a_company(), record) is None


@pytest.mark.parametrize(
    ("contact", "invoices", "changes"),
    [
        (None, None, CustomerChanges(email="arne@moe.example", invoice_email="arne@moe.example")),
        (None, "faktura@moe.example", CustomerChanges(email="arne@moe.example")),
        ("a@x.no;b@x.no", "faktura@moe.example", CustomerChanges(email="arne@moe.example; a@x.no;b@x.no")),
        ("a@x.no", " ", CustomerChanges(email="arne@moe.example; a@x.no", invoice_email="arne@moe.example")),
        (f"{'a' * 245}@x.no", "faktura@moe.example", None),
    ],
)
def test_an_email_drops_no_other_and_is_never_written_over_that_for_invoices(
    contact: str | None, invoices: str | None, changes: CustomerChanges | None
) -> None:
    assert changed_fields(a_company(), with_fields(contact, invoices)) == changes


def test_two_contacts_in_turn_are_written_once_each_and_never_among_the_invoices() -> None:
    record = with_fields(None, "faktura@moe.example")
    contacts = [a_company(email=f"{name}@moe.example") for name in ("arne", "berit")]
    for contact in contacts:
        record = applied(record, changed_fields(contact, record))
    assert (record.contact_email, record.invoice_email) == (
        "berit@moe.example; arne@moe.example",
        "faktura@moe.example",
    )
    assert [changed_fields(contact, record) for contact in contacts] == [None, None]


def test_a_company_gets_the_name_that_its_organization_goes_by() -> None:
    changes = changed_fields(a_company(organization_name="Moe Anlegg Drift AS"), a_company_record())
    assert changes == CustomerChanges(name="Moe Anlegg Drift AS")


def test_a_company_known_by_number_alone_keeps_its_name() -> None:
    assert changed_fields(a_company(organization_name=None), a_company_record()) is None


def test_a_record_found_by_email_learns_that_it_is_a_company() -> None:
    changes = changed_fields(a_company(), a_record(id="1", name="Arne Moe", emails=("arne@moe.example",)))
    assert changes == CustomerChanges(name="Moe Anlegg AS", kind=CustomerKind.BUSINESS, organization_number=NUMBER)


def test_a_lead_becomes_a_customer() -> None:
    assert changed_fields(a_person(), a_record(kind=CustomerKind.LEAD)) == CustomerChanges(kind=CustomerKind.CONSUMER)


def test_a_record_of_another_number_that_a_person_chose_keeps_its_identity() -> None:
    record = a_company_record(organization_number=OTHER_NUMBER, name="Moe Holding AS")
    assert changed_fields(a_company(), record) is None


def test_a_persons_record_stays_a_persons_name_when_the_source_has_just_a_number() -> None:
    changes = changed_fields(Customer(organization_number=NUMBER), a_record())
    assert changes is not None
    assert changes.name is None


@given(customers, records)
def test_never_changes_nothing_and_fill_only_what_is_empty(customer: Customer, record: CustomerRecord) -> None:
    assert changed_fields(customer, record, updates=CustomerUpdates.NEVER) is None
    changes = changed_fields(customer, record, updates=CustomerUpdates.FILL)
    if changes is None:
        return
    after = applied(record, changes)
    assert not changes.name or not record.name.strip()
    assert after.kind is record.kind or record.kind is CustomerKind.UNKNOWN
    assert after.phones == record.phones or not record.phones
    assert set(record.emails) <= set(after.emails)
    for old, new in zip(record.addresses, after.addresses, strict=True):
        for part in Address.model_fields:
            had = (getattr(old, part) or "").strip()
            assert not had or (getattr(new, part) or "").strip() == had
    assert changed_fields(customer, after, updates=CustomerUpdates.FILL) is None


def test_an_address_is_completed_but_never_mixed_with_another() -> None:
    boxed = Address(street="Boks 2", city="Oslo")
    record = a_record(addresses=(Address(), boxed, Address(street="Kirkegata  4")))
    changes = changed_fields(a_person(), record, updates=CustomerUpdates.FILL)
    whole = a_record().addresses[0]
    assert changes is not None
    assert changes.addresses is not None
    assert [changes.addresses[0], changes.addresses[1], changes.addresses[2].city] == [whole, boxed, "Drammen"]


def test_what_the_record_said_before_is_told_of_the_fields_that_change() -> None:
    record = a_record(phones=("22 00 01 23", "900 00 000"), addresses=(Address(street="Old 1", city="Bø"),))
    customer = a_person(phone="400 00 456", address=Address(street="New 2"))
    changes = changed_fields(customer, record)
    assert changes is not None
    assert fields_before(record, changes) == {
        "phone": "22 00 01 23, 900 00 000",
        "addresses": [{"street": "Old 1", "city": "Bø"}],
    }
