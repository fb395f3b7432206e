"""Products and their categories at 24SevenOffice."""

from collections.abc import Iterable

from typing_extensions import override

from adapters.http_api.json_values import Broken, Item, id_in
from adapters.http_api.values import text_in
from adapters.twentyfour_seven_office.rest.json_values import created_id
from adapters.twentyfour_seven_office.rest.operations import (
    CREATE_CATEGORY,
    CREATE_PRODUCT,
    GET_CATEGORIES,
    GET_PRODUCTS,
)
from adapters.twentyfour_seven_office.rest.session import BusinessSession
from adapters.twentyfour_seven_office.values import UNREADABLE, known_number
from core.ports.accounting import ProductCatalog
from core.product import Category, Product
from core.unreadable import Unreadable

_PAGE = 100


class RestProductCatalog(ProductCatalog):
    """The ProductCatalog port."""

    def __init__(self, session: BusinessSession) -> None:
        self._session = session

    @override
    def find_products(self, name: str) -> list[Product | Unreadable]:
        """Search by name; "%" is a wildcard there, and so finds itself and perhaps more. One call a page."""
        return self._search(productSearch=name)

    @override
    def find_numbered(self, number: str) -> list[Product | Unreadable]:
        """Search by the number that people know a product by, which is not its id. One call a page."""
        return self._search(productNumber=number)

    @override
    def find_categories(self, name: str) -> list[Category | Unreadable]:
        """Return every category. One call a page."""
        return [category for page in self._session.pages(GET_CATEGORIES) for category in categories_in(page)]

    @override
    def create_category(self, name: str) -> str:
        return created_id(self._session.call(CREATE_CATEGORY, body={"name": name}), CREATE_CATEGORY)

    @override
    def create_product(self, name: str, *, category_id: str) -> str:
        number = known_number(category_id, "category", CREATE_PRODUCT.where)
        asked = {"name": name, "category": {"id": number}}
        return created_id(self._session.call(CREATE_PRODUCT, body=asked), CREATE_PRODUCT)

    def _search(self, **asked: str) -> list[Product | Unreadable]:
        pages = self._session.pages(GET_PRODUCTS, {**asked, "limit": _PAGE})
        return [product for page in pages for product in products_in(page)]


def products_in(listed: Iterable[Item]) -> list[Product | Unreadable]:
    """Read products; one without an id or a name is left out."""
    named = ((item, _named(item)) for item in listed)
    return [
        found
        if isinstance(found, Unreadable)
        else Product(id=found[0], name=found[1], number=text_in(item.get("number")))
        for item, found in named
        if found
    ]


def categories_in(listed: Iterable[Item]) -> list[Category | Unreadable]:
    """Read categories; one without an id or a name is left out."""
    named = map(_named, listed)
    return [
        found if isinstance(found, Unreadable) else Category(id=found[0], name=found[1]) for found in named if found
    ]


def _named(item: Item) -> tuple[str, str] | Unreadable | None:
    item_id, name = id_in(item.get("id")), item.get("name")
    if isinstance(item, Broken):
        return Unreadable(id=item_id, name=text_in(name), reason=UNREADABLE)
    return (item_id, name) if item_id and isinstance(name, str) and name else None
