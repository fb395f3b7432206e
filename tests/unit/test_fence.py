from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import copy_context
from datetime import timedelta
from threading import Barrier
from time import sleep

import pytest

from core.errors import HandedBack, KvittError, LeaseLost, OutcomeUnknown, TryAgain
from core.intent import Intent, IntentKind, declared
from core.ports.invoice_stores import Step
from core.ports.storage import UnitOfWork
from core.sending.fence import FencedCalls, FencedSession, Hold, Session, keep_fence
from core.transfer import TransferState
from tests.fakes import FakeAccountingSystem, FakeClock, FakeStorage, Gateway
from tests.unit.samples import an_invoice

LENGTH = timedelta(seconds=60)


class Worker:
    """A worker that holds the business "fjell"."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.storage = FakeStorage(self.clock)
        self.is_stopping = False
        with self.storage.transaction() as work:
            lease = work.leases.acquire("fjell", holder="me", length=LENGTH)
        assert lease is not None
        self.hold = Hold(
            lease, storage=self.storage, clock=self.clock, length=LENGTH, stopping=lambda: self.is_stopping
        )
        self.session = FencedSession(FakeAccountingSystem(self.clock), self.hold)

    def begin_call(self) -> None:
        with self.session.call("Reading"):
            pass

    def story(self, transfer_id: str) -> Sequence[Step]:
        with self.storage.transaction() as work:
            return work.journal.of(transfer_id)

    def is_free(self) -> bool:
        """Whether somebody else could take the business; nobody does."""
        try:
            with self.storage.transaction() as work:
                free = work.leases.acquire("fjell", holder="another", length=LENGTH) is not None
                raise LookupError
        except LookupError:
            return free


@pytest.fixture
def worker() -> Worker:
    return Worker()


def test_each_call_renews_the_lease(worker: Worker) -> None:
    for _ in range(5):
        worker.begin_call()
        worker.clock.advance(seconds=50)
    assert not worker.is_free()
    worker.clock.advance(seconds=10)
    assert worker.is_free()


def test_a_lease_that_was_renewed_just_now_is_not_renewed_once_more(worker: Worker) -> None:
    worker.begin_call()
    before = worker.storage.transactions
    worker.clock.advance(seconds=0.9)
    worker.begin_call()
    assert worker.storage.transactions == before
    worker.clock.advance(seconds=0.1)
    worker.begin_call()
    assert worker.storage.transactions == before + 1


def test_a_lease_that_ran_out_is_not_renewed(worker: Worker) -> None:
    worker.clock.advance(seconds=60)
    with pytest.raises(LeaseLost):
        worker.begin_call()


def test_who_is_asked_to_stop_begins_no_call(worker: Worker) -> None:
    worker.begin_call()
    worker.is_stopping = True
    with pytest.raises(HandedBack):
        worker.begin_call()


def test_steps_are_written_with_the_next_transaction_that_renews(worker: Worker) -> None:
    worker.hold.work_on(["t1"])
    began = worker.clock.now()
    worker.clock.advance(seconds=1.5)
    worker.hold.tell("Looked.", since=began)
    assert worker.story("t1") == []
    worker.begin_call()
    assert worker.story("t1") == [Step(at=worker.clock.now(), text="Looked.", duration_ms=1500)]
    worker.clock.advance(seconds=5)
    worker.begin_call()
    assert len(worker.story("t1")) == 1


def test_a_business_that_was_given_up_is_free(worker: Worker) -> None:
    worker.hold.release()
    assert worker.is_free()


def orders_in_hand(worker: Worker) -> Intent:
    """Mark that the order of 2001-1 is about to be created, and return the mark."""
    mark = declared(None, kind=IntentKind.ORDER, key="2001-1", books="7", now=worker.clock.now())
    with worker.storage.transaction() as work:
        work.intents.put("fjell", mark)
    return mark


def mark_now(worker: Worker) -> Intent:
    with worker.storage.transaction() as work:
        (mark,) = work.intents.of_keys("fjell", IntentKind.ORDER, ["2001-1"]).values()
    return mark


MARKS = (IntentKind.ORDER, ["2001-1"])


class TestCalls:
    """The calls that one method of a port makes over the network."""

    def test_each_of_them_keeps_the_business(self, worker: Worker) -> None:
        with worker.session.call("Reading"):
            for _ in range(5):
                keep_fence()
                worker.clock.advance(seconds=50)
        assert not worker.is_free()

    def test_who_lost_the_business_makes_no_further_one(self, worker: Worker) -> None:
        with worker.session.call("Reading"):
            keep_fence()
            worker.clock.advance(seconds=60)
            with pytest.raises(LeaseLost):
                keep_fence()

    def test_the_call_in_hand_is_finished_when_the_worker_is_asked_to_stop(self, worker: Worker) -> None:
        with worker.session.call("Creating the order", marks=MARKS):
            keep_fence()
            worker.is_stopping = True
            keep_fence()
        with pytest.raises(HandedBack), worker.session.call("Creating the order"):
            pytest.fail("it was begun")

    def test_what_is_created_has_to_settle_from_the_latest_of_them(self, worker: Worker) -> None:
        begun = orders_in_hand(worker)
        with worker.session.call("Creating the order", marks=MARKS):
            keep_fence()
            assert mark_now(worker) == begun, "it was marked just now"
            worker.clock.advance(seconds=0.9)
            keep_fence()
            assert mark_now(worker) == begun, "that is no second ago, and it settles for minutes"
            worker.clock.advance(seconds=0.1)
            keep_fence()
            assert mark_now(worker).last_at == worker.clock.now()
            assert mark_now(worker).first_at == begun.first_at

    def test_what_is_created_has_to_settle_from_the_first_of_them_where_that_had_to_wait(self, worker: Worker) -> None:
        orders_in_hand(worker)
        with worker.session.call("Creating the order", marks=MARKS):
            worker.clock.advance(seconds=50)
            keep_fence()
            assert mark_now(worker).last_at == worker.clock.now()
        assert not worker.is_free()

    def test_what_is_created_has_to_settle_from_its_call_where_that_came_long_after_the_mark(
        self, worker: Worker
    ) -> None:
        worker.begin_call()
        orders_in_hand(worker)
        worker.clock.advance(seconds=50)
        with worker.session.call("Creating the order", marks=MARKS):
            keep_fence()
            assert mark_now(worker).last_at == worker.clock.now()

    def test_a_clock_that_was_set_back_keeps_nothing_fresh(self, worker: Worker) -> None:
        worker.begin_call()
        before = worker.storage.transactions
        worker.clock.advance(seconds=-30)
        worker.begin_call()
        assert worker.storage.transactions == before + 1

    def test_a_busy_database_is_no_word_of_the_accounting_systems(
        self, worker: Worker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        orders_in_hand(worker)

        def busy() -> None:
            raise TryAgain("The database is busy.", code="storage_busy")

        with worker.session.call("Creating the order", marks=MARKS):
            keep_fence()
            worker.clock.advance(seconds=1)
            monkeypatch.setattr(worker.storage, "transaction", busy)
            with pytest.raises(OutcomeUnknown) as trouble:
                keep_fence()
        assert trouble.value.code == "storage_busy"

    def test_what_could_not_be_committed_keeps_nothing(self, worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
        begun, transaction = orders_in_hand(worker), worker.storage.transaction

        @contextmanager
        def not_committed() -> Iterator[UnitOfWork]:
            with transaction() as work:
                yield work
                raise TryAgain("The database is busy.", code="storage_busy")

        with worker.session.call("Creating the order", marks=MARKS):
            keep_fence()
            worker.clock.advance(seconds=50)
            monkeypatch.setattr(worker.storage, "transaction", not_committed)
            with pytest.raises(OutcomeUnknown):
                keep_fence()
            monkeypatch.setattr(worker.storage, "transaction", transaction)
            assert mark_now(worker) == begun
            keep_fence()
            assert mark_now(worker).last_at == worker.clock.now()

    def test_nobody_is_held_up_who_holds_nothing(self) -> None:
        keep_fence()
        with Session(FakeAccountingSystem(FakeClock())).call("Reading"):
            keep_fence()

    def test_an_observer_looks_on_at_each(self, worker: Worker) -> None:
        seen: list[str] = []

        class Observer:
            def call(self, *said: str) -> AbstractContextManager[None]:
                seen.extend(said)
                return nullcontext()

        with worker.session.call("Reading"), FencedCalls(Observer()).call("fake", "Read", "fjell"):
            assert seen == ["fake", "Read", "fjell"]


class TestThreads:
    """The calls that one method of a port makes from several threads, each in a copy of its caller's context."""

    THREADS = 8

    def kept(self) -> list[KvittError | None]:
        """Keep the fence from all of the threads at the same moment, and return what each was told."""
        ready = Barrier(self.THREADS)

        def keep() -> KvittError | None:
            ready.wait()
            try:
                keep_fence()
            except KvittError as trouble:
                return trouble
            return None

        with ThreadPoolExecutor(self.THREADS) as pool:
            told = [pool.submit(copy_context().run, keep) for _ in range(self.THREADS)]
            return [one.result() for one in told]

    @pytest.fixture
    def worker(self, worker: Worker, monkeypatch: pytest.MonkeyPatch) -> Worker:
        """One whose transactions take a while."""
        transaction = worker.storage.transaction

        @contextmanager
        def slow() -> Iterator[UnitOfWork]:
            with transaction() as work:
                yield work
                sleep(0.01)

        monkeypatch.setattr(worker.storage, "transaction", slow)
        return worker

    def test_one_renews_for_all_of_them_and_no_more_than_once_a_second(self, worker: Worker) -> None:
        with worker.session.call("Reading"):
            for _ in range(5):
                worker.clock.advance(seconds=1)
                before = worker.storage.transactions
                assert self.kept() == self.kept() == [None] * self.THREADS
                assert worker.storage.transactions == before + 1

    def test_the_marks_of_all_that_are_written_together_tell_of_the_latest_call(self, worker: Worker) -> None:
        numbers, began = [f"2001-{nth}" for nth in range(self.THREADS)], worker.clock.now()
        with worker.storage.transaction() as work:
            for number in numbers:
                work.intents.put(
                    "fjell", declared(None, kind=IntentKind.ORDER, key=number, books="7", now=worker.clock.now())
                )
        with worker.session.call("Creating orders", marks=(IntentKind.ORDER, numbers)):
            for seconds in (0.5, 50, 50):
                worker.clock.advance(seconds=seconds)
                assert self.kept() == [None] * self.THREADS
        with worker.storage.transaction() as work:
            marks = work.intents.of_keys("fjell", IntentKind.ORDER, numbers).values()
        assert {(mark.first_at, mark.last_at) for mark in marks} == {(began, worker.clock.now())}
        assert len(marks) == self.THREADS

    def test_none_of_them_calls_when_the_business_is_lost(self, worker: Worker) -> None:
        with worker.session.call("Reading"):
            keep_fence()
            worker.clock.advance(seconds=60)
            assert {type(told) for told in self.kept()} == {LeaseLost}
            before = worker.storage.transactions
            assert {type(told) for told in self.kept()} == {LeaseLost}
            assert worker.storage.transactions == before

    def test_where_the_database_is_busy_for_one_the_others_renew_themselves(
        self, worker: Worker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        orders_in_hand(worker)
        transaction, busy = worker.storage.transaction, [TryAgain("The database is busy.", code="storage_busy")]

        def busy_once() -> AbstractContextManager[UnitOfWork]:
            if busy:
                raise busy.pop()
            return transaction()

        with worker.session.call("Creating the order", marks=MARKS):
            keep_fence()
            worker.clock.advance(seconds=50)
            monkeypatch.setattr(worker.storage, "transaction", busy_once)
            told = self.kept()
        assert sorted(type(one).__name__ for one in told) == ["NoneType"] * (self.THREADS - 1) + ["OutcomeUnknown"]
        assert mark_now(worker).last_at == worker.clock.now()

    def test_steps_that_are_told_meanwhile_are_written_once_each(self, worker: Worker) -> None:
        with worker.session.call("Reading"), ThreadPoolExecutor(self.THREADS) as pool:
            for nth in range(200):
                pool.submit(worker.hold.tell, f"Step {nth}.", of="t1")
                worker.clock.advance(seconds=0.1)
                keep_fence()
        worker.clock.advance(seconds=1)
        worker.begin_call()
        assert Counter(step.text for step in worker.story("t1")) == Counter(f"Step {nth}." for nth in range(200))


def test_a_call_is_told_of_with_how_long_it_took(worker: Worker) -> None:
    worker.hold.work_on(["t1"])
    with worker.session.call("Looking for the product") as call:
        worker.clock.advance(seconds=0.25)
        call.tell("1 candidate")
    with worker.storage.transaction() as work:
        worker.hold.renew(work)
    (step,) = worker.story("t1")
    assert (step.text, step.duration_ms) == ("Looking for the product: 1 candidate.", 250)


def test_a_call_that_fails_is_told_of_with_its_code(worker: Worker) -> None:
    worker.hold.work_on(["t1"])
    with pytest.raises(TryAgain), worker.session.call("Looking for the product"):
        raise TryAgain("24Seven is busy.", code="busy")
    with worker.storage.transaction() as work:
        worker.hold.renew(work)
    (step,) = worker.story("t1")
    assert step.text == "Looking for the product: 24Seven is busy. [busy]"


@pytest.mark.parametrize("call", ["products.find_products", "customers.create", "customers.find_by_email"])
def test_a_worker_that_stops_on_the_way_hands_the_transfer_back(call: str) -> None:
    gateway = Gateway(inline=False)
    gateway.add(an_invoice())
    gateway.send("2001-1")
    gateway.system.before(call, lambda: setattr(gateway, "is_stopping", True))
    gateway.turn()
    transfer = gateway.transfer("2001-1")
    assert (transfer.state, transfer.attempts) == (TransferState.QUEUED, 0)
    assert gateway.system.calls[-1] == call, "the call in hand is finished, the next one is not begun"
    with gateway.storage.transaction() as work:
        assert "asked to stop" in work.journal.of(transfer.id)[-1].text
        intent = work.intents.get("fjell", IntentKind.ORDER, "2001-1")
        assert intent is None or intent.refused
    gateway.is_stopping = False
    gateway.system.leave_alone()
    gateway.turn()
    assert gateway.transfer("2001-1").state is TransferState.TRANSFERRED
    assert gateway.transfer("2001-1").attempts == 1
    assert len(gateway.books.orders) == len(gateway.books.customers) == 1


def test_an_order_whose_call_was_begun_is_waited_for_when_the_worker_stops() -> None:
    gateway = Gateway(inline=False)
    gateway.add(an_invoice())
    gateway.send("2001-1")
    gateway.system.before("orders.create", lambda: setattr(gateway, "is_stopping", True))
    gateway.turn()
    assert gateway.transfer("2001-1").state is TransferState.TRANSFERRED


def test_what_was_looked_for_before_something_had_to_settle_stays_in_the_story() -> None:
    gateway = Gateway()
    gateway.system.customers.fail_next(OutcomeUnknown("The answer was lost."), call="create")
    gateway.add(an_invoice())
    waiting = gateway.send("2001-1")
    gateway.clock.advance(seconds=5)
    gateway.turn()
    texts = [step.text for step in gateway.look_up.steps(waiting.id)]
    second = texts[texts.index("Attempt 2 began.") :]
    assert "Looking for the customer by e-mail: nothing found." in second
    assert not any(text.startswith("Noted that the customer") for text in second)


def test_the_story_names_ids_and_nothing_personal() -> None:
    gateway = Gateway()
    gateway.add(an_invoice())
    texts = " ".join(step.text for step in gateway.look_up.steps(gateway.send("2001-1").id))
    (customer_id,) = gateway.books.customers
    assert f"Creating the customer: {customer_id}." in texts
    assert "Looking for the customer by e-mail: nothing found." in texts
    customer = an_invoice().customer
    for personal in (customer.name, customer.email, customer.phone):
        assert personal
        assert personal.casefold() not in texts.casefold()
