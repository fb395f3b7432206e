"""References, deliveries and payments in advance: as Sharefox states them, and in the books."""

import re

from pytest_bdd import given, parsers, then, when

from core.limits import OrderField
from core.use_cases.preview_invoice import InvoicePreview
from tests.acceptance.office import Office
from tests.acceptance.steps.builders import address_from
from tests.acceptance.story import Story


def _field(field: OrderField, office: Office, story: Story) -> str:
    return office.order_for(story.invoice.number).fields.get(field, "")


@given(parsers.parse('the buyer\'s purchase order number is "{number}"'))
def purchase_order_number(number: str, story: Story) -> None:
    story.invoice.head["order_reference"] = number


@given("the buyer's purchase order number is as long as the books can hold")
def longest_purchase_order_number(office: Office, story: Story) -> None:
    story.invoice.head["order_reference"] = "PO ".ljust(office.system.limits.longest["order_reference"], "7")


@given("the buyer's purchase order number is longer than the books can hold")
def too_long_purchase_order_number(office: Office, story: Story) -> None:
    story.invoice.head["order_reference"] = "PO ".ljust(office.system.limits.longest["order_reference"] + 1, "7")


@given(parsers.parse('the buyer sorts its invoices by "{reference}"'))
def buyer_reference(reference: str, story: Story) -> None:
    story.invoice.head["buyer_reference"] = reference


@given(parsers.parse('the invoice says that our reference is "{name}"'))
def our_reference(name: str, story: Story) -> None:
    story.invoice.head["our_reference"] = name


@given(parsers.re(r"(?P<amount>[\d.]+) was paid on (?P<day>\S+)"))
def paid(amount: str, day: str, story: Story) -> None:
    story.invoice.head.update(paid_amount=amount, paid_date=day)


@given(parsers.re(r"it was paid on (?P<day>\S+)"))
def paid_nothing(day: str, story: Story) -> None:
    story.invoice.head["paid_date"] = day


@given(parsers.re(r"what is invoiced was delivered on (?P<day>\d{4}-\d\d-\d\d)"))
def delivered(day: str, story: Story) -> None:
    story.invoice.head["delivery"] = {"date": day}


@given(parsers.re(r'what is invoiced was delivered on (?P<day>\S+) to "(?P<name>[^"]+)" at "(?P<address>[^"]+)"'))
def delivered_to(day: str, name: str, address: str, story: Story) -> None:
    street, second, place = address.split(", ")
    parts = address_from(f"{street}, {place}") | {"additional_street": second}
    story.invoice.head["delivery"] = {"date": day, "name": name or None, "address": parts}


@given(parsers.re(r'what is invoiced was delivered on (?P<day>\S+) at "(?P<address>[^"]+)"'))
def delivered_at(day: str, address: str, story: Story) -> None:
    delivered_to(day, "", address, story)


@given(parsers.parse('the customer\'s address in Sharefox has the second line "{second}" under "{street}"'))
def second_line(second: str, street: str, story: Story) -> None:
    story.invoice.customer["address"] = address_from(f"{street}, 3015 Drammen") | {"additional_street": second}


@given(parsers.parse('the invoice credits the invoice "{number}"'))
def credits_the_invoice(number: str, story: Story) -> None:
    story.invoice.head["credits"] = number


@when("a credit of that invoice is sent")
def credit_is_sent(story: Story) -> None:
    credited = story.invoice.number
    story.invoice = story.invoice.another()
    story.invoice.head["credits"] = credited
    story.invoice.row["quantity"] = "-1"
    story.send()


@then(parsers.parse('the order carries the purchase order number "{number}"'))
def carries_the_purchase_order_number(number: str, office: Office, story: Story) -> None:
    assert _field(OrderField.ORDER_REFERENCE, office, story) == number


@then("the order carries the whole purchase order number")
def carries_the_whole_purchase_order_number(office: Office, story: Story) -> None:
    assert _field(OrderField.ORDER_REFERENCE, office, story) == story.invoice.head["order_reference"]


@then(parsers.re(r'the order is delivered on (?P<day>\S+) to "(?P<name>[^"]+)" at "(?P<address>[^"]+)"'))
def is_delivered_to(day: str, name: str, address: str, office: Office, story: Story) -> None:
    street, second, place = address.split(", ")
    assert _field(OrderField.DELIVERY_DATE, office, story) == day
    assert _field(OrderField.DELIVERY_NAME, office, story) == name
    assert _field(OrderField.DELIVERY_ADDRESS, office, story) == ", ".join([street, second, *place.split(" ", 1)])


@then(parsers.re(r'the order is delivered on (?P<day>\S+) at "(?P<address>[^"]+)"'))
def is_delivered_at(day: str, address: str, office: Office, story: Story) -> None:
    is_delivered_to(day, "", address, office, story)


@then(parsers.re(r"the order is delivered on (?P<day>\S+) and says nothing of where"))
def is_delivered(day: str, office: Office, story: Story) -> None:
    assert _field(OrderField.DELIVERY_DATE, office, story) == day
    assert _field(OrderField.DELIVERY_ADDRESS, office, story) == ""
    assert _field(OrderField.DELIVERY_NAME, office, story) == ""


@then(
    parsers.re(
        r"the order names the credited one, or where the books have no place for that the transfer warns of "
        r'"(?P<field>[^"]+)"'
    )
)
def credit_names_the_order(field: str, office: Office, story: Story) -> None:
    if OrderField.CREDITS in office.system.limits.order_fields:
        assert _field(OrderField.CREDITS, office, story) == office.order_for(story.invoice.head["credits"]).id
        assert story.transfer.warnings == ()
    else:
        assert _fields_warned_of(story) == [field]


@then(parsers.re(r"the transfer warns of (?P<fields>.+) only"))
def warns_of(fields: str, story: Story) -> None:
    assert _fields_warned_of(story) == re.findall(r'"([^"]+)"', fields)


@then(parsers.re(r"the preview says that (?P<fields>.+) will not be written"))
def will_not_be_written(fields: str, story: Story) -> None:
    assert list(story.the(InvoicePreview).not_written) == re.findall(r'"([^"]+)"', fields)


def _fields_warned_of(story: Story) -> list[str]:
    return [warning.split(" ")[0] for warning in story.transfer.warnings]
