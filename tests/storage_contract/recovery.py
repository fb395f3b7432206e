"""What tells a database that was put back, and what is found out after that."""

from core.intent import CLOCKS_DIFFER, IntentKind, declared
from core.ports.storage import Storage
from core.recovery import Finding, FindingKind, Recovery
from core.transfer import (
    Receipt,
    arrived,
)
from tests.storage_contract.samples import MINUTE, NOW, a_business, a_transfer


class RecoveryContract:
    """What tells a database that was put back, and how businesses are recovered."""

    def test_the_database_keeps_its_id(self, storage: Storage) -> None:
        with storage.transaction() as work:
            first = work.installation.get()
        with storage.transaction() as work:
            assert work.installation.get() == first

    def test_orders_noted_only_grow_and_outlive_the_lease(self, stocked: Storage) -> None:
        for expected in (1, 2, 3):
            with stocked.transaction() as work:
                lease = work.leases.acquire("fjell", holder=f"holder {expected}", length=MINUTE)
                assert lease
                assert work.installation.note_orders("fjell") == expected
                work.leases.release(lease)
        with stocked.transaction() as work:
            assert work.installation.noted(["fjell", "nobody"]) == {"fjell": 3}
            assert work.installation.noted([]) == {}
            assert work.installation.latest_noted(limit=1) == {"fjell": 3}

    def test_a_worker_that_is_there_is_heard(self, storage: Storage) -> None:
        with storage.transaction() as work:
            found = work.installation.get()
            work.installation.beat()
        with storage.transaction() as work:
            assert work.installation.get().alive_at is not None
            work.installation.put(found.model_copy(update={"noticed_at": NOW, "known_until": NOW}))
        with storage.transaction() as work:
            now = work.installation.get()
            assert (now.noticed_at, now.known_until) == (NOW, NOW)
            assert now.alive_at is not None

    def test_the_last_order_is_that_of_a_transfer_or_an_intent(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            assert work.installation.last_sent_at() is None
            work.transfers.add(
                arrived(a_transfer("t"), Receipt(order_id="1", customer_id="2"), warnings=(), books="fake 7", now=NOW)
            )
            assert work.installation.last_sent_at("fjell") == NOW
            work.intents.put("fjell", declared(None, kind=IntentKind.ORDER, key="9", books="fake 7", now=NOW + MINUTE))
            work.intents.put(
                "fjell", declared(None, kind=IntentKind.PRODUCT, key="9", books="fake 7", now=NOW + 2 * MINUTE)
            )
            assert work.installation.last_sent_at("fjell") == NOW + MINUTE
            assert work.installation.last_sent_at() == NOW + MINUTE

    def test_every_business_is_shut_and_opened_by_itself(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.businesses.put(a_business("vidde"))
            work.intents.put("fjell", declared(None, kind=IntentKind.ORDER, key="9", books="fake 7", now=NOW))
            work.installation.shut_all()
        with stocked.transaction() as work:
            shut = {one.business: one.since for one in work.installation.recoveries(needed=True)}
            assert set(shut) >= {"fjell", "vidde"}
            assert shut["fjell"] == NOW - CLOCKS_DIFFER
            finding = Finding(kind=FindingKind.SEVERAL, invoice="1", order_ids=("7", "8"), message="Look at them.")
            ended = Recovery(business="fjell", needed=False, since=NOW, ended_at=NOW, orders=2, tied=1)
            done = ended.model_copy(update={"findings": (finding,)})
            work.installation.put_recovery(done)
        with stocked.transaction() as work:
            assert work.installation.recovery("fjell") == done
            assert work.installation.recovery("nobody") is None
            assert "fjell" not in [one.business for one in work.installation.recoveries(needed=True)]
            assert [one.business for one in work.installation.recoveries(needed=False)] == ["fjell"]

    def test_the_transfer_of_an_order_is_found(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.transfers.add(
                arrived(a_transfer("t"), Receipt(order_id="1", customer_id="2"), warnings=(), books="fake 7", now=NOW)
            )
            found = work.transfers.of_order("fjell", "1", books="fake 7")
            assert found is not None
            assert found.id == "t"
            assert work.transfers.of_order("fjell", "2", books="fake 7") is None
            assert work.transfers.of_order("fjell", "1", books="fake 8") is None
