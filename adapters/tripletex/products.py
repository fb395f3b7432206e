"""Products and their groups at Tripletex.

An account has product groups only with Tripletex's module for logistics. Without it, asking for them is refused, and
products are made without.
"""

import logging
from collections.abc import Iterable
from typing import Any

from typing_extensions import override

from adapters.http_api.json_values import Broken, Item, id_in
from adapters.http_api.values import text_in
from adapters.tripletex.operations import (
    CREATE_GROUP,
    CREATE_PRODUCT,
    GET_GROUPS,
    GET_PRODUCTS,
    GET_RELATIONS,
    PUT_IN_GROUP,
)
from adapters.tripletex.session import BusinessSession
from adapters.tripletex.values import INACTIVE, UNREADABLE, known_number, value_in
from core.errors import AccessRefused, OutcomeUnknown, Rejected, TryAgain
from core.ports.accounting import ProductCatalog
from core.product import Category, Product
from core.unreadable import Unreadable

NO_GROUP = "none"
"""Stands for the id of a category in an account that has no product groups."""

NO_GROUPS = "The account has no product groups (Tripletex's module for logistics): products get no category."

_FIELDS = "id,name,number,isInactive"

_support = logging.getLogger("kvitt.support")


class TripletexProductCatalog(ProductCatalog):
    """The ProductCatalog port."""

    def __init__(self, session: BusinessSession) -> None:
        self._session = session

    @override
    def find_products(self, name: str) -> list[Product | Unreadable]:
        """Search by name; what contains it is found. One call for a thousand."""
        return self._search(name=name)

    @override
    def find_numbered(self, number: str) -> list[Product | Unreadable]:
        """Search by the number that people know a product by, which is not its id. One call for a thousand."""
        return self._search(productNumber=number)

    @override
    def find_categories(self, name: str) -> list[Category | Unreadable]:
        """Return the groups whose name contains this. Where the account has no groups, that is one that is none."""
        try:
            pages = self._session.pages(GET_GROUPS, {"name": name, "fields": "id,name"})
            return [group for page in pages for group in groups_in(page)]
        except AccessRefused as refusal:
            if not is_without_groups(refusal):
                raise  # no way in at all
            return [Category(id=NO_GROUP, name=name)]

    @override
    def create_category(self, name: str) -> str:
        return _id_of(value_in(self._session.call(CREATE_GROUP, body={"name": name}), CREATE_GROUP))

    @override
    def create_product(self, name: str, *, category_id: str) -> str:
        """Create a product with one call, and put it in its group with another.

        What becomes of the second one is not the product's: it is there.
        """
        group = None if category_id == NO_GROUP else known_number(category_id, "category", CREATE_PRODUCT.where)
        product = int(_id_of(value_in(self._session.call(CREATE_PRODUCT, body={"name": name}), CREATE_PRODUCT)))
        if group is not None:
            self._put_in_group(product, group)
        return str(product)

    def _put_in_group(self, product: int, group: int) -> None:
        """Try it, and once more after passing trouble, for nobody comes back to it; what is there is not doubled."""
        asked = {"product": {"id": product}, "productGroup": {"id": group}}
        try:
            try:
                self._session.call(PUT_IN_GROUP, body=asked)
            except (OutcomeUnknown, TryAgain):
                if not self._is_in_group(product, group):
                    self._session.call(PUT_IN_GROUP, body=asked)
        except (AccessRefused, OutcomeUnknown, Rejected, TryAgain) as trouble:
            _support.debug("product %s is perhaps in no group: %s [%s]", product, trouble.message, trouble.code)

    def _is_in_group(self, product: int, group: int) -> bool:
        query = {"productId": product, "productGroupId": group, "fields": "id"}
        return any(self._session.pages(GET_RELATIONS, query))

    def _search(self, **asked: str) -> list[Product | Unreadable]:
        pages = self._session.pages(GET_PRODUCTS, {**asked, "fields": _FIELDS})
        return [product for page in pages for product in products_in(page)]


def is_without_groups(refusal: AccessRefused) -> bool:
    """Whether groups are refused because there are none; one that may see none has none either."""
    return refusal.code == "missing_rights"


def products_in(listed: Iterable[Item]) -> list[Product | Unreadable]:
    """Read products; one without an id or a name is left out, and one that is inactive can't be used."""
    found: list[Product | Unreadable] = []
    for item in listed:
        product_id, name = id_in(item.get("id")), _name_in(item)
        if isinstance(item, Broken):
            found.append(Unreadable(id=product_id, name=name, reason=UNREADABLE))
        elif product_id and name and item.get("isInactive") is True:
            found.append(Unreadable(id=product_id, name=name, reason=INACTIVE))
        elif product_id and name:
            found.append(Product(id=product_id, name=name, number=text_in(item.get("number"))))
    return found


def groups_in(listed: Iterable[Item]) -> list[Category | Unreadable]:
    """Read product groups; one without an id or a name is left out."""
    found: list[Category | Unreadable] = []
    for item in listed:
        group_id, name = id_in(item.get("id")), _name_in(item)
        if isinstance(item, Broken):
            found.append(Unreadable(id=group_id, name=name, reason=UNREADABLE))
        elif group_id and name:
            found.append(Category(id=group_id, name=name))
    return found


def _name_in(item: Item) -> str | None:
    name: Any = item.get("name")
    return name if isinstance(name, str) and name else None


def _id_of(item: Item) -> str:
    return str(id_in(item["id"]))
