"""Finding and saving customers."""

from decimal import Decimal
from typing import Any

import pytest

from sandbox.twentyfour_seven_office.books import Books
from tests.sandbox.twentyfour_seven_office.soap.caller import Caller, Clock, Fault, children, properties, text


def found(caller: Caller, search: str, *names: str) -> list[Any]:
    return list(
        caller.call("GetCompanies", f"<searchParams>{search}</searchParams>{properties(*(names or ('Id', 'Name')))}")
    )


def names(companies: list[Any]) -> list[str | None]:
    return [text(company, "Name") for company in companies]


def save(caller: Caller, *companies: str) -> list[Any]:
    items = "".join(f"<Company>{company}</Company>" for company in companies)
    return list(caller.call("SaveCompanies", f"<companies>{items}</companies>"))


@pytest.fixture
def three(books: Books) -> list[int]:
    return [
        books.add_customer(
            "Fjell AS", organization_number="NO 817 404 502 MVA", emails={"Invoice": "Faktura@Fjell.example"}
        ),
        books.add_customer("Fjellheim AS", organization_number="974760673", phones={"Mobile": "+47 912 34 567"}),
        books.add_customer("Dal AS", emails={"Work": "post@dal.example"}),
    ]


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("<CompanyName>fjell</CompanyName>", ["Fjell AS", "Fjellheim AS"]),
        ("<CompanyName>f%m</CompanyName>", ["Fjellheim AS"]),
        ("<CompanyName>A.</CompanyName>", []),
        ("<CompanyEmail>faktura@</CompanyEmail>", ["Fjell AS"]),
        ("<CompanyEmail>example</CompanyEmail>", ["Fjell AS", "Dal AS"]),
        ("<CompanyPhone>91234567</CompanyPhone>", ["Fjellheim AS"]),
        ("<OrganizationNumber>817404502</OrganizationNumber>", ["Fjell AS"]),
        ("<OrganizationNumber>974 760</OrganizationNumber>", ["Fjellheim AS"]),
        ("<CompanyName>fjell</CompanyName><CompanyEmail>fjell</CompanyEmail>", ["Fjell AS"]),
        ("<CompanyIds/><CompanyName>Dal</CompanyName>", ["Dal AS"]),
        ("<ExternalId>7</ExternalId>", []),
    ],
)
def test_a_search_is_loose_and_its_parameters_combine(
    caller: Caller, three: list[int], search: str, expected: list[str]
) -> None:
    assert names(found(caller, search)) == expected


def test_ids_are_exact(caller: Caller, three: list[int]) -> None:
    first, second, third = three
    assert names(found(caller, f"<CompanyId>{second}</CompanyId>")) == ["Fjellheim AS"]
    ids = f"<CompanyIds><int>{first}</int><int>{third}</int><int>5</int></CompanyIds>"
    assert names(found(caller, ids)) == ["Fjell AS", "Dal AS"]


def test_changed_after_without_an_offset_is_norwegian_time(caller: Caller, three: list[int]) -> None:
    assert len(found(caller, "<ChangedAfter>2026-11-23T15:29:59</ChangedAfter>")) == 3
    assert found(caller, "<ChangedAfter>2026-11-23T15:30:00</ChangedAfter>") == []
    assert found(caller, "<ChangedAfter>2026-11-23T15:29:59Z</ChangedAfter>") == []


def test_a_day_without_a_time_is_its_norwegian_midnight(caller: Caller, three: list[int]) -> None:
    assert len(found(caller, "<ChangedAfter>2026-11-23</ChangedAfter>")) == 3
    assert found(caller, "<ChangedAfter>2026-11-24</ChangedAfter>") == []


@pytest.mark.parametrize(
    "search",
    [
        "",
        "<CompanyName/>",
        "<CompanyId>-2147483648</CompanyId><CompanyName></CompanyName>",
        "<ChangedAfter>0001-01-01T00:00:00</ChangedAfter>",
        "<CompanyIds/>",
    ],
)
def test_at_least_one_search_parameter_is_needed(caller: Caller, search: str) -> None:
    with pytest.raises(Fault, match=r"---> Please specify at least one search parameter$"):
        found(caller, search)


def test_only_the_named_properties_come_back(caller: Caller, three: list[int]) -> None:
    (company,) = found(caller, "<CompanyName>Fjell AS</CompanyName>", "Name", "EmailAddresses", "PaymentTime")
    assert children(company) == ["Name", "EmailAddresses", "PaymentTime"]
    assert text(company, "EmailAddresses/Invoice/Value") == "Faktura@Fjell.example"
    assert text(company, "PaymentTime") == "-32768"


def test_without_named_properties_only_shells_come_back(caller: Caller, three: list[int]) -> None:
    answer = caller.call("GetCompanies", "<searchParams><CompanyName>AS</CompanyName></searchParams>")
    assert [children(company) for company in answer] == [[], [], []]


def test_an_unknown_property_is_refused(caller: Caller, three: list[int]) -> None:
    with pytest.raises(Fault, match="ParameterNotFoundException: The property 'Nmae' was not found on Company"):
        found(caller, "<CompanyName>a</CompanyName>", "Nmae")


