"""A thousand open orders: how many calls it costs to know how they stand, by hand and by themselves."""

import json
import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from dependency_injector import providers

from core.customer import CustomerKind
from core.errors import AccessRefused
from core.follow_up import next_look
from core.invoice import Invoice
from core.payment import PaymentReason, PaymentReport
from core.transfer import Receipt, arrived, new_transfer
from core.use_cases.follow_up import FollowedUp
from entrypoints.cli.main import run
from entrypoints.container import DURABLE, Container, make_container
from entrypoints.settings import Settings
from entrypoints.worker import Worker
from tests.acceptance.movable_clock import MovableClock
from tests.acceptance.office import COMPANY, LANDING_COMPANY, Office
from tests.acceptance.steps.builders import BusinessBuilder, InvoiceBuilder
from tests.acceptance.use_case_gateway import UseCaseGateway

MANY = 1000
NUMBERS = [str(10_000 + number) for number in range(MANY)]
HOUR = timedelta(hours=1)
PATIENCE_SECONDS = 30


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", follow_up_seconds=HOUR.total_seconds())


@pytest.fixture
def fjell(container: Container, office: Office) -> Container:
    """The installation with the business "fjell", which has a session; nothing was sent."""
    office.invite(LANDING_COMPANY, COMPANY)
    UseCaseGateway(container).connect(BusinessBuilder(office.connection()).document())
    container.verify_business().verify("fjell")
    return container


@pytest.fixture
def orders(fjell: Container, office: Office) -> dict[str, str]:
    """The orders of a thousand invoices, by number."""
    return sent_before(fjell, office, NUMBERS)


def sent_before(fjell: Container, office: Office, numbers: Sequence[str]) -> dict[str, str]:
    """Put invoices where they would be had each been sent; return their orders, by number."""
    customer = office.books.add_customer("Kari Nordmann", kind=CustomerKind.CONSUMER)
    document = InvoiceBuilder().document()
    now = fjell.clock().now()
    orders: dict[str, str] = {}
    with fjell.storage().transaction() as work:
        for number in numbers:
            orders[number] = office.books.keep_order(customer_id=customer, reference=number)
            work.invoices.put("fjell", Invoice.model_validate({**document, "number": number}))
            receipt = Receipt(order_id=orders[number], customer_id=customer)
            transfer = new_transfer(f"transfer-{number}", business="fjell", invoice=number, now=now)
            work.transfers.add(arrived(transfer, receipt, warnings=(), books=office.books.key, now=now))
    office.sandbox.journal.clear()
    return orders


def published_and_paid(office: Office, order_id: str) -> None:
    office.books.publish(order_id)
    office.books.pay(order_id, on=office.books.today())


def operations(office: Office) -> list[str]:
    """The calls since this was last asked."""
    calls = [call.operation for call in office.sandbox.journal.calls()]
    office.sandbox.journal.clear()
    return calls


def latest(container: Container, number: str) -> PaymentReport:
    with container.sql_storage().transaction() as work:
        report = work.statuses.latest("fjell", number)
    assert report is not None, f"nothing was ever reported on {number}"
    return report


def test_a_thousand_are_checked_in_one_call(fjell: Container, office: Office, orders: dict[str, str]) -> None:
    published_and_paid(office, orders["10007"])
    answers = fjell.check_status().check("fjell", NUMBERS)
    reports = [answer for answer in answers if isinstance(answer, PaymentReport)]
    assert [report.invoice for report in reports] == NUMBERS
    assert [report.invoice for report in reports if report.is_settled] == ["10007"]
    assert operations(office) == ["GetInvoices"]


def test_the_command_line_checks_a_thousand_in_one_call_and_prints_one_array(
    fjell: Container, office: Office, orders: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["invoice", "status", "--all", "--business", "fjell", "--json"]) == 0
    assert [report["invoice"] for report in json.loads(capsys.readouterr().out)] == NUMBERS
    assert operations(office) == ["GetInvoices"]


