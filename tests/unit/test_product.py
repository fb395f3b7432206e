import pytest

from core.product import Category, Product, named_exactly


def products(*pairs: tuple[str, str]) -> list[Product]:
    return [Product(id=product_id, name=name) for product_id, name in pairs]


def test_a_product_is_picked_by_its_exact_name() -> None:
    found = named_exactly("Rental", products(("1", "Rental car"), ("2", "rental"), ("3", " Rental ")))
    assert found == Product(id="3", name=" Rental ")


def test_of_several_the_oldest_is_picked_whatever_the_order() -> None:
    several = products(("10", "Rental"), ("9", "Rental"), ("11", "Rental"))
    assert named_exactly("Rental", several) == named_exactly("Rental", reversed(several)) == several[1]


@pytest.mark.parametrize("name", ["Rental%", "Rent", "%"])
def test_a_name_is_not_a_pattern(name: str) -> None:
    assert named_exactly(name, [Category(id="1", name="Rental")]) is None
