"""Marks of create calls."""

from core.intent import Intent, IntentKind
from core.ports.storage import Storage
from tests.storage_contract.samples import NOW, SECOND, WithBusinesses


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
