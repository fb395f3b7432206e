"""Products and their categories. Pure."""

from collections.abc import Iterable

from adapters.twentyfour_seven_office.rest.json_text import Broken
from adapters.twentyfour_seven_office.rest.mapping.values import Item, id_in
from adapters.twentyfour_seven_office.values import UNREADABLE, text_in
from core.product import Category, Product
from core.unreadable import Unreadable


def products_in(listed: Iterable[Item]) -> list[Product | Unreadable]:
    """Read products; one without an id or a name is left out."""
    named = ((item, _named(item)) for item in listed)
    return [
        one if isinstance(one, Unreadable) else Product(id=one[0], name=one[1], number=text_in(item.get("number")))
        for item, one in named
        if one
    ]


def categories_in(listed: Iterable[Item]) -> list[Category | Unreadable]:
    """Read categories; one without an id or a name is left out."""
    named = map(_named, listed)
    return [one if isinstance(one, Unreadable) else Category(id=one[0], name=one[1]) for one in named if one]


def _named(item: Item) -> tuple[str, str] | Unreadable | None:
    one_id, name = id_in(item.get("id")), item.get("name")
    if isinstance(item, Broken):
        return Unreadable(id=one_id, name=text_in(name), reason=UNREADABLE)
    return (one_id, name) if one_id and isinstance(name, str) and name else None
