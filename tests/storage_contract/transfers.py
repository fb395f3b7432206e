"""Transfers: one for an invoice, saved by whoever read them last, and which are due."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from core import withdrawal
from core.errors import AccessRefused, Conflict, Rejected, TryAgain
from core.ports.storage import Storage, UnitOfWork
from core.transfer import (
    Receipt,
    Transfer,
    TransferState,
    arrived,
    failed,
    new_transfer,
    started,
    superseded,
)
from tests.storage_contract.samples import MINUTE, NOW, POLICY, SECOND, SHORT, WithBusinesses, a_transfer, pages


class TransferContract(WithBusinesses):
    def test_a_transfer_comes_back_as_it_was_stored(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.transfers.add(a_transfer())
            assert work.transfers.get("t1") == a_transfer()
            assert work.transfers.of_invoice("fjell", "1001") == a_transfer()
            assert work.transfers.get("t2") is None
            assert work.transfers.of_invoice("fjell", "1002") is None
            assert work.transfers.of_invoice("vidde", "1001") is None

    def test_every_state_survives_being_saved(self, stocked: Storage) -> None:
        running = started(a_transfer())
        states = [
            running,
            failed(running, TryAgain("Later – ø", not_before=NOW + MINUTE), policy=POLICY, now=NOW),
            failed(running, AccessRefused("No way in"), policy=POLICY, now=NOW),
            failed(running, Rejected("No", code="no", hint="Mend it"), policy=POLICY, now=NOW),
            arrived(
                running,
                Receipt(order_id="900", customer_id="7"),
                warnings=("Shortened…", "ø"),
                books="fake 7",
                now=NOW,
                order_reference="77",
            ),
        ]
        with stocked.transaction() as work:
            work.transfers.add(a_transfer())
        version = 0
        for state in states:
            with stocked.transaction() as work:
                saved = work.transfers.save(state.model_copy(update={"version": version}))
            version = saved.version
            assert saved == state.model_copy(update={"version": version})
            with stocked.transaction() as work:
                assert work.transfers.get("t1") == saved

    def test_an_invoice_has_one_transfer(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.transfers.add(a_transfer())
        with pytest.raises(Conflict) as refusal, stocked.transaction() as work:
            work.transfers.add(a_transfer("t2"))
        assert refusal.value.code == "transfer_exists"
        with stocked.transaction() as work:
            work.transfers.add(a_transfer("t3", "1002"))
            work.transfers.add(a_transfer("t4", business="vidde"))
            assert work.transfers.of_invoice("fjell", "1001") == a_transfer()

    def test_of_two_threads_that_add_a_transfer_one_wins(self, stocked: Storage) -> None:
        ready = threading.Barrier(2)

        def add(identifier: str) -> bool:
            ready.wait()
            try:
                with stocked.transaction() as work:
                    work.transfers.add(a_transfer(identifier))
            except Conflict:
                return False
            return True

        with ThreadPoolExecutor(2) as threads:
            won = list(threads.map(add, ["t1", "t2"]))
        assert sorted(won) == [False, True]
        with stocked.transaction() as work:
            assert [transfer.id for transfer in work.transfers.list("fjell", limit=10)] == ["t1" if won[0] else "t2"]

    def test_saving_counts_the_version_up(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.transfers.add(a_transfer())
            first = work.transfers.save(started(a_transfer()))
            second = work.transfers.save(first)
        assert (first.version, second.version) == (1, 2)

    def test_saving_what_somebody_else_saved_is_a_conflict_and_changes_nothing(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.transfers.add(a_transfer())
        with stocked.transaction() as work:
            read_by_one = work.transfers.get("t1")
            read_by_another = work.transfers.get("t1")
        assert read_by_one is not None
        assert read_by_another is not None
        with stocked.transaction() as work:
            winner = work.transfers.save(started(read_by_one))
        with pytest.raises(Conflict) as refusal, stocked.transaction() as work:
            work.transfers.save(failed(read_by_another, Rejected("No"), policy=POLICY, now=NOW))
        assert refusal.value.code == "transfer_changed"
        with stocked.transaction() as work:
            assert work.transfers.get("t1") == winner

    @pytest.mark.parametrize(
        "read",
        [
            lambda work: work.transfers.due("fjell", now=NOW, limit=1, for_update=True)[0],
            lambda work: work.transfers.of_invoice("fjell", "1001", for_update=True),
            lambda work: work.transfers.get("t1", for_update=True),
            lambda work: work.transfers.not_begun("fjell", parked=False, limit=9)[0],
        ],
        ids=["due", "of_invoice", "get", "not_begun"],
    )
    def test_a_transfer_that_is_read_to_be_saved_is_not_saved_by_others_meanwhile(
        self, stocked: Storage, read: Callable[[UnitOfWork], Transfer]
    ) -> None:
        with stocked.transaction() as work:
            work.transfers.add(a_transfer())
        begun = threading.Event()

        def save_it_too() -> None:
            begun.wait()
            with stocked.transaction() as work:
                transfer = read(work)
                work.transfers.save(transfer.model_copy(update={"attempts": transfer.attempts + 1}))

        with ThreadPoolExecutor(1) as threads:
            with stocked.transaction() as work:
                transfer = read(work)
                rival = threads.submit(save_it_too)
                begun.set()
                time.sleep(SHORT.total_seconds())
                work.transfers.save(transfer.model_copy(update={"attempts": transfer.attempts + 1}))
            rival.result()
        with stocked.transaction() as work:
            saved = work.transfers.get("t1")
            assert saved is not None
            assert saved.attempts == 2

    def test_saving_what_was_never_added_is_a_conflict(self, stocked: Storage) -> None:
        with pytest.raises(Conflict), stocked.transaction() as work:
            work.transfers.save(a_transfer())
        with stocked.transaction() as work:
            assert work.transfers.get("t1") is None

    def test_a_queued_transfer_is_due(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            assert work.transfers.due("fjell", now=NOW, limit=1) == []
            work.transfers.add(a_transfer())
            assert work.transfers.due("fjell", now=NOW, limit=1) == [a_transfer()]
            assert work.transfers.due("vidde", now=NOW, limit=1) == []

    def test_a_waiting_transfer_is_due_when_its_time_has_come(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.transfers.add(a_transfer())
            waiting = work.transfers.save(
                failed(started(a_transfer()), TryAgain("Later", not_before=NOW + MINUTE), policy=POLICY, now=NOW)
            )
            assert work.transfers.due("fjell", now=NOW + MINUTE - timedelta(microseconds=1), limit=1) == []
            assert work.transfers.due("fjell", now=NOW + MINUTE, limit=1) == [waiting]

    def test_a_transfer_left_running_is_due(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.transfers.add(a_transfer())
            running = work.transfers.save(started(a_transfer()))
            assert work.transfers.due("fjell", now=NOW, limit=1) == [running]

    @pytest.mark.parametrize(
        "end",
        [
            lambda running: arrived(
                running, Receipt(order_id="1", customer_id="2"), warnings=(), books="fake 7", now=NOW
            ),
            lambda running: failed(running, Rejected("No"), policy=POLICY, now=NOW),
            lambda running: failed(running, AccessRefused("No way in"), policy=POLICY, now=NOW),
        ],
        ids=["transferred", "rejected", "parked"],
    )
    def test_what_has_ended_or_is_parked_is_never_due(
        self, stocked: Storage, end: Callable[[Transfer], Transfer]
    ) -> None:
        with stocked.transaction() as work:
            work.transfers.add(a_transfer())
            work.transfers.save(end(started(a_transfer())))
            assert work.transfers.due("fjell", now=NOW + timedelta(days=365), limit=1) == []
            assert work.transfers.next_attempt_at("fjell") is None

    def test_the_longest_due_comes_first(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.transfers.add(a_transfer("t1", "1", at=NOW + 2 * SECOND))
            work.transfers.add(a_transfer("t2", "2", at=NOW))
            work.transfers.add(a_transfer("t3", "3", at=NOW + SECOND))
            work.transfers.save(
                failed(
                    started(a_transfer("t1", "1")),
                    TryAgain("Later", not_before=NOW + MINUTE),
                    policy=POLICY,
                    now=NOW,
                )
            )
            order = []
            while found := work.transfers.due("fjell", now=NOW + MINUTE, limit=1):
                order.append(found[0].id)
                work.transfers.save(failed(started(found[0]), Rejected("No"), policy=POLICY, now=NOW))
        assert order == ["t2", "t3", "t1"]

    def test_due_ones_come_in_pieces_that_are_all_left_running_or_all_single_or_all_bulk(
        self, stocked: Storage
    ) -> None:
        with stocked.transaction() as work:
            added = work.transfers.add_all(
                [
                    new_transfer(f"t{nth}", business="fjell", invoice=f"t{nth}", now=NOW + nth * SECOND, bulk=bulk)
                    for nth, bulk in enumerate([True, False, False, True, True, False])
                ]
            )
            assert set(added) == {"t0", "t1", "t2", "t3", "t4", "t5"}
            left = work.transfers.of_invoices("fjell", ["t4", "t5"])
            work.transfers.save_all([started(left["t5"]), started(left["t4"])])
            pieces = []
            while found := work.transfers.due("fjell", now=NOW + MINUTE, limit=2):
                pieces.append([one.id for one in found])
                work.transfers.save_all([failed(started(one), Rejected("No"), policy=POLICY, now=NOW) for one in found])
        assert pieces == [["t4", "t5"], ["t1", "t2"], ["t0", "t3"]]

    def test_many_are_added_but_no_second_for_an_invoice(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.transfers.add(a_transfer("t1", "1001"))
            assert list(work.transfers.add_all([a_transfer("t2", "1001"), a_transfer("t3", "1002")])) == ["t3"]
            assert work.transfers.add_all([]) == []
            found = work.transfers.of_invoices("fjell", ["1001", "1002", "1003"], for_update=True)
            assert found == {"1001": a_transfer("t1", "1001"), "1002": a_transfer("t3", "1002")}
            assert work.transfers.of_invoices("vidde", ["1001"]) == {}

    def test_many_are_saved_in_their_order_or_none_when_one_was_changed_meanwhile(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.transfers.add_all([a_transfer("t1", "1"), a_transfer("t2", "2")])
            saved = work.transfers.save_all([started(a_transfer("t2", "2")), started(a_transfer("t1", "1"))])
            assert [(one.id, one.version) for one in saved] == [("t2", 1), ("t1", 1)]
            assert [work.transfers.get(one.id) for one in saved] == list(saved)
            assert work.transfers.save_all([]) == []

        def save_both() -> None:
            with stocked.transaction() as work:
                work.transfers.save_all([saved[0], started(a_transfer("t1", "1"))])

        with pytest.raises(Conflict):
            save_both()
        with stocked.transaction() as work:
            assert work.transfers.get("t2") == saved[0]

    def test_one_left_running_comes_first_and_bulk_comes_last(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            for identifier, bulk, minutes in (("t1", True, 0), ("t2", False, 1), ("t3", False, 2), ("t4", False, 3)):
                work.transfers.add(
                    new_transfer(
                        identifier, business="fjell", invoice=identifier, now=NOW + minutes * MINUTE, bulk=bulk
                    )
                )
            left = work.transfers.get("t4")
            assert left is not None
            work.transfers.save(started(left))
            order = []
            while found := work.transfers.due("fjell", now=NOW + 9 * MINUTE, limit=1):
                order.append(found[0].id)
                work.transfers.save(failed(started(found[0]), Rejected("No"), policy=POLICY, now=NOW))
        assert order == ["t4", "t2", "t3", "t1"]

    def test_a_superseded_transfer_is_history_and_makes_room_for_another(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.transfers.add(a_transfer("t1"))
            history = work.transfers.save(superseded(a_transfer("t1")))
            assert work.transfers.of_invoice("fjell", "1001") is None
            work.transfers.add(a_transfer("t2"))
            assert work.transfers.of_invoice("fjell", "1001") == a_transfer("t2")
            assert work.transfers.get("t1") == history
        with pytest.raises(Conflict), stocked.transaction() as work:
            work.transfers.add(a_transfer("t3"))

    def test_all_transfers_of_an_invoice_are_found_superseded_ones_too(self, stocked: Storage) -> None:
        first, second = a_transfer("t1").model_copy(update={"superseded": True}), a_transfer("t2")
        with stocked.transaction() as work:
            work.transfers.add(first)
            work.transfers.add(second)
            work.transfers.add(a_transfer("t3", invoice="1002"))
            assert work.transfers.all_of_invoice("fjell", first.invoice) == [first, second]
            assert work.transfers.all_of_invoice("vidde", first.invoice) == []

    def test_businesses_with_something_due_are_swept_up_unless_somebody_holds_them(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            assert work.transfers.businesses_due(now=NOW) == []
            work.transfers.add(a_transfer("t1", business="fjell"))
            work.transfers.add(a_transfer("t2", business="vidde", at=NOW + MINUTE))
            assert work.transfers.businesses_due(now=NOW) == ["fjell"]
            work.transfers.save(started(a_transfer("t1", business="fjell")))
            assert work.transfers.businesses_due(now=NOW + MINUTE) == ["fjell", "vidde"]
            lease = work.leases.acquire("fjell", holder="a", length=MINUTE)
            assert lease is not None
            assert work.transfers.businesses_due(now=NOW + MINUTE) == ["vidde"]
            work.leases.release(lease)
            work.pauses.put("24sevenoffice", NOW + 2 * MINUTE)
            assert work.transfers.businesses_due(now=NOW + MINUTE) == []
            assert work.transfers.businesses_due(now=NOW + 2 * MINUTE) == ["fjell", "vidde"]

    def test_the_next_attempt_is_the_earliest_of_those_that_wait_for_a_time(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            assert work.transfers.next_attempt_at("fjell") is None
            for identifier, business, error in (
                ("t1", "fjell", TryAgain("Later", not_before=NOW + 2 * MINUTE)),
                ("t2", "fjell", TryAgain("Later", not_before=NOW + MINUTE)),
                ("t3", "fjell", AccessRefused("No way in")),
                ("t4", "vidde", TryAgain("Later", not_before=NOW + SECOND)),
            ):
                transfer = a_transfer(identifier, identifier, business)
                work.transfers.add(transfer)
                work.transfers.save(failed(started(transfer), error, policy=POLICY, now=NOW))
            assert work.transfers.next_attempt_at("fjell") == NOW + MINUTE

    def test_the_live_ones_are_those_that_have_not_ended(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            for identifier in ("queued", "running", "waiting", "parked", "transferred", "rejected"):
                work.transfers.add(a_transfer(identifier, identifier))
            work.transfers.add(a_transfer("other", business="vidde"))

            def running(identifier: str) -> Transfer:
                return started(a_transfer(identifier, identifier))

            work.transfers.save(running("running"))
            work.transfers.save(failed(running("waiting"), TryAgain("Later"), policy=POLICY, now=NOW))
            work.transfers.save(failed(running("parked"), AccessRefused("No"), policy=POLICY, now=NOW))
            work.transfers.save(failed(running("rejected"), Rejected("No"), policy=POLICY, now=NOW))
            receipt = Receipt(order_id="1", customer_id="2")
            work.transfers.save(arrived(running("transferred"), receipt, warnings=(), books="fake 7", now=NOW))
            there = {
                parked: [one.id for one in work.transfers.not_begun("fjell", parked=parked, limit=9)]
                for parked in (True, False)
            }
            assert there == {True: ["parked"], False: ["queued", "waiting"]}
            assert len(work.transfers.not_begun("fjell", parked=False, limit=1)) == 1

    def test_what_is_being_withdrawn_is_due_until_it_is_parked_or_has_ended(self, stocked: Storage) -> None:
        receipt = Receipt(order_id="1", customer_id="2")
        with stocked.transaction() as work:
            work.transfers.add(a_transfer())
            there = arrived(started(a_transfer()), receipt, warnings=(), books="fake 7", now=NOW)
            transfer = work.transfers.save(there)
            transfer = work.transfers.save(withdrawal.asked_for(transfer, now=NOW))
            assert work.transfers.due("fjell", now=NOW, limit=1) == [transfer]
            assert work.transfers.is_single_due("fjell", now=NOW)
            assert work.transfers.businesses_due(now=NOW) == ["fjell"]
            transfer = work.transfers.save(withdrawal.attempted(transfer, policy=POLICY, now=NOW))
            again = transfer.next_attempt_at
            assert again is not None
            assert work.transfers.due("fjell", now=NOW, limit=1) == []
            assert work.transfers.next_attempt_at("fjell") == again
            assert work.transfers.not_begun("fjell", parked=False, limit=1) == []
            of_order = work.transfers.of_order("fjell", "1", books="fake 7")
            assert of_order == transfer
            transfer = work.transfers.save(
                withdrawal.failed(
                    transfer, AccessRefused("No way in"), policy=POLICY, now=NOW, chance=0, call_open=True
                )
            )
            assert work.transfers.businesses_due(now=again) == []
            assert work.transfers.not_begun("fjell", parked=True, limit=1) == [transfer]
            transfer = work.transfers.save(withdrawal.withdrawn(transfer, now=NOW))
            assert work.transfers.not_begun("fjell", parked=True, limit=1) == []
            assert work.transfers.of_invoice("fjell", transfer.invoice) == transfer
            assert work.transfers.of_order("fjell", "1", books="fake 7") is None

    def test_transfers_are_listed_by_id_page_by_page(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            for number in (5, 3, 1, 4, 2, 6, 7):
                business = "vidde" if number % 3 == 0 else "fjell"
                transfer = a_transfer(f"t{number}", str(number), business)
                work.transfers.add(transfer)
                if number % 2:
                    work.transfers.save(failed(started(transfer), Rejected("No"), policy=POLICY, now=NOW))

        def listed(business: str | None, state: TransferState | None = None) -> list[str]:
            with stocked.transaction() as work:
                return pages(
                    lambda after: [t.id for t in work.transfers.list(business, state=state, limit=2, after=after)]
                )

        assert listed(None) == ["t1", "t2", "t3", "t4", "t5", "t6", "t7"]
        assert listed("fjell") == ["t1", "t2", "t4", "t5", "t7"]
        assert listed("fjell", TransferState.QUEUED) == ["t2", "t4"]
        assert listed(None, TransferState.REJECTED) == ["t1", "t3", "t5", "t7"]
        assert listed("nobody") == []
