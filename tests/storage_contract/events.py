"""What happened: kept with the change that it tells of, read in the order of the changes, each told once."""

import random
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.batch import Batch, BatchMember, Refusal
from core.errors import Conflict, NotFound, Rejected
from core.event import AccessUse, Event, EventType, Happening
from core.payment import PaymentReason, PaymentStatusValue
from core.ports.storage import Storage, UnitOfWork
from core.transfer import Receipt, Transfer, arrived, cancelled, failed, started
from core.webhook import Attempt
from tests.storage_contract.samples import (
    MINUTE,
    NOW,
    POLICY,
    SECOND,
    BrokenOffError,
    WithBusinesses,
    a_report,
    a_transfer,
    pages,
)
from tests.storage_contract.webhooks import SECRETS, SOON, an_endpoint

_BOTH = tuple(AccessUse)


def a_happening(nth: int = 0, type_: EventType = EventType.TRANSFER_TRANSFERRED, business: str = "fjell") -> Happening:
    return Happening(type=type_, business=business, invoice=f"æ{nth}", data={"nth": nth, "deep": {"none": None}})


def an_arrived(transfer: Transfer, order_id: str = "900") -> Transfer:
    return arrived(started(transfer), Receipt(order_id=order_id, customer_id="7"), warnings=(), books="fake 7", now=NOW)


