"""What is remembered of customers."""

from collections.abc import Collection

from core.customer import CustomerEntry
from core.customer_choice import CustomerLink
from core.ports.storage import Storage
from tests.storage_contract.samples import MINUTE, NOW, WithBusinesses


class CustomerContract(WithBusinesses):
    """Which customer an invoice goes to, and the keys that customers are found by."""

    def test_a_link_is_remembered_and_replaced(self, stocked: Storage) -> None:
        learned = CustomerLink(key="organization:923609016", customer_id="7")
        other = CustomerLink(key="organization:974760673", customer_id="9")
        chosen = CustomerLink(key="organization:923609016", customer_id="8", chosen=True)
        keys = [learned.key, other.key, "organization:9"]
        with stocked.transaction() as work:
            work.links.put("fjell", learned, other)
            assert work.links.of_keys("fjell", keys) == {learned.key: learned, other.key: other}
            assert work.links.of_keys("fjell", [other.key]) == {other.key: other}
            assert work.links.of_keys("vidde", keys) == {}
            work.links.put("fjell", chosen)
            assert work.links.of_keys("fjell", keys) == {learned.key: chosen, other.key: other}

    def test_links_are_forgotten_by_their_keys(self, stocked: Storage) -> None:
        kept, gone = CustomerLink(key="a", customer_id="1"), CustomerLink(key="b", customer_id="2")
        with stocked.transaction() as work:
            work.links.put("fjell", kept, gone)
            work.links.put("vidde", gone)
            work.links.remove("fjell", ["b", "c"])
            work.links.remove("fjell", [])
        with stocked.transaction() as work:
            assert work.links.of_keys("fjell", ["a", "b"]) == {"a": kept}
            assert work.links.of_keys("vidde", ["b"]) == {"b": gone}

    def test_a_directory_finds_customers_by_their_keys_in_these_books_alone(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.directory.put(
                "fjell",
                "books",
                [
                    CustomerEntry(id="1", organization_number="NO 923 609 016 MVA", emails=("Post@Moe.example",)),
                    CustomerEntry(id="2", emails=("kari@example.com", "KARI@example.com ", "k@example.com")),
                    CustomerEntry(id="3"),
                ],
            )
            work.directory.put("fjell", "other books", [CustomerEntry(id="4", emails=("kari@example.com",))])
            work.directory.put("vidde", "books", [CustomerEntry(id="5", emails=("kari@example.com",))])

            def found(*, numbers: Collection[str] = (), emails: Collection[str] = ()) -> set[str]:
                return set(work.directory.find("fjell", "books", numbers=numbers, emails=emails))

            assert found(numbers=["923609016"]) == {"1"}
            assert found(emails=["kari@example.com"]) == {"2"}
            assert found(emails=["k@example.com", "post@moe.example"], numbers=["923609016"]) == {"1", "2"}
            assert found(emails=["923609016", "3"], numbers=["kari@example.com"]) == set()

    def test_a_directory_entry_takes_the_place_of_what_was_kept_of_that_customer(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.directory.put("fjell", "books", [CustomerEntry(id="1", emails=("a@example.com", "b@example.com"))])
            work.directory.put("fjell", "books", [CustomerEntry(id="1", emails=("b@example.com",))])
            assert work.directory.find("fjell", "books", numbers=[], emails=["a@example.com"]) == []
            assert work.directory.find("fjell", "books", numbers=[], emails=["b@example.com"]) == ["1"]
            work.directory.remove("fjell", "books", ["1", "2"])
            assert work.directory.find("fjell", "books", numbers=[], emails=["b@example.com"]) == []

    def test_a_directory_knows_when_it_was_read_until_it_is_dropped(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            assert work.directory.read_at("fjell", "books") is None
            work.directory.put("fjell", "books", [CustomerEntry(id="1", emails=("a@example.com",))])
            work.directory.mark_read("fjell", "books", at=NOW)
            work.directory.mark_read("fjell", "books", at=NOW + MINUTE)
            assert work.directory.read_at("fjell", "books") == NOW + MINUTE
            assert work.directory.read_at("fjell", "other books") is None
            work.directory.drop("fjell", "books")
            assert work.directory.read_at("fjell", "books") is None
            assert work.directory.find("fjell", "books", numbers=[], emails=["a@example.com"]) == []
