"""The order in 24Seven's books, and its preview."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from pytest_bdd import given, parsers, then

from core.customer_plan import CustomerAction
from core.use_cases.preview_invoice import InvoicePreview
from sandbox.twentyfour_seven_office.norwegian_time import day_of
from sandbox.twentyfour_seven_office.records import Order, Row, VatType
from tests.acceptance.office import Office
from tests.acceptance.story import Story


def _order(office: Office, story: Story) -> Order:
    (order,) = office.orders_for(story.invoice.number)
    return order


def _only_row(office: Office, story: Story) -> Row:
    (row,) = _order(office, story).rows
    return row


@given("the account has these VAT codes only:")
def vat_codes_of_the_account(datatable: Sequence[Sequence[str]], office: Office) -> None:
    _, *lines = datatable
    office.books.vat_types[:] = [VatType(int(code), name, Decimal(percent)) for code, percent, name in lines]


@then(parsers.parse("the order's row has the VAT code {code:d} with {percent} percent"))
def vat_code(code: int, percent: str, office: Office, story: Story) -> None:
    row = _only_row(office, story)
    assert (row.tax_code, row.vat_rate) == (code, Decimal(percent))


@then(parsers.parse("the VAT codes of the order's rows are {first:d}, {second:d} and {third:d}"))
def vat_codes(first: int, second: int, third: int, office: Office, story: Story) -> None:
    assert [row.tax_code for row in _order(office, story).rows] == [first, second, third]


@then("the order has exactly these rows:")
def exactly_these_rows(datatable: Sequence[Sequence[str]], office: Office, story: Story) -> None:
    _, *lines = datatable
    booked = [
        [row.name, row.quantity, row.price, row.discount_rate or Decimal(0), row.vat_rate]
        for row in _order(office, story).rows
    ]
    assert booked == [[text, *map(Decimal, amounts)] for text, *amounts in lines]
    assert {row.type for row in _order(office, story).rows} == {"Normal"}


@then("the texts of the order's rows are:")
def texts(datatable: Sequence[Sequence[str]], office: Office, story: Story) -> None:
    assert [[row.name] for row in _order(office, story).rows] == [list(line) for line in datatable]


@then(parsers.parse("row {number:d} of the order is a text and nothing else"))
def row_is_a_text(number: int, office: Office, story: Story) -> None:
    row = _order(office, story).rows[number - 1]
    assert (row.type, row.product_id, row.quantity, row.price, row.vat_rate) == ("Text", None, None, None, None)


@then(parsers.parse('the text of the order\'s row has {length:d} characters and ends with "{ending}"'))
def text_ends_with(length: int, ending: str, office: Office, story: Story) -> None:
    text = _only_row(office, story).name
    assert len(text) == length
    assert text.endswith(ending)


@then("the order's price is the invoice's, including VAT")
def with_vat(office: Office, story: Story) -> None:
    _is_priced_as_stated(office, story, with_vat=True)


@then("the order's price is the invoice's, without VAT")
def without_vat(office: Office, story: Story) -> None:
    assert not office.system.has_prices_with_vat(_order(office, story))
    _is_priced_as_stated(office, story, with_vat=False)


def _is_priced_as_stated(office: Office, story: Story, *, with_vat: bool) -> None:
    booked = office.system.stated_price(_only_row(office, story), with_vat=with_vat)
    assert booked == Decimal(story.invoice.row["unit_price"])


@then(parsers.parse("24Seven's total for the order is {total} with VAT"))
def total_with_vat(total: str, office: Office, story: Story) -> None:
    assert _order(office, story).total_inc_vat == Decimal(total)


@then(parsers.parse("the order is in {currency} at {rate} kroner for {unit:d}"))
def in_currency(currency: str, rate: str, unit: int, office: Office, story: Story) -> None:
    order = _order(office, story)
    assert order.currency_symbol == currency
    assert order.currency_rate / order.currency_unit == Decimal(rate) / unit


@then(parsers.parse('the order carries our number "{number}"'))
def carries_our_number(number: str, office: Office, story: Story) -> None:
    (order,) = office.books.orders.values()
    assert office.system.reference(order) == number
    assert story.transfer.order_id == str(order.id)


@then("the order carries the whole number")
def carries_the_whole_number(office: Office, story: Story) -> None:
    (order,) = office.books.orders.values()
    assert office.system.reference(order) == story.invoice.number


@then(parsers.parse("the order is dated {issued} and to be paid within {days:d} days"))
def dated(issued: str, days: int, office: Office, story: Story) -> None:
    order = _order(office, story)
    assert order.date_ordered is not None
    assert (day_of(order.date_ordered), order.payment_time) == (date.fromisoformat(issued), days)


@then(parsers.parse('the order carries the buyer\'s reference "{reference}"'))
def carries_the_buyers_reference(reference: str, office: Office, story: Story) -> None:
    assert _order(office, story).your_reference == reference


@then(parsers.parse('the comment on the order is "{comment}"'))
def comment(comment: str, office: Office, story: Story) -> None:
    assert _order(office, story).invoice_text == comment


@then(parsers.parse('the comment on the order has the lines "{first}" and "{second}"'))
def comment_lines(first: str, second: str, office: Office, story: Story) -> None:
    assert _order(office, story).invoice_text.splitlines() == [first, second]


@then("the order has no comment")
def no_comment(office: Office, story: Story) -> None:
    assert _order(office, story).invoice_text == ""


@then(parsers.parse('the order\'s status in 24Seven is "{status}"'))
def status(status: str, office: Office, story: Story) -> None:
    assert _order(office, story).status == status


@then("the order is not published")
def not_published(office: Office, story: Story) -> None:
    order = _order(office, story)
    assert order.invoice_id is None
    assert order.status not in ("ForInvoicing", "Invoiced")


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
        (row.name, row.quantity, row.price, row.vat_rate, str(row.tax_code)) for row in _order(office, story).rows
    ]
    assert booked == previewed
