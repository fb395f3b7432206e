"""Businesses, the books that their logins lead to, and reference data."""

from concurrent.futures import ThreadPoolExecutor

from core.books import Books
from core.business import Connection, NewOrderStatus
from core.customer_choice import CustomerLink
from core.intent import Intent, IntentKind
from core.ports.storage import Storage
from core.transfer import (
    Receipt,
    arrived,
)
from tests.storage_contract.samples import MINUTE, NOW, WithBusinesses, a_business, a_report, a_transfer, pages


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

    def test_a_business_read_for_update_is_not_changed_by_others_until_the_end(self, storage: Storage) -> None:
        with storage.transaction() as work:
            work.businesses.put(a_business(product_name="0"))

        def count_up() -> None:
            with storage.transaction() as work:
                business = work.businesses.get("fjell", for_update=True)
                assert business is not None
                work.businesses.put(a_business(product_name=str(int(business.product_name) + 1)))

        with ThreadPoolExecutor(4) as threads:
            for counted in [threads.submit(count_up) for _ in range(12)]:
                counted.result()
        with storage.transaction() as work:
            assert work.businesses.get("fjell") == a_business(product_name="12")
            assert work.businesses.get("nobody", for_update=True) is None

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
            assert pages(lambda after: work.businesses.names(limit=3, after=after)) == sorted(names)

    def test_of_businesses_that_are_named_the_names_of_those_that_are_there_are_listed(self, storage: Storage) -> None:
        with storage.transaction() as work:
            for name in ("a", "b", "c", "d", "gone"):
                work.businesses.put(a_business(name))
            work.forgetting.erase("gone", at=NOW)
            wanted = ["d", "nobody", "gone", "b", "c"]
            assert work.businesses.names(limit=9) == ["a", "b", "c", "d"]
            assert pages(lambda after: work.businesses.names(limit=2, after=after, among=wanted)) == ["b", "c", "d"]
            assert work.businesses.names(limit=9, among=[]) == []


class BooksContract(WithBusinesses):
    """The books that a login has led to, and what they claim that was kept before they were told."""

    HERE = Books(system="fake", company_id="7", company="Fjellutleie AS")

    def test_books_are_remembered_by_business_and_told_of_anew(self, stocked: Storage) -> None:
        other = Books(system="fake", company_id="8")
        with stocked.transaction() as work:
            assert work.books.of("fjell") == {}
            work.books.put("fjell", self.HERE)
            work.books.put("fjell", other)
        with stocked.transaction() as work:
            assert work.books.of("fjell") == {"fake 7": self.HERE, "fake 8": other}
            assert work.books.of("vidde") == {}
            renamed = self.HERE.model_copy(update={"company": "Fjell AS"})
            work.books.put("fjell", renamed)
            assert work.books.of("fjell")["fake 7"] == renamed

    def test_what_was_kept_without_its_books_is_claimed_once(self, stocked: Storage) -> None:
        receipt = Receipt(order_id="91", customer_id="2")
        with stocked.transaction() as work:
            for number, books in (("1", None), ("2", "fake 8")):
                work.transfers.add(a_transfer(f"t{number}", invoice=number))
                arriving = arrived(work.transfers.get(f"t{number}"), receipt, warnings=(), books="", now=NOW)  # type: ignore[arg-type]
                work.transfers.save(arriving.model_copy(update={"books": books}))
                work.statuses.add("fjell", a_report(number).model_copy(update={"books": books}))
                mark = Intent(kind=IntentKind.ORDER, key=number, first_at=NOW, last_at=NOW, books=books)
                work.intents.put("fjell", mark)
            work.transfers.add(a_transfer("t3", invoice="3"))
            work.intents.put("fjell", Intent(kind=IntentKind.PRODUCT, key="Leie", first_at=NOW, last_at=NOW))
            assert work.books.has_unclaimed("fjell")
            assert not work.books.has_unclaimed("vidde")
            work.books.claim("fjell", self.HERE, settings=[])
        with stocked.transaction() as work:
            transfers = work.transfers.of_invoices("fjell", ["1", "2", "3"])
            assert {number: one.books for number, one in transfers.items()} == {"1": "fake 7", "2": "fake 8", "3": None}
            intents = work.intents.of_keys("fjell", IntentKind.ORDER, ["1", "2"])
            assert {number: one.books for number, one in intents.items()} == {"1": "fake 7", "2": "fake 8"}
            product = work.intents.get("fjell", IntentKind.PRODUCT, "fake 7 Leie")
            assert product is not None
            assert product.books == "fake 7"
            assert work.intents.get("fjell", IntentKind.PRODUCT, "Leie") is None
            assert [work.statuses.latest("fjell", one).books for one in ("1", "2")] == ["fake 7", "fake 8"]  # type: ignore[union-attr]
            assert not work.books.has_unclaimed("fjell")

    def test_customer_links_are_claimed_that_were_made_for_the_connection_as_it_is(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            for business in ("fjell", "vidde"):
                work.links.put(
                    business,
                    CustomerLink(key="https://old.example Fjellutleie AS organization:911000008", customer_id="4"),
                    CustomerLink(
                        key="https://api.example Fjellutleie AS organization:911000008", customer_id="5", chosen=True
                    ),
                    CustomerLink(key="https://api.example Dal AS organization:911000008", customer_id="6"),
                )
            work.books.claim("fjell", self.HERE, settings=["secret", "Fjellutleie AS"])
        claimed, others = "fake 7 organization:911000008", "https://api.example Dal AS organization:911000008"
        with stocked.transaction() as work:
            found = work.links.of_keys("fjell", [claimed, others])
            assert {key: (link.customer_id, link.chosen) for key, link in found.items()} == {
                claimed: ("5", True),
                others: ("6", False),
            }
            assert work.links.of_keys("vidde", [claimed]) == {}


class ReferenceContract(WithBusinesses):
    """What was read of products and codes, and when."""

    def test_reference_data_is_kept_with_when_it_was_stored(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.references.put("fjell", "vat", '["ø"]', now=NOW)
            work.references.put("fjell", "product", "{}", now=NOW)
            assert work.references.all("fjell") == {"vat": ('["ø"]', NOW), "product": ("{}", NOW)}
            assert work.references.all("vidde") == {}
            work.references.put("fjell", "vat", "[]", now=NOW + MINUTE)
            assert work.references.all("fjell")["vat"] == ("[]", NOW + MINUTE)

    def test_reference_data_is_forgotten_for_one_business_alone(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            for business, name in (("fjell", "vat"), ("fjell", "product"), ("vidde", "vat")):
                work.references.put(business, name, "[]", now=NOW)
            work.references.drop("fjell")
            assert work.references.all("fjell") == {}
            assert work.references.all("vidde") == {"vat": ("[]", NOW)}
