"""Records that the vendor has and that can't be read: each by itself."""

import pytest

from adapters.twentyfour_seven_office.rest.json_text import Broken, value_from
from adapters.twentyfour_seven_office.rest.mapping.values import items_in
from adapters.twentyfour_seven_office.rest.operations import GET_CUSTOMERS, GET_ORDERS
from adapters.twentyfour_seven_office.rest.system import RestAccountingSystem
from core.errors import TryAgain
from core.unreadable import Unreadable
from sandbox.twentyfour_seven_office.books import Books


def test_an_item_with_a_number_beyond_reason_is_what_can_be_read_of_it() -> None:
    broken, whole = value_from(b'[{"id": 5, "a": {"b": [1e999]}, "name": "Moe"}, {"id": 6}]')
    assert isinstance(broken, Broken)
    assert broken == {"id": 5, "name": "Moe"}
    assert not isinstance(whole, Broken)


def test_of_orders_such_an_item_breaks_the_answer() -> None:
    for listed in (b'[{"id": 5, "a": 1e999}]', b"[5]"):
        assert len(items_in(value_from(listed), GET_CUSTOMERS)) == 1
        with pytest.raises(TryAgain):
            items_in(value_from(listed), GET_ORDERS)


def test_one_spoilt_record_hides_no_other(system: RestAccountingSystem, books: Books) -> None:
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
