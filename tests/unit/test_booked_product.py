from typing import Any

import pytest
from pydantic import ValidationError

from core.business import Business, Connection
from core.errors import Rejected
from core.product import BookedProduct, NamedProduct, Product, booked_as, of_name, of_number, product_meant
from core.unreadable import Unreadable
from tests.unit.samples import a_row, a_text

_BOOKED = BookedProduct(product="1100")
_NAMED = NamedProduct(source="excavator", booked=_BOOKED)
_DIGGER = Product(id="7", name="Digger", number="1100")
_LOST = Unreadable(id="9", name="1100", reason="it is spoilt")


def a_business(**settings: Any) -> Business:
    return Business(name="fjell", accounting=Connection.of("fake", {}), **settings)


@pytest.mark.parametrize(
    ("row", "source"),
    [
        ({"product_code": "excavator", "product": "Gravemaskin"}, "excavator"),
        ({"product_code": " excavator ", "product": "Gravemaskin"}, "excavator"),
        ({"product_code": None, "product": "excavator"}, "excavator"),
        ({"product_code": "EX-2", "product": "excavator"}, "excavator"),
        ({"product_code": "blåbær", "product": "Syltetøy"}, "blåbær"),
        ({"product_code": "bla\u030abær", "product": "Syltetøy"}, "blåbær"),
        ({"product_code": "Excavator", "product": "Excavator"}, None),
        ({"product_code": "excavator 2", "product": "an excavator"}, None),
        ({"product_code": "", "product": " "}, None),
    ],
)
def test_a_row_falls_under_its_code_or_else_its_text(row: dict[str, str | None], source: str | None) -> None:
    products = a_business(products={"excavator": _BOOKED, " bla\u030abær": {"product": "B"}}).products
    named = booked_as(a_row(**row), products)
    assert (named and named.source) == source


def test_the_code_goes_before_the_text() -> None:
    products = {"a": BookedProduct(product="1"), "b": BookedProduct(product="2")}
    named = booked_as(a_row(product_code="b", product="a"), products)
    assert named is not None
    assert named.booked.product == "2"


def test_a_text_books_nothing() -> None:
    assert booked_as(a_text(product="excavator"), {"excavator": _BOOKED}) is None


def test_a_product_can_be_named_just_once_in_the_settings() -> None:
    with pytest.raises(ValidationError, match="names one product twice"):
        a_business(products={"blåbær": _BOOKED, "bla\u030abær": _BOOKED})


def test_numbers_and_names_are_compared_exactly() -> None:
    alike = [Product(id="1", name="Digger", number="11001"), Product(id="2", name="1100", number="x"), _DIGGER]
    assert of_number("1100", alike) == [_DIGGER]
    assert of_name("Digger", alike) == [alike[0], _DIGGER]
    assert of_name("digger", alike) == []


def test_what_cannot_be_read_counts_only_where_nothing_else_is_meant() -> None:
    assert of_number("1100", [_LOST, _DIGGER]) == [_DIGGER]
    assert of_number("1100", [_LOST]) == [_LOST]
    assert of_name("1100", [_LOST]) == [_LOST]
    assert of_name("Digger", [_LOST]) == []


@pytest.mark.parametrize(
    ("found", "code", "said"),
    [
        ([], "unknown_product", "not the number or name of a product"),
        ([_DIGGER, _DIGGER.model_copy(update={"id": "8"})], "ambiguous_product", "ids 7, 8"),
        ([_LOST], "unreadable_product", "can't be read"),
    ],
)
def test_what_is_not_one_product_is_refused(found: list[Product | Unreadable], code: str, said: str) -> None:
    with pytest.raises(Rejected, match=said) as refused:
        product_meant(_NAMED, found)
    assert refused.value.code == code


def test_one_is_taken() -> None:
    assert product_meant(_NAMED, [_DIGGER]) == _DIGGER
