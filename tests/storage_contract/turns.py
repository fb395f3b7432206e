"""Leases, marks of create calls, stories of transfers, and pauses of an accounting system."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from core.errors import LeaseLost
from core.intent import Intent, IntentKind
from core.ports.invoice_stores import Step
from core.ports.storage import Storage
from core.ports.turns import Lease
from core.transfer import (
    started,
)
from tests.storage_contract.samples import MINUTE, NOW, SECOND, SHORT, WithBusinesses, a_transfer


class LeaseContract(WithBusinesses):
    def let_pass(self, length: timedelta) -> None:
        """Let so much time pass on the clock by which leases run."""
        time.sleep(length.total_seconds())

    def test_a_business_has_one_holder(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            lease = work.leases.acquire("fjell", holder="a", length=MINUTE)
        assert lease is not None
        assert (lease.business, lease.holder) == ("fjell", "a")
        with stocked.transaction() as work:
            assert work.leases.acquire("fjell", holder="b", length=MINUTE) is None
            assert work.leases.acquire("vidde", holder="b", length=MINUTE) is not None

    def test_of_many_threads_that_want_a_business_one_gets_it(self, stocked: Storage) -> None:
        ready = threading.Barrier(4)

        def acquire(holder: str) -> Lease | None:
            ready.wait()
            with stocked.transaction() as work:
                return work.leases.acquire("fjell", holder=holder, length=MINUTE)

        with ThreadPoolExecutor(4) as threads:
            leases = list(threads.map(acquire, "abcd"))
        assert sum(lease is not None for lease in leases) == 1

    def test_only_somebody_elses_lease_is_in_the_way(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            assert work.leases.acquire("fjell", holder="a", length=MINUTE) is not None
            again = work.leases.acquire("fjell", holder="a", length=MINUTE)
            assert again is not None
            work.leases.renew(again, length=MINUTE)

    def test_a_released_business_is_free_at_once_and_its_token_grows(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            first = work.leases.acquire("fjell", holder="a", length=MINUTE)
        assert first is not None
        with stocked.transaction() as work:
            work.leases.release(first)
        with stocked.transaction() as work:
            second = work.leases.acquire("fjell", holder="b", length=MINUTE)
        assert second is not None
        assert second.token > first.token

    def test_a_released_lease_cannot_be_renewed(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            lease = work.leases.acquire("fjell", holder="a", length=MINUTE)
            assert lease is not None
            work.leases.release(lease)
        with pytest.raises(LeaseLost), stocked.transaction() as work:
            work.leases.renew(lease, length=MINUTE)

    def test_an_expired_lease_is_taken_over_with_a_greater_token(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            first = work.leases.acquire("fjell", holder="a", length=SHORT)
        assert first is not None
        self.let_pass(2 * SHORT)
        with stocked.transaction() as work:
            second = work.leases.acquire("fjell", holder="b", length=MINUTE)
        assert second is not None
        assert second.token > first.token

    def test_an_expired_lease_cannot_be_renewed_though_nobody_took_it(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            lease = work.leases.acquire("fjell", holder="a", length=SHORT)
        assert lease is not None
        self.let_pass(2 * SHORT)
        with pytest.raises(LeaseLost), stocked.transaction() as work:
            work.leases.renew(lease, length=MINUTE)

    def test_a_renewed_lease_lives_longer(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            lease = work.leases.acquire("fjell", holder="a", length=4 * SHORT)
            assert lease is not None
            work.leases.renew(lease, length=MINUTE)
        self.let_pass(5 * SHORT)
        with stocked.transaction() as work:
            assert work.leases.acquire("fjell", holder="b", length=MINUTE) is None
            work.leases.renew(lease, length=MINUTE)

    def test_whoever_lost_the_lease_writes_nothing_more(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.transfers.add(a_transfer())
            lost = work.leases.acquire("fjell", holder="a", length=SHORT)
        assert lost is not None
        self.let_pass(2 * SHORT)
        with stocked.transaction() as work:
            assert work.leases.acquire("fjell", holder="b", length=MINUTE) is not None

        def write_as_if_nothing_had_happened() -> None:
            with stocked.transaction() as work:
                work.transfers.save(started(a_transfer()))
                work.leases.renew(lost, length=MINUTE)

        with pytest.raises(LeaseLost):
            write_as_if_nothing_had_happened()
        with stocked.transaction() as work:
            assert work.transfers.get("t1") == a_transfer()

    def test_releasing_a_lost_lease_leaves_the_new_holder_alone(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            lost = work.leases.acquire("fjell", holder="a", length=SHORT)
        assert lost is not None
        self.let_pass(2 * SHORT)
        with stocked.transaction() as work:
            held = work.leases.acquire("fjell", holder="b", length=MINUTE)
        assert held is not None
        with stocked.transaction() as work:
            work.leases.release(lost)
            work.leases.release(Lease(business="vidde", holder="a", token=1))
        with stocked.transaction() as work:
            work.leases.renew(held, length=MINUTE)
            assert work.leases.acquire("fjell", holder="c", length=MINUTE) is None


class IntentContract(WithBusinesses):
    """That a create call was, or was about to be, made."""

    def test_an_intent_comes_back_as_it_was_stored(self, stocked: Storage) -> None:
        intent = Intent(kind=IntentKind.ORDER, key="1001", first_at=NOW, last_at=NOW + SECOND, customer_ids=("7", "8"))
        with stocked.transaction() as work:
            work.intents.put("fjell", intent)
        with stocked.transaction() as work:
            assert work.intents.get("fjell", IntentKind.ORDER, "1001") == intent
            assert work.intents.get("fjell", IntentKind.PRODUCT, "1001") is None
            assert work.intents.get("fjell", IntentKind.ORDER, "1002") is None
            assert work.intents.of_keys("fjell", IntentKind.ORDER, ["1001", "1002"]) == {"1001": intent}
            assert work.intents.get("vidde", IntentKind.ORDER, "1001") is None

    def test_an_intent_that_is_put_again_is_replaced(self, stocked: Storage) -> None:
        intent = Intent(kind=IntentKind.PRODUCT, key="Leie – ø", first_at=NOW, last_at=NOW)
        with stocked.transaction() as work:
            work.intents.put("fjell", intent)
            work.intents.put("fjell", intent.model_copy(update={"refused": True, "last_at": NOW + SECOND}))
            stored = work.intents.get("fjell", IntentKind.PRODUCT, "Leie – ø")
        assert stored == intent.model_copy(update={"refused": True, "last_at": NOW + SECOND})

    def test_a_removed_intent_is_gone_and_removing_it_again_does_nothing(self, stocked: Storage) -> None:
        order, customer = (
            Intent(kind=kind, key="1001", first_at=NOW, last_at=NOW) for kind in (IntentKind.ORDER, IntentKind.CUSTOMER)
        )
        with stocked.transaction() as work:
            work.intents.put("fjell", order, customer, order.model_copy(update={"key": "1003"}))
            work.intents.put("vidde", order)
            work.intents.remove("fjell", IntentKind.ORDER, "1001", "1003")
            work.intents.remove("fjell", IntentKind.ORDER, "1001")
            assert work.intents.get("fjell", IntentKind.ORDER, "1003") is None
            assert work.intents.get("fjell", IntentKind.ORDER, "1001") is None
            assert work.intents.get("fjell", IntentKind.CUSTOMER, "1001") == customer
            assert work.intents.get("vidde", IntentKind.ORDER, "1001") == order

    def test_open_orders_are_those_that_were_not_refused(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            for number, is_refused in (("1003", False), ("1001", False), ("1002", True)):
                mark = Intent(kind=IntentKind.ORDER, key=number, first_at=NOW, last_at=NOW, refused=is_refused)
                work.intents.put("fjell", mark)
            work.intents.put("fjell", Intent(kind=IntentKind.CUSTOMER, key="1000", first_at=NOW, last_at=NOW))
            work.intents.put("vidde", Intent(kind=IntentKind.ORDER, key="1000", first_at=NOW, last_at=NOW))
        with stocked.transaction() as work:
            assert list(work.intents.open_orders("fjell", limit=9)) == ["1001", "1003"]
            assert list(work.intents.open_orders("fjell", limit=1)) == ["1001"]
            assert list(work.intents.open_orders("skog", limit=9)) == []

    def test_a_withdrawal_is_open_while_its_mark_is_there(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            for number in ("1003", "1001"):
                work.intents.put("fjell", Intent(kind=IntentKind.WITHDRAWAL, key=number, first_at=NOW, last_at=NOW))
            work.intents.put("fjell", Intent(kind=IntentKind.ORDER, key="1000", first_at=NOW, last_at=NOW))
            work.intents.put("vidde", Intent(kind=IntentKind.WITHDRAWAL, key="1000", first_at=NOW, last_at=NOW))
        with stocked.transaction() as work:
            assert list(work.intents.open_withdrawals("fjell", limit=9)) == ["1001", "1003"]
            assert list(work.intents.open_withdrawals("fjell", limit=1)) == ["1001"]
            work.intents.remove("fjell", IntentKind.WITHDRAWAL, "1001")
            assert list(work.intents.open_withdrawals("fjell", limit=9)) == ["1003"]


class StoryContract(WithBusinesses):
    def test_a_story_is_told_in_the_order_in_which_it_was_noted(self, stocked: Storage) -> None:
        steps = [
            Step(at=NOW, text="Looking for the customer", duration_ms=12),
            Step(at=NOW, text="Noted that the order is about to be created"),
            Step(at=NOW + SECOND, text="Creating the order: 5001", duration_ms=130),
        ]
        with stocked.transaction() as work:
            work.transfers.add(a_transfer("t1", "1"))
            work.transfers.add(a_transfer("t2", "2"))
            work.journal.add([("t1", step) for step in steps[:2]])
            work.journal.add([("t2", steps[0])])
            work.journal.add([])
            work.journal.add([("t1", step) for step in steps[2:]])
        with stocked.transaction() as work:
            assert work.journal.of("t1") == steps
            assert work.journal.of("t2") == steps[:1]
            assert work.journal.of("t3") == []

    def test_a_pause_is_only_ever_made_longer(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            assert work.pauses.until("24sevenoffice") is None
            work.pauses.put("24sevenoffice", NOW + MINUTE)
            work.pauses.put("24sevenoffice", NOW)
            assert work.pauses.until("24sevenoffice") == NOW + MINUTE
            work.pauses.put("24sevenoffice", NOW + 2 * MINUTE)
            assert work.pauses.until("24sevenoffice") == NOW + 2 * MINUTE
            assert work.pauses.until("other") is None
            assert work.pauses.until_for("fjell") == NOW + 2 * MINUTE
