"""Customers: the records in 24Seven, and which one gets the order."""

from collections.abc import Sequence
from decimal import Decimal

from pytest_bdd import given, parsers, then, when

from core.transfer import TransferState
from entrypoints.container import Container
from tests.acceptance.office import Office, called, differences, slots
from tests.acceptance.steps.builders import InvoiceBuilder, with_signs
from tests.acceptance.story import Story

KNOWN = "the customer"
STREET, POSTAL_CODE, CITY, COUNTRY = "Gamleveien 1", "2670", "Otta", "NO"
PHONE = "+47 400 00 001"
ADDRESS_SLOTS = ("Post", "Invoice")


@given("24Seven has these customers:")
def customers(datatable: Sequence[Sequence[str]], office: Office) -> None:
    columns, *lines = datatable
    for line in lines:
        cells = dict(zip(columns, line, strict=True))
        office.add_customer(
            cells["customer"],
            with_signs(cells["name"]),
            kind=cells["type"],
            organization_number=cells.get("organization number", ""),
            emails=slots(cells.get("e-mail", "")),
        )


@given(parsers.parse('24Seven has the customer "{name}" with e-mail, phone and address'))
def known_customer(name: str, office: Office) -> None:
    _add_known(office, name, street=STREET)


@given("an invoice for that customer with the same data")
def invoice_with_the_same_data(story: Story) -> None:
    story.invoice = InvoiceBuilder()
    story.invoice.customer.update(
        phone=PHONE, address={"street": STREET, "postal_code": POSTAL_CODE, "city": CITY, "country": COUNTRY}
    )


@given(parsers.parse('the customer is known in 24Seven with the street "{street}"'))
def known_with_the_street(street: str, office: Office, story: Story) -> None:
    _add_known(office, story.invoice.customer["name"], street=street)
    story.invoice.customer["address"] = {"street": "Nyveien 2"}


@given(parsers.parse('24Seven has a company with the e-mails "{contact}" and "{invoices}" for invoices'))
def company_with_emails(contact: str, invoices: str, office: Office) -> None:
    emails = {"Primary": contact, "Invoice": invoices}
    office.add_customer(KNOWN, "Moe Anlegg AS", kind="Business", organization_number="911000008", emails=emails)


@given(parsers.parse('an invoice for that company with the e-mail "{email}"'))
def invoice_for_that_company(email: str, story: Story) -> None:
    story.invoice = InvoiceBuilder()
    story.invoice.customer.update(organization_name="Moe Anlegg AS", organization_number="911000008", email=email)


@then(parsers.parse('the company\'s e-mails in 24Seven are "{contact}" and "{invoices}" for invoices'))
def has_the_emails(contact: str, invoices: str, office: Office) -> None:
    assert office.customer(KNOWN).emails == {"Primary": contact, "Invoice": invoices}


@given("the customer is known in 24Seven and blocked for invoicing")
def known_and_blocked(office: Office, story: Story) -> None:
    _add_known(office, story.invoice.customer["name"], street=STREET)
    office.customer(KNOWN).block_invoice = True


def _add_known(office: Office, name: str, *, street: str) -> None:
    address = {"Street": street, "PostalCode": POSTAL_CODE, "PostalArea": CITY, "Country": COUNTRY}
    office.add_customer(
        KNOWN,
        name,
        kind="Consumer",
        emails={"Primary": "kari@fjell.no", "Invoice": "kari@fjell.no"},
        phones={"Primary": PHONE},
        addresses={slot: dict(address) for slot in ADDRESS_SLOTS},
    )


@given(parsers.parse("the accountant has given the customer a discount of {percent:d} percent"))
def has_a_discount(percent: int, office: Office) -> None:
    office.customer(KNOWN).discount = Decimal(percent)


@then(parsers.parse("the customer's discount in 24Seven is {percent:d} percent"))
def still_has_the_discount(percent: int, office: Office) -> None:
    assert office.customer(KNOWN).discount == percent


@given(parsers.parse("the customer {label} can't be read in 24Seven"))
def can_not_be_read(label: str, office: Office) -> None:
    office.customer(label).spoilt = True


@then(parsers.parse("the transfer's story names the customer {label}"))
def story_names(label: str, container: Container, office: Office, story: Story) -> None:
    left_out = f"left out, because it can't be read: customer {office.customers[label]} "
    assert [step for step in container.look_up().steps(story.transfer.id) if left_out in step.text]


@then(parsers.parse("the reason names the customer {label}"))
def reason_names_the_customer(label: str, office: Office, story: Story) -> None:
    assert f"Customer {office.customers[label]} " in story.error.message


@given(parsers.parse("the customer {label} is deleted in 24Seven"))
def deleted(label: str, office: Office) -> None:
    office.books.delete_customer(office.customers[label])


@given(parsers.parse('the customer {label} has the organization number "{number}" now'))
def has_another_number(label: str, number: str, office: Office) -> None:
    office.customer(label).organization_number = number


@given(parsers.parse("the customer {label} has another e-mail and no organization number now"))
def has_lost_its_keys(label: str, office: Office) -> None:
    office.customer(label).organization_number = ""
    office.customer(label).emails = {"Primary": "ny@moe.no"}


