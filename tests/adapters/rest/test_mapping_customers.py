from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.twentyfour_seven_office.rest.customer_mapping import (
    changed_customer,
    customer_entry,
    customer_record,
    new_customer,
    parted_name,
)
from core.customer import Address, Customer, CustomerKind, CustomerRecord
from core.customer_changes import CustomerChanges, changed_fields
from core.errors import Rejected
from core.identity import tidy

COMPANY: dict[str, Any] = {
    "id": 7,
    "name": "Moe AS",
    "isCompany": True,
    "isSupplier": False,
    "organizationNumber": "817 404 502",
    "address": {
        "postal": {"street": "Gata 1", "postalCode": "0123", "postalArea": "Oslo", "countrySubdivision": "Oslo"},
        "billing": {"name": "Moe, regnskap", "street": "Gata 2", "countryCode": "no"},
    },
    "email": {"contact": "post@moe.example", "billing": "faktura@moe.example"},
    "phone": "22 22 22 22",
    "mobilePhone": None,
}
PERSON: dict[str, Any] = {
    "id": 8,
    "name": "Noe annet",
    "isCompany": False,
    "isSupplier": False,
    "person": {"firstName": " Kari  Anne ", "lastName": "Moe"},
    "email": {"contact": None, "billing": None},
}


def record_of(customer: dict[str, Any], **changes: object) -> CustomerRecord:
    record = customer_record({**customer, **changes})
    assert record
    return record


@given(name=st.text())
def test_a_name_in_parts_is_the_whole_name_again_and_the_last_has_no_space(name: str) -> None:
    first, last = parted_name(name)
    assert tidy(f"{first} {last}") == tidy(name)
    assert " " not in last
    assert bool(last) is bool(tidy(name))


@given(name=st.lists(st.text("abcæøå", min_size=1), min_size=1).map(" ".join))
def test_a_person_that_was_created_is_read_with_the_same_name(name: str) -> None:
    created = {"id": 1, **new_customer(Customer(name=name))}
    assert record_of(created).name == name
    assert changed_fields(Customer(name=name), record_of(created)) is None


def test_a_company_is_read() -> None:
    record = record_of(COMPANY)
    assert (record.id, record.name, record.kind) == ("7", "Moe AS", CustomerKind.BUSINESS)
    assert record.organization_number == "817 404 502"
    assert record.emails == ("post@moe.example", "faktura@moe.example")
    assert record.phones == ("22 22 22 22",)
    assert record.addresses == (
        Address(street="Gata 1", postal_code="0123", city="Oslo", country="NO"),
        Address(street="Gata 2", country="NO"),
    )


def test_a_person_is_read_with_both_names_joined() -> None:
    assert (record_of(PERSON).name, record_of(PERSON).kind) == ("Kari Anne Moe", CustomerKind.CONSUMER)
    assert record_of(PERSON, person={}).name == "Noe annet"
    assert record_of(PERSON, person=None, name=None).name == ""


def test_a_supplier_is_no_customer_whatever_else_it_is() -> None:
    assert record_of(COMPANY, isSupplier=True).kind is CustomerKind.SUPPLIER
    assert record_of(PERSON, isSupplier=True).kind is CustomerKind.SUPPLIER


def test_what_has_no_id_is_no_record() -> None:
    assert customer_record({**COMPANY, "id": None}) is None
    assert customer_entry({**COMPANY, "id": 0}) is None


def test_a_bare_answer_is_read_as_one_of_which_nothing_is_known() -> None:
    record = record_of({"id": 9, "address": None, "email": "odd", "person": []})
    assert (record.name, record.kind, record.emails) == ("", CustomerKind.UNKNOWN, ())


