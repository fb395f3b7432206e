"""Orders at Tripletex: with their lines in one call, found by our reference, and never doubled."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from adapters.tripletex.answers import TooMany, VersionConflict
from adapters.tripletex.operations import WHO_AM_I
from adapters.tripletex.order_mapping import OrderIds, changed_since, order_out, totals_in
from adapters.tripletex.orders import TripletexOrderSink
from adapters.tripletex.payments import TripletexPaymentStatus, last_paid_at
from adapters.tripletex.places import KnownIds
from adapters.tripletex.system import TripletexAccountingSystem
from core.business import NewOrderStatus
from core.currency import Currency
from core.customer import Address
from core.errors import KvittError, Outcome, OutcomeUnknown, Rejected
from core.invoice import Delivery
from core.payment import BookedTotals, OrderState
from core.transfer import Receipt
from sandbox import Sandbox
from sandbox.tripletex.books import Books
from tests.adapters.drafts import draft, row
from tests.adapters.tripletex.conftest import Open, operations
from tests.adapters.tripletex.fake_client import FakeClient, session_of, values

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def product_id(books: Books) -> str:
    return str(books.add_product("Sharefox rental"))


@pytest.fixture
def customer_id(books: Books) -> str:
    return str(books.add_customer("Moe AS"))


def sink_of(client: FakeClient) -> TripletexOrderSink:
    session = session_of(client)
    return TripletexOrderSink(session, KnownIds(session))


def receipts(answers: list[Receipt | KvittError]) -> list[Receipt]:
    assert all(isinstance(answer, Receipt) for answer in answers), answers
    return [answer for answer in answers if isinstance(answer, Receipt)]


def out(**changes: Any) -> dict[str, Any]:
    asked = draft("2001-1", customer_id="7", product_id="9", **changes)
    return order_out(
        asked, OrderIds(vat={"3": 33}, countries={"NO": 161}, currency=1), where="Tripletex, saving an order"
    )


class TestMapping:
    def test_an_order_says_what_the_invoice_says(self) -> None:
        assert out(comment="Kari Nordmann") == {
            "customer": {"id": 7},
            "reference": "2001-1",
            "orderDate": "2026-03-29",
            "deliveryDate": "2026-03-29",
            "invoiceComment": "Kari Nordmann",
            "currency": {"id": 1},
            "invoicesDueIn": 14,
            "invoicesDueInType": "DAYS",
            "isPrioritizeAmountsIncludingVat": False,
            "orderLines": [
                {
                    "product": {"id": 9},
                    "description": "Tractor (2021-01-10 – 2021-01-12)",
                    "count": Decimal(1),
                    "unitPriceExcludingVatCurrency": Decimal("1200.00"),
                    "discount": Decimal(0),
                    "vatType": {"id": 33},
                }
            ],
        }

    def test_no_number_is_given(self) -> None:
        assert "number" not in out()

    def test_prices_that_include_vat_are_said_to(self) -> None:
        order = out(prices_include_vat=True)
        assert order["isPrioritizeAmountsIncludingVat"] is True
        (line,) = order["orderLines"]
        assert line["unitPriceIncludingVatCurrency"] == Decimal("1200.00")
        assert "unitPriceExcludingVatCurrency" not in line

    @pytest.mark.parametrize(
        ("comment", "reference", "written"),
        [
            (None, None, None),
            ("Kari", None, "Kari"),
            (None, "PO 7", "Deres ref.: PO 7"),
            ("Kari\nTakk", "PO 7", "Kari\nTakk\nDeres ref.: PO 7"),
        ],
    )
    def test_the_buyers_reference_ends_the_comment(
        self, comment: str | None, reference: str | None, written: str | None
    ) -> None:
        assert out(comment=comment, your_reference=reference).get("invoiceComment") == written

    def test_a_delivery_has_its_day_and_place_and_no_name(self) -> None:
        address = Address(street="Plass 4", additional_street="Port B", postal_code="5003", city="Bergen", country="no")
        order = out(delivery=Delivery(date=date(2026, 4, 1), name="Plass 4", address=address))
        assert order["deliveryDate"] == "2026-04-01"
        assert order["deliveryAddress"] == {
            "addressLine1": "Plass 4",
            "addressLine2": "Port B",
            "postalCode": "5003",
            "city": "Bergen",
            "country": {"id": 161},
        }

    @pytest.mark.parametrize("status", list(NewOrderStatus))
    def test_there_is_one_kind_of_order(self, status: NewOrderStatus) -> None:
        assert out(status=status) == out()

    @pytest.mark.parametrize(
        "changes", [{"customer_id": "A-7"}, {"customer_id": None}, {"rows": (row("A-9"),)}, {"rows": (row("0"),)}]
    )
    def test_an_id_of_another_system_is_refused(self, changes: dict[str, Any]) -> None:
        asked = draft("2001-1", customer_id="7", product_id="9").model_copy(update=changes)
        with pytest.raises(Rejected) as error:
            order_out(asked, OrderIds(vat={"3": 33}), where="Tripletex, saving an order")
        assert error.value.code == "unknown_reference"

    @pytest.mark.parametrize(
        ("lines", "totals"),
        [
            ([], None),
            (None, None),
            ([{"id": 1}], None),
            ([7], None),
            ([(Decimal("100"), Decimal("125"))], BookedTotals(gross=Decimal(125), vat=Decimal(25))),
            (
                [(Decimal("0.1"), Decimal("0.13")), (Decimal("0.2"), Decimal("0.25"))],
                BookedTotals(gross=Decimal("0.38"), vat=Decimal("0.08")),
            ),
        ],
    )
    def test_totals_are_those_of_all_lines_or_not_told(self, lines: Any, totals: BookedTotals | None) -> None:
        told = [
            {"amountExcludingVatCurrency": line[0], "amountIncludingVatCurrency": line[1]}
            if isinstance(line, tuple)
            else line
            for line in lines or ()
        ]
        assert totals_in({"orderLines": told if lines is not None else None}) == totals

    @pytest.mark.parametrize(
        ("changes", "is_changed"),
        [
            (None, True),
            ([], True),
            ([{"timestamp": "x"}, {}, 7], True),
            ([{"timestamp": "2026-03-01T10:00:00Z"}], False),
            ([{"timestamp": "2026-03-01T10:00:00Z"}, {"timestamp": "2026-03-03T10:00:00.5+01:00"}], True),
        ],
    )
    def test_when_an_order_was_changed(self, changes: Any, is_changed: bool) -> None:
        assert changed_since({"changes": changes}, datetime(2026, 3, 2, tzinfo=UTC)) is is_changed


class TestCreating:
    def test_one_takes_one_call_and_many_take_one(
        self, sandbox: Sandbox, system: TripletexAccountingSystem, books: Books, customer_id: str, product_id: str
    ) -> None:
        drafts = [draft(f"2001-{n}", customer_id=customer_id, product_id=product_id) for n in range(5)]
        system.vat.codes()
        sandbox.journal.clear()
        (one,) = receipts(system.orders.create(drafts[:1]))
        many = receipts(system.orders.create(drafts[1:]))
        assert operations(sandbox) == ["POST /order", "POST /order/list"]
        held = {str(order.id): order for order in books.orders.values()}
        assert [held[receipt.order_id].reference for receipt in (one, *many)] == [one.reference for one in drafts]
        assert {receipt.customer_id for receipt in (one, *many)} == {customer_id}
        (line,) = held[one.order_id].lines
        assert [line.count, line.unit_price_excluding_vat, line.amount_including_vat] == [1, 1200, 1500]
        assert held[one.order_id].currency_id == 1, "the company's own currency is named"
        assert not books.invoices, "an order of ours is never published by us"

    def test_another_process_knows_the_ids_that_this_one_looked_up(
        self, sandbox: Sandbox, open_system: Open, customer_id: str, product_id: str
    ) -> None:
        asked = draft("2001-1", customer_id=customer_id, product_id=product_id)
        euro = asked.model_copy(update={"currency": Currency(code="EUR", rate=None), "reference": "2001-2"})
        open_system().orders.create([asked])
        open_system().orders.create([euro])
        sandbox.journal.clear()
        for number in (3, 4):
            open_system().orders.create([euro.model_copy(update={"reference": f"2001-{number}"})])
        assert operations(sandbox) == ["POST /order"] * 2

    def test_a_foreign_order_is_in_its_currency(
        self, system: TripletexAccountingSystem, books: Books, customer_id: str, product_id: str
    ) -> None:
        euro = Currency(code="EUR", rate=None)
        system.orders.create([draft("2001-1", customer_id=customer_id, product_id=product_id, currency=euro)])
        assert [books.currency(order.currency_id).code for order in books.orders.values()] == ["EUR"]

    @pytest.mark.parametrize("own", [{"id": 5, "code": "EUR"}, None, {}])
    def test_kroner_are_named_whatever_the_companys_own_currency_is(self, own: Any) -> None:
        client = FakeClient()
        client.replies[WHO_AM_I.name]["value"]["company"]["currency"] = own
        client.replies["POST /order"] = {"value": {"id": 50, "reference": "2001-1", "customer": {"id": 7}}}
        receipts(sink_of(client).create([draft("2001-1", customer_id="7", product_id="9")]))
        (asked,) = [body for name, _, body in client.asked if name == "POST /order"]
        assert asked["currency"] == {"id": 1}

    def test_a_vat_code_is_looked_up_among_those_of_sales(self) -> None:
        client = FakeClient()
        client.replies["GET /ledger/vatType"] = lambda query, _: values(
            {"id": 33, "number": "3"}, *[{"id": 99, "number": "3"}] * ("typeOfVat" not in query)
        )
        client.replies["POST /order"] = {"value": {"id": 50, "reference": "2001-1", "customer": {"id": 7}}}
        sink_of(client).create([draft("2001-1", customer_id="7", product_id="9")])
        (asked,) = [body for name, _, body in client.asked if name == "POST /order"]
        assert asked["orderLines"][0]["vatType"] == {"id": 33}

    @pytest.mark.parametrize("price", ["0.1", "1234567.8901", "0.0001", "999999999.99", "1E+2"])
    def test_an_amount_arrives_digit_by_digit(
        self, system: TripletexAccountingSystem, books: Books, customer_id: str, product_id: str, price: str
    ) -> None:
        rows = (
            row(product_id, unit_price=Decimal(price), quantity=Decimal("0.3333"), discount_percent=Decimal("12.5")),
        )
        receipts(system.orders.create([draft("2001-1", customer_id=customer_id, product_id=product_id, rows=rows)]))
        ((line,),) = [order.lines for order in books.orders.values()]
        assert (line.unit_price_excluding_vat, line.count, line.discount) == (
            Decimal(price),
            Decimal("0.3333"),
            Decimal("12.5"),
        )

    def test_a_list_is_written_whole_or_not_at_all(
        self, system: TripletexAccountingSystem, books: Books, customer_id: str, product_id: str
    ) -> None:
        drafts = [draft(f"2001-{n}", customer_id=customer_id, product_id=product_id) for n in range(3)]
        drafts[1] = drafts[1].model_copy(update={"customer_id": "99"})
        with pytest.raises(Rejected) as error:
            system.orders.create(drafts)
        assert error.value.code == "vendor_validation"
        assert "customer.id" in error.value.message
        assert not books.orders

    def test_of_a_list_that_is_refused_in_the_middle_nothing_is_written_twice(
        self, sandbox: Sandbox, system: TripletexAccountingSystem, books: Books, customer_id: str, product_id: str
    ) -> None:
        drafts = [draft(f"2001-{n}", customer_id=customer_id, product_id=product_id) for n in range(5)]
        drafts[4] = drafts[4].model_copy(update={"customer_id": "99"})
        sandbox.inject("POST /order/list", "fault_midway")
        *written, refused = system.orders.create(drafts)
        assert isinstance(refused, Rejected)
        ids = {order.reference: str(order.id) for order in books.orders.values()}
        assert len(books.orders) == len(written)
        assert [ids[one.reference] for one in drafts[:4]] == [one.order_id for one in receipts(written)]

    def test_of_a_list_that_conflicts_in_the_middle_nothing_is_written_twice(self) -> None:
        client, drafts = FakeClient(), [draft(f"2001-{n}", customer_id="7", product_id="9") for n in range(2)]
        first, second = ({"id": 50 + n, "reference": f"2001-{n}", "customer": {"id": 7}} for n in range(2))
        client.replies["POST /order/list"] = VersionConflict("locked")
        client.replies["GET /order"] = values(first)
        client.replies["POST /order"] = {"value": second}
        assert [one.order_id for one in receipts(sink_of(client).create(drafts))] == ["50", "51"]
        assert client.operations.count("POST /order") == 1
        client.replies["GET /order"] = values()
        with pytest.raises(VersionConflict):
            sink_of(client).create(drafts)

    def test_a_list_that_is_refused_and_of_which_nobody_can_say_what_is_there_is_unknown(
        self, sandbox: Sandbox, system: TripletexAccountingSystem, customer_id: str, product_id: str
    ) -> None:
        drafts = [draft(f"2001-{n}", customer_id=customer_id, product_id=product_id) for n in range(3)]
        sandbox.inject("POST /order/list", "fault_midway")
        sandbox.inject("GET /order", "reset")
        with pytest.raises(OutcomeUnknown):
            system.orders.create(drafts)

    @pytest.mark.parametrize(
        "kind", ["reset", "reset_after", "late", "http_502", "http_502_after", "truncated", "malformed"]
    )
    @pytest.mark.parametrize("several", [False, True], ids=["one", "several"])
    def test_a_lost_answer_is_never_taken_for_a_refusal(
        self, sandbox: Sandbox, open_system: Open, customer_id: str, product_id: str, kind: str, several: bool
    ) -> None:
        system = open_system(timeout="0.4")
        drafts = [draft(f"2001-{n}", customer_id=customer_id, product_id=product_id) for n in range(1 + several)]
        system.vat.codes()
        options = {"delay": 0.1} if kind == "late" else {}
        sandbox.inject("POST /order/list" if several else "POST /order", kind, **options)
        with pytest.raises(OutcomeUnknown) as error:
            system.orders.create(drafts)
        assert error.value.outcome is Outcome.UNKNOWN
        sandbox.settle()

    @pytest.mark.parametrize("tells_reset", [True, False])
    def test_a_call_that_came_too_fast_is_made_again_when_its_turn_comes(
        self,
        sandbox: Sandbox,
        system: TripletexAccountingSystem,
        books: Books,
        customer_id: str,
        product_id: str,
        tells_reset: bool,
    ) -> None:
        system.vat.codes()
        sandbox.inject("POST /order", "throttled", tells_reset=tells_reset)
        sandbox.journal.clear()
        receipts(system.orders.create([draft("2001-1", customer_id=customer_id, product_id=product_id)]))
        assert operations(sandbox) == ["POST /order"] * 2
        assert len(books.orders) == 1

    def test_a_vat_code_that_is_no_longer_there_is_refused_before_anything_is_written(
        self, sandbox: Sandbox, system: TripletexAccountingSystem, customer_id: str, product_id: str
    ) -> None:
        rows = (row(product_id, vat_code="77"),)
        with pytest.raises(Rejected) as error:
            system.orders.create([draft("2001-1", customer_id=customer_id, product_id=product_id, rows=rows)])
        assert '"77"' in error.value.message
        assert "POST /order" not in operations(sandbox)

    @pytest.mark.parametrize(
        "told",
        [
            {"id": 5, "reference": "2001-2", "customer": {"id": 7}},
            {"id": 5, "reference": "2001-1", "customer": {"id": 8}},
            {"id": 5, "reference": None, "customer": {"id": 7}},
            {"id": 5, "customer": {"id": 7}},
            {"id": 5, "reference": "2001-1"},
        ],
    )
    def test_an_answer_about_another_order_is_none(self, told: dict[str, Any]) -> None:
        client = FakeClient()
        client.replies["POST /order"] = {"value": told}
        (answer,) = sink_of(client).create([draft("2001-1", customer_id="7", product_id="9")])
        assert isinstance(answer, OutcomeUnknown)

    def test_what_was_created_is_known_by_its_reference_and_not_by_its_place(self) -> None:
        client = FakeClient()
        drafts = [draft(f"2001-{n}", customer_id="7", product_id="9") for n in range(3)]
        client.replies["POST /order/list"] = values(
            {"id": 52, "reference": "2001-2", "customer": {"id": 7}},
            {"id": 50, "reference": "2001-0", "customer": {"id": 7}},
        )
        first, lost, last = sink_of(client).create(drafts)
        assert (getattr(first, "order_id", None), getattr(last, "order_id", None)) == ("50", "52")
        assert isinstance(lost, OutcomeUnknown)

    def test_nothing_is_deleted(self, sandbox: Sandbox, system: TripletexAccountingSystem) -> None:
        assert not system.limits.deletes_orders
        with pytest.raises(Rejected) as error:
            system.orders.delete("7")
        assert (error.value.code, error.value.outcome) == ("cannot_withdraw", Outcome.WRITTEN)
        assert operations(sandbox) == []


class TestLooking:
    @pytest.fixture
    def written(
        self, sandbox: Sandbox, system: TripletexAccountingSystem, customer_id: str, product_id: str
    ) -> Callable[..., list[Receipt]]:
        def write(*references: str, **changes: Any) -> list[Receipt]:
            drafts = [
                draft(reference, customer_id=customer_id, product_id=product_id, **changes) for reference in references
            ]
            return [receipt for one in drafts for receipt in receipts(system.orders.create([one]))]

        return write

    def test_an_order_of_any_date_is_found_and_of_no_other_customer(
        self, sandbox: Sandbox, system: TripletexAccountingSystem, books: Books, customer_id: str, written: Any
    ) -> None:
        (old,) = written("2001-1", issue_date=date(2000, 1, 1), due_date=date(2000, 1, 2))
        (new,) = written("2001-2", issue_date=date(2099, 12, 31), due_date=date(2099, 12, 31))
        other = str(books.add_customer("Dal AS"))
        sandbox.journal.clear()
        found = system.orders.find(["2001-1", "2001-2", "2001-3"], customer_ids=[customer_id], since=LONG_AGO)
        assert {reference: [one.order_id for one in some] for reference, some in found.items()} == {
            "2001-1": [old.order_id],
            "2001-2": [new.order_id],
        }
        assert operations(sandbox) == ["GET /order"] * 2
        assert all(
            one.totals == BookedTotals(gross=Decimal(1500), vat=Decimal(300)) for some in found.values() for one in some
        )
        assert system.orders.find(["2001-1"], customer_ids=[other], since=LONG_AGO) == {}

    @pytest.mark.parametrize("alike", ["2001-10", "2001-1 ", "a-1", "A-1\u00ad", "001-1"])
    def test_a_reference_that_only_looks_alike_is_another(
        self, system: TripletexAccountingSystem, customer_id: str, written: Any, alike: str
    ) -> None:
        written(alike)
        assert system.orders.find(["2001-1", "A-1"], customer_ids=[customer_id], since=LONG_AGO) == {}

    def test_nobody_is_asked_about_nobody(self, sandbox: Sandbox, system: TripletexAccountingSystem) -> None:
        assert system.orders.find(["2001-1"], customer_ids=["x"], since=LONG_AGO) == {}
        assert operations(sandbox) == []

    def test_what_is_more_than_the_vendor_gives_at_once_is_read_in_halves_of_its_days(self) -> None:
        client, most = FakeClient(), 3
        days = ["2003-02-01", *["2026-03-29"] * 2, "2026-03-30", "2026-04-02", "2026-11-30", "2099-12-31"]
        held = [{"id": n, "reference": f"A-{n}", "customer": {"id": 7}, "day": day} for n, day in enumerate(days, 1)]

        def read(query: Mapping[str, object], _: object) -> dict[str, Any]:
            begins, ends = (str(query[name]) for name in ("orderDateFrom", "orderDateTo"))
            within = [one for one in held if begins <= str(one["day"]) < ends]
            if len(within) > most and "id" not in query:
                raise TooMany("Result set too large")
            return values(*within)

        client.replies["GET /order"] = read
        found = sink_of(client).find([f"A-{n}" for n in range(9)], customer_ids=["7"], since=LONG_AGO)
        assert sorted(found) == [f"A-{n}" for n in range(1, 8)]
        assert all(len(some) == 1 for some in found.values())
        assert len(client.asked) < 40
        most = 1
        with pytest.raises(TooMany):
            sink_of(client).find(["A-1"], customer_ids=["7"], since=LONG_AGO)

    def test_only_what_was_changed_since_is_read_again(
        self, sandbox: Sandbox, system: TripletexAccountingSystem, books: Books, written: Any
    ) -> None:
        old, new = written("2001-1", "2001-2")
        books.orders[int(old.order_id)].changed_at = books.orders[int(old.order_id)].created_at = LONG_AGO
        since = datetime.now(UTC) - timedelta(hours=1)
        assert [[order.receipt.order_id for order in page] for page in system.orders.changed_since(since)] == [
            [new.order_id]
        ]

    def test_an_order_without_our_reference_is_read_as_one(
        self, system: TripletexAccountingSystem, books: Books, written: Any
    ) -> None:
        (one,) = written("2001-1")
        books.orders[int(one.order_id)].reference = ""
        found = system.orders.read(one.order_id)
        assert found is not None
        assert found.reference is None
        assert system.orders.read("77") is None


def line_told(net: str, gross: str, *, is_charged: bool = False, **_: Any) -> dict[str, Any]:
    amounts = {"amountExcludingVatCurrency": Decimal(net), "amountIncludingVatCurrency": Decimal(gross)}
    return {**amounts, "isCharged": is_charged}


def order_told(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    order = {"id": 5, "reference": "2001-1", "customer": {"id": 7}, "preliminaryInvoice": {"id": 50}, "isClosed": False}
    return {**order, "orderLines": lines, **more}


def invoice_told(
    number_of: int, number: int, gross: str, *, net: str | None = None, left: str | None = None, **more: Any
) -> dict[str, Any]:
    amount, paid_on = Decimal(gross), more.pop("paid_on", None)
    return {
        "id": number_of,
        "invoiceNumber": number,
        "invoiceDate": "2026-04-01",
        "creditedInvoice": 0,
        "amountCurrency": amount,
        "amountExcludingVatCurrency": Decimal(net) if net else amount * Decimal("0.8"),
        "amountCurrencyOutstanding": amount if left is None else Decimal(left),
        "orders": [{"id": 5}],
        "postings": [
            {"date": "2026-04-01", "amountCurrency": amount},
            *([{"date": paid_on, "amountCurrency": -amount}] if paid_on else []),
        ],
        **more,
    }


def state_of(
    order: dict[str, Any], invoices: list[dict[str, Any]], *, customers: list[dict[str, Any]] | None = None
) -> OrderState:
    """What is told of an order; `customers` are all its customer's invoices, None where nobody is to ask for them."""
    client = FakeClient()
    client.replies["GET /order"] = {**values(order), "values": [{**order, "orderLines": [*order["orderLines"]]}]}
    found = {"50": values(*invoices)}
    client.replies["GET /invoice"] = lambda query, _: (
        found[query["id"]] if "id" in query else values(*{"7": customers or []}[str(query["customerId"])])
    )
    state = TripletexPaymentStatus(session_of(client)).states(["5"])["5"]
    asked = [query for name, query, _ in client.asked if name == "GET /invoice" and "customerId" in query]
    assert len(asked) == (customers is not None)
    assert not isinstance(state, KvittError)
    return state


