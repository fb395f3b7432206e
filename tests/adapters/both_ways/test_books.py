"""What the ports do in a company's books, by whichever way."""

import pytest

from core.customer import Address, Customer, CustomerKind
from core.customer_changes import changed_fields
from core.ports.accounting import AccountingSystem
from core.transfer import Receipt
from core.unreadable import readable
from sandbox import Sandbox
from sandbox.twentyfour_seven_office.books import Books
from tests.adapters.both_ways.conftest import Open
from tests.adapters.drafts import draft


def test_a_person_is_created_and_found_by_email(system: AccountingSystem, books: Books) -> None:
    kari = Customer(name="Kari Anne Moe", email="kari@x.example", phone="4", address=Address(city="Oslo"))
    (customer_id,) = system.customers.create([kari])
    assert isinstance(customer_id, str)
    stored = books.customers[int(customer_id)]
    assert (stored.first_name, stored.name, stored.type) == ("Kari Anne", "Moe", "Consumer")
    assert stored.emails == {"Primary": "kari@x.example", "Invoice": "kari@x.example"}
    (record,) = readable(system.customers.find_by_email("KARI@x.example"))
    assert (record.id, record.name, record.kind) == (customer_id, "Kari Anne Moe", CustomerKind.CONSUMER)
    assert system.customers.read([customer_id]) == {customer_id: record}
    assert changed_fields(kari, record) is None


def test_a_number_is_found_however_it_is_spaced(system: AccountingSystem, books: Books) -> None:
    stored = books.add_customer("Moe AS", organization_number="817 404 502")
    (record,) = readable(system.customers.find_by_organization_number("817404502"))
    assert (record.id, record.organization_number) == (str(stored), "817 404 502")


@pytest.mark.parametrize("email", ["100%@x.example", "[a]@x.example", "o_a@x.example"])
def test_signs_of_a_pattern_in_an_email_do_not_hide_it(system: AccountingSystem, books: Books, email: str) -> None:
    books.add_customer("Moe AS", emails={"Work": email})
    (record,) = readable(system.customers.find_by_email(email))
    assert record.emails == (email,)


def test_reading_leaves_out_what_is_gone(system: AccountingSystem, customer_id: str) -> None:
    assert list(system.customers.read([customer_id, "999", "abc", ""])) == [customer_id]


def test_reading_nothing_calls_nobody(sandbox: Sandbox, system: AccountingSystem) -> None:
    assert system.customers.read(["abc"]) == {}
    assert system.customers.create([]) == []
    assert system.customers.update([]) == []
    assert sandbox.journal.count() == 0


def test_books_of_another_company_stay_untouched(
    sandbox: Sandbox, open_system: Open, customer_id: str, product_id: str
) -> None:
    asked = draft("1", customer_id=customer_id, product_id=product_id)
    (receipt,) = open_system().orders.create([asked])
    assert isinstance(receipt, Receipt)
    other = sandbox.account("Demo Annet AS").books
    assert (other.customers, other.orders) == ({}, {})
