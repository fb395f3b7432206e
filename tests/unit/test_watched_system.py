from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from core.errors import HandedBack, LeaseLost, TryAgain
from core.journal import Step
from core.sending.hold import Hold
from core.sending.watched_system import WatchedSystem
from tests.fakes import FakeAccountingSystem, FakeClock, FakeStorage, go_on
from tests.unit.samples import a_person

LENGTH = timedelta(seconds=60)

Call = Callable[[WatchedSystem], object]

CALLS: dict[str, Call] = {
    "account": lambda system: system.account(),
    "rights": lambda system: system.rights(),
    "customers.find_by_email": lambda system: system.customers.find_by_email("signe@post.example"),
    "customers.find_by_organization_number": lambda system: system.customers.find_by_organization_number("911000008"),
    "customers.read": lambda system: system.customers.read(["501"]),
    "customers.create": lambda system: system.customers.create([a_person()]),
    "customers.update": lambda system: system.customers.update([]),
    "products.find_products": lambda system: system.products.find_products("Sharefox rental"),
    "products.find_categories": lambda system: system.products.find_categories("SharefoxRental"),
    "products.create_category": lambda system: system.products.create_category("SharefoxRental"),
    "products.create_product": lambda system: system.products.create_product("Sharefox rental", category_id="1"),
    "vat.codes": lambda system: system.vat.codes(),
    "currencies.currencies": lambda system: system.currencies.currencies(),
    "orders.find": lambda system: system.orders.find(["1"], customer_ids=["501"], since=FakeClock().now()),
    "orders.create": lambda system: system.orders.create([], before_next_call=go_on),
    "payments.states": lambda system: system.payments.states(["1"]),
}

every_call = pytest.mark.parametrize(("name", "call"), CALLS.items(), ids=list(CALLS))


class Desk:
    """A worker at its desk: it holds the business "fjell" and works on the transfer "t1"."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.storage = FakeStorage(self.clock)
        self.system = FakeAccountingSystem(self.clock, is_in_transaction=lambda: self.storage.is_in_transaction)
        self.is_stopping = False
        with self.storage.transaction() as work:
            lease = work.leases.acquire("fjell", holder="me", length=LENGTH)
        assert lease is not None
        self._hold = Hold(
            lease, storage=self.storage, clock=self.clock, length=LENGTH, stopping=lambda: self.is_stopping
        )
        self._hold.work_on(["t1"])
        self.watched = WatchedSystem(self.system, self._hold, self.clock)

    def story(self) -> Sequence[Step]:
        with self.storage.transaction() as work:
            self._hold.renew(work)
            return work.journal.of("t1")


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.system.books.add_product("Sharefox", category="Sharefox")
    desk.system.books.categories["1"] = next(iter(desk.system.books.categories.values()))
    return desk


@every_call
def test_a_call_is_told_of_with_how_long_it_took(desk: Desk, name: str, call: Call) -> None:
    desk.system.before(name, lambda: desk.clock.advance(seconds=0.25))
    call(desk.watched)
    (step,) = desk.story()
    assert step.duration_ms == 250
    assert step.text.endswith(".")


@every_call
def test_a_call_that_fails_is_told_of_with_its_code(desk: Desk, name: str, call: Call) -> None:
    desk.system.down = TryAgain("24Seven is busy.", code="busy")
    with pytest.raises(TryAgain):
        call(desk.watched)
    (step,) = desk.story()
    assert step.text.endswith(": 24Seven is busy. [busy]")
    assert step.duration_ms == 0


@every_call
def test_who_lost_the_business_does_not_call(desk: Desk, name: str, call: Call) -> None:
    desk.clock.advance(seconds=LENGTH.total_seconds())
    with pytest.raises(LeaseLost):
        call(desk.watched)
    assert desk.system.calls == []


@every_call
def test_who_is_asked_to_stop_does_not_call(desk: Desk, name: str, call: Call) -> None:
    desk.is_stopping = True
    with pytest.raises(HandedBack):
        call(desk.watched)
    assert desk.system.calls == []


def test_the_story_names_ids_and_nothing_personal(desk: Desk) -> None:
    (customer_id,) = desk.watched.customers.create([a_person()])
    desk.watched.customers.find_by_email("signe@post.example")
    texts = " ".join(step.text for step in desk.story())
    assert f"Creating the customer: {customer_id}." in texts
    assert "1 candidate" in texts
    assert "signe" not in texts.casefold()
