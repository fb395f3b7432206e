"""The rental product and its category."""

from pytest_bdd import given, parsers, then

from tests.acceptance.gateway import Json
from tests.acceptance.office import Office
from tests.acceptance.steps.builders import a_row
from tests.acceptance.story import Story


@given(parsers.parse('24Seven has the category "{name}"'))
def category(name: str, office: Office) -> None:
    office.books.add_category(name)


@given(parsers.parse('24Seven has the product "{product}" in the category "{category}"'))
def product_in_category(product: str, category: str, office: Office) -> None:
    known = [number for number, record in office.books.categories.items() if record.name == category]
    office.books.add_product(product, known[0] if known else office.books.add_category(category))


@given(parsers.parse('24Seven has the product "{product}" with the number "{number}"'))
def numbered_product(product: str, number: str, office: Office) -> None:
    office.books.add_product(product, office.books.add_category("Annet"), no=number)


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


@given(parsers.parse('the product "{name}" is deleted in 24Seven'))
def product_is_deleted(name: str, office: Office) -> None:
    del office.books.products[_product_id(name, office)]


@then(parsers.parse('the order\'s rows are booked on the product "{name}"'))
def booked_on(name: str, office: Office, story: Story) -> None:
    (order,) = office.orders_for(story.invoice.number)
    assert {row.product_id for row in order.rows} == {_product_id(name, office)}


@then(parsers.parse('the rows are booked on the products "{first}", "{second}" and "{third}"'))
def rows_booked_on(first: str, second: str, third: str, office: Office, story: Story) -> None:
    (order,) = office.orders_for(story.invoice.number)
    assert [row.product_id for row in order.rows] == [_product_id(name, office) for name in (first, second, third)]


@then("24Seven has one product and one category")
def one_of_each(office: Office) -> None:
    assert (len(office.books.products), len(office.books.categories)) == (1, 1)


@then("no product was created")
def no_product_created(office: Office) -> None:
    creating = office.system.creating
    assert office.writes(operations=[creating["product"], creating["category"]]) == []


@then(parsers.parse('the product "{product}" was created in the category "{category}"'))
def created_in(product: str, category: str, office: Office) -> None:
    assert len(office.writes(operations=[office.system.creating["product"]])) == 1
    record = office.books.products[_product_id(product, office)]
    assert office.books.categories[record.category_id].name == category
    assert len([one for one in office.books.categories.values() if one.name == category]) == 1


def _book(story: Story, source: str, booked: Json) -> None:
    story.business.settings.setdefault("products", {})[source] = booked
    story.connect()


def _row_for(product: str) -> Json:
    """Read "EX-1: Excavator", a code and a text, or a text alone."""
    code, _, text = product.rpartition(": ")
    return {**a_row(), "product": text, **({"product_code": code} if code else {})}


def _product_id(name: str, office: Office) -> int:
    (number,) = [number for number, product in office.books.products.items() if product.name == name]
    return number