class EventContract(WithBusinesses):
    def told(self, storage: Storage, business: str = "fjell") -> Sequence[Event]:
        with storage.transaction() as work:
            return work.events.list(business, limit=10_000)

    def test_what_happened_comes_back_as_it_was_told_in_its_order(self, stocked: Storage) -> None:
        happened = [
            a_happening(1),
            Happening(type=EventType.BATCH_FINISHED, business="fjell", data={"states": {"queued": 0}}),
            a_happening(2, EventType.INVOICE_PAID),
        ]
        with stocked.transaction() as work:
            work.events.add()
            work.events.add(*happened[:2])
            work.events.add(a_happening(business="vidde"))
            work.events.add(happened[2])
        events = self.told(stocked)
        assert [Happening(**event.model_dump(exclude={"id", "timestamp"})) for event in events] == happened
        assert len({event.id for event in events}) == 3
        with stocked.transaction() as work:
            assert [work.events.get(event.id) for event in events] == list(events)
            assert work.events.get("nothing") is None

    def test_they_are_read_page_by_page_each_after_the_last_of_the_one_before(self, stocked: Storage) -> None:
        for nth in range(7):
            with stocked.transaction() as work:
                work.events.add(a_happening(nth), a_happening(nth, business="vidde"))
        with stocked.transaction() as work:
            everything = [event.id for event in work.events.list("fjell", limit=100)]
            found = pages(lambda after: [one.id for one in work.events.list("fjell", limit=3, after=after)])
        assert found == everything
        assert [event.data["nth"] for event in self.told(stocked)] == list(range(7))

    def test_after_an_event_that_is_not_the_businesss_there_are_none(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.events.add(a_happening(business="vidde"), a_happening())
        (other,) = self.told(stocked, "vidde")
        with stocked.transaction() as work:
            assert work.events.list("fjell", limit=9, after=other.id) == []
            assert work.events.list("fjell", limit=9, after="nothing") == []

    def test_they_are_read_by_type_and_time(self, stocked: Storage) -> None:
        types = [EventType.INVOICE_PAID, EventType.INVOICE_REOPENED, EventType.TRANSFER_REJECTED] * 2
        for nth, type_ in enumerate(types):
            with stocked.transaction() as work:
                work.events.add(a_happening(nth, type_))
        events = self.told(stocked)
        with stocked.transaction() as work:
            wanted = [EventType.INVOICE_PAID, EventType.TRANSFER_REJECTED]
            found = work.events.list("fjell", types=wanted, limit=9, after=events[0].id)
            assert [event.data["nth"] for event in found] == [2, 3, 5]
            assert work.events.list("fjell", since=events[0].timestamp, limit=99) == list(events)
            late = work.events.list("fjell", since=events[4].timestamp, limit=99)
            assert late == [event for event in events if event.timestamp >= events[4].timestamp]
            assert work.events.list("fjell", since=events[-1].timestamp + MINUTE, limit=9) == []

    def test_the_latest_come_in_the_order_in_which_they_happened(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.events.add(*(a_happening(nth, list(EventType)[nth % 2]) for nth in range(6)))
        with stocked.transaction() as work:
            assert [one.data["nth"] for one in work.events.newest("fjell", limit=2)] == [4, 5]
            odd = work.events.newest("fjell", types=[list(EventType)[1]], limit=2)
            assert [one.data["nth"] for one in odd] == [3, 5]
            assert len(work.events.newest("fjell", limit=100)) == 6
            assert work.events.newest("vidde", limit=100) == []
            last = work.events.newest("fjell", limit=1)[0]
            assert [one.data["nth"] for one in work.events.newest("fjell", limit=2, before=last.id)] == [3, 4]
            assert work.events.newest("vidde", limit=2, before=last.id) == []
            assert work.events.newest("fjell", limit=2, before="nothing") == []
            assert [one.data["nth"] for one in work.events.newest("fjell", limit=1, since=last.timestamp)] == [5]
            assert work.events.newest("fjell", limit=9, since=last.timestamp + MINUTE) == []

    def test_of_what_was_undone_nothing_is_told(self, stocked: Storage) -> None:
        def change_and_break_off() -> None:
            with stocked.transaction() as work:
                work.transfers.add(a_transfer())
                work.events.add(a_happening())
                raise BrokenOffError

        with pytest.raises(BrokenOffError):
            change_and_break_off()
        assert self.told(stocked) == []

    def test_of_a_business_that_is_erased_nothing_is_told(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.events.add(a_happening(1), a_happening(1, business="vidde"))
        with stocked.transaction() as work:
            work.events.add(a_happening(2), a_happening(2, business="vidde"))
            work.access.shut("fjell", AccessUse.SENDING, code="access_refused", now=NOW)
            work.forgetting.erase("fjell", at=NOW)
        assert self.told(stocked) == []
        assert [event.data["nth"] for event in self.told(stocked, "vidde")] == [1, 2]
        with stocked.transaction() as work:
            assert not work.access.open("fjell", _BOTH)

    def test_old_ones_are_forgotten_also_where_they_are_on_their_way(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.endpoints.add(an_endpoint(), SECRETS)
            work.events.add(a_happening(1), a_happening(2, business="vidde"), a_happening(3))
        events = self.told(stocked)
        with stocked.transaction() as work:
            for found in work.deliveries.due("e1", now=SOON, limit=9)[:1]:
                failed = found.delivery.model_copy(update={"attempts": 1, "next_attempt_at": SOON})
                work.deliveries.tried(failed, Attempt(at=NOW, status=500, duration_ms=1, answer=""))
        with stocked.transaction() as work:
            assert not work.forgetting.events(before=NOW, limit=2)
            assert work.events.list("fjell", limit=9) == list(events)
            assert work.endpoints.due(now=SOON) == ["e1"]
            assert work.forgetting.events(before=SOON, limit=2)
            assert [one.data["nth"] for one in work.events.list("fjell", limit=9)] == [3]
            assert not work.forgetting.events(before=SOON, limit=2)
            assert not work.forgetting.events(before=SOON, limit=2)
            assert work.events.get(events[0].id) is None
            assert work.events.list("fjell", limit=9) == []
        with stocked.transaction() as work:
            assert work.endpoints.due(now=SOON) == []
            assert work.deliveries.attempts("e1", events[0].id) == []

    def test_they_are_in_the_order_of_the_changes_that_they_tell_of(self, stocked: Storage) -> None:
        """However many change one thing at once, the events stand as the changes do."""
        with stocked.transaction() as work:
            work.transfers.add(a_transfer())

        def change() -> None:
            with stocked.transaction() as work:
                transfer = work.transfers.get("t1", for_update=True)
                assert transfer is not None
                saved = work.transfers.save(started(transfer))
                work.events.add(a_happening(saved.version))

        def keep_trying(_number: int) -> None:
            while True:
                try:
                    return change()
                except Conflict:
                    continue

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(keep_trying, range(40)))
        assert [event.data["nth"] for event in self.told(stocked)] == list(range(1, 41))

    def test_whoever_reads_on_after_the_last_misses_none(self, stocked: Storage) -> None:
        """Readers that poll while many write, some of whom undo it: each has in the end what there is, in its order."""
        writers, each, over = 8, 12, threading.Event()

        def write(writer: int) -> None:
            chance = random.Random(writer)
            for nth in range(each):
                business = "vidde" if (writer + nth) % 4 == 0 else "fjell"
                happened = [a_happening(writer * 1000 + nth * 10 + one, business=business) for one in range(2)]
                is_undone = nth % 5 == 4
                try:
                    with stocked.transaction() as work:
                        work.events.add(happened[0])
                        work.transfers.add(a_transfer(f"t{writer}-{nth}", f"{writer}-{nth}", business))
                        over.wait(chance.random() / 200)
                        work.events.add(happened[1])
                        if is_undone:
                            raise BrokenOffError
                except BrokenOffError:
                    continue

        def follow(business: str) -> list[Event]:
            read: list[Event] = []
            while True:
                is_last = over.is_set()
                with stocked.transaction() as work:
                    found = work.events.list(business, limit=5, after=read[-1].id if read else None)
                read += found
                if is_last and not found:
                    return read

        with ThreadPoolExecutor(4) as readers:
            following = {name: [readers.submit(follow, name) for _ in range(2)] for name in ("fjell", "vidde")}
            with ThreadPoolExecutor(writers) as threads:
                list(threads.map(write, range(writers)))
            over.set()
            seen = {name: [one.result() for one in ones] for name, ones in following.items()}
        kept = {name: list(self.told(stocked, name)) for name in seen}
        assert seen == {name: [events, events] for name, events in kept.items()}
        everything = [event for events in kept.values() for event in events]
        assert len(everything) == writers * 10 * 2
        assert len({event.id for event in everything}) == len(everything)
        for events in kept.values():
            assert [event.timestamp for event in events] == sorted(event.timestamp for event in events)
            numbers = [int(str(event.data["nth"])) for event in events]
            pairs = list(zip(numbers[::2], numbers[1::2], strict=True))
            assert all(second == first + 1 for first, second in pairs), "what one transaction told stands together"


class AccessTroubleContract(WithBusinesses):
    """That there is no way into an account is news once, and so it is that there is one again."""

    def shut(self, storage: Storage, use: AccessUse, business: str = "fjell") -> bool:
        with storage.transaction() as work:
            return work.access.shut(business, use, code="access_refused", now=NOW)

    def open(self, storage: Storage, *uses: AccessUse, business: str = "fjell") -> bool:
        with storage.transaction() as work:
            return work.access.open(business, uses)

    def test_it_is_news_once(self, stocked: Storage) -> None:
        assert not self.open(stocked, *_BOTH)
        for _ in range(2):
            assert self.shut(stocked, AccessUse.SENDING)
            assert not self.shut(stocked, AccessUse.SENDING)
            assert not self.open(stocked, AccessUse.SENDING, business="vidde")
            assert self.open(stocked, AccessUse.SENDING)
            assert not self.open(stocked, *_BOTH)

    def test_where_there_is_none_for_two_uses_there_is_one_again_when_there_is_for_both(self, stocked: Storage) -> None:
        assert self.shut(stocked, AccessUse.SENDING)
        assert not self.shut(stocked, AccessUse.ASKING)
        assert not self.open(stocked, AccessUse.ASKING)
        assert not self.open(stocked, AccessUse.ASKING)
        assert self.open(stocked, AccessUse.SENDING)
        assert self.shut(stocked, AccessUse.ASKING)
        assert not self.shut(stocked, AccessUse.SENDING)
        assert self.open(stocked, *_BOTH)

    def test_what_was_undone_is_still_news(self, stocked: Storage) -> None:
        def shut_and_break_off() -> None:
            with stocked.transaction() as work:
                assert work.access.shut("fjell", AccessUse.SENDING, code="access_refused", now=NOW)
                raise BrokenOffError

        with pytest.raises(BrokenOffError):
            shut_and_break_off()
        assert self.shut(stocked, AccessUse.SENDING)

    def test_of_many_that_find_it_at_once_one_tells(self, stocked: Storage) -> None:
        for _ in range(3):
            ready = threading.Barrier(6)

            def at_once(nth: int, is_open: bool, ready: threading.Barrier = ready) -> bool:
                ready.wait()
                return self.open(stocked, *_BOTH) if is_open else self.shut(stocked, _BOTH[nth % 2])

            with ThreadPoolExecutor(6) as threads:
                for is_open in (False, True):
                    found = threads.map(at_once, range(6), [is_open] * 6)
                    assert sorted(found) == [*[False] * 5, True]

    def test_what_is_told_takes_turns_whoever_finds_what(self, stocked: Storage) -> None:
        def find(thread: int) -> int:
            chance, balance = random.Random(thread), 0
            for _ in range(25):
                if chance.random() < 0.5:
                    balance += self.shut(stocked, AccessUse.SENDING)
                else:
                    balance -= self.open(stocked, AccessUse.SENDING)
            return balance

        with ThreadPoolExecutor(6) as threads:
            balance = sum(threads.map(find, range(6)))
        assert balance in (0, 1)
        assert self.open(stocked, AccessUse.SENDING) is bool(balance)


class FinishedBatchContract(WithBusinesses):
    """That a batch has finished is told once, by whoever ends the last of it."""

    @staticmethod
    def a_batch(work: UnitOfWork, identifier: str, *members: BatchMember) -> Batch:
        batch = Batch(id=identifier, business="fjell", created_at=NOW)
        work.batches.put(batch)
        work.batches.add_members(identifier, members)
        return batch

    def test_it_is_finished_with_the_last_of_it_however_that_ends(self, stocked: Storage) -> None:
        transfers = [a_transfer(f"t{nth}", str(nth)) for nth in range(4)]
        with stocked.transaction() as work:
            work.transfers.add_all(transfers)
            members = [BatchMember(invoice=one.invoice, transfer_id=one.id) for one in transfers[:3]]
            batch = self.a_batch(work, "b1", *members, BatchMember(invoice="x", refusal=Refusal.of(NotFound("No."))))
            assert not work.batches.finish_recorded(batch, now=NOW)
        ends = [
            an_arrived(transfers[0]),
            failed(started(transfers[1]), Rejected("No."), policy=POLICY, now=NOW),
            cancelled(transfers[2], now=NOW),
        ]
        finished = []
        for end in ends:
            with stocked.transaction() as work:
                work.transfers.save(end)
                finished.append([one.id for one in work.batches.finish([end.id, "t3"], now=NOW + MINUTE)])
        assert finished == [[], [], ["b1"]]
        with stocked.transaction() as work:
            found = work.batches.get("b1")
            assert found is not None
            assert (found.recorded, found.finished_at) == (True, NOW + MINUTE)
            assert list(work.batches.finish([one.id for one in transfers], now=NOW)) == []

    def test_one_that_is_still_being_recorded_is_not_finished_until_it_is(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.transfers.add(a_transfer())
            batch = self.a_batch(work, "b1", BatchMember(invoice="1001", transfer_id="t1"))
        with stocked.transaction() as work:
            work.transfers.save(an_arrived(a_transfer()))
            assert list(work.batches.finish(["t1"], now=NOW)) == []
        with stocked.transaction() as work:
            assert work.batches.finish_recorded(batch.model_copy(update={"printed": 2}), now=NOW + MINUTE)
        with stocked.transaction() as work:
            assert work.batches.get("b1") == batch.model_copy(
                update={"printed": 2, "recorded": True, "finished_at": NOW + MINUTE}
            )

    def test_one_of_which_nothing_can_become_is_finished_at_once(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            refused = BatchMember(invoice="x", refusal=Refusal.of(NotFound("No.")))
            assert work.batches.finish_recorded(self.a_batch(work, "b1", refused), now=NOW)
            assert work.batches.finish_recorded(self.a_batch(work, "b2"), now=NOW)

    def test_a_transfer_may_finish_several(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.transfers.add(a_transfer())
            for identifier in ("b2", "b1"):
                batch = self.a_batch(work, identifier, BatchMember(invoice="1001", transfer_id="t1"))
                work.batches.finish_recorded(batch, now=NOW)
            work.transfers.save(an_arrived(a_transfer()))
            assert [one.id for one in work.batches.finish(["t1"], now=NOW)] == ["b1", "b2"]

    def test_of_many_that_end_the_last_of_it_at_once_one_finishes_it(self, stocked: Storage) -> None:
        for nth in range(4):
            transfers = [a_transfer(f"{nth}-{one}", f"{nth}-{one}") for one in range(6)]
            with stocked.transaction() as work:
                work.transfers.add_all(transfers)
                members = [BatchMember(invoice=one.invoice, transfer_id=one.id) for one in transfers]
                batch = self.a_batch(work, f"b{nth}", *members)
            ready = threading.Barrier(len(transfers) + 1)

            def end(transfer: Transfer, ready: threading.Barrier = ready) -> int:
                ready.wait()
                with stocked.transaction() as work:
                    work.transfers.save(an_arrived(transfer, order_id=transfer.id))
                    return len(work.batches.finish([transfer.id], now=NOW))

            def record(batch: Batch, ready: threading.Barrier = ready) -> int:
                ready.wait()
                with stocked.transaction() as work:
                    return work.batches.finish_recorded(batch, now=NOW)

            with ThreadPoolExecutor(len(transfers) + 1) as threads:
                recorded = threads.submit(record, batch)
                assert sum(threads.map(end, transfers)) + recorded.result() == 1


class SeenContract(WithBusinesses):
    """What is reported of a payment is news where it is another than what was seen last."""

    OPEN, PAID = PaymentReason.OPEN, PaymentReason.PAID

    @pytest.fixture
    def arrived_one(self, stocked: Storage) -> Storage:
        """The storage, in which fjell's invoice 1001 has arrived as order 900."""
        with stocked.transaction() as work:
            work.transfers.add(a_transfer())
            work.transfers.save(an_arrived(a_transfer()))
        return stocked

    def reported(
        self, storage: Storage, reason: PaymentReason, *, after: int = 0, order_id: str = "900"
    ) -> list[tuple[PaymentReason | None, PaymentReason]]:
        """Report at so many seconds after a fixed time; return what was news."""
        status = PaymentStatusValue.PAID if reason is self.PAID else PaymentStatusValue.NOT_PAID
        report = a_report(reason=reason, status=status, checked_at=NOW + after * SECOND, order_id=order_id)
        with storage.transaction() as work:
            return [(one.before, one.report.reason) for one in work.statuses.add("fjell", report)]

    def test_it_is_news_once(self, arrived_one: Storage) -> None:
        assert self.reported(arrived_one, self.OPEN) == [(None, self.OPEN)]
        assert self.reported(arrived_one, self.OPEN, after=1) == []
        assert self.reported(arrived_one, self.PAID, after=2) == [(self.OPEN, self.PAID)]
        assert self.reported(arrived_one, self.PAID, after=3) == []
        assert self.reported(arrived_one, self.OPEN, after=4) == [(self.PAID, self.OPEN)]

    def test_of_another_order_or_invoice_it_is_no_news(self, arrived_one: Storage) -> None:
        assert self.reported(arrived_one, self.PAID, order_id="899") == []
        with arrived_one.transaction() as work:
            assert list(work.statuses.add("fjell", a_report("1002"))) == []
            assert list(work.statuses.add("vidde", a_report())) == []
            assert list(work.statuses.add("fjell")) == []

    def test_an_old_answer_that_arrives_late_is_no_news(self, arrived_one: Storage) -> None:
        assert self.reported(arrived_one, self.PAID, after=5) == [(None, self.PAID)]
        assert self.reported(arrived_one, self.OPEN, after=4) == []
        assert self.reported(arrived_one, self.PAID, after=6) == []
        with arrived_one.transaction() as work:
            assert work.statuses.open_invoices("fjell", limit=9) == []

    def test_an_answer_is_old_where_the_same_as_before_was_seen_after_it(self, arrived_one: Storage) -> None:
        assert self.reported(arrived_one, self.OPEN) == [(None, self.OPEN)]
        assert self.reported(arrived_one, self.OPEN, after=9) == []
        assert self.reported(arrived_one, self.PAID, after=5) == []
        with arrived_one.transaction() as work:
            assert work.statuses.open_invoices("fjell", limit=9) == ["1001"]
        assert self.reported(arrived_one, self.PAID, after=10) == [(self.OPEN, self.PAID)]

    def test_what_was_seen_outlives_changes_of_the_transfer(self, arrived_one: Storage) -> None:
        assert self.reported(arrived_one, self.OPEN) == [(None, self.OPEN)]
        with arrived_one.transaction() as work:
            transfer = work.transfers.get("t1")
            assert transfer is not None
            work.transfers.save(transfer)
        assert self.reported(arrived_one, self.OPEN, after=1) == []

    def test_of_many_checks_at_once_one_has_the_news(self, arrived_one: Storage) -> None:
        for nth, reason in enumerate((self.OPEN, self.PAID, self.OPEN)):
            ready = threading.Barrier(6)

            def check(
                _number: int, nth: int = nth, reason: PaymentReason = reason, ready: threading.Barrier = ready
            ) -> int:
                ready.wait()
                return len(self.reported(arrived_one, reason, after=nth))

            with ThreadPoolExecutor(6) as threads:
                assert sorted(threads.map(check, range(6))) == [0, 0, 0, 0, 0, 1]
