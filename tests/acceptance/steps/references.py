"""References, deliveries and payments in advance: as Sharefox states them, and in 24Seven's books."""

import re
from datetime import date

from pytest_bdd import given, parsers, then, when

from core.use_cases.preview_invoice import InvoicePreview
from sandbox.twentyfour_seven_office.norwegian_time import day_of
from sandbox.twentyfour_seven_office.records import Order
from tests.acceptance.office import Office
from tests.acceptance.steps.builders import address_from
from tests.acceptance.story import Story


def _order(office: Office, story: Story) -> Order:
    (order,) = office.orders_for(story.invoice.number)
    return order


@given(parsers.parse('the buyer\'s purchase order number is "{number}"'))
def purchase_order_number(number: str, story: Story) -> None:
    story.invoice.head["order_reference"] = number


@given(parsers.parse("the buyer's purchase order number has {length:d} characters"))
def long_purchase_order_number(length: int, story: Story) -> None:
    story.invoice.head["order_reference"] = "PO ".ljust(length, "7")


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
    story.invoice.head["delivery"] = {"date": day, "name": name, "address": parts}


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
    assert _order(office, story).other["ReferenceNumber"] == number


@then("the order carries the whole purchase order number")
def carries_the_whole_purchase_order_number(office: Office, story: Story) -> None:
    assert _order(office, story).other["ReferenceNumber"] == story.invoice.head["order_reference"]


@then(parsers.re(r'the order is delivered on (?P<day>\S+) to "(?P<name>[^"]+)" at "(?P<address>[^"]+)"'))
def is_delivered_to(day: str, name: str, address: str, office: Office, story: Story) -> None:
    order = _order(office, story)
    parts = order.addresses["Delivery"]
    assert day_of(order.other["DeliveryDate"]) == date.fromisoformat(day)
    assert order.other["CustomerDeliveryName"] == name
    assert f"{parts['Street']}, {parts['PostalCode']} {parts['PostalArea']}" == address


@then(parsers.re(r"the order is delivered on (?P<day>\S+) and says nothing of where"))
def is_delivered(day: str, office: Office, story: Story) -> None:
    order = _order(office, story)
    assert day_of(order.other["DeliveryDate"]) == date.fromisoformat(day)
    assert "Delivery" not in order.addresses
    assert not order.other.get("CustomerDeliveryName")


@then(
    parsers.re(
        r"the order names the credited one, or where 24Seven has no place for that the transfer warns of "
        r'"(?P<field>[^"]+)"'
    )
)
def credit_names_the_order(field: str, office: Office, story: Story) -> None:
    (credited,) = office.orders_for(story.invoice.head["credits"])
    if office.system.can_name_what_is_credited:
        assert _order(office, story).other["ReferenceOrderId"] == credited.id
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
