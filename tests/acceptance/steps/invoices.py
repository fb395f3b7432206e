"""The invoice as Sharefox states it."""

from collections.abc import Sequence

from pytest_bdd import given, parsers, when

from tests.acceptance.gateway import Json
from tests.acceptance.office import Office
from tests.acceptance.steps.builders import INVOICE_TYPES, InvoiceBuilder, a_row, address_from, with_signs
from tests.acceptance.story import Story

ROW_COLUMNS = {
    "product": "product",
    "quantity": "quantity",
    "unit price": "unit_price",
    "discount": "discount_percent",
    "discount amount": "discount_amount",
    "net amount": "net_amount",
    "VAT percent": "vat_percent",
}
PERIOD_COLUMNS = {"from": "start", "to": "end"}


@given(parsers.parse('an invoice of type "{kind}" whose data is complete'))
def complete_invoice(kind: str, story: Story) -> None:
    story.invoice = InvoiceBuilder()
    story.invoice.head["type"] = INVOICE_TYPES[kind]


@given(parsers.parse('the invoice is of type "{kind}"'))
@when(parsers.parse('its type is changed to "{kind}"'))
def of_type(kind: str, story: Story) -> None:
    story.invoice.head["type"] = INVOICE_TYPES[kind]


@given(parsers.re(r'an invoice for the organization "(?P<name>[^"]+)" with the number "(?P<number>[^"]+)"'))
def invoice_for_an_organization(name: str, number: str, story: Story) -> None:
    story.invoice = InvoiceBuilder()
    story.invoice.customer.update(organization_name=name, organization_number=number, email=None)


@given(
    parsers.re(
        r'an invoice for the organization "(?P<name>[^"]+)" with the number "(?P<number>[^"]+)"'
        r' and the e-mail "(?P<email>[^"]+)"'
    )
)
def invoice_for_an_organization_with_email(name: str, number: str, email: str, story: Story) -> None:
    story.invoice = InvoiceBuilder()
    story.invoice.customer.update(organization_name=name, organization_number=number, email=email)


@given(parsers.parse('an invoice for the person "{name}" with the e-mail "{email}"'))
def invoice_for_a_person(name: str, email: str, story: Story) -> None:
    story.invoice = InvoiceBuilder()
    story.invoice.customer.update(name=name, email=email)


@given("the customer has no name")
def no_name(story: Story) -> None:
    story.invoice.customer["name"] = None


@given("the customer has no e-mail and no organization number")
def no_key(story: Story) -> None:
    story.invoice.customer.update(email=None, organization_number=None)


@given(parsers.parse('the customer\'s e-mail is "{email}"'))
def customers_email(email: str, story: Story) -> None:
    story.invoice.customer["email"] = email


@given(parsers.parse('the customer\'s organization number is "{number}"'))
def customers_number(number: str, story: Story) -> None:
    story.invoice.customer["organization_number"] = number


@given(parsers.parse('the customer\'s name in Sharefox is "{name}"'))
def customers_name(name: str, story: Story) -> None:
    story.invoice.customer["name"] = name


@given(parsers.parse('the customer\'s phone in Sharefox is "{phone}"'))
def customers_phone(phone: str, story: Story) -> None:
    story.invoice.customer["phone"] = phone


@given(parsers.parse('the customer\'s street in Sharefox is "{street}"'))
def customers_street(street: str, story: Story) -> None:
    story.invoice.customer["address"]["street"] = street


@given(parsers.parse('the customer\'s address in Sharefox is "{address}"'))
def customers_address(address: str, story: Story) -> None:
    story.invoice.customer["address"] = address_from(address)


@given(parsers.parse('the customer\'s country in Sharefox is "{country}"'))
def customers_country(country: str, story: Story) -> None:
    story.invoice.customer["address"] = {"country": country}


@given(parsers.parse('the customer\'s address in Sharefox is just the street "{street}"'))
def just_a_street(street: str, story: Story) -> None:
    story.invoice.customer["address"] = {"street": street}


@given("the customer has no phone and no address in Sharefox")
def no_phone_and_address(story: Story) -> None:
    story.invoice.customer.update(phone=None, address=None)


@given("the invoice has no rows")
def no_rows(story: Story) -> None:
    story.invoice.rows = []


