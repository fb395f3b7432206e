"""Many invoices sent in one go, and what became of each."""

from collections.abc import Mapping
from typing import TypeVar

import pytest
from pytest_bdd import given, parsers, then, when

from core.customer import CustomerKind
from core.transfer import Transfer, TransferState
from tests.acceptance.gateway import Gateway, Refused
from tests.acceptance.office import Office
from tests.acceptance.steps.builders import INVOICE_TYPES, InvoiceBuilder
from tests.acceptance.story import Story

Outcome = TypeVar("Outcome", Transfer, Refused)

OTHER_PERSON, OTHER_EMAIL = "Ola Nordmann", "ola@fjell.no"
CLOSED = "closed"
NUMBERS = {"second": "2001-2", "fourth": "2001-4", "fifth": "2001-5"}


class Many:
    """The invoices that are sent together, and what the gateway answered for each, the last time it was sent."""

    def __init__(self, gateway: Gateway, story: Story) -> None:
        self._gateway = gateway
        self._story = story
        self.invoices: dict[str, InvoiceBuilder] = {}
        self.outcomes: dict[str, Transfer | Refused] = {}
        self.before: dict[str, Transfer | Refused] = {}
        self.sent: list[str] = []

    def add(self, number: str, kind: str = "Data for Accounting") -> None:
        self.invoices[number] = InvoiceBuilder(number)
        self.invoices[number].head["type"] = INVOICE_TYPES[kind]

    def send(self, *, every: bool = False) -> None:
        for invoice in self.invoices.values():
            if not isinstance(self.outcomes.get(invoice.number), Transfer):
                self._gateway.add(self._story.business.name, invoice.document())
        answer = self._gateway.send_many(self._story.business.name, None if every else list(self.invoices))
        self.before = dict(self.outcomes)
        self.sent = list(answer)
        self.outcomes.update(answer)

    def the(self, kind: type[Outcome], number: str) -> Outcome:
        outcome = self.outcomes[number]
        assert isinstance(outcome, kind), f"{number} is {outcome}"
        return outcome

    def arrived(self) -> Mapping[str, Transfer]:
        return {
            number: one
            for number, one in self.outcomes.items()
            if isinstance(one, Transfer) and one.state is TransferState.TRANSFERRED
        }


@pytest.fixture
def many(gateway: Gateway, story: Story) -> Many:
    return Many(gateway, story)


@given('three invoices of type "Data for Accounting" whose data is complete')
def three_invoices(many: Many) -> None:
    for number in ("2001-1", "2001-2", "2001-3"):
        many.add(number)
    many.invoices["2001-2"].customer.update(name=OTHER_PERSON, email=OTHER_EMAIL)


@given(parsers.parse('a {which} invoice of type "{kind}" whose data is complete'))
def one_more(which: str, kind: str, many: Many) -> None:
    many.add(NUMBERS[which], kind)


@given("the second invoice has no due date")
def without_due_date(many: Many) -> None:
    many.invoices[NUMBERS["second"]].head["due_date"] = None


@given(parsers.parse('the second invoice is of type "{kind}"'))
def second_of_type(kind: str, many: Many) -> None:
    many.invoices[NUMBERS["second"]].head["type"] = INVOICE_TYPES[kind]


@given("the customer of the second invoice is closed in the books")
def closed_customer(office: Office) -> None:
    office.add_customer(CLOSED, OTHER_PERSON, kind=CustomerKind.CONSUMER, email=OTHER_EMAIL, invoice_email=OTHER_EMAIL)
    office.books.close_customer(office.customers[CLOSED])


@when("the customer of the second invoice is open in the books again")
def opened_customer(office: Office) -> None:
    office.books.open_customer(office.customers[CLOSED])


@given("the three invoices were sent together")
@when("the three invoices are sent together")
def send_together(many: Many) -> None:
    many.send()


@when("all invoices are sent")
def send_all(many: Many) -> None:
    many.send(every=True)


@then("all three invoices have arrived")
def all_arrived(many: Many) -> None:
    assert list(many.arrived()) == ["2001-1", "2001-2", "2001-3"], many.outcomes


@then("the first and the third invoice have arrived")
def others_arrived(many: Many) -> None:
    assert list(many.arrived()) == ["2001-1", "2001-3"], many.outcomes


@then(parsers.re(r'the second invoice was refused because of an? "(?P<code>[^"]+)"'))
def second_refused(code: str, many: Many) -> None:
    refusal = many.the(Refused, NUMBERS["second"])
    assert refusal.code == code.replace(" ", "_")
    assert NUMBERS["second"] in refusal.message
    assert refusal.places


@then("the second invoice is rejected")
def second_rejected(many: Many) -> None:
    transfer = many.the(Transfer, NUMBERS["second"])
    assert transfer.state is TransferState.REJECTED
    assert transfer.error is not None


@then(parsers.parse("only the {which} invoice was sent"))
def only_one_was_sent(which: str, many: Many) -> None:
    assert many.sent == [NUMBERS[which]]


@then("each invoice has the same transfer as before")
def same_transfers(many: Many) -> None:
    assert many.before
    for number in many.before:
        before, now = many.before[number], many.the(Transfer, number)
        assert isinstance(before, Transfer)
        assert before.id == now.id


@then("the books have one order for each invoice that arrived")
def one_order_each(many: Many, office: Office) -> None:
    booked = {order.reference: order.id for order in office.books.orders()}
    assert booked == {number: transfer.order_id for number, transfer in many.arrived().items()}
    assert office.books.counts().orders == len(booked)
