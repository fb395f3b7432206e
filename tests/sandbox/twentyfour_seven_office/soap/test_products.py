"""Finding and saving products and categories."""

from typing import Any

import pytest

from sandbox.twentyfour_seven_office.books import Books
from tests.sandbox.twentyfour_seven_office.soap.caller import Caller, Fault, children, properties, text


def save(caller: Caller, *products: str) -> list[Any]:
    items = "".join(f"<Product>{product}</Product>" for product in products)
    return list(caller.call("SaveProducts", f"<products>{items}</products>"))


def found(caller: Caller, search: str) -> list[str | None]:
    answer = caller.call("GetProducts", f"<searchParams>{search}</searchParams>{properties('Name')}")
    return [text(product, "Name") for product in answer]


@pytest.fixture
def category_id(books: Books) -> int:
    return books.add_category("SharefoxRental")


def test_categories_are_listed_whole_or_in_part(caller: Caller, books: Books, category_id: int) -> None:
    (category,) = caller.call("GetCategories", properties("Id", "Name"))
    assert (text(category, "Id"), text(category, "Name")) == (str(category_id), "SharefoxRental")
    (shell,) = caller.call("GetCategories")
    assert children(shell) == []


def test_a_category_can_be_made_twice_and_needs_a_name(caller: Caller, books: Books) -> None:
    saved = list(
        caller.call(
            "SaveCategories",
            "<categories><Category><Name>A</Name></Category><Category><Name>A</Name></Category>"
            "<Category><No>1</No></Category><Category><Id>7</Id><Name>B</Name></Category></categories>",
        )
    )
    assert [text(c, "APIException/Message") for c in saved] == [
        None,
        None,
        "Name is required",
        "Category with id 7 was not found",
    ]
    assert [category.name for category in books.categories.values()] == ["A", "A"]


def test_a_category_is_updated_by_its_id(caller: Caller, books: Books, category_id: int) -> None:
    caller.call(
        "SaveCategories",
        f"<categories><Category><Id>{category_id}</Id><No>9</No></Category></categories>",
    )
    assert (books.categories[category_id].name, books.categories[category_id].no) == ("SharefoxRental", "9")


def test_a_product_needs_a_category_and_a_name(caller: Caller, books: Books, category_id: int) -> None:
    saved = save(
        caller,
        f"<Name>Leie</Name><CategoryId>{category_id}</CategoryId>",
        "<Name>Leie</Name>",
        f"<CategoryId>{category_id}</CategoryId>",
        "<Name>Leie</Name><CategoryId>7</CategoryId>",
        f"<Name>{'x' * 126}</Name><CategoryId>{category_id}</CategoryId>",
    )
    assert [text(product, "APIException/Message") for product in saved] == [
        None,
        "CategoryId is required",
        "Name is required",
        "Category with id 7 was not found",
        "Name is longer than 125 characters",
    ]
    (product,) = books.products.values()
    assert text(saved[0], "Id") == str(product.id)
    assert (product.name, product.category_id) == ("Leie", category_id)


def test_a_product_is_updated_by_its_id(caller: Caller, books: Books, category_id: int) -> None:
    number = books.add_product("Leie", category_id)
    product = books.products[number]
    saved, refused = save(caller, f"<Id>{number}</Id><Price>99.50</Price>", "<Id>5</Id><Name>A</Name>")
    assert (product.name, str(product.price)) == ("Leie", "99.50")
    assert text(saved, "Price") == "99.50"
    assert text(refused, "APIException/Message") == "Product with id 5 was not found"


def test_products_are_searched_loosely_by_name(caller: Caller, books: Books, category_id: int) -> None:
    numbers = [books.add_product(name, category_id) for name in ("Sharefox rental", "Sharefox rental 2", "Bil")]
    assert found(caller, "<Name>sharefox</Name>") == ["Sharefox rental", "Sharefox rental 2"]
    assert found(caller, "<Name>S%2</Name>") == ["Sharefox rental 2"]
    assert found(caller, f"<CategoryId>{category_id}</CategoryId><Name>bil</Name>") == ["Bil"]
    assert found(caller, f"<Id>{numbers[2]}</Id>") == ["Bil"]
    assert found(caller, f"<ProductIds><int>{numbers[0]}</int></ProductIds>") == ["Sharefox rental"]
    assert found(caller, "<No>1</No>") == []


def test_a_product_search_needs_a_parameter(caller: Caller) -> None:
    with pytest.raises(Fault, match="Please specify at least one search parameter"):
        found(caller, "<Price>-79228162514264337593543950335</Price>")


def test_an_unset_price_is_a_sentinel(caller: Caller, books: Books, category_id: int) -> None:
    number = books.add_product("Leie", category_id)
    (product,) = caller.call(
        "GetProducts",
        f"<searchParams><Id>{number}</Id></searchParams>{properties('Id', 'Price', 'No', 'Description')}",
    )
    assert children(product) == ["Id", "Price"]
    assert text(product, "Price") == "-79228162514264337593543950335"
