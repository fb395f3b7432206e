"""Leases: who works on a business."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from core.errors import LeaseLost
from core.lease import Lease
from core.ports.storage import Storage
from core.transfer import (
    started,
)
from tests.storage_contract.samples import MINUTE, SHORT, WithBusinesses, a_transfer


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
