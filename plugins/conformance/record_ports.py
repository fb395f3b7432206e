"""Customers, products and VAT codes, asked for directly."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from core.customer import Address, CustomerKind
from core.customer_changes import CustomerChanges
from core.ports.accounting import CustomerUpdate
from core.unreadable import readable
from core.vat_code import vat_code_for
from plugins.conformance.bench import Bench
from plugins.conformance.fixtures import Setup
from plugins.conformance.installation import CATEGORY, PRODUCT, Installation
from plugins.conformance.samples import ADDRESS, COMPANY, PERSON

_A_DAY = timedelta(days=1)


class RecordPorts(Setup):
    """What is kept of customers and products."""

    def test_reading_leaves_out_what_is_gone(self, bench: Bench, kvitt: Installation) -> None:
        """An id that is gone is no error."""
        here = bench.add_customer("Moe Prøve AS", is_company=True, email="post@moe.example", address=ADDRESS)
        gone = bench.add_customer("Borte Prøve AS", is_company=True, email="post@borte.example")
        bench.delete_customer(gone)
        records = kvitt.system().customers.read([gone, here])
        assert set(records) == {here}, "read answers what is there and leaves out what is gone"
        (record,) = readable(records.values())
        assert (record.name, record.kind) == ("Moe Prøve AS", CustomerKind.BUSINESS)
        assert record.addresses, "a record has the addresses that a change must reach, blank ones included"
        assert record.addresses[0] == ADDRESS

    def test_every_customer_is_in_the_directory(self, bench: Bench, kvitt: Installation) -> None:
        """All of them, page by page, and each once."""
        ids = [
            bench.add_customer(f"Prøve {number} AS", is_company=True, email=f"post{number}@prove.example")
            for number in range(7)
        ]
        entries = [entry for page in kvitt.system().customers.entries() for entry in readable(page)]
        assert sorted(entry.id for entry in entries) == sorted(ids), "entries yields every customer, each once"
        assert {email for entry in entries for email in entry.emails} == {f"post{n}@prove.example" for n in range(7)}

    def test_what_changed_since_is_in_the_directory_of_changes(self, bench: Bench, kvitt: Installation) -> None:
        """Whoever was registered after that instant is among them."""
        since = datetime.now(UTC) - _A_DAY
        new = bench.add_customer("Ny Prøve AS", is_company=True, organization_number="911000008")
        entries = [entry for page in kvitt.system().customers.entries(changed_since=since) for entry in page]
        assert new in {entry.id for entry in entries}, "a customer registered since then is among the changed ones"
        assert entries[0].organization_number, "an entry has the organization number"

    def test_searching_finds_by_email_and_by_number(self, bench: Bench, kvitt: Installation) -> None:
        """Searches may answer more than was asked for, and never less."""
        known = bench.add_customer(
            "Moe Prøve AS", is_company=True, organization_number="911000008", email="post@moe.example"
        )
        customers = kvitt.system().customers
        assert known in [record.id for record in customers.find_by_email("post@moe.example")]
        assert known in [record.id for record in customers.find_by_organization_number("911000008")]
        nobody = customers.find_by_email("nobody@prove.example")
        assert not [record for record in nobody if "nobody@prove.example" in record.emails]

    def test_several_customers_are_created_and_answered_in_order(self, bench: Bench, kvitt: Installation) -> None:
        """An answer for each, in the order in which they were given."""
        customers = kvitt.system().customers
        most = kvitt.system().limits.items_per_write
        wanted = [PERSON, COMPANY][:most]
        answers = customers.create(wanted)
        assert all(isinstance(answer, str) for answer in answers), answers
        names = {customer.id: customer.name for customer in bench.customers()}
        assert [names[str(answer)] for answer in answers] == [customer.booked_name for customer in wanted]

    def test_an_update_writes_the_changed_fields_and_nothing_else(self, bench: Bench, kvitt: Installation) -> None:
        """What is not named in the changes stays as it is."""
        known = bench.add_customer(
            "Moe Gammel AS", is_company=True, organization_number="911000008", email="post@moe.example",
            phone="40000009", address=ADDRESS,
        )  # fmt: skip
        customers = kvitt.system().customers
        (record,) = readable(customers.read([known]).values())
        assert customers.update([CustomerUpdate(record, CustomerChanges(name="Moe Prøve AS"))]) == [None]
        (held,) = bench.customers()
        assert (held.name, held.emails, held.address) == ("Moe Prøve AS", ("post@moe.example",), ADDRESS)
        assert held.organization_number, "the organization number stays"
        moved = Address(street="Flyttegata 9", postal_code="5003", city="Bergen", country="NO")
        addresses = tuple(moved for _ in record.addresses)
        (record,) = readable(customers.read([known]).values())
        assert customers.update([CustomerUpdate(record, CustomerChanges(addresses=addresses))]) == [None]
        (held,) = bench.customers()
        assert (held.name, held.emails, held.address) == ("Moe Prøve AS", ("post@moe.example",), moved)
        assert len(held.phones) == 1, "the phone number stays"

    def test_products_and_categories_are_found_once_they_are_created(self, bench: Bench, kvitt: Installation) -> None:
        """By the id that creating them answered."""
        products = kvitt.system().products
        category = products.create_category(CATEGORY)
        product = products.create_product(PRODUCT, category_id=category)
        assert [found.id for found in products.find_categories(CATEGORY) if found.name == CATEGORY] == [category]
        assert [found.id for found in products.find_products(PRODUCT) if found.name == PRODUCT] == [product]
        assert [found.name for found in bench.products()] == [PRODUCT]

    def test_the_vat_codes_have_their_rates_in_percent(self, kvitt: Installation) -> None:
        """25, not 0.25."""
        codes = kvitt.system().vat.codes()
        for percent in (25, 15, 0):
            assert vat_code_for(Decimal(percent), account=codes, overrides={}).code.percent == percent
