from datetime import timedelta

import pytest

from core.errors import Conflict
from core.transfer import new_transfer
from tests.fakes import FakeClock, FakeStorage
from tests.storage_contract import StorageContract


class TestFakeStorage(StorageContract):
    """The storage that unit tests rely on keeps the promises of every storage."""

    @pytest.fixture
    def clock(self) -> FakeClock:
        return FakeClock()

    @pytest.fixture(autouse=True)
    def _time(self, clock: FakeClock) -> None:
        self._clock = clock

    @pytest.fixture
    def storage(self, clock: FakeClock) -> FakeStorage:
        return FakeStorage(clock)

    def let_pass(self, length: timedelta) -> None:
        self._clock.advance(seconds=length.total_seconds())


def test_a_transaction_within_a_transaction_is_a_fault() -> None:
    storage = FakeStorage(FakeClock())
    with storage.transaction(), pytest.raises(RuntimeError, match="within a transaction"), storage.transaction():
        pass


def test_a_store_that_outlives_its_transaction_is_a_fault() -> None:
    storage = FakeStorage(FakeClock())
    with storage.transaction() as work:
        businesses = work.businesses
    with pytest.raises(RuntimeError, match="has ended"):
        businesses.get("fjell")


def test_a_rival_is_committed_though_the_transaction_that_met_it_is_undone() -> None:
    clock = FakeClock()
    storage = FakeStorage(clock)
    rival, mine = (new_transfer(name, business="fjell", invoice="1", now=clock.now()) for name in ("rival", "mine"))
    storage.beaten_by(rival)
    with pytest.raises(Conflict), storage.transaction() as work:
        work.transfers.add(mine)
    with storage.transaction() as work:
        assert work.transfers.of_invoice("fjell", "1") == rival
