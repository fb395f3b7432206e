"""What the ports do in a company's books."""

from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from adapters.pace import Throttled
from adapters.twentyfour_seven_office.rest.system import RestAccountingSystem
from core.business import NewOrderStatus
from core.customer import Address, Customer, CustomerEntry, CustomerKind
from core.customer_changes import CustomerChanges, changed_fields
from core.errors import AccessRefused, KvittError, OutcomeUnknown, Rejected
from core.invoice import Delivery
from core.order_draft import OrderDraft
from core.payment import BookedTotals, OrderState
from core.ports.accounting import CustomerUpdate
from core.product import Category, Product, named_exactly
from core.transfer import Receipt
from core.unreadable import readable
from sandbox import DEMO_ACCOUNT, Sandbox
from sandbox.twentyfour_seven_office.books import Books
from sandbox.twentyfour_seven_office.records import Row
from tests.adapters.drafts import EURO, draft, row
from tests.adapters.gate import create_orders
from tests.adapters.rest.conftest import operations
from tests.adapters.ways import OpenRest

YESTERDAY = timedelta(days=1)


def now() -> datetime:
    return datetime.now(UTC)


def created(system: RestAccountingSystem, asked: OrderDraft) -> Receipt:
    (receipt,) = system.orders.create([asked])
    assert isinstance(receipt, Receipt)
    return receipt


class TestCustomers:
    def test_a_company_is_created_and_found_by_its_number(self, system: RestAccountingSystem) -> None:
        moe = Customer(
            organization_name="Moe AS",
            organization_number="817404502",
            email="a@moe.example",
            address=Address(street="Gata 1", postal_code="0123", city="Oslo", country="NO"),
        )
        (customer_id,) = system.customers.create([moe])
        (record,) = readable(system.customers.find_by_organization_number("NO 817 404 502 MVA"))
        assert (record.id, record.kind) == (customer_id, CustomerKind.BUSINESS)
        assert changed_fields(moe, record) is None

    def test_the_core_is_told_that_customers_can_not_be_searched(self, system: RestAccountingSystem) -> None:
        assert system.customers.can_search is False
        assert (system.limits.items_per_read, system.limits.items_per_write) == (64, 24)

    def test_the_directory_has_all_customers_a_hundred_a_call(
        self, sandbox: Sandbox, system: RestAccountingSystem, books: Books
    ) -> None:
        many = books.add_customers(201)
        supplier = books.add_customer("Lever AS", type="Supplier", emails={"Invoice": "l@x.example"})
        pages = list(system.customers.entries())
        assert [len(page) for page in pages] == [100, 100, 2]
        assert {entry.id for page in pages for entry in page} == {str(one) for one in (*many, supplier)}
        assert CustomerEntry(id=str(supplier), emails=("l@x.example",)) in [one for page in pages for one in page]
        assert operations(sandbox).count("GET /customers") == 3

    def test_the_directory_has_those_changed_since(self, system: RestAccountingSystem, books: Books) -> None:
        books.add_customers(3)
        changed = books.add_customer("Moe AS", organization_number="817404502")
        (page,) = system.customers.entries(changed_since=now() - YESTERDAY)
        assert page == [CustomerEntry(id=str(changed), organization_number="817404502")]
        assert list(system.customers.entries(changed_since=now() + YESTERDAY)) == []

    def test_an_update_changes_what_was_asked_and_resets_nothing(
        self, system: RestAccountingSystem, books: Books
    ) -> None:
        customer_id = str(
            books.add_customer(
                "Moe AS",
                emails={"Invoice": "faktura@moe.example"},
                phones={"Mobile": "9"},
                addresses={"Invoice": {"Name": "Regnskap", "State": "Viken"}, "Visit": {"Street": "Besøksgata 1"}},
            )
        )
        (record,) = readable(system.customers.read([customer_id]).values())
        address = Address(street="Gata 1", country="NO")
        changes = CustomerChanges(email="ny@moe.example", phone="4", addresses=(address, address))
        assert system.customers.update([CustomerUpdate(record=record, changes=changes)]) == [None]
        stored = books.customers[int(customer_id)]
        assert stored.emails == {"Primary": "ny@moe.example", "Invoice": "faktura@moe.example"}
        assert stored.phones == {"Mobile": "9", "Primary": "4"}
        assert stored.addresses["Visit"] == {"Street": "Besøksgata 1"}
        assert stored.addresses["Invoice"] == {
            "Name": "Regnskap", "State": "Viken", "Street": "Gata 1", "Country": "NO",
        }  # fmt: skip
        assert stored.addresses["Post"]["Street"] == "Gata 1"
        assert (stored.name, stored.type) == ("Moe AS", "Business")

    def test_a_person_can_not_be_made_a_company_and_nothing_is_written(
        self, sandbox: Sandbox, system: RestAccountingSystem, books: Books
    ) -> None:
        customer_id = str(books.add_customer("Moe", first_name="Kari", type="Consumer"))
        (record,) = readable(system.customers.read([customer_id]).values())
        changes = changed_fields(Customer(organization_name="Moe AS", organization_number="817404502"), record)
        assert changes
        with pytest.raises(Rejected) as error:
            system.customers.update([CustomerUpdate(record=record, changes=changes)])
        assert error.value.code == "kind_cannot_change"
        assert sandbox.journal.count("PATCH /customers/{customerId}") == 0

    def test_an_update_of_a_record_that_is_gone_is_refused(
        self, system: RestAccountingSystem, books: Books, customer_id: str
    ) -> None:
        (record,) = readable(system.customers.read([customer_id]).values())
        books.delete_customer(int(customer_id))
        with pytest.raises(Rejected) as error:
            system.customers.update([CustomerUpdate(record=record, changes=CustomerChanges(phone="4"))])
        assert error.value.code == "gone"

    @pytest.mark.parametrize(
        ("kind", "outcomes"),
        [
            ("validation_error", [str, Rejected, str]),
            ("reset_after", [str, OutcomeUnknown, str]),
            ("forbidden", [str, AccessRefused, AccessRefused]),
            ("throttled", [str, Throttled, Throttled]),
        ],
    )
    def test_one_failure_does_not_hide_the_others(
        self, sandbox: Sandbox, open_system: OpenRest, kind: str, outcomes: list[type]
    ) -> None:
        system = open_system(parallel_calls="1")
        sandbox.inject("POST /customers", kind, after=1)
        three = [Customer(name=name) for name in ("Kari Moe", "Ola Dal", "Per Li")]
        assert [type(one) for one in system.customers.create(three)] == outcomes


