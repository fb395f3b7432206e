"""Customers: the records in the books, and which one gets the order."""

from collections.abc import Sequence
from dataclasses import replace

from pytest_bdd import given, parsers, then, when

from core.customer import Address, CustomerKind
from core.transfer import TransferState
from entrypoints.container import Container
from tests.acceptance.office import Office
from tests.acceptance.steps.builders import InvoiceBuilder, with_signs
from tests.acceptance.story import Story
from tests.books.held import differences

KNOWN = "the customer"
STREET, POSTAL_CODE, CITY, COUNTRY = "Gamleveien 1", "2670", "Otta", "NO"
PHONE = "+47 400 00 001"
KINDS = {
    "person": CustomerKind.CONSUMER,
    "company": CustomerKind.BUSINESS,
    "lead": CustomerKind.LEAD,
    "supplier": CustomerKind.SUPPLIER,
}


@given("the books have these customers:")
def customers(datatable: Sequence[Sequence[str]], office: Office) -> None:
    columns, *lines = datatable
    for line in lines:
        cells = dict(zip(columns, line, strict=True))
        office.add_customer(
            cells["customer"],
            with_signs(cells["name"]),
            kind=KINDS[cells["type"]],
            organization_number=cells.get("organization number"),
            email=cells.get("e-mail"),
        )


@given(parsers.parse('the books have the customer "{name}" with e-mail, phone and address'))
def known_customer(name: str, office: Office) -> None:
    _add_known(office, name, street=STREET)


@given("an invoice for that customer with the same data")
def invoice_with_the_same_data(story: Story) -> None:
    story.invoice = InvoiceBuilder()
    story.invoice.customer.update(
        phone=PHONE, address={"street": STREET, "postal_code": POSTAL_CODE, "city": CITY, "country": COUNTRY}
    )


@given(parsers.parse('the customer is known in the books with the street "{street}"'))
def known_with_the_street(street: str, office: Office, story: Story) -> None:
    _add_known(office, story.invoice.customer["name"], street=street)
    story.invoice.customer["address"] = {"street": "Nyveien 2"}


@given(parsers.parse('the books have a company with the e-mails "{contact}" and "{invoices}" for invoices'))
def company_with_emails(contact: str, invoices: str, office: Office) -> None:
    office.add_customer(
        KNOWN,
        "Moe Anlegg AS",
        kind=CustomerKind.BUSINESS,
        organization_number="911000008",
        email=contact,
        invoice_email=invoices,
    )


@given(parsers.parse('an invoice for that company with the e-mail "{email}"'))
def invoice_for_that_company(email: str, story: Story) -> None:
    story.invoice = InvoiceBuilder()
    story.invoice.customer.update(organization_name="Moe Anlegg AS", organization_number="911000008", email=email)


@then(parsers.parse('the company\'s e-mails in the books are "{contact}" and "{invoices}" for invoices'))
def has_the_emails(contact: str, invoices: str, office: Office) -> None:
    customer = office.customer(KNOWN)
    assert (customer.email, customer.invoice_email) == (contact, invoices)


@given("the customer is known in the books and blocked for invoicing")
def known_and_blocked(office: Office, story: Story) -> None:
    _add_known(office, story.invoice.customer["name"], street=STREET)
    office.books.close_customer(office.customers[KNOWN])


def _add_known(office: Office, name: str, *, street: str) -> None:
    office.add_customer(
        KNOWN,
        name,
        kind=CustomerKind.CONSUMER,
        email="kari@fjell.no",
        invoice_email="kari@fjell.no",
        phone=PHONE,
        address=Address(street=street, postal_code=POSTAL_CODE, city=CITY, country=COUNTRY),
    )


@given("the accountant has given the customer terms of its own")
def has_terms(office: Office) -> None:
    office.books.give_terms(office.customers[KNOWN])
    assert differences(office.original_content(KNOWN), office.content(KNOWN))


@then("the customer's own terms in the books are unchanged")
def still_has_the_terms(office: Office) -> None:
    other = office.books.customer(office.books.add_customer("Dal AS")).id
    before, plain = office.content(KNOWN), office.books.content(other)
    office.books.give_terms(other)
    (term,) = differences(plain, office.books.content(other))
    assert before[term] == office.books.content(other)[term]


@given(parsers.parse("the customer {label} can't be read in the books"))
def can_not_be_read(label: str, office: Office) -> None:
    office.books.spoil_customer(office.customers[label])


@then(parsers.parse("the transfer's story names the customer {label}"))
def story_names(label: str, container: Container, office: Office, story: Story) -> None:
    left_out = f"left out, because it can't be read: customer {office.customers[label]} "
    assert [step for step in container.look_up().steps(story.transfer.id) if left_out in step.text]


@then(parsers.parse("the reason names the customer {label}"))
def reason_names_the_customer(label: str, office: Office, story: Story) -> None:
    assert f"Customer {office.customers[label]} " in story.error.message