@given("the invoice has nothing but a text")
def nothing_but_a_text(story: Story) -> None:
    story.invoice.rows = [{"product": "Takk for handelen"}]


@given("the rows of the invoice are:")
def rows(datatable: Sequence[Sequence[str]], story: Story) -> None:
    columns, *lines = datatable
    story.invoice.rows = [_row(dict(zip(columns, line, strict=True))) for line in lines]


def _row(cells: dict[str, str]) -> Json:
    """A row of the default values, but for what the table says; an empty cell is a value that is missing."""
    row = a_row() | {ROW_COLUMNS[name]: cell or None for name, cell in cells.items() if name in ROW_COLUMNS}
    if any(name in cells for name in PERIOD_COLUMNS):
        period = {PERIOD_COLUMNS[name]: cell for name, cell in cells.items() if name in PERIOD_COLUMNS and cell}
        row["period"] = period or None
    return row


@given(parsers.parse('the row\'s product is "{product}"'))
def product(product: str, story: Story) -> None:
    story.invoice.row["product"] = with_signs(product)


@given("the row has no rental period")
def no_period(story: Story) -> None:
    del story.invoice.row["period"]


@given(parsers.parse('the customer\'s country is "{country}"'))
def country(country: str, story: Story) -> None:
    story.invoice.customer["address"] = {"street": "Kirkegata 4", "country": country}


@given("the row has no VAT percent")
def no_vat_percent(story: Story) -> None:
    story.invoice.row["vat_percent"] = None


@given(parsers.parse('the row\'s VAT is "{percent}" percent'))
@when(parsers.parse('the row\'s VAT is changed to "{percent}" percent'))
def vat_percent(percent: str, story: Story) -> None:
    story.invoice.row["vat_percent"] = percent


@given(parsers.parse('the row\'s unit price is "{price}"'))
@when(parsers.parse('the row\'s unit price is changed to "{price}"'))
def unit_price(price: str, story: Story) -> None:
    story.invoice.row["unit_price"] = price


@given(parsers.parse('the row\'s quantity is "{quantity}"'))
def quantity(quantity: str, story: Story) -> None:
    story.invoice.row["quantity"] = quantity


@given(parsers.parse('the row\'s discount is "{percent}" percent'))
def discount(percent: str, story: Story) -> None:
    story.invoice.row["discount_percent"] = percent


@given("the row's product has a longer name than the books can hold")
def too_long_product_name(office: Office, story: Story) -> None:
    story.invoice.row["product"] = "Traktor".ljust(office.system.limits.row_text + 100, "r")


@given("the row's product has the longest name that the books can hold with its period")
def long_product_name(office: Office, story: Story) -> None:
    period = story.invoice.row["period"]
    shown = f" ({period['start']} – {period['end']})"
    story.invoice.row["product"] = "Traktor".ljust(office.system.limits.row_text - len(shown), "r")


@given("the rental ends before it starts")
def ends_before_it_starts(story: Story) -> None:
    story.invoice.row["period"] = {"start": "2021-01-12", "end": "2021-01-10"}


@given("the invoice is due before it is issued")
def due_too_early(story: Story) -> None:
    story.invoice.head.update(issue_date="2021-01-15", due_date="2021-01-14")


@given(parsers.parse('the currency is "{currency}"'))
@given(parsers.parse('the invoice\'s currency is "{currency}"'))
def in_currency(currency: str, story: Story) -> None:
    story.invoice.head["currency"] = currency


@given("the invoice's prices include VAT")
def prices_include_vat(story: Story) -> None:
    story.invoice.head["prices_include_vat"] = True


@given(parsers.parse('the invoice\'s comment is "{comment}"'))
def has_a_comment(comment: str, story: Story) -> None:
    story.invoice.head["comment"] = comment


@given(parsers.parse('the invoice has the number "{number}", issued on {issued} and due on {due}'))
def numbered_and_dated(number: str, issued: str, due: str, story: Story) -> None:
    story.invoice.head.update(number=number, issue_date=issued, due_date=due)


@given(parsers.parse('the invoice\'s reference of the buyer is "{reference}"'))
def reference_of_the_buyer(reference: str, story: Story) -> None:
    story.invoice.head["your_reference"] = reference


@given(parsers.parse("the invoice has a number of {length:d} characters"))
def long_number(length: int, story: Story) -> None:
    story.invoice.head["number"] = "2001-".ljust(length, "7")