class TestProducts:
    def test_a_product_is_found_in_its_category_once_both_are_created(
        self, system: RestAccountingSystem, books: Books
    ) -> None:
        category_id = system.products.create_category("SharefoxRental")
        product_id = system.products.create_product("Sharefox rental", category_id=category_id)
        assert books.products[int(product_id)].category_id == int(category_id)
        assert system.products.find_categories("SharefoxRental") == [Category(id=category_id, name="SharefoxRental")]
        assert system.products.find_products("Sharefox rental") == [Product(id=product_id, name="Sharefox rental")]

    @pytest.mark.parametrize("name", ["100 % leie", "Leie & utstyr", "Leie [ny]", "Ærlig+leie?#"])
    def test_signs_in_a_name_do_not_hide_it(self, system: RestAccountingSystem, books: Books, name: str) -> None:
        category_id = books.add_category("c")
        product_id = books.add_product(name, category_id)
        books.add_product("100 kr leie", category_id)
        assert named_exactly(name, system.products.find_products(name)) == Product(id=str(product_id), name=name)

    def test_all_pages_of_categories_are_read(self, system: RestAccountingSystem, books: Books) -> None:
        for number in range(130):
            books.add_category(f"c{number}")
        assert len(system.products.find_categories("c129")) == 130

    def test_a_category_that_can_not_be_one_there_is_refused(self, system: RestAccountingSystem) -> None:
        with pytest.raises(Rejected) as error:
            system.products.create_product("x", category_id="abc")
        assert error.value.code == "unknown_reference"


