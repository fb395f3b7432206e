"""Products, and the groups that they are in, which are there only with the Logistics module."""

from decimal import Decimal

from sandbox.tripletex.assumed import NAME_LENGTH, TEXT_LENGTH
from sandbox.tripletex.operation import FIELDS, PAGING, Answer, Operation, Visit, logistics
from sandbox.tripletex.records import Product, ProductGroup, ProductGroupRelation
from sandbox.tripletex.shape import Problems, changes, members, number, read, reference, text, truth

NAMES = {
    "name": "name",
    "number": "number",
    "description": "description",
    "isInactive": "is_inactive",
    "vatType": "vat_type_id",
    "currency": "currency_id",
}
PRICES = {"priceExcludingVatCurrency": "price_excluding_vat", "priceIncludingVatCurrency": "price_including_vat"}
_NEW_PRODUCT = members(
    ("name",),
    name=text(NAME_LENGTH),
    number=text(TEXT_LENGTH),
    description=text(4_000),
    isInactive=truth,
    priceExcludingVatCurrency=number(),
    priceIncludingVatCurrency=number(),
    vatType=reference,
    currency=reference,
)
_NEW_GROUP = members(("name",), name=text(NAME_LENGTH), parentGroup=reference)
_NEW_RELATION = members(("product", "productGroup"), product=reference, productGroup=reference)


def read_products(visit: Visit) -> Answer:
    """The products that every parameter given lets through."""
    ids, numbers = visit.numbers("ids"), visit.texts("productNumber")
    name, is_inactive = (visit.text("name") or "").casefold(), visit.flag("isInactive")

    def holds(product: Product) -> bool:
        return (
            (ids is None or product.id in ids)
            and (numbers is None or product.number in numbers)
            and (not name or name in product.name.casefold())
            and is_inactive in (None, product.is_inactive)
        )

    return visit.page("Product", visit.books.products.values(), holds)


def read_product(visit: Visit) -> Answer:
    """One product."""
    return visit.one("Product", visit.books.products.get(visit.id))


def create_product(visit: Visit) -> Answer:
    """A new product; no two have the same number."""
    asked, problems, books = read(visit.body, _NEW_PRODUCT), Problems(), visit.books
    product = Product(id=0, name="")
    for attribute, value in changes(asked, NAMES).items():
        setattr(product, attribute, value)
    for attribute, value in changes(asked, PRICES).items():
        setattr(product, attribute, value or Decimal(0))
    if not product.name.strip():
        problems.value("name", "Is required.")
    if product.number and product.number in {other.number for other in books.products.values()}:
        problems.value("number", "Is in use.")
    if product.vat_type_id is not None and product.vat_type_id not in {vat.id for vat in books.vat_types}:
        problems.value("vatType.id", "Does not exist.")
    if product.currency_id is not None and product.currency_id not in {one.id for one in books.currencies}:
        problems.value("currency.id", "Does not exist.")
    problems.refuse()
    return visit.one("Product", books.keep_product(product), status=201)


def read_groups(visit: Visit) -> Answer:
    """The groups that every parameter given lets through."""
    ids = visit.numbers("id")
    parts = [part.casefold() for parameter in ("name", "query") if (part := visit.text(parameter))]

    def holds(group: ProductGroup) -> bool:
        return (ids is None or group.id in ids) and all(part in group.name.casefold() for part in parts)

    return visit.page("ProductGroup", visit.books.product_groups.values(), holds)


def create_group(visit: Visit) -> Answer:
    """A new group."""
    asked, problems = read(visit.body, _NEW_GROUP), Problems()
    parent = asked.get("parentGroup")
    if not asked["name"].strip():
        problems.value("name", "Is required.")
    if parent is not None and parent not in visit.books.product_groups:
        problems.value("parentGroup.id", "Does not exist.")
    problems.refuse()
    group = ProductGroup(id=0, name=asked["name"], parent_group_id=parent)
    return visit.one("ProductGroup", visit.books.keep_group(group), status=201)


def read_relations(visit: Visit) -> Answer:
    """Which products are in which groups."""
    ids, products, groups = (visit.numbers(name) for name in ("id", "productId", "productGroupId"))

    def holds(relation: ProductGroupRelation) -> bool:
        return (
            (ids is None or relation.id in ids)
            and (products is None or relation.product_id in products)
            and (groups is None or relation.product_group_id in groups)
        )

    return visit.page("ProductGroupRelation", visit.books.product_group_relations.values(), holds)


def create_relation(visit: Visit) -> Answer:
    """Put a product in a group."""
    asked, problems, books = read(visit.body, _NEW_RELATION), Problems(), visit.books
    product, group = asked["product"], asked["productGroup"]
    if product not in books.products:
        problems.value("product.id", "Does not exist.")
    if group not in books.product_groups:
        problems.value("productGroup.id", "Does not exist.")
    problems.refuse()
    relation = ProductGroupRelation(id=0, product_id=product, product_group_id=group)
    return visit.one("ProductGroupRelation", books.keep_relation(relation), status=201)


OPERATIONS = (
    Operation("GET", "/product", read_products, PAGING | {"ids", "productNumber", "name", "isInactive"}),
    Operation("POST", "/product", create_product, has_body=True),
    Operation("GET", "/product/{id}", read_product, FIELDS),
    Operation("GET", "/product/group", read_groups, PAGING | {"id", "name", "query"}, refuses=logistics),
    Operation("POST", "/product/group", create_group, refuses=logistics, has_body=True),
    Operation(
        "GET",
        "/product/groupRelation",
        read_relations,
        PAGING | {"id", "productId", "productGroupId"},
        refuses=logistics,
    ),
    Operation("POST", "/product/groupRelation", create_relation, refuses=logistics, has_body=True),
)
