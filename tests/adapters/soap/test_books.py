"""What the ports do in a company's books."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from adapters.twentyfour_seven_office.soap.system import SoapAccountingSystem
from core.customer import Address, Customer, CustomerEntry
from core.customer_changes import CustomerChanges
from core.errors import AccessRefused, KvittError, OutcomeUnknown, Rejected
from core.invoice import Delivery
from core.order_draft import CreditedOrder
from core.payment import BookedTotals, OrderState
from core.ports.accounting import CustomerUpdate
from core.product import Category, Product, named_exactly
from core.transfer import Receipt
from core.unreadable import readable
from sandbox import DEMO_ACCOUNT, Sandbox
from sandbox.twentyfour_seven_office import DEMO_APPLICATION_ID, DEMO_USERNAME
from sandbox.twentyfour_seven_office.books import Books
from sandbox.twentyfour_seven_office.records import Row
from sandbox.twentyfour_seven_office.users import Account
from tests.adapters.drafts import EURO, draft, row
from tests.adapters.ways import PASSWORD, OpenSoap

YESTERDAY = timedelta(days=1)


def now() -> datetime:
    return datetime.now(UTC)


class TestCustomers:
    def test_an_update_changes_what_was_asked_and_resets_nothing(
        self, system: SoapAccountingSystem, books: Books, customer_id: str
    ) -> None:
        stored = books.customers[int(customer_id)]
        stored.discount, stored.account_debit, stored.currency_id = Decimal("12.5"), 1501, "EUR"
        stored.emails["Work"] = "work@x.example"
        stored.addresses["Visit"] = {"Street": "Besøksgata 1"}
        (record,) = readable(system.customers.read([customer_id]).values())
        changes = CustomerChanges(
            email="ny@x.example",
            invoice_email="ny@x.example",
            addresses=(Address(street="Gate 1", country="no"), Address(street="Gate 1")),
        )
        assert system.customers.update([CustomerUpdate(record=record, changes=changes)]) == [None]
        stored = books.customers[int(customer_id)]
        assert (stored.discount, stored.account_debit, stored.currency_id) == (Decimal("12.5"), 1501, "EUR")
        assert stored.emails == {"Work": "work@x.example", "Primary": "ny@x.example", "Invoice": "ny@x.example"}
        assert stored.addresses == {
            "Visit": {"Street": "Besøksgata 1"},
            "Post": {"Street": "Gate 1", "Country": "NO"},
            "Invoice": {"Street": "Gate 1"},
        }
        assert (stored.name, stored.type) == ("Moe AS", "Business")

    def test_an_update_of_a_blocked_customer_leaves_it_blocked(
        self, system: SoapAccountingSystem, books: Books, customer_id: str
    ) -> None:
        books.customers[int(customer_id)].block_invoice = True
        (record,) = readable(system.customers.read([customer_id]).values())
        system.customers.update([CustomerUpdate(record=record, changes=CustomerChanges(phone="4"))])
        assert books.customers[int(customer_id)].block_invoice is True

    def test_an_update_of_a_record_that_is_gone_is_refused(
        self, system: SoapAccountingSystem, books: Books, customer_id: str
    ) -> None:
        (record,) = readable(system.customers.read([customer_id]).values())
        books.delete_customer(int(customer_id))
        (outcome,) = system.customers.update([CustomerUpdate(record=record, changes=CustomerChanges(phone="4"))])
        assert isinstance(outcome, Rejected)
        assert outcome.code == "unknown_reference"

    def test_several_are_created_in_one_call_and_read_back_in_one(
        self, sandbox: Sandbox, system: SoapAccountingSystem, books: Books
    ) -> None:
        family = [
            Customer(name="Kari Moe", email="moe@x.example"),
            Customer(name="Ola Moe", email="MOE@x.example"),
            Customer(name="Per Li"),
            Customer(organization_name="Moe AS", organization_number="NO817404502MVA", email="moe@x.example"),
        ]
        system.account()
        sandbox.journal.clear()
        outcomes = system.customers.create(family)
        assert [call.operation for call in sandbox.journal.calls()] == ["SaveCompanies", "GetCompanies"]
        records = system.customers.read([one for one in outcomes if isinstance(one, str)])
        assert [records[str(one)].name for one in outcomes] == [customer.booked_name for customer in family]
        assert len(books.customers) == len(family)

    def test_of_two_that_nothing_tells_apart_neither_gets_an_id(self, system: SoapAccountingSystem) -> None:
        outcomes = system.customers.create([Customer(name="Kari Moe"), Customer(name="Kari Moe"), Customer(name="Li")])
        assert [type(outcome) for outcome in outcomes] == [OutcomeUnknown, OutcomeUnknown, str]

    def test_many_updates_are_one_call(self, sandbox: Sandbox, system: SoapAccountingSystem, books: Books) -> None:
        ids = [str(books.add_customer(name)) for name in ("Moe AS", "Li AS", "Dal AS")]
        records = {record.id: record for record in readable(system.customers.read(ids).values())}
        books.delete_customer(int(ids[1]))
        sandbox.journal.clear()
        updates = [CustomerUpdate(record=records[one], changes=CustomerChanges(phone=one)) for one in ids]
        outcomes = system.customers.update(updates)
        assert [type(outcome) for outcome in outcomes] == [type(None), Rejected, type(None)]
        assert [call.operation for call in sandbox.journal.calls()] == ["SaveCompanies"]
        assert system.customers.update([]) == []
        assert sandbox.journal.count() == 1


class TestEveryCustomer:
    def test_all_are_listed_page_by_page_as_pages_are_asked_for(
        self, sandbox: Sandbox, system: SoapAccountingSystem, books: Books
    ) -> None:
        ids = [str(books.add_customer(f"Moe {number} AS")) for number in range(2001)]
        books.delete_customer(int(ids[7]))
        system.account()
        sandbox.journal.clear()
        pages = system.customers.entries()
        assert sandbox.journal.count() == 0
        first = next(pages)
        assert sandbox.journal.count() == 2
        found = [entry.id for page in [first, *pages] for entry in readable(page)]
        assert sorted(found, key=int) == [one for one in ids if one != ids[7]]
        assert len(first) <= 1000
        assert [call.operation for call in sandbox.journal.calls()] == ["GetCompanySyncList", "GetCompanies"] * 2

    def test_an_entry_holds_what_a_customer_is_searched_by(self, system: SoapAccountingSystem, books: Books) -> None:
        emails = {"Primary": "a@x.example", "Work": "B@x.example"}
        moe = books.add_customer("Moe AS", organization_number="817 404 502", emails=emails)
        li = books.add_customer("Li", type="Supplier")
        (page,) = system.customers.entries()
        assert list(page) == [
            CustomerEntry(id=str(moe), organization_number="817 404 502", emails=("a@x.example", "B@x.example")),
            CustomerEntry(id=str(li)),
        ]

    def test_an_account_without_customers_has_no_entries(self, system: SoapAccountingSystem) -> None:
        assert [entry for page in system.customers.entries() for entry in page] == []

    def test_changes_are_one_call(self, sandbox: Sandbox, system: SoapAccountingSystem, books: Books) -> None:
        moe = books.add_customer("Moe AS")
        system.account()
        sandbox.journal.clear()
        for since, found in ((now() - YESTERDAY, [str(moe)]), (now() + YESTERDAY, [])):
            assert [entry.id for page in system.customers.entries(changed_since=since) for entry in page] == found
        assert [call.operation for call in sandbox.journal.calls()] == ["GetCompanies", "GetCompanies"]


class TestProducts:
    @pytest.mark.parametrize("name", ["Sharefox rental", "Leie 100%", "Leie [stor] _x_", "Größe & <Co>"])
    def test_category_and_product_are_created_and_found_by_name(self, system: SoapAccountingSystem, name: str) -> None:
        category_id = system.products.create_category(name)
        product_id = system.products.create_product(name, category_id=category_id)
        assert named_exactly(name, system.products.find_categories(name)) == Category(id=category_id, name=name)
        assert named_exactly(name, system.products.find_products(name)) == Product(id=product_id, name=name)

    def test_a_product_needs_a_category_of_this_account(self, system: SoapAccountingSystem) -> None:
        for category_id in ("1", "abc"):
            with pytest.raises(Rejected) as error:
                system.products.create_product("x", category_id=category_id)
            assert error.value.code == "unknown_reference"


class TestTables:
    def test_vat_codes_and_currencies(self, system: SoapAccountingSystem) -> None:
        rates = {code.code: code.percent for code in system.vat.codes()}
        assert (rates["3"], rates["32"], rates["52"]) == (Decimal(25), Decimal("11.11"), Decimal(0))
        euro = next(currency for currency in system.currencies.currencies() if currency.code == "EUR")
        assert euro == EURO

    @staticmethod
    def _account(sandbox: Sandbox, *, account_service: bool = False) -> Account:
        account = sandbox.add_account("Mva AS", vat_types_refused=True, account_service=account_service)
        sandbox.add_user(DEMO_USERNAME, PASSWORD, application_id=DEMO_APPLICATION_ID, accounts=[account])
        return account

    def test_the_ledgers_tax_codes_are_the_second_choice(self, sandbox: Sandbox, open_system: OpenSoap) -> None:
        self._account(sandbox, account_service=True)
        codes = open_system(account_name="Mva AS").vat.codes()
        assert {code.code: code.percent for code in codes}["31"] == 15
        assert sandbox.journal.count("GetTaxCodeList") == 1

    def test_where_both_are_refused_the_first_refusal_is_told(self, sandbox: Sandbox, open_system: OpenSoap) -> None:
        self._account(sandbox)
        with pytest.raises(AccessRefused) as error:
            open_system(account_name="Mva AS").vat.codes()
        assert error.value.code == "missing_rights"
        assert "GetVatTypeList" in error.value.message

    def test_no_way_in_is_not_asked_a_second_time(self, sandbox: Sandbox, open_system: OpenSoap) -> None:
        with pytest.raises(AccessRefused) as error:
            open_system(password="en annen").vat.codes()
        assert error.value.code == "login_refused"
        assert sandbox.journal.count("GetIdentitiesWithCredential") == 1


class TestOrders:
    def test_an_order_is_created_as_described(
        self, system: SoapAccountingSystem, books: Books, customer_id: str, product_id: str
    ) -> None:
        asked = draft(
            "SF-1 æøå & <x>",
            customer_id=customer_id,
            product_id=product_id,
            your_reference="PO 7",
            comment="Signe Prøve",
            rows=(row(product_id, quantity=Decimal("-2"), unit_price=Decimal("0.0001")), row(product_id)),
        )
        (receipt,) = system.orders.create([asked])
        (order,) = books.orders.values()
        assert receipt == Receipt(
            order_id=str(order.id),
            customer_id=customer_id,
            totals=BookedTotals(gross=order.total_inc_vat, vat=order.total_vat),
        )
        assert (order.status, order.reference, order.payment_time) == ("Draft", "SF-1 æøå & <x>", 14)
        assert order.date_ordered == datetime(2026, 3, 28, 23, tzinfo=UTC)
        assert (order.your_reference, order.invoice_text, order.include_vat) == ("PO 7", "Signe Prøve", False)
        first = order.rows[0]
        assert (first.quantity, first.price) == (Decimal(-2), Decimal("0.0001"))
        assert (first.tax_code, first.tax_rate) == (3, Decimal(25))
        assert order.currency_symbol == "NOK"

    def test_an_order_says_what_it_has_a_place_for(
        self, system: SoapAccountingSystem, books: Books, customer_id: str, product_id: str
    ) -> None:
        site = Address(street="Hyttevegen 9", additional_street="by the barn", postal_code="2670", city="Otta")
        asked = draft(
            "1",
            customer_id=customer_id,
            product_id=product_id,
            order_reference="PO 4711",
            credited=CreditedOrder(order_id="24001", invoice_number="10001"),
            delivery=Delivery(date=date(2026, 3, 29), name="Site 4", address=site),
            rows=(row(product_id), row(product_id, text="Trailer included", is_text=True)),
        )
        system.orders.create([asked])
        (order,) = books.orders.values()
        said = {name: value for name, value in order.other.items() if name != "DeliveryDate"}
        assert said == {
            "ReferenceNumber": "PO 4711",
            "ReferenceOrderId": 24001,
            "ReferenceInvoiceId": 10001,
            "CustomerDeliveryName": "Site 4",
        }
        assert order.other["DeliveryDate"] == datetime(2026, 3, 28, 23, tzinfo=UTC)
        assert order.addresses == {
            "Delivery": {
                "Street": "Hyttevegen 9, by the barn",
                "PostalCode": "2670",
                "PostalArea": "Otta",
                "City": "Otta",
            }
        }
        assert order.rows[1] == Row(id=order.rows[1].id, name="Trailer included", type="Text")

    def test_a_free_row_costs_nothing_and_a_foreign_order_has_its_rate(
        self, system: SoapAccountingSystem, books: Books, customer_id: str, product_id: str
    ) -> None:
        books.products[int(product_id)].price = Decimal(99)
        rows = (row(product_id, unit_price=Decimal("0")),)
        system.orders.create(
            [draft("1", customer_id=customer_id, product_id=product_id, rows=rows, currency=EURO)],
        )
        (order,) = books.orders.values()
        assert order.rows[0].price == 0
        assert (order.currency_symbol, order.currency_rate, order.currency_unit) == ("EUR", Decimal("11.6"), 1)

    def test_an_order_is_found_by_its_exact_reference_oldest_first(
        self, system: SoapAccountingSystem, customer_id: str, product_id: str
    ) -> None:
        drafts = [draft(one, customer_id=customer_id, product_id=product_id) for one in ("R-1", "R-10", "r-1")]
        first, *_others = system.orders.create(drafts)
        (again,) = system.orders.create(drafts[:1])
        found = system.orders.find(["R-1", "R-9"], customer_ids=[customer_id], since=now() - YESTERDAY)
        assert found == {"R-1": [first, again]}

    def test_orders_of_others_or_of_before_are_not_found(
        self, sandbox: Sandbox, system: SoapAccountingSystem, customer_id: str, product_id: str
    ) -> None:
        system.orders.create([draft("R-1", customer_id=customer_id, product_id=product_id)])
        assert system.orders.find(["R-1"], customer_ids=["1"], since=now() - YESTERDAY) == {}
        assert system.orders.find(["R-1"], customer_ids=[customer_id], since=now() + timedelta(hours=2)) == {}
        sandbox.journal.clear()
        assert system.orders.find(["R-1"], customer_ids=[], since=now()) == {}
        assert sandbox.journal.count() == 0

    def test_several_are_created_in_one_call_and_read_back_in_one(
        self, sandbox: Sandbox, system: SoapAccountingSystem, books: Books, customer_id: str, product_id: str
    ) -> None:
        other = str(books.add_customer("Li AS"))
        asked = [
            draft("1", customer_id=customer_id, product_id=product_id),
            draft("2", customer_id=other, product_id=product_id, rows=(row(product_id, quantity=Decimal(2)),)),
            draft("1", customer_id=other, product_id=product_id),
        ]
        system.account()
        sandbox.journal.clear()
        receipts = system.orders.create(asked)
        assert [call.operation for call in sandbox.journal.calls()] == ["SaveInvoices", "GetInvoices"]
        orders = {str(order.id): order for order in books.orders.values()}
        for draft_, receipt in zip(asked, receipts, strict=True):
            assert isinstance(receipt, Receipt)
            order = orders.pop(receipt.order_id)
            assert (order.reference, str(order.customer_id)) == (draft_.reference, draft_.customer_id)
            assert receipt.totals == BookedTotals(gross=order.total_inc_vat, vat=order.total_vat)

    def test_of_two_with_one_reference_and_customer_neither_gets_a_receipt(
        self, system: SoapAccountingSystem, customer_id: str, product_id: str
    ) -> None:
        asked = [draft(one, customer_id=customer_id, product_id=product_id) for one in ("1", "1", "2")]
        outcomes = system.orders.create(asked)
        assert [type(outcome) for outcome in outcomes] == [OutcomeUnknown, OutcomeUnknown, Receipt]

    def test_one_refused_order_does_not_hide_the_others(
        self, system: SoapAccountingSystem, books: Books, customer_id: str, product_id: str
    ) -> None:
        outcomes = system.orders.create(
            [
                draft("1", customer_id=customer_id, product_id=product_id),
                draft("2", customer_id="abc", product_id=product_id),
                draft("3", customer_id="999", product_id=product_id),
                draft("4", customer_id=customer_id, product_id=product_id),
            ],
        )
        assert [type(outcome) for outcome in outcomes] == [Receipt, Rejected, Rejected, Receipt]
        assert len(books.orders) == 2

    @pytest.mark.parametrize("dimension", ["department", "project"])
    def test_a_dimension_that_the_account_demands_is_named(
        self, sandbox: Sandbox, open_system: OpenSoap, books: Books, customer_id: str, product_id: str, dimension: str
    ) -> None:
        setattr(sandbox.account(DEMO_ACCOUNT), f"{dimension}_required", True)
        (outcome,) = open_system().orders.create([draft("1", customer_id=customer_id, product_id=product_id)])
        assert isinstance(outcome, Rejected)
        assert outcome.code == f"{dimension}_required"
        assert dimension in outcome.hint


class TestPayment:
    def test_an_orders_life(
        self, system: SoapAccountingSystem, books: Books, customer_id: str, product_id: str
    ) -> None:
        (receipt,) = system.orders.create([draft("1", customer_id=customer_id, product_id=product_id)])
        assert isinstance(receipt, Receipt)
        order_id, totals = receipt.order_id, BookedTotals(gross=Decimal("1500"), vat=Decimal("300"))

        def state() -> OrderState | KvittError | None:
            return system.payments.states([order_id]).get(order_id)

        assert state() == OrderState(order_id=order_id, reference="1", customer_id=customer_id, totals=totals)
        number = books.publish(int(order_id))
        published = OrderState(
            order_id=order_id,
            reference="1",
            customer_id=customer_id,
            invoice_number=str(number),
            invoiced_at=books.today(),
            totals=totals,
        )
        assert state() == published
        books.pay(number, date(2026, 7, 1))
        assert state() == published.model_copy(update={"paid_at": date(2026, 7, 1)})
        books.delete_order(int(order_id))
        assert state() is None

    @pytest.mark.parametrize(("orders", "calls"), [(0, 0), (1000, 1), (1001, 2)])
    def test_a_thousand_orders_a_call(
        self,
        sandbox: Sandbox,
        system: SoapAccountingSystem,
        customer_id: str,
        product_id: str,
        orders: int,
        calls: int,
    ) -> None:
        (receipt,) = system.orders.create([draft("1", customer_id=customer_id, product_id=product_id)])
        assert isinstance(receipt, Receipt)
        order_ids = [*(str(nth) for nth in range(1, orders)), receipt.order_id][:orders]
        assert list(system.payments.states([*order_ids, "abc"])) == order_ids[-1:]
        assert sandbox.journal.count("GetInvoices") == calls


def test_a_cold_send_takes_twelve_calls(sandbox: Sandbox, system: SoapAccountingSystem) -> None:
    system.products.find_products("p")
    system.products.find_categories("c")
    product_id = system.products.create_product("p", category_id=system.products.create_category("c"))
    system.vat.codes()
    system.customers.find_by_organization_number("817404502")
    system.customers.find_by_email("kari@x.example")
    (customer_id,) = system.customers.create([Customer(name="Kari")])
    assert isinstance(customer_id, str)
    system.orders.create([draft("1", customer_id=customer_id, product_id=product_id)])
    assert [call.operation for call in sandbox.journal.calls()] == [
        "GetIdentitiesWithCredential",
        "Login",
        "GetIdentity",
        "GetProducts",
        "GetCategories",
        "SaveCategories",
        "SaveProducts",
        "GetVatTypeList",
        "GetCompanies",
        "GetCompanies",
        "SaveCompanies",
        "SaveInvoices",
    ]
