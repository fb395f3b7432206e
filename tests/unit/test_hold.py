from collections.abc import Sequence
from datetime import timedelta

import pytest

from core.errors import HandedBack, LeaseLost, OutcomeUnknown
from core.intent import IntentKind
from core.journal import Step
from core.sending.hold import Hold
from core.transfer import TransferState
from tests.fakes import FakeClock, FakeStorage, Gateway
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
        worker.hold.before_call()
        worker.clock.advance(seconds=50)
    assert not worker.is_free()
    worker.clock.advance(seconds=10)
    assert worker.is_free()


def test_a_lease_that_was_renewed_just_now_is_not_renewed_once_more(worker: Worker) -> None:
    worker.hold.before_call()
    before = worker.storage.transactions
    worker.clock.advance(seconds=0.9)
    worker.hold.before_call()
    assert worker.storage.transactions == before
    worker.clock.advance(seconds=0.1)
    worker.hold.before_call()
    assert worker.storage.transactions == before + 1


def test_a_lease_that_ran_out_is_not_renewed(worker: Worker) -> None:
    worker.clock.advance(seconds=60)
    with pytest.raises(LeaseLost):
        worker.hold.before_call()


def test_who_is_asked_to_stop_begins_no_call(worker: Worker) -> None:
    worker.hold.before_call()
    worker.is_stopping = True
    with pytest.raises(HandedBack):
        worker.hold.before_call()


def test_steps_are_written_with_the_next_transaction_that_renews(worker: Worker) -> None:
    worker.hold.work_on(["t1"])
    began = worker.clock.now()
    worker.clock.advance(seconds=1.5)
    worker.hold.tell("Looked.", since=began)
    assert worker.story("t1") == []
    worker.hold.before_call()
    assert worker.story("t1") == [Step(at=worker.clock.now(), text="Looked.", duration_ms=1500)]
    worker.clock.advance(seconds=5)
    worker.hold.before_call()
    assert len(worker.story("t1")) == 1


def test_a_business_that_was_given_up_is_free(worker: Worker) -> None:
    worker.hold.release()
    assert worker.is_free()


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