def test_tables(system: RestAccountingSystem) -> None:
    assert {(one.code, one.percent) for one in system.vat.codes()} >= {("3", Decimal(25)), ("5", Decimal(0))}
    assert "EUR" in {one.code for one in system.currencies.currencies()}


class TestOrders:
    def test_an_order_is_written_as_the_draft_says(
        self, system: RestAccountingSystem, books: Books, customer_id: str, product_id: str
    ) -> None:
        rows = (
            row(product_id, quantity=Decimal("2.5"), discount_percent=Decimal("12.5")),
            row(product_id, text="Henger", unit_price=Decimal("99.9999"), vat_percent=Decimal(15), vat_code="31"),
        )
        asked = draft(
            "2026/1-Æ",
            customer_id=customer_id,
            product_id=product_id,
            rows=rows,
            status=NewOrderStatus.CONFIRMED,
            your_reference="Kari Moe",
            comment="Kari Moe\nTakk for handelen",
        )
        receipt = created(system, asked)
        order = books.orders[int(receipt.order_id)]
        assert (order.status, order.internal_memo, order.customer_id) == ("Confirmed", "2026/1-Æ", int(customer_id))
        assert (order.customer_name, order.your_reference) == ("Moe AS", "Kari Moe")
        assert order.invoice_text == "Kari Moe\nTakk for handelen"
        assert (order.payment_time, order.include_vat) == (14, False)
        first, second = order.rows
        assert (first.name, first.quantity, first.price) == (rows[0].text, Decimal("2.5"), Decimal("1200.00"))
        assert (first.discount_rate, first.vat_rate, first.tax_code) == (Decimal("12.5"), Decimal(25), 3)
        assert (second.name, second.quantity, second.price) == ("Henger", Decimal(1), Decimal("99.9999"))
        assert (second.discount_rate, second.vat_rate, second.tax_code) == (Decimal(0), Decimal(15), 31)
        assert receipt.totals == BookedTotals(gross=order.total_inc_vat, vat=order.total_vat)
        assert receipt.is_whole

    def test_an_order_says_what_it_has_a_place_for(
        self, system: RestAccountingSystem, books: Books, customer_id: str, product_id: str
    ) -> None:
        site = Address(street="Hyttevegen 9", postal_code="2670", city="Otta", country="NO")
        asked = draft(
            "1",
            customer_id=customer_id,
            product_id=product_id,
            order_reference="PO 4711",
            delivery=Delivery(date=date(2026, 3, 29), name="Site 4", address=site),
            rows=(row(product_id), row(product_id, text="Trailer included", is_text=True)),
        )
        order = books.orders[int(created(system, asked).order_id)]
        assert order.other == {
            "ReferenceNumber": "PO 4711",
            "DeliveryDate": datetime(2026, 3, 28, 23, tzinfo=UTC),
            "CustomerDeliveryName": "Site 4",
        }
        assert order.addresses["Delivery"] == {
            "Street": "Hyttevegen 9",
            "PostalCode": "2670",
            "PostalArea": "Otta",
            "Country": "NO",
        }
        assert order.rows[1] == Row(id=order.rows[1].id, name="Trailer included", type="Text")

    @pytest.mark.parametrize(
        ("status", "there"),
        [(NewOrderStatus.DRAFT, "Draft"), (NewOrderStatus.OFFER, "Offer"), (NewOrderStatus.CONFIRMED, "Confirmed")],
    )
    def test_an_order_gets_the_status_that_the_business_wants(
        self,
        system: RestAccountingSystem,
        books: Books,
        customer_id: str,
        product_id: str,
        status: NewOrderStatus,
        there: str,
    ) -> None:
        receipt = created(system, draft("1", customer_id=customer_id, product_id=product_id, status=status))
        assert books.orders[int(receipt.order_id)].status == there

    def test_a_credit_has_negative_quantities(
        self, system: RestAccountingSystem, customer_id: str, product_id: str
    ) -> None:
        credit = (row(product_id, quantity=Decimal("-1")),)
        receipt = created(system, draft("1", customer_id=customer_id, product_id=product_id, rows=credit))
        assert receipt.totals == BookedTotals(gross=Decimal("-1500.00"), vat=Decimal("-300.00"))

    def test_a_foreign_currency_goes_along_with_its_rate(
        self, system: RestAccountingSystem, books: Books, customer_id: str, product_id: str
    ) -> None:
        receipt = created(system, draft("1", customer_id=customer_id, product_id=product_id, currency=EURO))
        order = books.orders[int(receipt.order_id)]
        assert (order.currency_symbol, order.currency_rate) == ("EUR", Decimal("11.6"))

    def test_the_longest_texts_fit(
        self, system: RestAccountingSystem, books: Books, customer_id: str, product_id: str
    ) -> None:
        reference, text = "Ø" * 50, "å" * system.limits.row_text
        asked = draft(
            reference,
            customer_id=customer_id,
            product_id=product_id,
            rows=(row(product_id, text=text),),
            comment="x" * 5000,
        )
        receipt = created(system, asked)
        assert books.orders[int(receipt.order_id)].rows[0].name == text
        found = system.orders.find([reference], customer_ids=[customer_id], since=now() - YESTERDAY)
        assert found == {reference: [receipt]}

    def test_a_customer_with_the_longest_name_fits(
        self, system: RestAccountingSystem, books: Books, product_id: str
    ) -> None:
        name = "Ø" * system.limits.customer_name
        (customer_id,) = system.customers.create([Customer(organization_name=name)])
        receipt = created(system, draft("1", customer_id=str(customer_id), product_id=product_id))
        assert books.orders[int(receipt.order_id)].customer_name == name

    def test_a_customer_that_is_gone_is_refused(self, system: RestAccountingSystem, product_id: str) -> None:
        with pytest.raises(Rejected):
            system.orders.create([draft("1", customer_id="999", product_id=product_id)])

    def test_orders_are_found_by_reference_exactly_and_the_oldest_first(
        self, system: RestAccountingSystem, books: Books, customer_id: str, product_id: str
    ) -> None:
        other_id = str(books.add_customer("Dal AS"))
        first = created(system, draft("1001", customer_id=customer_id, product_id=product_id))
        second = created(system, draft("1001", customer_id=customer_id, product_id=product_id))
        created(system, draft("10010", customer_id=customer_id, product_id=product_id))
        others = created(system, draft("1001", customer_id=other_id, product_id=product_id))
        since = now() - YESTERDAY
        assert system.orders.find(["1001", "999"], customer_ids=[customer_id], since=since) == {"1001": [first, second]}
        assert system.orders.find(["1001"], customer_ids=[customer_id, other_id], since=since) == {
            "1001": [first, second, others]
        }
        assert system.orders.find(["1001"], customer_ids=[customer_id], since=now() + YESTERDAY) == {}
        assert system.orders.find(["1001"], customer_ids=["abc"], since=since) == {}

    def test_all_pages_are_searched(
        self, sandbox: Sandbox, system: RestAccountingSystem, books: Books, customer_id: str, product_id: str
    ) -> None:
        first = created(system, draft("0", customer_id=customer_id, product_id=product_id))
        for number in range(1, 130):
            copied = deepcopy(books.orders[int(first.order_id)])
            copied.id, copied.internal_memo = 0, str(number)
            books.keep_order(copied)
        found = system.orders.find(["129"], customer_ids=[customer_id], since=now() - YESTERDAY)
        assert list(found) == ["129"]
        assert operations(sandbox).count("GET /salesorders") == 2

    def test_an_order_written_over_soap_is_no_order_of_rest(
        self, system: RestAccountingSystem, books: Books, customer_id: str, product_id: str
    ) -> None:
        receipt = created(system, draft("1001", customer_id=customer_id, product_id=product_id))
        order = books.orders[int(receipt.order_id)]
        order.internal_memo, order.reference = "", "1001"
        assert system.orders.find(["1001"], customer_ids=[customer_id], since=now() - YESTERDAY) == {}

    def test_a_demand_of_the_account_is_told(
        self, sandbox: Sandbox, system: RestAccountingSystem, books: Books, customer_id: str, product_id: str
    ) -> None:
        for demand, code in (("department_required", "department_required"), ("project_required", "project_required")):
            setattr(sandbox.account(DEMO_ACCOUNT), demand, True)
            with pytest.raises(Rejected) as error:
                system.orders.create([draft("1", customer_id=customer_id, product_id=product_id)])
            assert error.value.code == code
            setattr(sandbox.account(DEMO_ACCOUNT), demand, False)
        assert books.orders == {}

    def test_a_blocked_customer_is_told(
        self, system: RestAccountingSystem, books: Books, customer_id: str, product_id: str
    ) -> None:
        books.customers[int(customer_id)].block_invoice = True
        with pytest.raises(Rejected) as error:
            system.orders.create([draft("1", customer_id=customer_id, product_id=product_id)])
        assert error.value.code == "vendor_validation"
        assert "customer.id (blockedForInvoicing)" in error.value.message