@given(parsers.parse("the customer {label} is out of use"))
def is_out_of_use(label: str, office: Office) -> None:
    office.books.close_customer(office.customers[label])
    assert office.customer(label).is_inactive


@when(parsers.parse("the customer {label} is put to use again"))
def is_put_to_use(label: str, office: Office) -> None:
    office.books.open_customer(office.customers[label])


@given(parsers.parse("the customer {label} is deleted in the books"))
def deleted(label: str, office: Office) -> None:
    office.books.delete_customer(office.customers[label])


@given(parsers.parse('the customer {label} has the organization number "{number}" now'))
def has_another_number(label: str, number: str, office: Office) -> None:
    office.books.change_customer(office.customers[label], organization_number=number)


@given(parsers.parse("the customer {label} has another e-mail and no organization number now"))
def has_lost_its_keys(label: str, office: Office) -> None:
    office.books.change_customer(office.customers[label], organization_number="", email="ny@moe.no")


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
    assert story.transfer.customer_id == office.customers[label]


@then("the reason names the customers First and Second with name and organization number")
def names_the_candidates(office: Office, story: Story) -> None:
    for label in ("First", "Second"):
        customer = office.customer(label)
        for part in (customer.id, customer.name, customer.organization_number):
            assert str(part) in story.error.message


@then(parsers.re(r"the order is for the customer (?P<label>\w+)"))
def order_for(label: str, office: Office, story: Story) -> None:
    assert office.order_for(story.invoice.number).customer_id == office.customers[label]
    assert office.new_customers() == []


@then("the order is for a new customer")
def order_for_a_new_customer(office: Office, story: Story) -> None:
    (customer,) = office.new_customers()
    assert office.order_for(story.invoice.number).customer_id == customer.id


@then("no customer was created")
def none_created(office: Office) -> None:
    assert office.new_customers() == []


@then("the books have one customer")
def one_customer(office: Office) -> None:
    assert office.books.counts().customers == 1


@then(parsers.re(r"the customer (?P<label>\w+) is unchanged"))
def unchanged(label: str, office: Office) -> None:
    assert differences(office.original_content(label), office.content(label)) == set()


@then("the customer's data in the books is unchanged")
def known_unchanged(office: Office) -> None:
    assert differences(office.original_content(KNOWN), office.content(KNOWN)) == set()


@then("nothing was written to any customer in the books")
def no_customer_written(office: Office) -> None:
    assert office.writes(operations=office.system.writing_customers) == []


@then(parsers.parse('the customer\'s street in the books is "{street}"'))
def has_the_street(street: str, office: Office) -> None:
    assert {address.street for address in office.customer(KNOWN).addresses} == {street}


@then("the customer's postal code and city in the books are unchanged")
def has_the_place(office: Office) -> None:
    places = {(one.postal_code, one.city, one.country) for one in office.customer(KNOWN).addresses}
    assert places == {(POSTAL_CODE, CITY, COUNTRY)}


@then(parsers.parse('the customer\'s phone in the books is "{phone}"'))
def has_the_phone(phone: str, office: Office) -> None:
    assert phone in office.customer(KNOWN).phones


@then("the customer's other data in the books is unchanged")
def other_data_unchanged(office: Office) -> None:
    assert len(differences(office.original_content(KNOWN), office.content(KNOWN))) == 1
    before, after = office.original(KNOWN), office.customer(KNOWN)
    addresses = tuple(one.model_copy(update={"street": STREET}) for one in after.addresses)
    assert replace(after, phones=before.phones, address=addresses[0], addresses=addresses) == before


@then(parsers.parse('the new customer in the books is a {kind} called "{name}"'))
def new_customer_is(kind: str, name: str, office: Office) -> None:
    (customer,) = office.new_customers()
    assert (customer.kind, customer.name) == (KINDS[kind], name)


@then(parsers.parse('the new customer has the e-mail "{email}" and the phone "{phone}"'))
def new_customer_reached_by(email: str, phone: str, office: Office) -> None:
    (customer,) = office.new_customers()
    assert set(customer.emails) == {email}
    assert customer.email == customer.invoice_email == email
    assert customer.phones == (phone,)


@then(parsers.parse('the new customer has the address "{address}"'))
def new_customer_lives_at(address: str, office: Office) -> None:
    (customer,) = office.new_customers()
    assert {f"{one.whole_street}, {one.postal_code} {one.city}" for one in customer.addresses} == {address}


@then(parsers.parse('the new customer has the organization number "{number}"'))
def new_customer_numbered(number: str, office: Office) -> None:
    (customer,) = office.new_customers()
    assert customer.organization_number == number


@then(parsers.parse('the customer {label} has the organization number "{number}" in the books'))
def is_numbered(label: str, number: str, office: Office) -> None:
    assert office.customer(label).organization_number == number


@then(parsers.parse('the customer {label} is called "{name}" in the books'))
def is_called(label: str, name: str, office: Office, story: Story) -> None:
    assert office.order_for(story.invoice.number).customer_id == office.customers[label]
    assert office.customer(label).name == name
