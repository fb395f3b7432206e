"""Connecting a business, its settings, and whose books are written to."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta

import pytest
from pytest_bdd import given, parsers, then, when

from core.errors import OtherBooks
from core.norwegian_time import NORWEGIAN_TIME
from core.transfer import TransferState
from core.use_cases.verify_business import Verification
from entrypoints.container import Container
from tests.acceptance.gateway import Gateway
from tests.acceptance.movable_clock import MovableClock
from tests.acceptance.office import LANDING_COMPANY, Office
from tests.acceptance.steps.builders import BusinessBuilder, InvoiceBuilder
from tests.acceptance.story import Story
from tests.books.held import NOTHING, HeldBooks

WRONG_PASSWORD = "staple-battery"
COUNTS = {"no": 0, "one": 1, "two": 2, "five": 5}


@given(parsers.parse('the business "{business}" is connected to the account "{account_name}"'))
def connected(business: str, account_name: str, office: Office, story: Story) -> None:
    office.invite(LANDING_COMPANY, account_name)
    story.connect(BusinessBuilder(office.connection(account_name), business))


@given(
    parsers.parse('the business "{business}" is connected to the account "{company}", which has no product categories')
)
def connected_without_categories(business: str, company: str, office: Office, story: Story) -> None:
    office.invite_another(company, has_categories=False)
    office.is_about(company)
    story.connect(BusinessBuilder(office.connection(company), business))


@given(parsers.parse('the integration\'s user is invited by the company "{company}", which has no product categories'))
def invited_without_categories(company: str, office: Office) -> None:
    office.invite_another(company, has_categories=False)


@given(parsers.parse('the integration\'s user is invited by the companies "{first}", "{second}" and "{third}"'))
def invited(first: str, second: str, third: str, office: Office) -> None:
    office.invite(first, second, third)


@given(parsers.parse('the user lands in "{company}" unless another company is chosen'))
def lands_in(company: str, office: Office) -> None:
    assert office.landing_company.company == company


@given(parsers.parse('the user is invited by another company that is called "{company}" too'))
def invited_by_a_namesake(company: str, office: Office) -> None:
    office.invite_another(company)


@given(parsers.parse('the business "{business}" gives the account name "{account_name}"'))
def gives_the_account_name(business: str, account_name: str, office: Office, story: Story) -> None:
    story.connect(BusinessBuilder(office.connection(account_name), business))


@given(parsers.parse('the business "{business}" is connected to the account "{account_name}" with a wrong password'))
def gives_a_wrong_password(business: str, account_name: str, office: Office, story: Story) -> None:
    builder = BusinessBuilder(office.connection(account_name), business)
    setting, _ = office.system.password
    builder.accounting[setting] = WRONG_PASSWORD
    story.connect(builder)


@when(parsers.parse('the business is connected to the company "{company}"'))
def connected_anew(company: str, office: Office, story: Story) -> None:
    story.change(BusinessBuilder(office.connection(company), story.business.name))


@when(parsers.parse('the business reaches the company "{company}" by the other way in'))
def reached_otherwise(company: str, office: Office, story: Story) -> None:
    story.change(BusinessBuilder(office.connection_by_the_other_way(company), story.business.name))
    assert story.refusal is None


@when("the business moves to another accounting system")
def moves(office: Office, story: Story) -> None:
    story.change(BusinessBuilder(office.connection_elsewhere(), story.business.name))
    assert story.refusal is None


@when("the business tries to move to another accounting system")
def tries_to_move(office: Office, story: Story) -> None:
    story.change(BusinessBuilder(office.connection_elsewhere(), story.business.name))


@then("nothing was written in the other accounting system")
def nothing_written_elsewhere(office: Office) -> None:
    assert office.elsewhere is not office.system
    assert office.books_elsewhere.counts() == NOTHING


@then("the other accounting system has one order for the invoice")
def one_order_elsewhere(office: Office, story: Story) -> None:
    assert len(office.books_elsewhere.orders_with(story.invoice.number)) == 1
    assert office.orders_for(story.invoice.number) == []


@then("the invoice says that it lies in the books that it was sent to")
def lies_in_its_books(gateway: Gateway, office: Office, story: Story) -> None:
    _lies_in(office.books, gateway, story)


@then("the invoice says that it lies in the books of the other accounting system")
def lies_in_the_other_books(gateway: Gateway, office: Office, story: Story) -> None:
    _lies_in(office.books_elsewhere, gateway, story)


def _lies_in(books: HeldBooks, gateway: Gateway, story: Story) -> None:
    told = gateway.show(story.business.name, story.invoice.number)["books"]
    assert f"{told['system']} {told['company_id']}" == books.key
    assert told["company"] == books.company


@then("its order can't be made again")
def not_made_again(container: Container, story: Story) -> None:
    with pytest.raises(OtherBooks):
        container.send_again().send(story.business.name, story.invoice.number)


@when("the right password is given")
def gives_the_right_password(office: Office, story: Story) -> None:
    setting, right = office.system.password
    story.business.accounting[setting] = right
    story.connect()


@when("only the password is changed, to the right one")
def changes_only_the_password(gateway: Gateway, office: Office, story: Story) -> None:
    gateway.change_connection(story.business.name, *office.system.password)


@then(parsers.parse('the business\'s new orders are still "{status}"'))
def new_orders_are_still(status: str, container: Container, story: Story) -> None:
    assert container.look_up().business(story.business.name).order_status == status


@given(parsers.parse('the company "{company}" has blocked the user'))
def blocked(company: str, office: Office) -> None:
    office.block(company)


@given(parsers.parse('the company "{company}" has not given the user the Invoicing package'))
def without_the_package(company: str, office: Office) -> None:
    office.system.let_invoice(office.sandbox, office.company(company), allowed=False)


@when(parsers.parse('the company "{company}" gives the user the Invoicing package'))
def with_the_package(company: str, office: Office) -> None:
    office.system.let_invoice(office.sandbox, office.company(company), allowed=True)


@given(parsers.parse('its settings name the product "{product}" and the category "{category}"'))
def names_product_and_category(product: str, category: str, story: Story) -> None:
    story.business.settings.update(product_name=product, category_name=category)
    story.connect()


@given(parsers.parse('the business\'s settings say VAT code {code:d} for "{percent}" percent'))
def overrides_a_vat_code(code: int, percent: str, story: Story) -> None:
    story.business.settings["vat_codes"] = {percent: str(code)}
    story.connect()


@given(parsers.parse('the business\'s settings say that new orders are "{status}"'))
def chooses_the_order_status(status: str, story: Story) -> None:
    story.business.settings["order_status"] = status
    story.connect()


@given(parsers.parse('the business lets an invoice change "{updates}" in a customer\'s record'))
def chooses_the_customer_updates(updates: str, story: Story) -> None:
    story.business.settings["customer_updates"] = updates
    story.connect()


@given("every session with the accounting system has ended")
def every_session_has_ended(office: Office) -> None:
    office.system.end_sessions(office.sandbox)


@given("a day has passed")
def a_day_has_passed(clock: MovableClock) -> None:
    clock.forward(timedelta(days=1))


@given("midnight has passed in Norway")
def midnight_has_passed(clock: MovableClock) -> None:
    day = clock.now().astimezone(NORWEGIAN_TIME).date() + timedelta(days=1)
    clock.forward_to(datetime.combine(day, time(second=1), NORWEGIAN_TIME))


@then("the integration has logged in twice")
def logged_in_twice(office: Office) -> None:
    calls = [call for call in office.sandbox.journal.calls() if call.operation == office.system.logging_in]
    assert [call.outcome for call in calls] == ["ok", "ok"]


@when(parsers.parse('the connection of "{business}" is verified'))
def verify(business: str, story: Story) -> None:
    story.verify(business)


@then("access is refused")
def access_is_refused(story: Story) -> None:
    assert story.refusal is not None
    assert story.refusal.title == "The accounting system does not let us in"


@then("the reason does not reveal the password")
def password_is_not_revealed(story: Story) -> None:
    assert WRONG_PASSWORD not in f"{story.error.message} {story.error.hint}"


@then("invoices can be sent")
def verified(story: Story) -> None:
    assert story.the(Verification).ok


@then("invoices can't be sent, and a right that is missing is named")
def not_verified(story: Story) -> None:
    verification = story.the(Verification)
    assert not verification.ok
    missing = [right for right in verification.rights if not right.allowed]
    assert missing
    assert all(right.name and right.message for right in missing)


@then(parsers.parse('the account found is "{account_name}"'))
def account_found(account_name: str, office: Office, story: Story) -> None:
    account = story.the(Verification).account
    assert (account.name, account.id) == (account_name, office.company(account_name).company_id)


@then("every right that is needed is there")
def every_right(story: Story) -> None:
    rights = story.the(Verification).rights
    assert rights
    assert [right.name for right in rights if not right.allowed] == []


@then("it is reported that products get no category")
def no_category_reported(story: Story) -> None:
    assert [one for one in story.the(Verification).rights if one.allowed and "no category" in (one.message or "")]


@then(parsers.parse("the VAT rates reported for a sale are {rates} percent"))
def rates_reported(rates: str, story: Story) -> None:
    reported = dict.fromkeys(f"{code.percent.normalize():f}" for code in story.the(Verification).vat_rates)
    assert list(reported) == re.split(", | and ", rates)


@then(parsers.parse('the {thing} "{name}" is reported as missing'))
def reported_missing(thing: str, name: str, story: Story) -> None:
    reported = getattr(story.the(Verification), thing)
    assert (reported.name, reported.id) == (name, None)


@then(parsers.parse('the {thing} "{name}" is reported as found'))
def reported_found(thing: str, name: str, office: Office, story: Story) -> None:
    (product,) = office.books.products()
    known = product.id if thing == "product" else office.books.category_id(name)
    reported = getattr(story.the(Verification), thing)
    assert (reported.name, reported.id) == (name, known)


@when(parsers.parse('invoices of "{a}", "{b}", "{c}" and "{d}" are sent one after the other'))
def sent_in_turn(a: str, b: str, c: str, d: str, gateway: Gateway) -> None:
    for position, business in enumerate([a, b, c, d], start=1):
        _send(gateway, business, position)


@when(parsers.parse('invoices of "{a}", "{b}", "{c}" and "{d}" are sent one after the other while every session ends'))
def sent_in_turn_while_sessions_end(a: str, b: str, c: str, d: str, gateway: Gateway, office: Office) -> None:
    for position, business in enumerate([a, b, c, d], start=1):
        _send(gateway, business, position)
        office.system.end_sessions(office.sandbox)


@when(parsers.parse('five invoices of "{one}" and five of "{other}" are sent at the same time'))
def sent_at_the_same_time(one: str, other: str, gateway: Gateway, container: Container) -> None:
    with ThreadPoolExecutor(max_workers=10) as senders:
        sent = [
            senders.submit(_send, gateway, business, position) for position in range(1, 6) for business in (one, other)
        ]
    for sending in sent:
        sending.result()
    states = {transfer.state for transfer in container.look_up().transfers(None, limit=100)}
    assert states == {TransferState.TRANSFERRED}


def _send(gateway: Gateway, business: str, position: int) -> None:
    invoice = InvoiceBuilder(f"{business}-{position}")
    gateway.add(business, invoice.document())
    gateway.send(business, invoice.number)


@then(parsers.re(r'the books of "(?P<company>[^"]+)" have (?P<count>one order|two orders)'))
def orders_of_a_company(company: str, count: str, office: Office) -> None:
    assert office.company(company).counts().orders == COUNTS[count.split()[0]]


@then(parsers.parse('the books of "{company}" hold the orders of "{business}" and no others'))
def only_its_own_orders(company: str, business: str, container: Container, office: Office) -> None:
    sent = [invoice.number for invoice in container.look_up().invoices(business, limit=100)]
    booked = [order.reference for order in office.company(company).orders()]
    assert sorted(booked) == sorted(sent)
    assert all(number.startswith(f"{business}-") for number in booked)


@then(parsers.parse('nothing was written in the books of "{company}"'))
def nothing_written_there(company: str, office: Office) -> None:
    assert office.writes(company=company) == []
    assert office.company(company).counts() == NOTHING


@then("nothing was written in the books")
def nothing_written(office: Office) -> None:
    assert office.writes() == []
    assert all(books.counts().orders == 0 for books in office.companies)