@when(parsers.parse("the invoice's customer is linked to the customer {label}"))
def link(label: str, office: Office, story: Story) -> None:
    if story.transfers == []:
        story.add()
    story.link_customer(office.customers[label])


@given(parsers.parse("the invoice was sent to the customer {label} by a person's choice"))
def sent_by_choice(label: str, office: Office, story: Story) -> None:
    story.send()
    story.link_customer(office.customers[label])
    story.retry()
    assert story.transfer.state is TransferState.TRANSFERRED
    assert story.transfer.customer_id == str(office.customers[label])


@then("the reason names the customers First and Second with name and organization number")
def names_the_candidates(office: Office, story: Story) -> None:
    for label in ("First", "Second"):
        customer = office.customer(label)
        for part in (str(customer.id), customer.name, customer.organization_number):
            assert part in story.error.message


@then(parsers.re(r"the order is for the customer (?P<label>\w+)"))
def order_for(label: str, office: Office, story: Story) -> None:
    (order,) = office.orders_for(story.invoice.number)
    assert order.customer_id == office.customers[label]
    assert office.new_customers() == []


@then("the order is for a new customer")
def order_for_a_new_customer(office: Office, story: Story) -> None:
    (order,) = office.orders_for(story.invoice.number)
    (customer,) = office.new_customers()
    assert order.customer_id == customer.id


@then("no customer was created")
def none_created(office: Office) -> None:
    assert office.new_customers() == []


@then("24Seven has one customer")
def one_customer(office: Office) -> None:
    assert len(office.books.customers) == 1


@then(parsers.re(r"the customer (?P<label>\w+) is unchanged"))
def unchanged(label: str, office: Office) -> None:
    assert differences(office.original(label), office.customer(label)) == set()


@then("the customer's data in 24Seven is unchanged")
def known_unchanged(office: Office) -> None:
    assert differences(office.original(KNOWN), office.customer(KNOWN)) == set()


@then("nothing was written to any customer in 24Seven")
def no_customer_written(office: Office) -> None:
    assert office.writes(operations=office.system.writing_customers) == []


@then(parsers.parse('the customer\'s street in 24Seven is "{street}"'))
def has_the_street(street: str, office: Office) -> None:
    addresses = office.customer(KNOWN).addresses
    assert [addresses[slot]["Street"] for slot in ADDRESS_SLOTS] == [street, street]


@then("the customer's postal code and city in 24Seven are unchanged")
def has_the_place(office: Office) -> None:
    for slot in ADDRESS_SLOTS:
        address = office.customer(KNOWN).addresses[slot]
        assert (address["PostalCode"], address["PostalArea"], address["Country"]) == (POSTAL_CODE, CITY, COUNTRY)


@then(parsers.parse('the customer\'s phone in 24Seven is "{phone}"'))
def has_the_phone(phone: str, office: Office) -> None:
    assert office.customer(KNOWN).phones["Primary"] == phone


@then("the customer's other data in 24Seven is unchanged")
def other_data_unchanged(office: Office) -> None:
    before, after = office.original(KNOWN), office.customer(KNOWN)
    (changed,) = differences(before, after)
    assert changed in ("addresses", "phones")
    for slot, parts in before.addresses.items():
        kept = {part: after.addresses[slot].get(part) for part in parts}
        assert kept | {"Street": STREET} == parts


@then(parsers.parse('the new customer in 24Seven is a "{kind}" called "{name}"'))
def new_customer_is(kind: str, name: str, office: Office) -> None:
    (customer,) = office.new_customers()
    assert (customer.type, called(customer)) == (kind, name)


@then(parsers.parse('the new customer has the e-mail "{email}" and the phone "{phone}"'))
def new_customer_reached_by(email: str, phone: str, office: Office) -> None:
    (customer,) = office.new_customers()
    assert set(customer.emails.values()) == {email}
    assert customer.emails["Primary"] == customer.emails["Invoice"] == email
    assert customer.phones == {"Primary": phone}


@then(parsers.parse('the new customer has the address "{address}"'))
def new_customer_lives_at(address: str, office: Office) -> None:
    (customer,) = office.new_customers()
    for slot in ADDRESS_SLOTS:
        parts = customer.addresses[slot]
        assert f"{parts['Street']}, {parts['PostalCode']} {parts['PostalArea']}" == address


@then(parsers.parse('the new customer has the organization number "{number}"'))
def new_customer_numbered(number: str, office: Office) -> None:
    (customer,) = office.new_customers()
    assert customer.organization_number == number


@then(parsers.parse('the customer {label} has the organization number "{number}" in 24Seven'))
def is_numbered(label: str, number: str, office: Office) -> None:
    assert office.customer(label).organization_number == number


@then(parsers.parse('the customer {label} is called "{name}" in 24Seven'))
def is_called(label: str, name: str, office: Office, story: Story) -> None:
    (order,) = office.orders_for(story.invoice.number)
    assert order.customer_id == office.customers[label]
    assert called(office.customer(label)) == name
