"""The order in the books, and its preview."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from pytest_bdd import given, parsers, then

from core.customer_plan import CustomerAction
from core.use_cases.preview_invoice import InvoicePreview
from tests.acceptance.office import Office
from tests.acceptance.story import Story
from tests.books.held import OrderInBooks, RowInBooks, VatCodeInBooks


def _order(office: Office, story: Story) -> OrderInBooks:
    return office.order_for(story.invoice.number)


def _only_row(office: Office, story: Story) -> RowInBooks:
    (row,) = _order(office, story).rows
    return row


@given("the account has these VAT codes only:")
def vat_codes_of_the_account(datatable: Sequence[Sequence[str]], office: Office) -> None:
    _, *lines = datatable
    office.books.set_vat_codes(
        [VatCodeInBooks(code, Decimal(percent), name, purpose == "sales") for code, percent, purpose, name in lines]
    )


@then(parsers.parse("the order's row has the VAT code {code} with {percent} percent"))
def vat_code(code: str, percent: str, office: Office, story: Story) -> None:
    row = _only_row(office, story)
    assert (row.vat_code, row.vat_percent) == (code, Decimal(percent))


@then(parsers.parse("the VAT codes of the order's rows are {first}, {second} and {third}"))
def vat_codes(first: str, second: str, third: str, office: Office, story: Story) -> None:
    assert [row.vat_code for row in _order(office, story).rows] == [first, second, third]


@then("the order has exactly these rows:")
def exactly_these_rows(datatable: Sequence[Sequence[str]], office: Office, story: Story) -> None:
    _, *lines = datatable
    booked = [
        [row.text, row.quantity, row.unit_price, row.discount_percent, row.vat_percent]
        for row in _order(office, story).rows
    ]
    assert booked == [[text, *map(Decimal, amounts)] for text, *amounts in lines]
    assert not any(row.is_text for row in _order(office, story).rows)


@then("the texts of the order's rows are:")
def texts(datatable: Sequence[Sequence[str]], office: Office, story: Story) -> None:
    assert [[row.text] for row in _order(office, story).rows] == [list(line) for line in datatable]


@then(parsers.parse("row {number:d} of the order is a text and nothing else"))
def row_is_a_text(number: int, office: Office, story: Story) -> None:
    row = _order(office, story).rows[number - 1]
    assert {row.quantity, row.unit_price, row.discount_percent} == {0}
    assert row.is_text == office.system.limits.text_rows, "a text row, where there are such"
    assert not row.is_text or row.product_id is None


@then(parsers.parse('the text of the order\'s row is as long as can be and ends with "{ending}"'))
def text_ends_with(ending: str, office: Office, story: Story) -> None:
    text = _only_row(office, story).text
    assert len(text) == office.system.limits.row_text
    assert text.endswith(ending)


@then("the order's price is the invoice's, including VAT")
def with_vat(office: Office, story: Story) -> None:
    _is_priced_as_stated(office, story, with_vat=True)


@then("the order's price is the invoice's, without VAT")
def without_vat(office: Office, story: Story) -> None:
    assert not _order(office, story).has_prices_with_vat
    _is_priced_as_stated(office, story, with_vat=False)


def _is_priced_as_stated(office: Office, story: Story, *, with_vat: bool) -> None:
    order = _order(office, story)
    booked = _only_row(office, story).price(with_vat=with_vat, order_has_vat=order.has_prices_with_vat)
    assert booked == Decimal(story.invoice.row["unit_price"])


@then(parsers.parse("the order's total in the books is {total} with VAT"))
def total_with_vat(total: str, office: Office, story: Story) -> None:
    assert _order(office, story).total_with_vat == Decimal(total)


@then(parsers.parse("the order is in {currency} at {rate} kroner for {unit:d}"))
def in_currency(currency: str, rate: str, unit: int, office: Office, story: Story) -> None:
    order = _order(office, story)
    assert order.currency == currency
    assert order.kroner in (Decimal(rate) / unit, None)


@then(parsers.parse('the order carries our number "{number}"'))
def carries_our_number(number: str, office: Office, story: Story) -> None:
    assert office.only_order.reference == number
    assert story.transfer.order_id == office.only_order.id


@then("the order carries the whole number")
def carries_the_whole_number(office: Office, story: Story) -> None:
    assert office.only_order.reference == story.invoice.number


@then(parsers.parse("the order is dated {issued} and to be paid within {days:d} days"))
def dated(issued: str, days: int, office: Office, story: Story) -> None:
    order = _order(office, story)
    assert (order.ordered_on, order.days_to_pay) == (date.fromisoformat(issued), days)


@then(parsers.parse('the order carries the buyer\'s reference "{reference}"'))
def carries_the_buyers_reference(reference: str, office: Office, story: Story) -> None:
    assert _order(office, story).fields["your_reference"] == reference


@then(parsers.parse('the comment on the order is "{comment}"'))
def comment(comment: str, office: Office, story: Story) -> None:
    assert _order(office, story).comment == comment


@then(parsers.parse('the comment on the order has the lines "{first}" and "{second}"'))
def comment_lines(first: str, second: str, office: Office, story: Story) -> None:
    assert _order(office, story).comment.splitlines() == [first, second]


@then("the order has no comment")
def no_comment(office: Office, story: Story) -> None:
    assert _order(office, story).comment == ""


@then(parsers.parse('the order\'s status in the books is "{status}"'))
def status(status: str, office: Office, story: Story) -> None:
    assert _order(office, story).status == status


@then("the order is not published")
def not_published(office: Office, story: Story) -> None:
    assert not _order(office, story).is_published


@then("the preview says that the customer will be created")
def customer_will_be_created(story: Story) -> None:
    customer = story.the(InvoicePreview).customer
    assert (customer.action, customer.id) == (CustomerAction.CREATE, None)
    assert customer.name == story.invoice.customer["name"]


@then("the preview says that the product will be created")
def product_will_be_created(story: Story) -> None:
    product = story.the(InvoicePreview).product
    assert (product.name, product.id) == (story.business.settings["product_name"], None)


@then("the preview says that the customer's address will be updated")
def address_will_be_updated(story: Story) -> None:
    customer = story.the(InvoicePreview).customer
    assert (customer.action, list(customer.changes)) == (CustomerAction.UPDATE, ["addresses"])


@then(parsers.parse('the preview has the row "{text}"'))
def preview_row(text: str, story: Story) -> None:
    (row,) = story.the(InvoicePreview).order.rows
    assert row.text == text


@then("the order's rows are those of the preview")
def rows_as_previewed(office: Office, story: Story) -> None:
    previewed = [
        (row.text, row.quantity, row.unit_price, row.vat_percent, row.vat_code)
        for row in story.the(InvoicePreview).order.rows
    ]
    booked = [
        (row.text, row.quantity, row.unit_price, row.vat_percent, row.vat_code) for row in _order(office, story).rows
    ]
    assert booked == previewed
