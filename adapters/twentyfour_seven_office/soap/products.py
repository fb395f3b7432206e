"""Products and their categories at 24SevenOffice."""

from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from adapters.http_api.values import text_in
from adapters.twentyfour_seven_office.soap.answers import created_one, records_in
from adapters.twentyfour_seven_office.soap.operations import (
    GET_CATEGORIES,
    GET_PRODUCTS,
    SAVE_CATEGORIES,
    SAVE_PRODUCTS,
    Operation,
)
from adapters.twentyfour_seven_office.soap.session import BusinessSession
from adapters.twentyfour_seven_office.soap.values import id_in, search_for
from adapters.twentyfour_seven_office.values import UNREADABLE, known_number
from core.outcome import only
from core.ports.accounting import ProductCatalog
from core.product import Category, Product
from core.unreadable import Unreadable

PRODUCT_PROPERTIES = ("Id", "Name", "No")
CATEGORY_PROPERTIES = ("Id", "Name")


class SoapProductCatalog(ProductCatalog):
    """24SevenOffice, as a place that knows products."""

    def __init__(self, session: BusinessSession) -> None:
        self._session = session

    @override
    def find_products(self, name: str) -> list[Product | Unreadable]:
        """Search by name; the vendor matches loosely. One call."""
        return self._search(Name=search_for(name))

    @override
    def find_numbered(self, number: str) -> list[Product | Unreadable]:
        """Search by the number that people know a product by, which is not its id. One call."""
        return self._search(No=number)

    @override
    def find_categories(self, name: str) -> list[Category | Unreadable]:
        """Return every category. One call."""
        answer = self._session.call(GET_CATEGORIES, returnProperties={"string": list(CATEGORY_PROPERTIES)})
        return records_in(answer, GET_CATEGORIES, read=category_in, known=unreadable_product)

    @override
    def create_category(self, name: str) -> str:
        """Create a category. One call."""
        asked = {"Name": name}
        answer = self._session.call(SAVE_CATEGORIES, categories={"Category": [asked]})
        return _created_id(answer, SAVE_CATEGORIES)

    @override
    def create_product(self, name: str, *, category_id: str) -> str:
        """Create a product. One call.

        Its category and its name are the least it needs (docs/24sevenoffice.md, "Products").
        """
        number = known_number(category_id, "category", SAVE_PRODUCTS.where)
        asked = {"Name": name, "CategoryId": number}
        answer = self._session.call(SAVE_PRODUCTS, products={"Product": [asked]})
        return _created_id(answer, SAVE_PRODUCTS)

    def _search(self, **asked: str) -> list[Product | Unreadable]:
        answer = self._session.call(
            GET_PRODUCTS, searchParams=asked, returnProperties={"string": list(PRODUCT_PROPERTIES)}
        )
        return records_in(answer, GET_PRODUCTS, read=product_in, known=unreadable_product)


def _created_id(answer: Any, operation: Operation) -> str:
    return only([created_one(answer, operation, read=lambda item: id_in(item.get("Id")))])


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
