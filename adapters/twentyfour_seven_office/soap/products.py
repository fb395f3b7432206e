"""Products and their categories at 24SevenOffice."""

from typing import Any

from adapters.twentyfour_seven_office.soap.mapping.answers import created_one, readable_items
from adapters.twentyfour_seven_office.soap.mapping.products import RETURN_PROPERTIES, categories_in, products_in
from adapters.twentyfour_seven_office.soap.mapping.values import id_in, search_for
from adapters.twentyfour_seven_office.soap.operations import (
    GET_CATEGORIES,
    GET_PRODUCTS,
    SAVE_CATEGORIES,
    SAVE_PRODUCTS,
    Operation,
)
from adapters.twentyfour_seven_office.soap.session import BusinessSession
from adapters.twentyfour_seven_office.values import known_number
from core.outcome import only
from core.product import Category, Product


class SoapProductCatalog:
    """The ProductCatalog port."""

    def __init__(self, session: BusinessSession) -> None:
        self._session = session

    def find_products(self, name: str) -> list[Product]:
        """Search by name; the vendor matches loosely. One call."""
        answer = self._session.call(
            GET_PRODUCTS,
            searchParams={"Name": search_for(name)},
            returnProperties={"string": list(RETURN_PROPERTIES)},
        )
        return products_in(readable_items(answer, GET_PRODUCTS))

    def find_categories(self, name: str) -> list[Category]:  # noqa: ARG002 - the vendor has no search for categories
        """Return every category. One call."""
        answer = self._session.call(GET_CATEGORIES, returnProperties={"string": list(RETURN_PROPERTIES)})
        return categories_in(readable_items(answer, GET_CATEGORIES))

    def create_category(self, name: str) -> str:
        """Create a category. One call."""
        asked = {"Name": name}
        answer = self._session.call(SAVE_CATEGORIES, categories={"Category": [asked]})
        return _created_id(answer, SAVE_CATEGORIES)

    def create_product(self, name: str, *, category_id: str) -> str:
        """Create a product; its category and its name are the least it needs (FACTS). One call."""
        number = known_number(category_id, "category", SAVE_PRODUCTS.where)
        asked = {"Name": name, "CategoryId": number}
        answer = self._session.call(SAVE_PRODUCTS, products={"Product": [asked]})
        return _created_id(answer, SAVE_PRODUCTS)


def _created_id(answer: Any, operation: Operation) -> str:
    return only([created_one(answer, operation, read=lambda item: id_in(item.get("Id")))])
