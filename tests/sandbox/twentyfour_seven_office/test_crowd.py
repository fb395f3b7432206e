"""Many customers at once, and finding a few of them."""

import json
import time
from collections.abc import Iterable

import pytest
from stdnum.no import orgnr

from sandbox import Sandbox
from sandbox.twentyfour_seven_office.books import Books
from tests.sandbox.twentyfour_seven_office.soap.caller import Caller, Fault, properties, text


def ids_xml(numbers: Iterable[int]) -> str:
    return f"<CompanyIds>{''.join(f'<int>{number}</int>' for number in numbers)}</CompanyIds>"


def found(caller: Caller, search: str) -> list[int]:
    answer = caller.call("GetCompanies", f"<searchParams>{search}</searchParams>{properties('Id')}")
    return [int(text(company, "Id") or 0) for company in answer]


def test_many_customers_are_told_apart_by_e_mail_and_organization_number(books: Books) -> None:
    began = time.monotonic()
    ids = books.add_customers(20_000)
    assert time.monotonic() - began < 5
    customers = [books.customers[number] for number in ids]
    assert [customer.emails["Primary"] for customer in customers] == [
        f"kunde-{number}@many.example" for number in range(1, 20_001)
    ]
    numbers = [customer.organization_number for customer in customers if customer.organization_number]
    assert len(numbers) == len(set(numbers)) == 20_000 // 3
    assert all(orgnr.is_valid(number) for number in numbers)
    assert {customer.type for customer in customers if customer.organization_number} == {"Business"}
    assert {customer.type for customer in customers if not customer.organization_number} == {"Consumer"}


def test_more_can_be_added_and_no_company_shares_their_ids(sandbox: Sandbox, books: Books, caller: Caller) -> None:
    first, second = books.add_customers(10), books.add_customers(5)
    assert books.customers[second[0]].emails == {"Primary": "kunde-11@many.example"}
    elsewhere = sandbox.add_account("Vidde AS").books.add_customers(20)
    own = books.add_customer("Fjell AS")
    assert len({*first, *second, *elsewhere, own}) == 36


def test_they_are_a_year_old(caller: Caller, books: Books) -> None:
    books.add_customers(2_000)
    new = books.add_customer("Fjell AS")
    assert found(caller, "<ChangedAfter>2026-11-22T00:00:00Z</ChangedAfter>") == [new]
    assert len(found(caller, "<ChangedAfter>2025-11-22T00:00:00Z</ChangedAfter>")) == 2_001
    assert len(found(caller, "<ChangedAfter>2025-11-24T00:00:00Z</ChangedAfter>")) == 1


def test_one_of_many_is_found_by_its_keys(caller: Caller, books: Books) -> None:
    ids = books.add_customers(2_000)
    company = books.customers[ids[2]]
    assert found(caller, "<CompanyEmail>Kunde-777@many.example</CompanyEmail>") == [ids[776]]
    assert found(caller, f"<OrganizationNumber>{company.organization_number}</OrganizationNumber>") == [company.id]


def test_a_thousand_ids_are_read_at_once_and_no_more(caller: Caller, books: Books) -> None:
    ids = books.add_customers(2_000)
    assert found(caller, ids_xml(ids[500:1_500])) == list(ids[500:1_500])
    with pytest.raises(Fault, match="CompanyIds takes at most 1000 ids"):
        found(caller, ids_xml(ids[500:1_501]))


def test_ids_combine_with_the_other_parameters(caller: Caller, books: Books) -> None:
    ids = books.add_customers(10)
    books.keep_customer(books.customers[ids[4]])
    since = "<ChangedAfter>2026-11-22T00:00:00Z</ChangedAfter>"
    assert found(caller, ids_xml([ids[3], ids[4], ids[4], 5]) + since) == [ids[4]]
    assert found(caller, f"<CompanyId>{ids[1]}</CompanyId>{ids_xml(ids[:3])}") == [ids[1]]
    assert found(caller, f"<CompanyId>{ids[4]}</CompanyId>{ids_xml(ids[:3])}") == []


def test_a_crowd_is_asked_for_from_another_process(caller: Caller, books: Books) -> None:
    body = json.dumps({"account": "Fjellutleie AS", "count": 300}).encode()
    answer = caller.request("POST", "/control/customers", body, {"Content-Type": "application/json"})
    assert answer.status == 200
    assert json.loads(answer.body) == {"first_id": min(books.customers), "last_id": max(books.customers)}
    assert len(books.customers) == 300


@pytest.mark.parametrize(
    "content", [{"count": 5}, {"account": "Fjellutleie AS"}, {"account": "Fjellutleie AS", "count": 0}]
)
def test_a_crowd_that_makes_no_sense_is_refused(caller: Caller, books: Books, content: dict[str, object]) -> None:
    answer = caller.request("POST", "/control/customers", json.dumps(content).encode())
    assert answer.status == 400
    assert books.customers == {}


def test_there_is_room_for_half_a_million(books: Books) -> None:
    books.add_customers(10)
    with pytest.raises(ValueError, match="1 to 499990 more"):
        books.add_customers(499_991)


def test_starting_over_takes_them_away(sandbox: Sandbox, books: Books) -> None:
    first = books.add_customers(10)
    books.delete_customer(first[0])
    sandbox.reset()
    assert (books.customers, books.deleted_customers) == ({}, {})
    assert books.add_customers(10) == first
