"""Products and their categories at 24SevenOffice."""

from adapters.twentyfour_seven_office.rest.mapping.products import categories_in, products_in
from adapters.twentyfour_seven_office.rest.mapping.values import created_id
from adapters.twentyfour_seven_office.rest.operations import (
    CREATE_CATEGORY,
    CREATE_PRODUCT,
    GET_CATEGORIES,
    GET_PRODUCTS,
)
from adapters.twentyfour_seven_office.rest.session import BusinessSession
from adapters.twentyfour_seven_office.values import known_number
from core.product import Category, Product
from core.unreadable import Unreadable

_PAGE = 100


class RestProductCatalog:
    """The ProductCatalog port."""

    def __init__(self, session: BusinessSession) -> None:
        self._session = session

    def find_products(self, name: str) -> list[Product | Unreadable]:
        """Search by name; "%" is a wildcard there, and so finds itself and perhaps more. One call a page."""
        return self._search(productSearch=name)

    def find_numbered(self, number: str) -> list[Product | Unreadable]:
        """Search by the number that people know a product by, which is not its id. One call a page."""
        return self._search(productNumber=number)

    def find_categories(self, name: str) -> list[Category | Unreadable]:  # noqa: ARG002 - the vendor has no search for categories
        """Return every category. One call a page."""
        return [category for page in self._session.pages(GET_CATEGORIES) for category in categories_in(page)]

    def create_category(self, name: str) -> str:
        """Create a category. One call."""
        return created_id(self._session.call(CREATE_CATEGORY, body={"name": name}), CREATE_CATEGORY)

    def create_product(self, name: str, *, category_id: str) -> str:
        """Create a product in a category. One call."""
        number = known_number(category_id, "category", CREATE_PRODUCT.where)
        asked = {"name": name, "category": {"id": number}}
        return created_id(self._session.call(CREATE_PRODUCT, body=asked), CREATE_PRODUCT)

    def _search(self, **asked: str) -> list[Product | Unreadable]:
        pages = self._session.pages(GET_PRODUCTS, {**asked, "limit": _PAGE})
        return [product for page in pages for product in products_in(page)]
