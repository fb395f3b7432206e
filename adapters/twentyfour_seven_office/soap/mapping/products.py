"""Products and their categories. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from adapters.twentyfour_seven_office.soap.mapping.values import id_in
from core.product import Category, Product

RETURN_PROPERTIES = ("Id", "Name")


def products_in(answer: Iterable[Mapping[str, Any]]) -> list[Product]:
    """Read products; one without an id or a name is left out."""
    return [
        Product(id=product_id, name=name)
        for one in answer
        if (product_id := id_in(one.get("Id"))) and (name := one.get("Name"))
    ]


def categories_in(answer: Iterable[Mapping[str, Any]]) -> list[Category]:
    """Read categories; one without an id or a name is left out."""
    return [
        Category(id=category_id, name=name)
        for one in answer
        if (category_id := id_in(one.get("Id"))) and (name := one.get("Name"))
    ]
