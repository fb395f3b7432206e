"""Businesses as they are stored and listed."""

from core.business import Connection, NewOrderStatus
from core.ports.storage import Storage
from tests.storage_contract.samples import a_business, a_transfer, pages


class BusinessContract:
    def test_a_business_comes_back_as_it_was_stored(self, storage: Storage) -> None:
        business = a_business(
            product_name="Leie – utstyr",
            category_name="Utleie",
            order_status=NewOrderStatus.CONFIRMED,
            vat_codes={"0": "52", "12.50": "31"},
        )
        with storage.transaction() as work:
            work.businesses.put(business)
        with storage.transaction() as work:
            stored = work.businesses.get("fjell")
        assert stored == business
        assert stored.accounting.settings == {"username": "ola@fjell.example", "password": "hunter2 æøå"}

    def test_a_business_that_is_put_again_is_changed(self, storage: Storage) -> None:
        changed = a_business(accounting=Connection.of("other", {"key": "1"}), product_name="Other")
        with storage.transaction() as work:
            work.businesses.put(a_business())
            work.transfers.add(a_transfer())
        with storage.transaction() as work:
            work.businesses.put(changed)
        with storage.transaction() as work:
            assert work.businesses.get("fjell") == changed
            assert work.businesses.list(limit=10) == [changed]
            assert work.transfers.get("t1") == a_transfer()

    def test_an_unknown_business_is_none(self, storage: Storage) -> None:
        with storage.transaction() as work:
            work.businesses.put(a_business())
            assert work.businesses.get("Fjell") is None
            assert work.businesses.get("fjel") is None

    def test_businesses_are_listed_by_name_page_by_page(self, storage: Storage) -> None:
        names = ["c", "B", "a", "a.2", "a-1", "a10", "Z"]
        with storage.transaction() as work:
            assert work.businesses.list(limit=3) == []
            for name in names:
                work.businesses.put(a_business(name))
        with storage.transaction() as work:
            assert pages(lambda after: [b.name for b in work.businesses.list(limit=3, after=after)]) == sorted(names)
