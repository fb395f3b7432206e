"""A record that the vendor has and that can't be read."""

from core.ports.accounting import AccountingSystem
from core.unreadable import Unreadable
from sandbox.twentyfour_seven_office.books import Books


def test_one_spoilt_record_hides_no_other(system: AccountingSystem, books: Books) -> None:
    spoilt, whole = (str(books.add_customer(name, emails={"Primary": "a@moe.example"})) for name in ("Moe", "Li"))
    books.customers[int(spoilt)].spoilt = True
    assert [isinstance(one, Unreadable) for one in system.customers.find_by_email("a@moe.example")] == [True, False]
    read = system.customers.read([spoilt, whole])
    assert [isinstance(read[one], Unreadable) for one in (spoilt, whole)] == [True, False]
    (page,) = system.customers.entries()
    assert [one.emails for one in page] == [("a@moe.example",)] * 2
    product = books.add_product("Rental", books.add_category("c"))
    books.products[product].spoilt = True
    (lost,) = system.products.find_products("Rental")
    assert isinstance(lost, Unreadable)
    assert (lost.id, lost.name) == (str(product), "Rental")