def test_a_new_company_is_described_with_what_the_source_has_and_nothing_else() -> None:
    customer = Customer(
        name="Kari Moe",
        email="kari@moe.example",
        phone="4",
        organization_name=" Moe  AS ",
        organization_number="NO817404502MVA",
        address=Address(street="Gata 1", city="Oslo", country="no"),
    )
    assert new_customer(customer) == {
        "isCompany": True,
        "name": "Moe AS",
        "organizationNumber": "817404502",
        "email": {"contact": "kari@moe.example", "billing": "kari@moe.example"},
        "phone": "4",
        "address": {
            "postal": {"street": "Gata 1", "postalArea": "Oslo"},
            "billing": {"street": "Gata 1", "postalArea": "Oslo", "countryCode": "NO"},
        },
    }
    assert new_customer(Customer(name="Kari")) == {"isCompany": False, "person": {"lastName": "Kari"}}


def test_a_record_is_up_to_date_once_it_was_created_from_the_same_customer() -> None:
    customer = Customer(
        organization_name="Moe AS",
        organization_number="817404502",
        email="a@moe.example",
        address=Address(street="Gata 1", postal_code="1", city="Oslo", country="NO"),
    )
    created = {"id": 1, **new_customer(customer)}
    assert changed_fields(customer, record_of(created)) is None


def test_a_change_sends_the_changed_fields_and_what_belongs_to_them() -> None:
    changes = CustomerChanges(
        name="Moe og sønn AS",
        organization_number="817404502",
        email="ny@moe.example",
        phone="5",
        addresses=(Address(street="Gata 9", country="SE"), Address(street="Gata 9", country="SE")),
    )
    assert changed_customer(record_of(COMPANY), changes) == {
        "name": "Moe og sønn AS",
        "organizationNumber": "817404502",
        "email": {"contact": "ny@moe.example", "billing": "faktura@moe.example"},
        "phone": "5",
        "address": {
            "postal": {"street": "Gata 9", "countrySubdivision": "Oslo"},
            "billing": {"street": "Gata 9", "countryCode": "SE", "name": "Moe, regnskap"},
        },
    }
    assert changed_customer(record_of(COMPANY), CustomerChanges(phone="5")) == {"phone": "5"}


def test_an_email_goes_to_billing_where_that_is_empty() -> None:
    changes = CustomerChanges(email="kari@x.example", invoice_email="kari@x.example")
    changed = changed_customer(record_of(PERSON), changes)
    assert changed == {"email": {"contact": "kari@x.example", "billing": "kari@x.example"}}
    changed = changed_customer(record_of(COMPANY), CustomerChanges(invoice_email="ny@moe.example"))
    assert changed == {"email": {"contact": "post@moe.example", "billing": "ny@moe.example"}}


def test_a_person_is_renamed_in_both_parts() -> None:
    assert changed_customer(record_of(PERSON), CustomerChanges(name="Kari")) == {
        "person": {"firstName": "", "lastName": "Kari"}
    }


def test_an_address_without_a_country_of_its_own_goes_by_the_billing_address() -> None:
    record = record_of(PERSON, address={"postal": {"street": "Gata 1"}, "billing": {"street": "Gata 1"}})
    stated = Customer(name="Kari Anne Moe", address=Address(street="Gata 1", country="NO"))
    changes = changed_fields(stated, record)
    assert changes
    written = changed_customer(record, changes)["address"]
    assert written["billing"]["countryCode"] == "NO"
    assert "countryCode" not in written["postal"]
    assert changed_fields(stated, record_of(PERSON, address=written)) is None


@pytest.mark.parametrize(
    ("customer", "kind", "advice"),
    [(PERSON, CustomerKind.BUSINESS, "a company"), (COMPANY, CustomerKind.CONSUMER, "a person")],
)
def test_a_person_can_not_be_made_a_company_nor_the_other_way_round(
    customer: dict[str, Any], kind: CustomerKind, advice: str
) -> None:
    changes = CustomerChanges(kind=kind, name="Moe AS", organization_number="817404502")
    with pytest.raises(Rejected) as error:
        changed_customer(record_of(customer), changes)
    assert error.value.code == "kind_cannot_change"
    assert advice in error.value.hint


def test_a_company_that_is_a_supplier_as_well_stays_one() -> None:
    record = record_of(COMPANY, isSupplier=True)
    assert changed_customer(record, CustomerChanges(kind=CustomerKind.BUSINESS)) == {}
