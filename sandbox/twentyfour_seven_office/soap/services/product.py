"""ProductService: products and their categories.

docs/24sevenoffice.md, "Products": a product belongs to a category, and CategoryId and Name are the least a new one
needs. Nothing is idempotent: saving the same thing twice makes two.
"""

from copy import deepcopy

from sandbox.twentyfour_seven_office.records import Category, Product
from sandbox.twentyfour_seven_office.refusals import ItemRefusedError, not_found
from sandbox.twentyfour_seven_office.soap.contracts import contract
from sandbox.twentyfour_seven_office.soap.services.service import (
    Rules,
    Selection,
    Service,
    Visit,
    any_text,
    each,
    equals,
    found,
    later,
    loosely,
    with_exception,
)
from sandbox.twentyfour_seven_office.soap.shapes import Values

NAME_LENGTH = 125

FIELDS = {
    "Id": "id",
    "Name": "name",
    "CategoryId": "category_id",
    "No": "no",
    "Price": "price",
    "DateChanged": "date_changed",
}
CATEGORY_FIELDS = {"Id": "id", "Name": "name", "No": "no", "ParentId": "parent_id"}
NOT_WRITABLE = {"Id", "DateChanged", "APIException"}
WRITTEN_WHEN_UNSET = ("Price",)

IDS = ("Id", "ProductIds")
SEARCH: Rules = {
    "CategoryId": equals("category_id"),
    "No": equals("no"),
    "EAN1": lambda wanted: lambda product: product.other.get("EAN1", "") == wanted,
    "Name": any_text(lambda product: (product.name,), loosely),
    "Price": equals("price"),
    "DateChanged": later("date_changed"),
}


def get_products(visit: Visit) -> list[Values]:
    """The products that match, with the properties named."""
    wanted = Selection(
        contract("product"), "Product", visit.asked.get("returnProperties", []), written_when_unset=WRITTEN_WHEN_UNSET
    )
    products = found(visit.books.products, visit.asked.get("searchParams", {}), SEARCH, ids=IDS)
    return [
        with_exception(wanted.of(_values_of(product).get), ("Id", "Name"))
        if product.spoilt
        else wanted.of(_values_of(product).get)
        for product in products
    ]


def save_products(visit: Visit) -> list[Values]:
    """Create and update products, each on its own."""
    books = visit.books

    def save(asked: Values) -> Values:
        number = asked.get("Id")
        if number is None:
            draft = Product(id=0, name="", category_id=0)
        elif number in books.products:
            draft = deepcopy(books.products[number])
        else:
            raise not_found("Product", number)
        for name, value in asked.items():
            if name in FIELDS and name not in NOT_WRITABLE:
                setattr(draft, FIELDS[name], value)
            elif name not in NOT_WRITABLE:
                draft.other[name] = value
        _require_name(draft.name)
        if not draft.category_id:
            raise ItemRefusedError("CategoryId is required")
        if draft.category_id not in books.categories:
            raise not_found("Category", draft.category_id)
        product = books.products.get(draft.id, draft)
        vars(product).update(vars(draft))
        return _values_of(books.keep_product(product))

    return each(visit.asked, "products", save)


def get_categories(visit: Visit) -> list[Values]:
    """Every category, with the properties named."""
    wanted = Selection(contract("product"), "Category", visit.asked.get("returnProperties", []))
    return [wanted.of(_category_values(category).get) for category in visit.books.categories.values()]


def save_categories(visit: Visit) -> list[Values]:
    """Create and update categories, each on its own."""
    books = visit.books

    def save(asked: Values) -> Values:
        number = asked.get("Id")
        if number is not None and number not in books.categories:
            raise not_found("Category", number)
        category = Category(id=0, name="") if number is None else books.categories[number]
        changes = {CATEGORY_FIELDS[name]: value for name, value in asked.items() if name in CATEGORY_FIELDS}
        _require_name(changes.get("name", category.name))
        for attribute, value in changes.items():
            setattr(category, attribute, value)
        return _category_values(books.keep_category(category))

    return each(visit.asked, "categories", save)


def _require_name(name: str) -> None:
    if not name.strip():
        raise ItemRefusedError("Name is required")
    if len(name) > NAME_LENGTH:
        raise ItemRefusedError(f"Name is longer than {NAME_LENGTH} characters")


def _values_of(product: Product) -> Values:
    known = {name: getattr(product, attribute) for name, attribute in FIELDS.items()}
    return {**product.other, **known}


def _category_values(category: Category) -> Values:
    return {name: getattr(category, attribute) for name, attribute in CATEGORY_FIELDS.items()}


SERVICE = Service(
    contract_name="product",
    operations={
        "GetProducts": get_products,
        "SaveProducts": save_products,
        "GetCategories": get_categories,
        "SaveCategories": save_categories,
    },
)
