"""Customers: searched for, created and changed, with versions, alone and together."""

from datetime import timedelta
from typing import Any

import pytest

from sandbox.tripletex.books import Books
from sandbox.tripletex.records import Address
from tests.sandbox.tripletex.api import Api, Refused
from tests.sandbox.twentyfour_seven_office.soap.caller import Clock


def test_a_customer_is_created_with_all_that_was_said(api: Api, books: Books) -> None:
    asked = {
        "name": "Ærlig & Løfte AS",
        "organizationNumber": "817404502",
        "email": "post@loefte.example",
        "invoiceEmail": "faktura@loefte.example",
        "phoneNumber": "+47 22 33 44 55",
        "phoneNumberMobile": "90 00 00 00",
        "isPrivateIndividual": False,
        "language": "EN",
        "invoiceSendMethod": "EHF",
        "postalAddress": {"addressLine1": "Gata 1", "postalCode": "0150", "city": "Oslo", "country": {"id": 161}},
    }

    created = api.post("/customer", asked)

    picked = ",".join(name for name in asked if name != "postalAddress")
    read = api.get(f"/customer/{created['id']}", fields=f"{picked},version,isCustomer,customerNumber,"
                   "postalAddress(addressLine1,addressLine2,postalCode,city,country(isoAlpha2Code))")  # fmt: skip
    assert read == {
        **asked,
        "version": 0,
        "isCustomer": True,
        "customerNumber": 10_001,
        "postalAddress": {
            "addressLine1": "Gata 1", "addressLine2": "", "postalCode": "0150", "city": "Oslo",
            "country": {"isoAlpha2Code": "NO"},
        },
    }  # fmt: skip
    assert books.customers[created["id"]].name == "Ærlig & Løfte AS"


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"name": None}, 18_000, "name"),
        ({"name": "  "}, 18_000, "name"),
        ({"name": 17}, 16_000, "name"),
        ({"nickname": "x"}, 16_000, "nickname"),
        ({"isInactive": "no"}, 16_000, "isInactive"),
        ({"isCustomer": True}, 16_000, "isCustomer"),
        ({"language": "DE"}, 16_000, "language"),
        ({"postalAddress": {"street": "Gata 1"}}, 16_000, "postalAddress.street"),
        ({"postalAddress": {"country": {"id": 9_999}}}, 18_000, "postalAddress.country.id"),
        ({"postalAddress": {"country": {}}}, 18_000, "postalAddress.country.id"),
        ({"invoicesDueIn": 10_001}, 18_000, "invoicesDueIn"),
        ({"currency": {"id": 99}}, 18_000, "currency.id"),
    ],
)
def test_a_customer_that_is_wrong_is_refused(
    api: Api, books: Books, wrong: dict[str, Any], code: int, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        api.post("/customer", {"name": "Fjell AS", **wrong})

    assert (refused.value.status, refused.value.error["code"], refused.value.fields) == (422, code, [field])
    assert not books.customers


def test_filters_compare_whole_values_and_inactive_ones_are_found_only_when_asked_for(api: Api, books: Books) -> None:
    fjell = books.add_customer("Fjell AS", organization_number="817404502", email="Post@fjell.example")
    fjord = books.add_customer("Fjord AS", organization_number="8174045022", invoice_email="post@fjell.example")
    asleep = books.add_customer("Sover AS", organization_number="817404502", is_inactive=True)

    def found(**query: Any) -> list[int]:
        return [customer["id"] for customer in api.list("/customer", **query)]

    assert found() == [fjell, fjord]
    assert found(isInactive="true") == [asleep]
    assert found(organizationNumber="817404502") == [fjell]
    assert found(organizationNumber="817404502", isInactive="true") == [asleep]
    assert found(email="post@fjell.example") == [fjell]
    assert found(email="post@fjell") == []
    assert found(invoiceEmail="post@fjell.example") == [fjord]
    assert found(customerName="fj") == [fjell, fjord]
    assert found(id=f"{fjord},{asleep}") == [fjord]


def test_what_changed_since_is_found(api: Api, books: Books, clock: Clock) -> None:
    books.add_customer("Gammel AS")
    clock.advance(hours=1)
    since = clock()
    clock.advance(hours=1)
    new = books.add_customer("Ny AS")

    def found(text: str) -> list[int]:
        return [customer["id"] for customer in api.list("/customer", changedSince=text)]

    assert found(since.strftime("%Y-%m-%dT%H:%M:%SZ")) == [new]
    assert found((since + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S")) == [new]
    assert found((since + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%S+00:00")) == []


def test_a_change_writes_what_it_names_and_raises_the_version(api: Api, books: Books) -> None:
    customer_id = books.add_customer("Fjell AS", email="post@fjell.example", postal_address=Address(city="Oslo"))

    changed = api.put(f"/customer/{customer_id}", {"id": customer_id, "version": 0, "phoneNumber": "22334455"})
    again = api.put(
        f"/customer/{customer_id}", {"version": 1, "postalAddress": {"addressLine1": "Gata 1"}, "email": None}
    )

    assert (changed["version"], again["version"]) == (1, 2)
    customer = books.customers[customer_id]
    assert (customer.name, customer.email, customer.phone_number) == ("Fjell AS", "", "22334455")
    assert customer.postal_address is not None
    assert (customer.postal_address.address_line1, customer.postal_address.city) == ("Gata 1", "Oslo")


def test_a_change_of_an_old_version_is_refused(api: Api, books: Books) -> None:
    customer_id = books.add_customer("Fjell AS")
    api.put(f"/customer/{customer_id}", {"version": 0, "email": "first@fjell.example"})

    with pytest.raises(Refused) as refused:
        api.put(f"/customer/{customer_id}", {"version": 0, "email": "second@fjell.example"})
    with pytest.raises(Refused) as without:
        api.put(f"/customer/{customer_id}", {"email": "second@fjell.example"})
    with pytest.raises(Refused) as other:
        api.put(f"/customer/{customer_id}", {"id": customer_id + 1, "version": 1})

    assert (refused.value.status, refused.value.error["code"]) == (409, 8000)
    assert (without.value.status, without.value.fields) == (422, ["version"])
    assert other.value.fields == ["id"]
    assert books.customers[customer_id].email == "first@fjell.example"


def test_customers_are_created_together_or_not_at_all(api: Api, books: Books) -> None:
    created = api.post("/customer/list", [{"name": f"Kunde {number}"} for number in range(100)])

    assert [books.customers[customer["id"]].name for customer in created][::99] == ["Kunde 0", "Kunde 99"]
    with pytest.raises(Refused) as refused:
        api.post("/customer/list", [{"name": "Hel AS"}, {"name": ""}, {"name": "x" * 256}])
    with pytest.raises(Refused) as too_many:
        api.post("/customer/list", [{"name": "Kunde"}] * 101)
    assert refused.value.fields == ["[2].name"]
    assert too_many.value.status == 422
    assert len(books.customers) == 100


def test_customers_are_changed_together_or_not_at_all(api: Api, books: Books) -> None:
    first, second = books.add_customer("Aas AS"), books.add_customer("Berg AS")

    with pytest.raises(Refused) as refused:
        api.put("/customer/list", [{"id": first, "version": 0, "name": "X"}, {"id": second, "version": 7, "name": "Y"}])
    with pytest.raises(Refused) as missing:
        api.put("/customer/list", [{"id": first, "version": 0, "name": "X"}, {"id": 4711, "version": 0}])
    assert (refused.value.status, missing.value.status) == (409, 404)
    assert [customer.name for customer in books.customers.values()] == ["Aas AS", "Berg AS"]

    changed = api.put("/customer/list", [{"id": first, "version": 0, "name": "Ås AS"}, {"id": second, "version": 0}])
    assert [(customer["name"], customer["version"]) for customer in changed] == [("Ås AS", 1), ("Berg AS", 1)]


def test_a_spoilt_customer_is_answered_with_what_nobody_can_read(api: Api, books: Books) -> None:
    customer_id = books.add_customer("Fjell AS")
    books.customers[customer_id].spoilt = True

    assert api.list("/customer", fields="id") == [{"id": customer_id, "version": 10**40}]


def test_a_supplier_may_be_a_customer_too(api: Api, books: Books) -> None:
    books.add_customer("Bare leverandør AS", is_supplier=True, is_customer=False)
    books.add_customer("Begge deler AS", is_supplier=True)

    assert api.list("/customer", fields="isSupplier,isCustomer") == [
        {"isSupplier": True, "isCustomer": False},
        {"isSupplier": True, "isCustomer": True},
    ]
