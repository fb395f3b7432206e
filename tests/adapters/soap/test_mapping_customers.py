from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.twentyfour_seven_office.soap.companies import (
    asked_keys,
    changed_company,
    customer_record,
    found_keys,
    new_company,
    parted_name,
    same_company,
)
from core.customer import Address, Customer, CustomerKind, CustomerRecord
from core.customer_changes import CustomerChanges, changed_fields
from core.identity import tidy

words = st.text(st.characters(categories=["L", "Nd"], include_characters="'-."), min_size=1, max_size=60)
names = st.lists(words, min_size=1, max_size=8).map(" ".join)
parts = st.none() | names
addresses = st.builds(
    Address,
    street=parts,
    postal_code=parts,
    city=parts,
    country=st.none() | st.sampled_from(["NO", "SE", "DE"]),
)


@given(names)
def test_a_parted_name_is_whole_when_joined(name: str) -> None:
    first, family = parted_name(name)
    assert len(first) <= 50
    assert family
    assert tidy(f"{first} {family}") == tidy(name)


@pytest.mark.parametrize(
    ("name", "first", "family"),
    [
        ("Kari Nordmann", "Kari", "Nordmann"),
        ("Prince", "", "Prince"),
        ("Ola  Per   Hansen", "Ola Per", "Hansen"),
        ("a" * 50 + " Hansen", "a" * 50, "Hansen"),
        ("a" * 51 + " Hansen", "", "a" * 51 + " Hansen"),
        ("a" * 40 + " " + "b" * 20 + " Hansen", "a" * 40, "b" * 20 + " Hansen"),
    ],
)
def test_first_name_takes_as_many_whole_words_as_fit(name: str, first: str, family: str) -> None:
    assert parted_name(name) == (first, family)


@given(name=names, address=addresses, is_company=st.booleans())
def test_what_is_written_reads_back_as_the_same_customer(name: str, address: Address, is_company: bool) -> None:
    customer = Customer(name=name, email="kari@x.example", phone="40 00 00 00", address=address)
    if is_company:
        customer = customer.model_copy(update={"organization_name": name, "organization_number": "817404502"})
    record = customer_record({"Id": 7, **new_company(customer)})
    assert record is not None
    assert record.name == customer.booked_name
    assert record.kind is customer.kind
    assert changed_fields(customer, record) is None


@given(name=names, stored=names, address=addresses)
def test_a_change_that_was_written_leaves_nothing_to_change(name: str, stored: str, address: Address) -> None:
    customer = Customer(name=name, email="ny@x.example", address=address)
    company = {
        "Id": 7,
        **new_company(Customer(name=stored, email="gammel@x.example", address=Address(street="Gate 1"))),
    }
    record = customer_record(company)
    assert record is not None
    changes = changed_fields(customer, record)
    assert changes is not None
    written = changed_company(record, changes)
    after = {**company, **written, "Addresses": {**company["Addresses"], **written.get("Addresses", {})}}
    result = customer_record(after)
    assert result is not None
    assert changed_fields(customer, result) is None


def test_a_new_company_carries_what_the_source_has_and_nothing_else() -> None:
    customer = Customer(name="Signe", organization_name="Moe AS", organization_number="NO 817 404 502 MVA")
    assert new_company(customer) == {"OrganizationNumber": "817404502", "Name": "Moe AS", "Type": "Business"}


def test_a_new_persons_email_goes_to_primary_and_invoice_and_the_address_to_post_and_invoice() -> None:
    customer = Customer(name="Kari", email=" k@x.example ", phone="4", address=Address(city="Oslo", country="no"))
    address = {"PostalArea": "Oslo", "City": "Oslo", "Country": "NO"}
    assert new_company(customer) == {
        "Name": "Kari",
        "Type": "Consumer",
        "EmailAddresses": {"Primary": {"Value": "k@x.example"}, "Invoice": {"Value": "k@x.example"}},
        "PhoneNumbers": {"Primary": {"Value": "4"}},
        "Addresses": {"Post": address, "Invoice": address},
    }


def test_every_email_slot_counts_and_sentinels_and_blanks_are_nothing() -> None:
    record = customer_record(
        {
            "Id": 5,
            "Name": "Hansen",
            "FirstName": "Per",
            "Type": "Consumer",
            "OrganizationNumber": "",
            "EmailAddresses": {"Work": {"Value": "w@x"}, "Home": {"Value": ""}, "Alternative": {"Value": "a@x"}},
            "PhoneNumbers": {"Mobile": {"Value": "4"}, "Fax": {"Value": "5"}},
            "Addresses": {"Post": {"PostalArea": "Bergen", "Country": "no"}},
        }
    )
    assert record == CustomerRecord(
        id="5",
        name="Per Hansen",
        kind=CustomerKind.CONSUMER,
        emails=("w@x", "a@x"),
        phones=("4",),
        addresses=(Address(city="Bergen", country="NO"), Address()),
    )
    assert customer_record({"Id": -2147483648, "Name": "x"}) is None
    assert customer_record({"Name": "x"}) is None


