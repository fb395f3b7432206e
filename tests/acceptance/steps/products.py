"""The rental product and its category."""

from pytest_bdd import given, parsers, then

from tests.acceptance.gateway import Json
from tests.acceptance.office import Office
from tests.acceptance.steps.builders import a_row
from tests.acceptance.story import Story


@given(parsers.parse('the books have the category "{name}"'))
def category(name: str, office: Office) -> None:
    office.books.add_category(name)


@given(parsers.parse('the books have the product "{product}" in the category "{category}"'))
def product_in_category(product: str, category: str, office: Office) -> None:
    office.books.add_product(product, category=category)


@given(parsers.parse('the books have the product "{product}" with the number "{number}"'))
def numbered_product(product: str, number: str, office: Office) -> None:
    office.books.add_product(product, category=f"Annet {number}", number=number)


@given(parsers.re(r'the settings book "(?P<source>[^"]+)" as the product "(?P<product>[^"]+)"'))
def booked_as(source: str, product: str, story: Story) -> None:
    _book(story, source, {"product": product})


@given(
    parsers.re(
        r'the settings book "(?P<source>[^"]+)" as the product "(?P<product>[^"]+)" with the VAT code "(?P<code>\d+)"'
    )
)
def booked_with_vat(source: str, product: str, code: str, story: Story) -> None:
    _book(story, source, {"product": product, "vat_code": code})


@given(parsers.parse('the invoice has rows for the products "{first}", "{second}" and "{third}"'))
def rows_for(first: str, second: str, third: str, story: Story) -> None:
    story.invoice.rows = [_row_for(product) for product in (first, second, third)]


@given(parsers.parse('the product "{name}" is deleted in the books'))
def product_is_deleted(name: str, office: Office) -> None:
    office.books.delete_product(_product_id(name, office))


@then(parsers.parse('the order\'s rows are booked on the product "{name}"'))
def booked_on(name: str, office: Office, story: Story) -> None:
    assert {row.product_id for row in office.order_for(story.invoice.number).rows} == {_product_id(name, office)}


@then(parsers.parse('the rows are booked on the products "{first}", "{second}" and "{third}"'))
def rows_booked_on(first: str, second: str, third: str, office: Office, story: Story) -> None:
    rows = office.order_for(story.invoice.number).rows
    assert [row.product_id for row in rows] == [_product_id(name, office) for name in (first, second, third)]


@then("the books have one product and one category")
def one_of_each(office: Office) -> None:
    assert (office.books.counts().products, office.books.counts().categories) == (1, 1)


@then("no product was created")
def no_product_created(office: Office) -> None:
    creating = office.system.creating
    assert office.writes(operations=[creating["product"], creating["category"]]) == []


@then(parsers.parse('the product "{product}" was created in the category "{category}"'))
def created_in(product: str, category: str, office: Office) -> None:
    assert len(office.writes(operations=[office.system.creating["product"]])) == 1
    (record,) = [one for one in office.books.products() if one.name == product]
    assert record.category == category
    assert list(office.books.categories()).count(category) == 1


@then(parsers.parse('the product "{product}" was created without a category'))
def created_without_category(product: str, office: Office) -> None:
    (record,) = [one for one in office.books.products() if one.name == product]
    assert record.category == ""
    assert list(office.books.categories()) == []


def _book(story: Story, source: str, booked: Json) -> None:
    story.business.settings.setdefault("products", {})[source] = booked
    story.connect()


def _row_for(product: str) -> Json:
    """Read "EX-1: Excavator", a code and a text, or a text alone."""
    code, _, text = product.rpartition(": ")
    return {**a_row(), "product": text, **({"product_code": code} if code else {})}


def _product_id(name: str, office: Office) -> str:
    (product,) = [one for one in office.books.products() if one.name == name]
    return product.id
