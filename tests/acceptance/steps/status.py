"""Check Status, and what the accountant and the customer did before."""

from datetime import date
from decimal import Decimal

from pytest_bdd import given, parsers, then, when

from core.payment import PaymentReport
from entrypoints.container import Container
from tests.acceptance.office import Office
from tests.acceptance.story import Story


@given("the accountant has published the order")
def published(office: Office) -> None:
    office.books.publish(office.only_order.id)


@given(parsers.parse("the customer paid on {day}"))
def paid(day: str, office: Office) -> None:
    office.books.pay(office.only_order.id, on=date.fromisoformat(day))


@given(parsers.re(r"the customer paid (?P<amount>[0-9.]+) on (?P<day>[0-9-]+)"))
def paid_so_much(amount: str, day: str, office: Office) -> None:
    office.books.pay(office.only_order.id, on=date.fromisoformat(day), amount=Decimal(amount))


@given("the order is deleted in the books")
def deleted(office: Office) -> None:
    office.books.delete_order(office.only_order.id)


@given("the order's id was used again for somebody else's order")
def used_again(office: Office) -> None:
    renumbered("77", office)
    moved(office)


@given(parsers.parse('the order\'s number was changed to "{number}"'))
def renumbered(number: str, office: Office) -> None:
    office.books.change_order(office.only_order.id, reference=number)


@given("the order's number was put back")
def put_back(office: Office, story: Story) -> None:
    renumbered(story.invoice.number, office)


@given("the order was moved to another customer")
def moved(office: Office) -> None:
    office.books.change_order(office.only_order.id, customer_id=office.books.add_customer("Dal AS"))


@given("the accountant has published and deleted the order")
def published_and_deleted(office: Office) -> None:
    order_id = office.only_order.id
    office.books.publish(order_id)
    office.books.delete_order(order_id)


@given("the status of the invoice was checked")
def was_checked(story: Story) -> None:
    story.check_status()
    assert story.refusal is None


@when("the status of the invoice is checked")
def check(story: Story) -> None:
    story.check_status()


@when(parsers.parse('the status of the invoice "{number}" is checked'))
def check_number(number: str, story: Story) -> None:
    story.check_status(number)


@given("what is open was followed up")
@when("what is open is followed up")
def follow_up(container: Container, office: Office, story: Story) -> None:
    story.asked_before = office.sandbox.journal.count()
    assert [followed.trouble for followed in container.follow_up().run() if followed.trouble] == []


@then(parsers.parse('the invoice is known to be "{reason}"'))
def is_known_to_be(reason: str, container: Container, story: Story) -> None:
    standing, _ = container.look_up().crediting(story.business.name, story.invoice.number)
    assert standing.transfer is not None
    report = standing.payment
    assert report is not None
    assert report.reason == reason


@then(parsers.parse('the invoice is "{status}" because it is "{reason}"'))
def is_because(status: str, reason: str, story: Story) -> None:
    report = story.the(PaymentReport)
    assert report.invoice == story.invoice.number
    assert (report.status, report.reason) == (status.replace(" ", "_"), reason.replace(" ", "_"))


@then("the report names the order")
def names_the_order(office: Office, story: Story) -> None:
    report = story.the(PaymentReport)
    assert report.order_id == office.only_order.id
    assert (report.invoice_number, report.invoiced_at, report.paid_at) == (None, None, None)


@then("the report tells nothing of the other order's payment")
def tells_nothing(story: Story) -> None:
    report = story.the(PaymentReport)
    assert (report.invoice_number, report.invoiced_at, report.paid_at) == (None, None, None)
    assert "Dal AS" not in str(report)


@then("the report names the published invoice and its date")
def names_the_published_invoice(office: Office, story: Story) -> None:
    report = story.the(PaymentReport)
    published = office.only_order.invoice_number
    assert published
    assert (report.invoice_number, report.invoiced_at) == (published, office.books.today())
    assert report.paid_at is None


@then(parsers.parse("the report says that it was paid on {day}"))
def paid_on(day: str, story: Story) -> None:
    assert story.the(PaymentReport).paid_at == date.fromisoformat(day)


@then("it was paid on the day of the invoice")
def paid_on_the_day_of_the_invoice(office: Office, story: Story) -> None:
    report = story.the(PaymentReport)
    assert report.paid_at == report.invoiced_at == office.books.today()


@then("the report has no warning")
def has_no_warning(story: Story) -> None:
    assert story.the(PaymentReport).warnings == ()