class TestPaid:
    @pytest.mark.parametrize("customers", [1, 400])
    def test_a_thousand_that_were_charged_take_a_few_calls(
        self, sandbox: Sandbox, system: TripletexAccountingSystem, books: Books, product_id: str, customers: int
    ) -> None:
        whose = [str(books.add_customer(f"Moe {n} AS")) for n in range(customers)]
        drafts = [draft(f"2001-{n}", customer_id=whose[n % customers], product_id=product_id) for n in range(1000)]
        ids = [
            one.order_id for at in range(0, 1000, 100) for one in receipts(system.orders.create(drafts[at : at + 100]))
        ]
        for order_id in ids:
            books.publish(int(order_id))
        sandbox.journal.clear()
        states = system.payments.states(ids)
        assert list(states) == ids
        assert {getattr(state, "open_amount", None) for state in states.values()} == {Decimal(1500)}
        assert len(operations(sandbox)) <= 8

    @pytest.mark.parametrize(
        ("payments", "left", "last"),
        [
            ([], "1500.00", None),
            ([("2026-04-01", "500")], "1000.00", "2026-04-01"),
            ([("2026-04-01", "500"), ("2026-04-09", "1000")], "0.00", "2026-04-09"),
            ([("2026-04-09", "1000"), ("2026-04-01", "500")], "0.00", "2026-04-09"),
            ([("2026-04-01", "1600")], "0.00", "2026-04-01"),
            ([("2026-04-01", "1500"), ("2026-04-09", "10")], "0.00", "2026-04-01"),
        ],
    )
    def test_what_is_open_and_since_when(
        self,
        system: TripletexAccountingSystem,
        books: Books,
        customer_id: str,
        product_id: str,
        payments: list[tuple[str, str]],
        left: str,
        last: str | None,
    ) -> None:
        (one,) = receipts(system.orders.create([draft("2001-1", customer_id=customer_id, product_id=product_id)]))
        number = books.publish(int(one.order_id))
        for day, amount in payments:
            books.pay(int(one.order_id), date.fromisoformat(day), Decimal(amount))
        state = system.payments.states([one.order_id])[one.order_id]
        assert not isinstance(state, KvittError)
        assert (state.invoice_number, state.reference, state.customer_id) == (str(number), "2001-1", customer_id)
        assert state.open_amount == Decimal(left)
        assert state.last_paid_at == (date.fromisoformat(last) if last else None)
        assert state.totals == BookedTotals(gross=Decimal(1500), vat=Decimal(300))

    def test_a_credited_invoice_has_nothing_left(
        self, system: TripletexAccountingSystem, books: Books, customer_id: str, product_id: str
    ) -> None:
        (one,) = receipts(system.orders.create([draft("2001-1", customer_id=customer_id, product_id=product_id)]))
        books.publish(int(one.order_id))
        books.credit(int(one.order_id))
        state = system.payments.states([one.order_id])[one.order_id]
        assert not isinstance(state, KvittError)
        assert state.invoice_number == "1"
        assert state.open_amount == 0

    def test_what_is_charged_counts_where_it_was_rounded(self) -> None:
        rounded = invoice_told(50, 9, "100", net="80.10", amountRoundoffCurrency=Decimal("-0.13"))
        state = state_of(order_told(line_told("80.10", "100.13")), [rounded])
        assert (state.open_amount, state.totals) == (
            Decimal(100),
            BookedTotals(gross=Decimal(100), vat=Decimal("20.03")),
        )

    @pytest.mark.parametrize(
        ("left", "open_amount"), [("1000", Decimal(125)), ("0", Decimal(0)), ("600", None), ("100", None)]
    )
    def test_an_invoice_of_several_orders_says_nothing_of_what_each_comes_to(
        self, left: str, open_amount: Decimal | None
    ) -> None:
        collective = invoice_told(50, 9, "1000", left=left, orders=[{"id": 4}, {"id": 5}])
        state = state_of(order_told(line_told("100", "125")), [collective])
        assert (state.invoice_number, state.open_amount) == ("9", open_amount)
        assert state.totals == BookedTotals(gross=Decimal(125), vat=Decimal(25))

    @pytest.mark.parametrize("told", [{"isClosed": True}, {"is_charged": True}], ids=["closed", "charged"])
    def test_an_order_that_was_charged_otherwise_than_it_was_to_be_is_looked_for(self, told: dict[str, Any]) -> None:
        order = order_told(line_told("100", "125", **told), isClosed=told.get("isClosed", False))
        other, own = invoice_told(60, 8, "75", orders=[{"id": 6}]), invoice_told(61, 9, "125")
        credit = invoice_told(62, 10, "-125", creditedInvoice=61)
        assert state_of(order, [], customers=[other, own, credit]).invoice_number == "9"
        assert state_of(order, [], customers=[other]).invoice_number is None

    def test_an_order_that_nobody_charged_takes_no_look(self) -> None:
        assert state_of(order_told(line_told("100", "125")), []).invoice_number is None

    @pytest.mark.parametrize(
        ("is_closed", "left", "gross"), [(False, Decimal(250), Decimal(375)), (True, Decimal(0), Decimal(125))]
    )
    def test_of_an_order_that_is_charged_in_part_the_rest_is_left_to_pay(
        self, is_closed: bool, left: Decimal, gross: Decimal
    ) -> None:
        lines = line_told("100", "125", is_charged=True), line_told("200", "250")
        state = state_of(order_told(*lines, isClosed=is_closed), [], customers=[invoice_told(61, 9, "125", left="0")])
        assert (state.open_amount, state.totals and state.totals.gross) == (left, gross)

    @pytest.mark.parametrize("sign", [1, -1], ids=["invoice", "credit"])
    def test_a_payment_that_was_taken_back_is_none(self, sign: int) -> None:
        posted = [("2026-04-01", 125), ("2026-04-05", -125), ("2026-04-07", 125), ("2026-05-02", -125)]
        postings = [{"date": day, "amountCurrency": Decimal(sign * amount)} for day, amount in posted]
        told = invoice_told(50, 9, str(sign * 125), left="0", postings=postings)
        assert last_paid_at(told) == date(2026, 5, 2)
        assert last_paid_at({**told, "postings": postings[:2]}) == date(2026, 4, 5)
        assert last_paid_at({**told, "postings": postings[:1]}) is None
        assert last_paid_at({**told, "postings": postings[1:2]}) == date(2026, 4, 5)

    def test_an_order_that_was_charged_in_parts_is_paid_when_all_are(self) -> None:
        lines = line_told("100", "125", is_charged=True), line_told("200", "250", is_charged=True)
        parts = [
            invoice_told(62, 10, "250", left="250", invoiceDate="2026-04-09"),
            invoice_told(61, 9, "125", left="0", paid_on="2026-04-05"),
        ]
        state = state_of(order_told(*lines), [], customers=parts)
        assert (state.invoice_number, state.invoiced_at) == ("10", date(2026, 4, 9))
        assert (state.open_amount, state.last_paid_at) == (Decimal(250), date(2026, 4, 5))
        assert state.totals == BookedTotals(gross=Decimal(375), vat=Decimal(75))

    def test_an_invoice_is_found_among_its_customers(
        self, sandbox: Sandbox, system: TripletexAccountingSystem, books: Books, customer_id: str, product_id: str
    ) -> None:
        drafts = [draft(f"2001-{n}", customer_id=customer_id, product_id=product_id) for n in range(2)]
        one, other = receipts(system.orders.create(drafts))
        books.publish(int(one.order_id))
        books.pay(int(one.order_id), date(2026, 4, 1))
        sandbox.journal.clear()
        states = system.payments.states([one.order_id, other.order_id])
        assert operations(sandbox) == ["GET /order", "GET /invoice", "GET /invoice"]
        assert getattr(states[one.order_id], "last_paid_at", None) == date(2026, 4, 1)
        assert getattr(states[other.order_id], "invoice_number", "?") is None

    def test_invoices_of_many_customers_are_read_together_and_the_older_ones_by_customer(
        self, sandbox: Sandbox, system: TripletexAccountingSystem, books: Books, product_id: str
    ) -> None:
        customers = [str(books.add_customer(f"Kunde {n}")) for n in range(8)]
        sent = [
            one
            for customer in customers
            for n in range(2)
            for one in receipts(
                system.orders.create([draft(f"2001-{customer}-{n}", customer_id=customer, product_id=product_id)])
            )
        ]
        for one in sent:
            books.publish(int(one.order_id))
        old, *_ = (books.invoice_of(int(one.order_id)) for one in sent)
        old.invoice_date = date(2020, 1, 1)
        sandbox.journal.clear()
        states = system.payments.states([one.order_id for one in sent])
        assert operations(sandbox) == ["GET /order", "GET /invoice", "GET /invoice"]
        assert {getattr(state, "open_amount", None) for state in states.values()} == {Decimal(1500)}
        assert getattr(states[sent[0].order_id], "invoiced_at", None) == date(2020, 1, 1)

    def test_an_invoice_that_is_not_charged_is_none(
        self, system: TripletexAccountingSystem, customer_id: str, product_id: str
    ) -> None:
        (one,) = receipts(system.orders.create([draft("2001-1", customer_id=customer_id, product_id=product_id)]))
        state = system.payments.states([one.order_id, "77", "x"])
        assert list(state) == [one.order_id]
        assert getattr(state[one.order_id], "invoice_number", "?") is None
