"""Products and their categories.

docs/24sevenoffice.md, "REST": names up to 150 characters; the search takes "%" for anything. Nothing is idempotent:
created twice is two.
"""

from decimal import Decimal
from typing import Any

from sandbox.norwegian_time import text_of
from sandbox.twentyfour_seven_office.records import Category, Product
from sandbox.twentyfour_seven_office.rest.operation import PAGE, Answer, Operation, Visit, page_of
from sandbox.twentyfour_seven_office.rest.refusals import invalid
from sandbox.twentyfour_seven_office.rest.shape import members, nullable, number, text, whole
from sandbox.twentyfour_seven_office.soap.services.service import loosely

USUAL, MOST = 25, 100
NAME_LENGTH = 150

NEW_PRODUCT = members(
    ("name", "category"),
    name=text(least=1, most=NAME_LENGTH),
    number=nullable(text(most=100)),
    salesPrice=nullable(number()),
    category=members(("id",), id=whole()),
)
NEW_CATEGORY = members(("name",), name=text(least=1), alternativeReference=text(), parentId=whole(least=0))


def read_products(visit: Visit) -> Answer:
    """The products that every parameter given lets through."""
    matches = loosely(visit.text("productSearch") or "")
    categories, no = visit.text("categoryIds"), visit.text("productNumber")
    wanted = None if categories is None else set(categories.split(","))
    found = [
        product
        for product in visit.books.products.values()
        if (matches(product.name) or matches(product.no))
        and (wanted is None or str(product.category_id) in wanted)
        and no in (None, product.no)
    ]
    page = page_of(found, visit, usual=USUAL, most=MOST, by=PAGE)
    return Answer([_product_values(visit, product) for product in page.content], links=page.links)


def create_product(visit: Visit) -> Answer:
    """A new product."""
    asked = NEW_PRODUCT(visit.body, "")
    if not asked["name"].strip():
        raise invalid("name", "minLength")
    category_id = asked["category"]["id"]
    if category_id not in visit.books.categories:
        raise invalid("category.id", "notFound")
    product = Product(0, asked["name"], category_id, asked.get("number") or "", asked.get("salesPrice"))
    return Answer(_product_values(visit, visit.books.keep_product(product)), status=201)


def read_categories(visit: Visit) -> Answer:
    """Every category."""
    return Answer([_category_values(category) for category in visit.books.categories.values()])


def create_category(visit: Visit) -> Answer:
    """A new category."""
    asked = NEW_CATEGORY(visit.body, "")
    if not asked["name"].strip():
        raise invalid("name", "minLength")
    parent_id = asked.get("parentId") or None
    if parent_id is not None and parent_id not in visit.books.categories:
        raise invalid("parentId", "notFound")
    category = Category(0, asked["name"], asked.get("alternativeReference", ""), parent_id)
    return Answer(_category_values(visit.books.keep_category(category)), status=201)


def _product_values(visit: Visit, product: Product) -> dict[str, Any]:
    category = visit.books.categories.get(product.category_id)
    values = {
        "id": product.id,
        "name": product.name,
        "number": product.no or None,
        "type": "default",
        "status": "active",
        "salesPrice": Decimal(10**40) if product.spoilt else product.price,
        "category": {"id": product.category_id} | ({"name": category.name} if category else {}),
    }
    return values | ({"modifiedAt": text_of(product.date_changed)} if product.date_changed else {})


def _category_values(category: Category) -> dict[str, Any]:
    return {
        "id": category.id,
        "name": category.name,
        "alternativeReference": category.no,
        "parentId": category.parent_id or 0,
    }


LIST = frozenset({"page", "limit", "productSearch", "categoryIds", "productNumber"})
OPERATIONS = (
    Operation("GET", "/products", read_products, LIST),
    Operation("POST", "/products", create_product),
    Operation("GET", "/productcategories", read_categories),
    Operation("POST", "/productcategories", create_category),
)
