"""Products, categories, VAT codes and currencies over REST."""

from decimal import Decimal
from typing import Any

import pytest

from sandbox.twentyfour_seven_office.books import Books
from tests.sandbox.twentyfour_seven_office.rest.api import Api, Refused


def test_a_product_is_created_in_a_category(api: Api, books: Books) -> None:
    category = api.post("/productcategories", {"name": "Utleie"})
    product = api.post("/products", {"name": "Traktor", "category": {"id": category["id"]}, "number": "T-1"})
    assert product["category"] == {"id": category["id"], "name": "Utleie"}
    assert (books.products[product["id"]].name, books.products[product["id"]].no) == ("Traktor", "T-1")
    assert api.get("/productcategories") == [category]
    assert api.get("/products") == [product]
    again = api.send("POST", "/products", {"name": "Traktor", "category": {"id": category["id"]}})
    assert again.status_code == 201
    assert again.json()["id"] != product["id"]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/products", {"name": "A"}, ("category", "required")),
        ("/products", {"name": "A", "category": {}}, ("category.id", "required")),
        ("/products", {"name": "A", "category": {"id": 1}}, ("category.id", "notFound")),
        ("/products", {"name": "A" * 151, "category": {"id": 1}}, ("name", "maxLength")),
        ("/products", {"name": " ", "category": {"id": 1}}, ("name", "minLength")),
        ("/productcategories", {}, ("name", "required")),
        ("/productcategories", {"name": ""}, ("name", "minLength")),
        ("/productcategories", {"name": "A", "parentId": 1}, ("parentId", "notFound")),
    ],
)
def test_a_wrong_product_or_category_is_refused(
    api: Api, books: Books, path: str, body: Any, field: tuple[str, str]
) -> None:
    with pytest.raises(Refused) as refused:
        api.post(path, body)
    assert refused.value.field == field
    assert (books.products, books.categories) == ({}, {})


def test_products_are_searched_loosely(api: Api, books: Books) -> None:
    utleie, salg = books.add_category("Utleie"), books.add_category("Salg")
    names = {name: books.add_product(name, utleie) for name in ("Traktor", "Liten traktor", "Henger")}
    sold = books.add_product("Traktor", salg)
    for query, expected in (
        ({"productSearch": "traktor"}, [names["Traktor"], names["Liten traktor"], sold]),
        ({"productSearch": "l%trak"}, [names["Liten traktor"]]),
        ({"productSearch": "%"}, [*names.values(), sold]),
        ({"productSearch": "Traktor", "categoryIds": f"{salg}"}, [sold]),
        ({"categoryIds": f"{salg},{utleie}"}, [*names.values(), sold]),
        ({"productNumber": "T-1"}, []),
    ):
        assert [product["id"] for product in api.get("/products", **query)] == expected
        assert [product["id"] for product in api.all("/products", limit=1, **query)] == expected


def test_a_tax_is_known_by_its_number_and_not_its_id(api: Api) -> None:
    taxes = api.get("/taxes")
    assert {(tax["number"], tax["rate"]) for tax in taxes} >= {(3, 25), (32, Decimal("11.11")), (5, 0)}
    assert not {tax["id"] for tax in taxes} & {tax["number"] for tax in taxes}


def test_a_rate_is_for_one_of_a_currency(api: Api) -> None:
    rates = {currency["code"]: currency["rate"] for currency in api.get("/currencies")}
    assert rates == {"NOK": 1, "EUR": Decimal("11.6"), "SEK": Decimal("1.042"), "USD": Decimal("10.15")}
