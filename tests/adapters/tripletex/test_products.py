"""Products, their groups, VAT codes and currencies at Tripletex."""

from decimal import Decimal

import pytest

from adapters.tripletex.products import NO_GROUP, products_in
from adapters.tripletex.system import TripletexAccountingSystem
from adapters.tripletex.tables import currencies_in, vat_codes_in
from core.currency import Currency
from core.errors import AccessRefused, Rejected
from core.product import Category, Product
from core.unreadable import Unreadable
from core.vat_code import VatCode, sale_rates
from sandbox import Sandbox
from sandbox.tripletex.books import Books
from tests.adapters.tripletex.conftest import Open, operations


def test_what_contains_the_name_is_found_and_told_as_it_is(system: TripletexAccountingSystem, books: Books) -> None:
    rental, longer = books.add_product("Sharefox rental"), books.add_product("Sharefox rental long term", number="7")
    books.add_product("Else")
    assert [(found.id, found.name) for found in system.products.find_products("Sharefox rental")] == [
        (str(rental), "Sharefox rental"),
        (str(longer), "Sharefox rental long term"),
    ]
    (numbered,) = system.products.find_numbered("7")
    assert (numbered.id, getattr(numbered, "number", None)) == (str(longer), "7")


def test_a_product_that_is_inactive_is_told_of_and_not_used(system: TripletexAccountingSystem, books: Books) -> None:
    inactive = books.add_product("Sharefox rental")
    books.products[inactive].is_inactive = True
    (found,) = system.products.find_products("Sharefox rental")
    assert found == Unreadable(
        id=str(inactive), name="Sharefox rental", reason="it is inactive in Tripletex: make it active there"
    )


def test_a_product_is_put_in_its_group(sandbox: Sandbox, system: TripletexAccountingSystem, books: Books) -> None:
    group = system.products.create_category("SharefoxRental")
    product = system.products.create_product("Sharefox rental", category_id=group)
    assert system.products.find_categories("SharefoxRental") == [Category(id=group, name="SharefoxRental")]
    (relation,) = books.product_group_relations.values()
    assert (str(relation.product_id), str(relation.product_group_id)) == (product, group)


@pytest.mark.parametrize("kind", ["reset", "reset_after", "throttled", "forbidden", "validation_error", "http_502"])
def test_a_product_counts_whatever_becomes_of_its_place_in_the_group(
    sandbox: Sandbox, system: TripletexAccountingSystem, books: Books, kind: str
) -> None:
    group = system.products.create_category("SharefoxRental")
    sandbox.inject("POST /product/groupRelation", kind, times=2)
    product = system.products.create_product("Sharefox rental", category_id=group)
    assert [str(one) for one in books.products] == [product]


@pytest.mark.parametrize("kind", ["reset", "reset_after", "throttled", "http_502", "http_502_after", "conflict"])
def test_passing_trouble_does_not_leave_a_product_without_its_group(
    sandbox: Sandbox, system: TripletexAccountingSystem, books: Books, kind: str
) -> None:
    group = system.products.create_category("SharefoxRental")
    sandbox.inject("POST /product/groupRelation", kind)
    system.products.create_product("Sharefox rental", category_id=group)
    assert [str(one.product_group_id) for one in books.product_group_relations.values()] == [group]


def test_without_the_module_products_are_made_without_a_group(sandbox: Sandbox, open_system: Open) -> None:
    plain = sandbox.tripletex.add_company("Enkel AS", has_logistics=False)
    sandbox.tripletex.add_login("enkel", companies=[plain])
    system = open_system(account_name="Enkel AS", employee_token="enkel")
    (category,) = system.products.find_categories("SharefoxRental")
    assert category == Category(id=NO_GROUP, name="SharefoxRental")
    system.products.create_product("Sharefox rental", category_id=NO_GROUP)
    assert [product.name for product in plain.books.products.values()] == ["Sharefox rental"]
    assert not [one for one in operations(sandbox) if one.startswith("POST /product/group")]


def test_no_way_in_is_not_taken_for_no_groups(open_system: Open) -> None:
    with pytest.raises(AccessRefused):
        open_system(employee_token="feil-nøkkel").products.find_categories("SharefoxRental")


def test_a_category_of_another_system_is_refused(system: TripletexAccountingSystem) -> None:
    with pytest.raises(Rejected) as error:
        system.products.create_product("Sharefox rental", category_id="A-7")
    assert error.value.code == "unknown_reference"


def test_the_codes_of_sales_that_hold_today_are_told(sandbox: Sandbox, system: TripletexAccountingSystem) -> None:
    codes = system.vat.codes()
    assert {code.code: code.percent for code in codes} == {
        "3": 25, "31": 15, "32": Decimal("11.11"), "33": 12, "5": 0, "6": 0, "51": 0, "52": 0,
    }  # fmt: skip
    assert {code.percent for code in sale_rates(codes)} >= {25, 15, 12, 0}
    assert operations(sandbox)[2:] == ["GET /ledger/vatType"]


def test_currencies_have_no_rate_of_ours(system: TripletexAccountingSystem) -> None:
    found = system.currencies.currencies()
    assert Currency(code="EUR", rate=None) in found
    assert "LTL" not in [currency.code for currency in found], "one that is no longer used"


def test_what_is_no_vat_code_or_currency_or_product_is_left_out() -> None:
    assert vat_codes_in([{"id": 1, "number": "3", "percentage": 25}, {"number": "5"}, {"percentage": 1}, {}]) == [
        VatCode(code="3", percent=Decimal(25))
    ]
    assert currencies_in([{"code": "eur"}, {"code": ""}, {}, {"code": "LTL", "isDisabled": True}]) == [
        Currency(code="EUR", rate=None)
    ]
    assert products_in([{"id": 1, "name": "A"}, {"id": 2}, {"name": "B"}, {"id": 3, "name": 7}]) == [
        Product(id="1", name="A")
    ]