class TestCalls:
    def test_a_warm_order_of_three_rows_takes_five_calls(
        self, sandbox: Sandbox, system: RestAccountingSystem, customer_id: str, product_id: str
    ) -> None:
        system.customers.read([customer_id])
        sandbox.journal.clear()
        kept: list[int] = []
        asked = draft("1", customer_id=customer_id, product_id=product_id, rows=(row(product_id),) * 3)
        create_orders(system, [asked], between_calls=lambda: kept.append(sandbox.journal.count()))
        assert operations(sandbox) == [
            "POST /salesorders",
            *["POST /salesorders/{id}/lines"] * 3,
            "PATCH /salesorders/{id}",
        ]
        assert kept == [1, 2, 3, 4]

    def test_a_customer_not_seen_before_takes_one_more(
        self, sandbox: Sandbox, system: RestAccountingSystem, customer_id: str, product_id: str
    ) -> None:
        created(system, draft("1", customer_id=customer_id, product_id=product_id))
        created(system, draft("2", customer_id=customer_id, product_id=product_id))
        assert operations(sandbox).count("GET /customers/{customerId}") == 1

    def test_a_customer_just_created_takes_none(
        self, sandbox: Sandbox, system: RestAccountingSystem, product_id: str
    ) -> None:
        (customer_id,) = system.customers.create([Customer(name="Kari Moe")])
        created(system, draft("1", customer_id=str(customer_id), product_id=product_id))
        assert operations(sandbox).count("GET /customers/{customerId}") == 0

    def test_a_status_takes_one_call_before_the_order_is_published_and_two_after(
        self, sandbox: Sandbox, system: RestAccountingSystem, books: Books, customer_id: str, product_id: str
    ) -> None:
        order_id = created(system, draft("1", customer_id=customer_id, product_id=product_id)).order_id
        for calls in (1, 2):
            sandbox.journal.clear()
            system.payments.states([order_id])
            assert sandbox.journal.count() == calls
            if calls == 1:
                books.publish(int(order_id))

    def test_opened_books_remember_the_new_name_of_a_customer(
        self, system: RestAccountingSystem, books: Books, customer_id: str, product_id: str
    ) -> None:
        (record,) = readable(system.customers.read([customer_id]).values())
        system.customers.update([CustomerUpdate(record=record, changes=CustomerChanges(name="Moe og sønn AS"))])
        receipt = created(system, draft("1", customer_id=customer_id, product_id=product_id))
        assert books.orders[int(receipt.order_id)].customer_name == "Moe og sønn AS"


