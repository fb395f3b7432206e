"""Products and their categories. Pure."""

from collections.abc import Iterable

from adapters.twentyfour_seven_office.rest.mapping.values import Item, id_in
from core.product import Category, Product


def products_in(listed: Iterable[Item]) -> list[Product]:
    """Read products; one without an id or a name is left out."""
    return [Product(id=product_id, name=name) for product_id, name in _named(listed)]


def categories_in(listed: Iterable[Item]) -> list[Category]:
    """Read categories; one without an id or a name is left out."""
    return [Category(id=category_id, name=name) for category_id, name in _named(listed)]


def _named(listed: Iterable[Item]) -> list[tuple[str, str]]:
    return [
        (one_id, name)
        for one in listed
        if (one_id := id_in(one.get("id"))) and isinstance(name := one.get("name"), str) and name
    ]
