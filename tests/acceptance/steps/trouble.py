"""Trouble on the way to the accounting system and back."""

import re
from collections.abc import Iterable
from copy import deepcopy
from datetime import timedelta

import pytest
from pytest_bdd import given, parsers, then, when

from core.transfer import TransferState
from entrypoints.container import Container
from entrypoints.settings import Settings
from tests.acceptance.gateway import Gateway, Refused
from tests.acceptance.movable_clock import MovableClock
from tests.acceptance.office import IMPATIENT_SECONDS, Office, next_full_hour
from tests.acceptance.story import Story
from tests.systems import SYSTEMS

LONGER_THAN_ANYONE_WAITS = 2 * IMPATIENT_SECONDS

STEPS = tuple(dict.fromkeys(step for system in SYSTEMS.values() for step in system.steps))
INSTEAD = {
    "the connection breaks": "reset",
    "the accounting system does not answer in time": "late",
    "an error page comes instead of an answer": "http_502",
    "a login page comes instead of an answer": "html_200",
    "the answer breaks off halfway": "truncated",
    "the answer is garbled": "malformed",
    "the accounting system reports a fault": "fault",
    "the order's own answer is a fault of the database": "item_exception",
}
AFTERWARDS = {
    "the connection breaks": "reset_after",
    "the accounting system does not answer in time": "slow",
    "an error page comes instead of an answer": "http_502_after",
    "a login page comes instead of an answer": "login_page_after",
    "the answer breaks off halfway": "truncated",
    "the answer is garbled": "malformed",
    "the accounting system reports a fault": "fault_after",
    "fewer answers come than were asked for": "fewer_items",
}


def _one_of(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in names)


def _befall(office: Office, operation: str, kind: str, *, times: int | None = None, after: int = 0) -> None:
    office.befall(operation, kind, times=times, after=after, delay=LONGER_THAN_ANYONE_WAITS)


@given(parsers.re(rf"(?P<trouble>{_one_of(INSTEAD)}) when (?P<step>{_one_of(STEPS)})"))
def trouble_instead(trouble: str, step: str, office: Office) -> None:
    _befall(office, office.system.steps[step], INSTEAD[trouble])


@given(parsers.re(rf"(?P<trouble>{_one_of(AFTERWARDS)}) after the order was created"))
def trouble_afterwards(trouble: str, office: Office) -> None:
    _befall(office, office.system.finishing, AFTERWARDS[trouble])


@given(parsers.re(r"the session with the accounting system ends when (?P<step>.+)"))
def session_ends(step: str, office: Office) -> None:
    _befall(office, office.system.steps[step], "session_expired", times=1)


@given(parsers.parse("the quota is used up when {step}"))
def quota_is_used_up(step: str, office: Office) -> None:
    _befall(office, office.system.steps[step], "quota")


@given("the accounting system can't be reached")
def unreachable(office: Office) -> None:
    office.close_the_door()


@given("the accounting system says that there were too many logins")
def too_many_logins(office: Office) -> None:
    office.befall(office.system.logging_in, times=None, **office.system.too_many_logins)


@given(parsers.parse("the accounting system says that there were too many calls when {step}"))
def too_many_calls(step: str, office: Office) -> None:
    office.befall(office.system.steps[step], times=None, **office.system.too_many_calls)


@given("the accounting system can't look up customers")
def no_customers(office: Office) -> None:
    _befall(office, office.system.steps["the customer is looked up"], "http_502")


@given(parsers.parse("the accounting system creates the {thing} but its answer is lost"))
def answer_is_lost(thing: str, office: Office) -> None:
    _befall(office, office.system.creating[thing], "reset_after", times=1)


@given(parsers.parse("the connection breaks before the accounting system creates the {thing}"))
def connection_breaks(thing: str, office: Office) -> None:
    _befall(office, _beginning(office, thing), "reset", times=1)


def _beginning(office: Office, thing: str) -> str:
    return office.system.steps["the order is to be created"] if thing == "order" else office.system.creating[thing]


@given("the accounting system creates the order long after the caller has given up")
def order_is_late(office: Office) -> None:
    _befall(office, office.system.steps["the order is to be created"], "late", times=1)


@given("the accounting system refuses a row of the order")
def row_is_refused(office: Office) -> None:
    office.befall(office.system.steps["a row of the order is to be written"], "validation_error")


@when("the late order has been created")
def late_order(office: Office) -> None:
    office.sandbox.settle()
    assert office.books.counts().orders == 1


@when("the old call can no longer be running")
def settled(clock: MovableClock, settings: Settings) -> None:
    clock.forward(settings.settling + timedelta(seconds=1))


@when("the hour is over")
def hour_is_over(clock: MovableClock) -> None:
    clock.forward_to(next_full_hour(clock) + timedelta(seconds=1))


@when("the accounting system is well again")
def well_again(office: Office) -> None:
    office.sandbox.settle()
    office.sandbox.clear_faults()


@when("the accounting system is well again and the transfer is due")
def well_again_and_due(clock: MovableClock, container: Container, office: Office, story: Story) -> None:
    well_again(office)
    _work_when_due(clock, container, story)


@when("the accounting system can be reached again and the transfer is due")
def reachable_and_due(clock: MovableClock, container: Container, office: Office, story: Story) -> None:
    office.open_the_door()
    _work_when_due(clock, container, story)


def _work_when_due(clock: MovableClock, container: Container, story: Story) -> None:
    """Let the time come, and a worker take the business's turn."""
    transfer = story.transfer
    assert transfer.next_attempt_at is not None
    clock.forward_to(transfer.next_attempt_at)
    take_turn(container, story)


@when("a worker takes the business's turn")
def take_turn(container: Container, story: Story) -> None:
    container.take_turn().take(story.business.name)
    story.tell(container.look_up().transfer(story.transfers[-1].id))


@given("the account demands a department on every order")
def department_demanded(office: Office) -> None:
    office.books.demand_department(True)


@when("the account no longer demands a department")
def department_not_demanded(office: Office) -> None:
    office.books.demand_department(False)


@then("the transfer waits for temporary trouble to pass")
def waits_for_trouble_to_pass(story: Story) -> None:
    assert story.transfer.state is TransferState.WAITING
    assert story.transfer.next_attempt_at is not None
    assert story.error.code not in ("access_refused", "outcome_unknown", "settling")


@then("the transfer waits until it is known whether the order exists")
def waits_for_the_outcome(story: Story) -> None:
    assert story.transfer.state is TransferState.WAITING
    assert story.transfer.next_attempt_at is not None


@then("the invoice is locked meanwhile")
def locked(gateway: Gateway, story: Story) -> None:
    changed = deepcopy(story.invoice)
    changed.row["unit_price"] = "1300.00"
    with pytest.raises(Refused) as refused:
        gateway.add(story.business.name, changed.document())
    assert refused.value.code == "invoice_locked"


@then("it is refused as temporary trouble")
def refused_for_now(story: Story) -> None:
    assert story.refusal is not None
    assert story.refusal.title == "Temporary trouble"


@then("the transfer waits until the next full hour")
def waits_for_the_hour(clock: MovableClock, story: Story) -> None:
    assert story.transfer.state is TransferState.WAITING
    assert story.transfer.next_attempt_at == next_full_hour(clock)


@then("the accounting system was not asked again")
def not_asked_again(office: Office, story: Story) -> None:
    assert office.sandbox.journal.count() == story.asked_before
