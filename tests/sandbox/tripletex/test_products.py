"""Products, their groups, and the tables."""

from datetime import date
from typing import Any

import pytest

from sandbox import Sandbox
from sandbox.tripletex import Company
from sandbox.tripletex.books import Books
from tests.sandbox.tripletex.api import Api, Refused


def test_a_product_is_created_and_found_by_a_part_of_its_name(api: Api, books: Books) -> None:
    created = api.post("/product", {"name": "Sharefox rental", "vatType": {"id": 3}})
    books.add_product("Sharefox rental XL", number="XL-1")

    def found(**query: Any) -> list[str]:
        return [product["name"] for product in api.list("/product", **query)]

    assert (created["number"], created["version"]) == ("1", 0)
    assert found(name="fox RENTAL") == ["Sharefox rental", "Sharefox rental XL"]
    assert found(productNumber=["1", "XL-1"]) == ["Sharefox rental", "Sharefox rental XL"]
    assert found(productNumber="XL-1") == ["Sharefox rental XL"]
    assert found(productNumber="XL") == []
    assert found(ids=created["id"]) == ["Sharefox rental"]


def test_no_two_products_have_the_same_number(api: Api, books: Books) -> None:
    books.add_product("En", number="1")

    with pytest.raises(Refused) as refused:
        api.post("/product", {"name": "To", "number": "1"})

    assert refused.value.fields == ["number"]
    assert api.post("/product", {"name": "To"})["number"] == "2"


def test_an_inactive_product_is_told_of(api: Api, books: Books) -> None:
    product_id = books.add_product("Traktor")
    books.products[product_id].is_inactive = True

    assert api.list("/product", name="Traktor", fields="isInactive") == [{"isInactive": True}]
    assert api.list("/product", isInactive="false") == []


def test_groups_are_created_and_products_put_in_them(api: Api, books: Books) -> None:
    group = api.post("/product/group", {"name": "SharefoxRental"})["id"]
    product = books.add_product("Traktor")
    api.post("/product/groupRelation", {"product": {"id": product}, "productGroup": {"id": group}})

    assert api.list("/product/group", name="sharefox", fields="id,name") == [{"id": group, "name": "SharefoxRental"}]
    assert api.list("/product/groupRelation", productId=product, fields="productGroup(name)") == [
        {"productGroup": {"name": "SharefoxRental"}}
    ]
    with pytest.raises(Refused) as refused:
        api.post("/product/groupRelation", {"product": {"id": 1}, "productGroup": {"id": 2}})
    assert refused.value.fields == ["product.id", "productGroup.id"]


def test_without_logistics_there_are_no_groups(sandbox: Sandbox, api: Api, client_company: Company) -> None:
    with Api(sandbox, user=client_company.id) as plain:
        for method, path in (("GET", "/product/group"), ("POST", "/product/group"), ("GET", "/product/groupRelation")):
            with pytest.raises(Refused) as refused:
                plain.call(method, path, {"name": "SharefoxRental"} if method == "POST" else None)
            assert refused.value.status == 403
        assert plain.post("/product", {"name": "Traktor"})["name"] == "Traktor"


def test_vat_types_are_told_by_what_they_are_for_and_the_day(api: Api, books: Books) -> None:
    def numbers(**query: Any) -> list[str]:
        return [f"{vat['number']}={vat['percentage']}" for vat in api.list("/ledger/vatType", **query)]

    sales = numbers(typeOfVat="OUTGOING", vatDate="2026-11-23")
    assert sales == ["3=25", "31=15", "32=11.11", "33=12", "5=0", "6=0", "51=0", "52=0"]
    assert numbers(typeOfVat="OUTGOING") == sales
    assert "33=10" in numbers(typeOfVat="OUTGOING", vatDate="2017-12-31")
    assert numbers(typeOfVat="INCOMING") == ["1=25", "11=15"]
    assert len(numbers()) == len(books.vat_types)
    assert numbers(number="3,5") == ["3=25", "5=0"]
    with pytest.raises(Refused) as refused:
        numbers(typeOfVat="SALES")
    assert refused.value.fields == ["typeOfVat"]


def test_currencies_countries_and_departments_are_found(api: Api, books: Books) -> None:
    books.add_department("Utleie")
    books.add_department("Verksted")

    assert api.list("/currency", code="EUR", fields="code,factor") == [{"code": "EUR", "factor": 1}]
    assert api.list("/country", code="NO,SE", fields="isoAlpha2Code") == [
        {"isoAlpha2Code": "NO"}, {"isoAlpha2Code": "SE"},
    ]  # fmt: skip
    assert [one["name"] for one in api.list("/department", name="verk")] == ["Verksted"]


def test_a_vat_type_that_no_longer_holds_is_refused_on_an_order(api: Api, books: Books, asked: dict[str, Any]) -> None:
    old = next(vat for vat in books.vat_types if vat.valid_to)
    asked["orderLines"][0]["vatType"] = {"id": old.id}

    with pytest.raises(Refused) as refused:
        api.post("/order", asked)

    assert old.valid_to == date(2017, 12, 31)
    assert refused.value.fields == ["orderLines[0].vatType.id"]
