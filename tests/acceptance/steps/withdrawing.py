"""Withdrawing an invoice, and replacing its order."""

from pytest_bdd import given, parsers, then, when

from core.transfer import TransferState
from core.withdrawal import refusal_in
from entrypoints.container import Container
from tests.acceptance.movable_clock import MovableClock
from tests.acceptance.office import Office
from tests.acceptance.story import Story


@given("the connection breaks before the accounting system deletes the order")
def broken_before(office: Office) -> None:
    office.befall(office.system.deleting, "reset")


@given("the accounting system deletes the order but its answer is lost")
def broken_after(office: Office) -> None:
    office.befall(office.system.deleting, "reset_after")


@when("the invoice is withdrawn")
def withdraw(story: Story) -> None:
    story.withdraw()


@when(parsers.parse('the invoice is replaced by one with the unit price "{price}"'))
def replace(price: str, story: Story) -> None:
    story.invoice.row["unit_price"] = price
    story.replace()


@when("the worker goes on")
def go_on(story: Story, container: Container, clock: MovableClock) -> None:
    """Let the next attempt's time come."""
    transfer = container.look_up().transfer_of(story.business.name, story.invoice.number)
    assert transfer is not None
    clock.forward_to(transfer.next_attempt_at or clock.now())
    container.take_turn().take(story.business.name)
    ended = container.look_up().transfer_of(story.business.name, story.invoice.number)
    story.refusal = None
    story.tell(ended)


@when("the accountant publishes the order")
def publish(office: Office, story: Story) -> None:
    office.books.publish(office.order_for(story.invoice.number).id)


@given("the accountant has deleted the order")
@when("the accountant deletes the order")
def delete(office: Office, story: Story) -> None:
    office.books.delete_order(office.order_for(story.invoice.number).id)


@then("the invoice is withdrawn, and the books have no order for it")
def withdrawn(office: Office, story: Story) -> None:
    assert story.transfer.state is TransferState.WITHDRAWN, story.transfer.error
    assert office.orders_for(story.invoice.number) == []


@then("it is another transfer, and it has arrived")
def another(story: Story) -> None:
    assert story.transfer.state is TransferState.TRANSFERRED, story.transfer.error
    assert story.transfer.id != story.transfers[0].id


@then(parsers.parse('the order stays because of "{reason}"'))
def stays(reason: str, story: Story) -> None:
    refusal = story.refusal or refusal_in(story.transfer)
    assert refusal is not None
    assert refusal.code == reason.replace(" ", "_")


@then(parsers.parse('the withdrawal waits because of "{reason}"'))
def waits(reason: str, story: Story) -> None:
    transfer = story.transfer
    assert transfer.state is TransferState.WITHDRAWING
    assert transfer.error is not None
    assert transfer.error.code == reason


@then("the order was deleted once")
def deleted_once(office: Office) -> None:
    outcomes = [call.outcome for call in office.sandbox.journal.calls() if call.operation == office.system.deleting]
    assert len([outcome for outcome in outcomes if outcome in ("ok", "fault:reset_after")]) == 1, outcomes