def test_a_customer_is_created_and_shown(caller: Caller, books: Books) -> None:
    (saved,) = save(
        caller,
        "<OrganizationNumber>817404502</OrganizationNumber><Name>Fjell AS</Name>"
        "<Addresses><Post><Street>Vei 1</Street><PostalCode>0150</PostalCode></Post></Addresses>"
        "<EmailAddresses><Primary><Value>a@fjell.example</Value></Primary></EmailAddresses>"
        "<Note>Hei</Note><Type>Business</Type>",
    )
    customer = books.customers[int(text(saved, "Id") or 0)]
    assert (customer.name, customer.type, customer.other) == ("Fjell AS", "Business", {"Note": "Hei"})
    assert customer.addresses == {"Post": {"Street": "Vei 1", "PostalCode": "0150"}}
    assert customer.emails == {"Primary": "a@fjell.example"}
    assert text(saved, "Addresses/Post/PostalCode") == "0150"
    assert text(saved, "DateChanged") == "2026-11-23T14:30:00Z"


def test_an_update_leaves_what_is_absent_and_empties_what_is_empty(caller: Caller, books: Books, clock: Clock) -> None:
    number = books.add_customer(
        "Fjell AS",
        organization_number="817404502",
        emails={"Primary": "a@x.example", "Work": "b@x.example"},
        phones={"Mobile": "1"},
        addresses={"Post": {"Street": "Vei 1", "City": "Oslo"}, "Visit": {"Street": "Vei 2"}},
    )
    clock.advance(hours=1)
    (saved,) = save(
        caller,
        f"<Id>{number}</Id><OrganizationNumber></OrganizationNumber>"
        "<Addresses><Post><Street>Vei 3</Street></Post></Addresses>"
        "<PhoneNumbers><Mobile><Description>jobb</Description></Mobile></PhoneNumbers>"
        "<EmailAddresses><Work><Value></Value></Work></EmailAddresses>",
    )
    customer = books.customers[number]
    assert (customer.name, customer.organization_number, customer.type) == ("Fjell AS", "", "Business")
    assert customer.addresses == {"Post": {"Street": "Vei 3"}, "Visit": {"Street": "Vei 2"}}
    assert customer.phones == {"Mobile": "1"}
    assert customer.emails == {"Primary": "a@x.example", "Work": ""}
    assert children(saved.find("{*}EmailAddresses")) == ["Primary"]
    assert customer.date_changed == clock.now
    assert customer.date_created != clock.now


def test_an_update_that_leaves_them_out_resets_what_has_an_ordinary_default(caller: Caller, books: Books) -> None:
    number = books.add_customer("Fjell AS")
    customer = books.customers[number]
    customer.block_invoice, customer.discount, customer.currency_id = True, Decimal(10), "EUR"
    customer.account_debit, customer.account_credit, customer.payment_time = 1500, 2400, 30
    save(
        caller,
        f"<Id>{number}</Id><AccountDebit>1500</AccountDebit><AccountCredit>2400</AccountCredit>"
        "<Discount>10</Discount><BlockInvoice>true</BlockInvoice><CurrencyId>EUR</CurrencyId>",
    )
    assert (customer.block_invoice, customer.discount, customer.currency_id) == (True, Decimal(10), "EUR")
    save(caller, f"<Id>{number}</Id><Name>Fjell AS</Name>")
    assert (customer.block_invoice, customer.discount, customer.currency_id) == (False, Decimal(0), "LOCAL")
    assert (customer.account_debit, customer.account_credit) == (0, 0)
    assert customer.payment_time == 30


@pytest.mark.parametrize(
    ("company", "message"),
    [
        ("<Type>Business</Type>", "Name is required"),
        ("<Name> </Name>", "Name is required"),
        (f"<Name>{'x' * 201}</Name>", "Name is longer than 200 characters"),
        (
            f"<Name>A</Name><FirstName>{'x' * 51}</FirstName><Type>Consumer</Type>",
            "FirstName is longer than 50 characters",
        ),
        (
            "<Name>A</Name><FirstName>B</FirstName><Type>Business</Type>",
            "FirstName can only be used for Type Consumer",
        ),
        ("<Id>5</Id><Name>A</Name>", "Company with id 5 was not found"),
    ],
)
def test_one_item_fails_alone(caller: Caller, books: Books, company: str, message: str) -> None:
    first, refused, last = save(caller, "<Name>First</Name>", company, "<Name>Last</Name>")
    assert text(refused, "APIException/Message") == message
    assert (text(refused, "APIException/Type") or "").startswith("Office24Seven.Library.Core.")
    assert "10.20.30.40" in (text(refused, "APIException/StackTrace") or "")
    assert names([first, last]) == ["First", "Last"]
    assert [customer.name for customer in books.customers.values()] == ["First", "Last"]


def test_a_failed_update_changes_nothing(caller: Caller, books: Books) -> None:
    number = books.add_customer("Fjell AS")
    save(caller, f"<Id>{number}</Id><Name></Name><Note>Hei</Note>")
    assert (books.customers[number].name, books.customers[number].other) == ("Fjell AS", {})


def test_saving_twice_makes_two(caller: Caller, books: Books) -> None:
    save(caller, "<Name>Fjell AS</Name>")
    save(caller, "<Name>Fjell AS</Name>")
    assert len(books.customers) == 2


def test_the_array_itself_is_needed(caller: Caller) -> None:
    with pytest.raises(Fault, match="Value cannot be null"):
        caller.call("SaveCompanies")
