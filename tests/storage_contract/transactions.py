"""What a transaction stores is there, or nothing of it is."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from core.customer_choice import CustomerLink
from core.errors import Conflict
from core.intent import Intent, IntentKind
from core.ports.storage import Storage
from core.transfer import (
    started,
)
from tests.storage_contract.samples import MINUTE, NOW, BrokenOffError, a_business, a_report, a_transfer, an_invoice


class TransactionContract:
    def test_what_a_transaction_stored_is_there_for_the_next(self, storage: Storage) -> None:
        with storage.transaction() as work:
            work.businesses.put(a_business())
        with storage.transaction() as work:
            assert work.businesses.get("fjell") is not None
            assert work.businesses.has("fjell")
            assert not work.businesses.has("fjel")

    def test_what_a_transaction_stored_is_there_for_itself(self, storage: Storage) -> None:
        with storage.transaction() as work:
            work.businesses.put(a_business())
            work.transfers.add(a_transfer())
            assert work.transfers.get("t1") == a_transfer()

    def test_who_reads_sees_one_moment_and_waits_for_nobody(self, storage: Storage) -> None:
        def add() -> None:
            with storage.transaction() as work:
                work.businesses.put(a_business())

        with ThreadPoolExecutor(1) as other, storage.reading() as reader:
            assert not reader.businesses.has("fjell")
            other.submit(add).result()
            assert not reader.businesses.has("fjell")
        with storage.reading() as reader:
            assert reader.businesses.has("fjell")

    def test_a_block_that_raises_leaves_nothing_behind(self, storage: Storage) -> None:
        with storage.transaction() as work:
            work.businesses.put(a_business())
            work.transfers.add(a_transfer())
            work.links.put("fjell", CustomerLink(key="person:a", customer_id="7"))

        def change_everything() -> None:
            with storage.transaction() as work:
                work.businesses.put(a_business(product_name="Other"))
                work.businesses.put(a_business("vidde"))
                work.invoices.put("fjell", an_invoice())
                work.transfers.add(a_transfer("t2", "1002"))
                work.transfers.save(started(a_transfer()))
                work.intents.put("fjell", Intent(kind=IntentKind.ORDER, key="1001", first_at=NOW, last_at=NOW))
                work.links.put("fjell", CustomerLink(key="person:a", customer_id="8"))
                work.references.put("fjell", "vat", "[]", now=NOW)
                work.statuses.add("fjell", a_report())
                work.leases.acquire("fjell", holder="a", length=MINUTE)
                raise BrokenOffError

        with pytest.raises(BrokenOffError):
            change_everything()
        with storage.transaction() as work:
            assert work.businesses.get("fjell") == a_business()
            assert work.businesses.get("vidde") is None
            assert work.invoices.get("fjell", "1001") is None
            assert work.transfers.get("t1") == a_transfer()
            assert work.transfers.get("t2") is None
            assert work.intents.get("fjell", IntentKind.ORDER, "1001") is None
            assert work.links.of_keys("fjell", ["person:a"])["person:a"].customer_id == "7"
            assert work.references.all("fjell") == {}
            assert work.statuses.latest("fjell", "1001") is None
            assert work.leases.acquire("fjell", holder="b", length=MINUTE) is not None

    def test_an_error_of_a_store_also_undoes_the_transaction(self, storage: Storage) -> None:
        with storage.transaction() as work:
            work.businesses.put(a_business())
            work.transfers.add(a_transfer())

        def store_two_things() -> None:
            with storage.transaction() as work:
                work.invoices.put("fjell", an_invoice())
                work.transfers.add(a_transfer("t2"))

        with pytest.raises(Conflict):
            store_two_things()
        with storage.transaction() as work:
            assert work.invoices.get("fjell", "1001") is None

    def test_a_conflict_that_is_dealt_with_does_not_spoil_the_transaction(self, storage: Storage) -> None:
        with storage.transaction() as work:
            work.businesses.put(a_business())
            work.transfers.add(a_transfer())
            with pytest.raises(Conflict):
                work.transfers.add(a_transfer("t2"))
            work.invoices.put("fjell", an_invoice())
        with storage.transaction() as work:
            assert work.invoices.get("fjell", "1001") == an_invoice()
            assert work.transfers.get("t2") is None

    def test_transactions_of_many_threads_lose_nothing(self, storage: Storage) -> None:
        with storage.transaction() as work:
            work.businesses.put(a_business())
            work.transfers.add(a_transfer())

        def attempt(_: int) -> None:
            with storage.transaction() as work:
                transfer = work.transfers.get("t1")
                assert transfer is not None
                work.transfers.save(started(transfer))

        def keep_trying(number: int) -> None:
            while True:  # a storage may let two read at once, and refuse the second save
                try:
                    return attempt(number)
                except Conflict:
                    continue

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(keep_trying, range(24)))
        with storage.transaction() as work:
            transfer = work.transfers.get("t1")
        assert transfer is not None
        assert (transfer.attempts, transfer.version) == (24, 24)