class TestPayment:
    @pytest.fixture
    def order_id(self, system: RestAccountingSystem, customer_id: str, product_id: str) -> str:
        return created(system, draft("1001", customer_id=customer_id, product_id=product_id)).order_id

    def state(self, system: RestAccountingSystem, order_id: str) -> OrderState:
        state = system.payments.states([order_id])[order_id]
        assert isinstance(state, OrderState)
        return state

    def test_an_order_that_is_not_published(self, system: RestAccountingSystem, order_id: str) -> None:
        state = self.state(system, order_id)
        assert (state.reference, state.invoice_number, state.paid_at, state.open_amount) == ("1001", None, None, None)
        assert state.totals == BookedTotals(gross=Decimal("1500.00"), vat=Decimal("300.00"))

    def test_open_then_partly_then_paid(self, system: RestAccountingSystem, books: Books, order_id: str) -> None:
        number = books.publish(int(order_id))
        state = self.state(system, order_id)
        assert (state.invoice_number, state.invoiced_at, state.paid_at) == (str(number), books.today(), None)
        assert state.open_amount == Decimal("1500.00")
        books.pay(number, amount=Decimal("1000.00"))
        assert self.state(system, order_id).open_amount == Decimal("500.00")
        books.pay(number, on=date(2026, 12, 24))
        state = self.state(system, order_id)
        assert (state.open_amount, state.last_paid_at) == (Decimal(0), date(2026, 12, 24))

    def test_a_credit(self, system: RestAccountingSystem, books: Books, customer_id: str, product_id: str) -> None:
        credit = (row(product_id, quantity=Decimal("-1")),)
        receipt = created(system, draft("1", customer_id=customer_id, product_id=product_id, rows=credit))
        number = books.publish(int(receipt.order_id))
        assert self.state(system, receipt.order_id).open_amount == Decimal("-1500.00")
        books.pay(number, on=date(2026, 12, 24))
        state = self.state(system, receipt.order_id)
        assert (state.open_amount, state.last_paid_at) == (Decimal(0), date(2026, 12, 24))

    def test_a_foreign_currency_is_told_in_that_currency(
        self, system: RestAccountingSystem, books: Books, customer_id: str, product_id: str
    ) -> None:
        receipt = created(system, draft("1", customer_id=customer_id, product_id=product_id, currency=EURO))
        number = books.publish(int(receipt.order_id))
        books.pay(number, amount=Decimal("500.00"))
        assert self.state(system, receipt.order_id).open_amount == Decimal("1000.00")
        books.pay(number)
        state = self.state(system, receipt.order_id)
        assert (state.open_amount, state.last_paid_at) == (Decimal(0), books.today())

    def test_an_order_that_is_gone_is_left_out(self, system: RestAccountingSystem, books: Books, order_id: str) -> None:
        assert system.payments.states(["999", "abc", "007"]) == {}
        books.orders[int(order_id)].status = "Inactive"
        assert system.payments.states([order_id]) == {}
        books.delete_order(int(order_id))
        assert system.payments.states([order_id]) == {}

    def test_one_that_can_not_be_told_does_not_hide_the_others(
        self, sandbox: Sandbox, open_system: OpenRest, order_id: str, customer_id: str, product_id: str
    ) -> None:
        system = open_system(parallel_calls="1")
        other = created(system, draft("2", customer_id=customer_id, product_id=product_id)).order_id
        sandbox.inject("GET /salesorders/{id}", "validation_error")
        states = system.payments.states([order_id, other])
        assert isinstance(states[order_id], Rejected)
        assert isinstance(states[other], OrderState)

    def test_trouble_is_not_tried_again_for_those_that_are_left(
        self, sandbox: Sandbox, open_system: OpenRest, order_id: str
    ) -> None:
        system = open_system(parallel_calls="1")
        sandbox.inject("GET /salesorders/{id}", "throttled", after=1)
        sandbox.journal.clear()
        states = system.payments.states([order_id, "5", "6", "7"])
        assert isinstance(states[order_id], OrderState)
        assert [type(states[one]) for one in "567"] == [Throttled] * 3
        assert sandbox.journal.count() == 2

    def test_a_single_one_in_trouble_raises(
        self, sandbox: Sandbox, system: RestAccountingSystem, order_id: str
    ) -> None:
        sandbox.inject("GET /salesorders/{id}", "reset")
        with pytest.raises(KvittError):
            system.payments.states([order_id])