def test_a_thousand_are_followed_up_in_one_call_until_they_are_settled(
    fjell: Container, office: Office, orders: dict[str, str], clock: MovableClock
) -> None:
    paid = next(number for number in NUMBERS if is_looked_at_later_than(clock.now() + 5 * HOUR, number, clock))
    deleted, *others = (number for number in NUMBERS if number != paid)
    still_open = others[-1]
    published_and_paid(office, orders[paid])
    office.books.delete_order(orders[deleted])

    assert fjell.follow_up().run() == [FollowedUp(business="fjell", reports=MANY)]
    assert operations(office) == ["GetInvoices"]
    first = {number: latest(fjell, number) for number in (paid, deleted, still_open)}
    assert [report.reason for report in first.values()] == [
        PaymentReason.PAID,
        PaymentReason.DELETED,
        PaymentReason.NOT_PUBLISHED,
    ]

    assert fjell.follow_up().run() == []
    assert operations(office) == []

    clock.forward(HOUR)
    assert fjell.follow_up().run() == [FollowedUp(business="fjell", reports=MANY - 2)]
    assert operations(office) == ["GetInvoices"]
    assert [latest(fjell, number) == report for number, report in first.items()] == [True, True, False]

    for number in others:
        office.books.delete_order(orders[number])
    clock.forward(HOUR)
    assert fjell.follow_up().run() == [FollowedUp(business="fjell", reports=MANY - 2)]
    operations(office)
    clock.forward(HOUR)
    assert fjell.follow_up().run() == []
    assert operations(office) == []


def is_looked_at_later_than(instant: datetime, number: str, clock: MovableClock) -> bool:
    """Tell whether an invoice that is seen paid now is asked about again only after an instant."""
    now = clock.now()
    look = next_look(f"transfer-{number}", paid_seen_at=now, now=now)
    return look is None or look > instant


class Follower:
    """In a worker's place of the use case: fails at first, then says what it is given."""

    def __init__(self, *followed: FollowedUp) -> None:
        self.followed = followed
        self.runs = 0
        self.ran_again = threading.Event()

    def run(self) -> list[FollowedUp]:
        self.runs += 1
        if self.runs == 1:
            raise OSError("The disk of Kari Nordmann is full.")
        self.ran_again.set()
        return list(self.followed)


@pytest.mark.attack
def test_ten_thousand_cost_no_more_than_twenty_calls_an_hour(
    fjell: Container, office: Office, clock: MovableClock
) -> None:
    numbers = [str(10_000 + number) for number in range(10 * MANY)]
    orders = sent_before(fjell, office, numbers)
    for round_, number in enumerate([numbers[0], numbers[-1]]):
        published_and_paid(office, orders[number])
        assert fjell.follow_up().run() == [FollowedUp(business="fjell", reports=10 * MANY - round_)]
        calls = operations(office)
        assert calls == ["GetInvoices"] * 10
        assert latest(fjell, number).reason is PaymentReason.PAID
        clock.forward(HOUR)


class TestWorkers:
    @pytest.fixture
    def working(self, environment: None, settings: Settings, clock: MovableClock) -> Iterator[Container]:
        container = make_container(settings, queue=DURABLE)
        container.clock.override(clock)
        yield container
        container.storage().close()

    def test_a_worker_follows_up_by_itself(self, office: Office, orders: dict[str, str], working: Container) -> None:
        with Worker(working):
            until = time.monotonic() + PATIENCE_SECONDS
            while not reported(working, NUMBERS[-1]):
                assert time.monotonic() < until, "nothing was followed up"
                time.sleep(0.05)
        assert operations(office) == ["GetInvoices"]

    def test_no_worker_follows_up_where_the_operator_wants_it_never(self, environment: None, tmp_path: Path) -> None:
        container = make_container(Settings(home=tmp_path / "home", follow_up_seconds=0), queue=DURABLE)
        follower = Follower()
        container.follow_up.override(providers.Object(follower))
        with closing_storage(container), Worker(container):
            assert "kvitt-follow-up" not in [thread.name for thread in threading.enumerate()]
        assert follower.runs == 0

    def test_trouble_ends_no_worker_and_is_logged_without_saying_whose(
        self, environment: None, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings = Settings(home=tmp_path / "home", follow_up_seconds=0.01)
        container = make_container(settings, queue=DURABLE)
        trouble = AccessRefused("Kari Nordmann may not.")
        follower = Follower(FollowedUp(business="fjell", reports=0, trouble=trouble))
        container.follow_up.override(providers.Object(follower))
        with caplog.at_level(logging.INFO), closing_storage(container), Worker(container):
            assert follower.ran_again.wait(PATIENCE_SECONDS)
        assert "OSError" in caplog.text
        assert "fjell met trouble: access_refused" in caplog.text
        assert "Kari" not in caplog.text

    def test_a_worker_stops_without_waiting_for_the_next_follow_up(self, working: Container) -> None:
        follower = Follower()
        working.follow_up.override(providers.Object(follower))
        with Worker(working):
            began = time.monotonic()
        assert time.monotonic() - began < PATIENCE_SECONDS  # it looks now and then


def reported(container: Container, number: str) -> bool:
    with container.storage().transaction() as work:
        return work.statuses.latest("fjell", number) is not None


@contextmanager
def closing_storage(container: Container) -> Iterator[None]:
    try:
        yield
    finally:
        container.storage().close()
