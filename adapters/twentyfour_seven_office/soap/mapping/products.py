"""Products and their categories. Pure."""

from collections.abc import Mapping
from typing import Any

from adapters.twentyfour_seven_office.soap.mapping.values import id_in
from adapters.twentyfour_seven_office.values import UNREADABLE, text_in
from core.product import Category, Product
from core.unreadable import Unreadable

PRODUCT_PROPERTIES = ("Id", "Name", "No")
CATEGORY_PROPERTIES = ("Id", "Name")


def product_in(item: Mapping[str, Any]) -> Product | None:
    """Read a product; None without an id or a name."""
    product_id, name = id_in(item.get("Id")), item.get("Name")
    return Product(id=product_id, name=name, number=text_in(item.get("No"))) if product_id and name else None


def category_in(item: Mapping[str, Any]) -> Category | None:
    """Read a category; None without an id or a name."""
    category_id, name = id_in(item.get("Id")), item.get("Name")
    return Category(id=category_id, name=name) if category_id and name else None


def unreadable_product(item: Mapping[str, Any]) -> Unreadable:
    """Read what is known of a product or category that can't be read as a whole."""
    return Unreadable(id=id_in(item.get("Id")), name=text_in(item.get("Name")), reason=UNREADABLE)
