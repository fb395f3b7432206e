"""Customers over REST."""

from typing import Any

import pytest

from sandbox.twentyfour_seven_office.books import Books
from sandbox.twentyfour_seven_office.records import Customer
from tests.sandbox.twentyfour_seven_office.rest.api import Api, Refused
from tests.sandbox.twentyfour_seven_office.soap.caller import Clock


def test_a_company_is_created_whole(api: Api, books: Books) -> None:
    created = api.post(
        "/customers",
        {
            "isCompany": True,
            "name": "Fjell & Fjord AS",
            "organizationNumber": "817404502",
            "email": {"contact": "post@fjell.example", "billing": "faktura@fjell.example"},
            "phone": "+47 22 33 44 55",
            "mobilePhone": "99887766",
            "address": {
                "postal": {"street": "Fjellveien 1", "postalCode": "0570", "postalArea": "Oslo"},
                "billing": {"street": "Boks 7", "countryCode": "NO", "name": "Regnskap"},
            },
        },
    )
    assert created["isCompany"] is True
    assert created["email"] == {"contact": "post@fjell.example", "billing": "faktura@fjell.example"}
    assert api.get(f"/customers/{created['id']}") == created
    kept = books.customers[created["id"]]
    assert (kept.name, kept.type, kept.organization_number) == ("Fjell & Fjord AS", "Business", "817404502")
    assert kept.emails == {"Primary": "post@fjell.example", "Invoice": "faktura@fjell.example"}
    assert kept.phones == {"Primary": "+47 22 33 44 55", "Mobile": "99887766"}
    assert kept.addresses["Post"] == {"Street": "Fjellveien 1", "PostalCode": "0570", "PostalArea": "Oslo"}
    assert kept.addresses["Invoice"] == {"Street": "Boks 7", "Country": "NO", "Name": "Regnskap"}


def test_a_persons_name_is_put_together(api: Api, books: Books) -> None:
    created = api.post("/customers", {"isCompany": False, "person": {"firstName": "Kari Anne", "lastName": "Nord"}})
    assert created["name"] == "Kari Anne Nord"
    assert created["person"] == {"firstName": "Kari Anne", "lastName": "Nord"}
    kept = books.customers[created["id"]]
    assert (kept.first_name, kept.name, kept.type) == ("Kari Anne", "Nord", "Consumer")


@pytest.mark.parametrize(
    ("body", "path", "keyword"),
    [
        ({"isCompany": True}, "name", "required"),
        ({"name": "A"}, "isCompany", "required"),
        ({"isCompany": True, "name": " "}, "name", "required"),
        ({"isCompany": True, "name": "A" * 201}, "name", "maxLength"),
        ({"isCompany": True, "name": "A", "person": {}}, "person", "additionalProperties"),
        ({"isCompany": False, "person": {"firstName": "Kari"}}, "person.lastName", "required"),
        ({"isCompany": False, "person": {}, "organizationNumber": "1"}, "organizationNumber", "additionalProperties"),
        ({"isCompany": True, "name": "A", "email": {"home": "x"}}, "email.home", "additionalProperties"),
        ({"isCompany": True, "name": "A", "mobilePhone": "1" * 26}, "mobilePhone", "maxLength"),
        ({"isCompany": "yes", "name": "A"}, "isCompany", "type"),
        (["A"], "", "type"),
    ],
)
def test_a_wrong_customer_is_refused_by_field(api: Api, books: Books, body: Any, path: str, keyword: str) -> None:
    with pytest.raises(Refused) as refused:
        api.post("/customers", body)
    assert (refused.value.status, refused.value.error["name"]) == (400, "ValidationError")
    assert refused.value.field == (path, keyword)
    assert books.customers == {}


def test_a_change_writes_what_it_names_and_nothing_else(api: Api, books: Books, clock: Clock) -> None:
    customer_id = books.add_customer(
        "Fjell AS",
        organization_number="817404502",
        emails={"Primary": "old@fjell.example", "Invoice": "faktura@fjell.example"},
        addresses={"Post": {"Street": "Veien 1", "PostalArea": "Oslo"}},
    )
    clock.advance(hours=1)
    changed = api.patch(
        f"/customers/{customer_id}",
        {"email": {"contact": "new@fjell.example"}, "address": {"postal": {"postalArea": "Bergen"}}, "phone": None},
    )
    assert changed["email"] == {"contact": "new@fjell.example", "billing": "faktura@fjell.example"}
    assert changed["address"]["postal"]["street"] == "Veien 1"
    assert changed["address"]["postal"]["postalArea"] == "Bergen"
    assert changed["organizationNumber"] == "817404502"
    assert changed["modifiedAt"] == "2026-11-23T15:30:00Z"
    assert changed["createdAt"] == "2026-11-23T14:30:00Z"