@pytest.mark.parametrize(
    ("vendors", "ours"),
    [
        ("Business", CustomerKind.BUSINESS),
        ("Consumer", CustomerKind.CONSUMER),
        ("Lead", CustomerKind.LEAD),
        ("Supplier", CustomerKind.SUPPLIER),
        ("None", CustomerKind.UNKNOWN),
        (None, CustomerKind.UNKNOWN),
    ],
)
def test_kinds(vendors: str | None, ours: CustomerKind) -> None:
    record = customer_record({"Id": 1, "Name": "x", "Type": vendors})
    assert record is not None
    assert record.kind is ours


def test_an_update_sends_the_changes_and_what_would_be_reset() -> None:
    company = {
        "Id": 5,
        "Name": "Moe AS",
        "Type": "Business",
        "BlockInvoice": False,
        "Discount": Decimal("12.50"),
        "AccountDebit": 1500,
        "CurrencyId": "EUR",
    }
    record = customer_record(company)
    assert record is not None
    assert changed_company(record, CustomerChanges(phone="99")) == {
        "Id": 5,
        "Type": "Business",
        "PhoneNumbers": {"Primary": {"Value": "99"}},
        "BlockInvoice": False,
        "Discount": Decimal("12.50"),
        "AccountDebit": 1500,
        "CurrencyId": "EUR",
    }


def test_an_address_is_written_whole_with_the_parts_that_no_invoice_has() -> None:
    record = customer_record(
        {"Id": 5, "Name": "x", "Addresses": {"Invoice": {"Name": "c/o Regnskap", "State": "Viken", "Street": "Gate 1"}}}
    )
    assert record is not None
    changes = changed_fields(Customer(name="x", address=Address(street="Gate 2")), record)
    assert changes is not None
    assert changed_company(record, changes)["Addresses"] == {
        "Post": {"Street": "Gate 2"},
        "Invoice": {"Street": "Gate 2", "Name": "c/o Regnskap", "State": "Viken"},
    }


def test_a_person_who_becomes_a_company_leaves_no_first_name_behind() -> None:
    record = customer_record({"Id": 5, "Name": "Moe", "FirstName": "Signe", "Type": "Consumer"})
    assert record is not None
    changed = changed_company(record, CustomerChanges(kind=CustomerKind.BUSINESS))
    assert (changed["Name"], changed["FirstName"], changed["Type"]) == ("Signe Moe", "", "Business")


def test_a_shorter_name_empties_the_first_name() -> None:
    record = customer_record({"Id": 5, "Name": "Moe", "FirstName": "Signe", "Type": "Consumer"})
    assert record is not None
    changed = changed_company(record, CustomerChanges(name="Moe"))
    assert (changed["Name"], changed["FirstName"]) == ("Moe", "")


def test_an_answer_is_told_by_name_and_email() -> None:
    asked = new_company(Customer(name="Kari Moe", email="k@x"))
    assert same_company(asked, {"Id": 3}) is None
    assert same_company(asked, {"Id": 3, "Name": "moe", "FirstName": "Kari"}) is True
    assert same_company(asked, {"Id": 3, "Name": "Hansen", "FirstName": "Kari"}) is False
    other = {"Primary": {"Value": "o@x"}}
    assert same_company(asked, {"Id": 3, "Name": "Moe", "FirstName": "Kari", "EmailAddresses": other}) is False


@given(name=names, number=st.none() | st.just("NO 817 404 502 MVA"), email=st.none() | st.just(" Kari@X.example "))
def test_what_is_written_reads_back_with_the_keys_that_were_asked(
    name: str, number: str | None, email: str | None
) -> None:
    customer = Customer(name=name, email=email, organization_number=number)
    record = customer_record({"Id": 7, **new_company(customer)})
    assert record is not None
    assert found_keys(record) == asked_keys(customer)


def test_a_name_alone_is_no_key_without_itself() -> None:
    assert asked_keys(Customer(name="Kari"))[1] is None
    assert asked_keys(Customer(name="Kari", email="K@x"))[1] == asked_keys(Customer(name="Ola", email="k@X"))[1]
    assert asked_keys(Customer(name="Kari", email="k@x"))[0] != asked_keys(Customer(name="Ola", email="k@x"))[0]