def test_a_customer_can_not_become_another_kind(api: Api, books: Books) -> None:
    person = books.add_customer("Nord", first_name="Kari", type="Consumer")
    company = books.add_customer("Fjell AS")
    for number, body, field in (
        (person, {"isCompany": True}, ("isCompany", "additionalProperties")),
        (person, {"name": "Fjell AS"}, ("name", "isCompany")),
        (person, {"organizationNumber": "817404502"}, ("organizationNumber", "isCompany")),
        (company, {"person": {"lastName": "Nord"}}, ("person", "isCompany")),
    ):
        with pytest.raises(Refused) as refused:
            api.patch(f"/customers/{number}", body)
        assert refused.value.field == field
    assert api.get(f"/customers/{person}")["name"] == "Kari Nord"


def test_what_soap_keeps_elsewhere_is_shown_too(api: Api, books: Books) -> None:
    customer_id = books.add_customer(
        "Fjell AS", type="None", emails={"Work": "work@fjell.example"}, phones={"Home": "22334455"}
    )
    shown = api.get(f"/customers/{customer_id}")
    assert (shown["isCompany"], shown["isSupplier"]) == (True, False)
    assert (shown["email"]["contact"], shown["phone"]) == ("work@fjell.example", "22334455")
    assert api.get(f"/customers/{books.add_customer('Lev AS', type='Supplier')}")["isSupplier"] is True


def test_a_lead_is_no_customer(api: Api, books: Books) -> None:
    lead = books.add_customer("Kanskje AS", type="Lead")
    assert api.get("/customers") == []
    for missing in (lead, 7):
        with pytest.raises(Refused, match="404"):
            api.get(f"/customers/{missing}")
        with pytest.raises(Refused, match="404"):
            api.patch(f"/customers/{missing}", {"phone": "1"})


def test_customers_come_a_page_at_a_time(api: Api, books: Books) -> None:
    ids = list(books.add_customers(230))
    first = api.send("GET", "/customers", limit=100)
    assert len(first.json()) == 100
    assert set(first.links) == {"first", "next"}
    assert [customer["id"] for customer in api.all("/customers", limit=100)] == ids
    assert [customer["id"] for customer in api.all("/customers", limit=99)] == ids
    assert len(api.get("/customers")) == 25
    assert len(api.get("/customers", limit=500)) == 100
    assert [customer["id"] for customer in api.all("/customers", sortBy="id:desc")] == ids[::-1]
    assert all(url.startswith(str(api.client.base_url)) for url in (link["url"] for link in first.links.values()))


def test_a_page_begins_after_the_last_customer_of_the_one_before(api: Api, books: Books) -> None:
    ids = [books.add_customer(name) for name in ("A", "B", "C", "D")]
    first = api.send("GET", "/customers", limit=2)
    books.delete_customer(ids[0])
    rest = api.client.get(first.links["next"]["url"]).json()
    assert [customer["id"] for customer in rest] == ids[2:]


def test_customers_are_filtered(api: Api, books: Books, clock: Clock) -> None:
    old = books.add_customer("Gammel AS", organization_number="817404502")
    clock.advance(hours=1)
    person = books.add_customer("Nord", first_name="Kari", type="Consumer")
    supplier = books.add_customer("Lev AS", type="Supplier")
    for query, expected in (
        ({"organizationNumber": "817404502"}, [old]),
        ({"organizationNumber": "817 404 502"}, []),
        ({"isCompany": "false"}, [person]),
        ({"isSupplier": "true"}, [supplier]),
        ({"modifiedFrom": "2026-11-23T15:30:00Z"}, [person, supplier]),
        ({"createdFrom": "2026-11-23T15:30:01Z"}, []),
        ({"sortBy": "name:asc"}, [old, person, supplier]),
    ):
        assert [customer["id"] for customer in api.get("/customers", **query)] == expected
    books.keep_customer(books.customers[old])
    assert len(api.get("/customers", modifiedFrom="2026-11-23T15:30:00Z")) == 3


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"email": "a@b.example"}, ("email", "additionalProperties")),
        ({"limit": "0"}, ("limit", "minimum")),
        ({"limit": "-1"}, ("limit", "type")),
        ({"isCompany": "yes"}, ("isCompany", "type")),
        ({"modifiedFrom": "yesterday"}, ("modifiedFrom", "format")),
        ({"sortBy": "name"}, ("sortBy", "enum")),
        ({"continuationToken": "%%"}, ("continuationToken", "format")),
    ],
)
def test_a_wrong_parameter_is_refused(api: Api, query: dict[str, str], field: tuple[str, str]) -> None:
    with pytest.raises(Refused) as refused:
        api.get("/customers", **query)
    assert refused.value.field == field


def test_a_customer_of_another_company_is_not_there(api: Api, books: Books) -> None:
    books.customers[7] = Customer(id=7, name="A")
    assert api.get("/customers/7")["name"] == "A"
    books.delete_customer(7)
    with pytest.raises(Refused, match="404"):
        api.get("/customers/7")
