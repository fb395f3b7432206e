# ruff: noqa: DTZ001 - what is sent has no offset, and neither has the "not set" of what comes back
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from adapters.twentyfour_seven_office.soap.orders import new_order, receipt_in, totals_in
from adapters.twentyfour_seven_office.soap.payments import order_state_in
from adapters.twentyfour_seven_office.soap.tables import currencies_in, tax_codes_in, vat_types_in
from adapters.twentyfour_seven_office.soap.values import (
    date_in,
    date_out,
    id_in,
    instant_out,
    search_for,
)
from adapters.twentyfour_seven_office.values import numbers_of
from core.business import NewOrderStatus
from core.currency import Currency
from core.errors import Rejected
from core.payment import BookedTotals, OrderState
from tests.adapters.drafts import EURO, draft, row

NO_DECIMAL = Decimal("-79228162514264337593543950335")


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (None, None),
        (datetime(1, 1, 1), None),
        (datetime(1, 1, 1, tzinfo=UTC), None),
        (datetime(2021, 1, 31, 23, tzinfo=UTC), date(2021, 2, 1)),
        (datetime(2021, 6, 30, 21, 59, tzinfo=UTC), date(2021, 6, 30)),
        (datetime(2021, 6, 30, 22, tzinfo=UTC), date(2021, 7, 1)),
        (datetime(2021, 6, 30, 22), date(2021, 7, 1)),
        (datetime(2021, 7, 1), date(2021, 7, 1)),
    ],
)
def test_an_instant_is_read_as_its_norwegian_date(instant: datetime | None, day: date | None) -> None:
    assert date_in(instant) == day


def test_a_date_is_sent_as_midnight_without_offset() -> None:
    assert date_out(date(2026, 3, 29)).isoformat() == "2026-03-29T00:00:00"


@pytest.mark.parametrize(
    ("instant", "sent"),
    [
        (datetime(2026, 1, 1, 12, 0, 0, 999, tzinfo=UTC), "2026-01-01T13:00:00"),
        (datetime(2026, 7, 1, 12, tzinfo=UTC), "2026-07-01T14:00:00"),
        (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), "2026-03-29T03:30:00"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "2026-10-25T01:30:00"),  # shown twice: never later than meant
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "2026-10-25T01:30:00"),
    ],
)
def test_an_instant_is_sent_as_norwegian_local_time(instant: datetime, sent: str) -> None:
    assert instant_out(instant).isoformat() == sent


def test_ids_that_no_vendor_number_can_be_are_left_out() -> None:
    assert numbers_of(["7", "x", "", "7", "-1", "0", "2147483648", "٣"]) == [7]
    assert [id_in(value) for value in (7, None, -2147483648, 0)] == ["7", None, None, None]


def test_a_search_finds_the_text_itself() -> None:
    assert search_for("Leie 10% [A]_b") == "Leie 10% %A%_b"


def test_an_order_says_what_is_meant_and_nothing_else() -> None:
    assert new_order(draft("R-1", customer_id="3", product_id="4"), where="x") == {
        "CustomerId": 3,
        "OrderStatus": "Draft",
        "DateOrdered": datetime(2026, 3, 29),
        "PaymentTime": 14,
        "CustomerReferenceNo": "R-1",
        "IncludeVAT": False,
        "InvoiceRows": {
            "InvoiceRow": [
                {
                    "ProductId": 4,
                    "VatRate": Decimal(25),
                    "Price": Decimal("1200.00"),
                    "Name": "Tractor (2021-01-10 – 2021-01-12)",
                    "DiscountRate": Decimal(0),
                    "Quantity": Decimal(1),
                    "Type": "Normal",
                    "TaxSettings": {"TaxCode": 3, "TaxRate": Decimal(25)},
                }
            ]
        },
    }


@pytest.mark.parametrize(
    ("ours", "vendors"),
    [(NewOrderStatus.DRAFT, "Draft"), (NewOrderStatus.OFFER, "Offer"), (NewOrderStatus.CONFIRMED, "Confirmed")],
)
def test_an_order_is_never_published(ours: NewOrderStatus, vendors: str) -> None:
    order = new_order(draft("R", customer_id="3", product_id="4", status=ours), where="x")
    assert order["OrderStatus"] == vendors


def test_texts_and_currency_of_an_order() -> None:
    order = new_order(
        draft("R", customer_id="3", product_id="4", currency=EURO, comment="Signe\nTakk", your_reference="PO"),
        where="x",
    )
    assert order["Currency"] == {"Rate": Decimal("11.6"), "Unit": 1, "Symbol": "EUR"}
    assert (order["InvoiceText"], order["YourReference"]) == ("Signe\nTakk", "PO")


@pytest.mark.parametrize(
    "changes",
    [{"customer_id": "abc"}, {"rows": (row("x"),)}, {"rows": (row("4", vat_code="A"),)}],
)
def test_an_id_of_another_system_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(Rejected) as refused:
        new_order(draft("R", **{"customer_id": "3", "product_id": "4", **changes}), where="x")  # type: ignore[arg-type]
    assert refused.value.code == "unknown_reference"


def test_totals_and_receipts_need_what_they_are_made_of() -> None:
    told = {"OrderTotalIncVat": Decimal("1500"), "OrderTotalVat": Decimal("300")}
    assert totals_in(told) == BookedTotals(gross=Decimal(1500), vat=Decimal(300))
    assert totals_in({**told, "OrderTotalVat": NO_DECIMAL}) is None
    assert totals_in({}) is None
    assert receipt_in({"OrderId": -2147483648, "CustomerId": 3}) is None
    assert receipt_in({"OrderId": 4}) is None
    receipt = receipt_in({"OrderId": 4}, customer_id="3")
    assert receipt is not None
    assert (receipt.order_id, receipt.customer_id) == ("4", "3")


def test_an_unpublished_order_has_no_number_and_no_dates() -> None:
    unset = datetime(1, 1, 1)
    assert order_state_in({"OrderId": 4, "InvoiceId": -2147483648, "DateInvoiced": unset, "Paid": unset}) == OrderState(
        order_id="4", reference=None
    )
    assert order_state_in({}) is None


def test_vat_codes_go_by_their_number() -> None:
    (vat,) = vat_types_in([{"No": 3, "Name": "Høy", "Rate": Decimal("25.0000")}])
    (tax,) = tax_codes_in([{"TaxId": 700, "TaxNo": "3", "TaxName": "Høy", "TaxRate": Decimal(25)}])
    assert vat == tax
    assert vat_types_in([{"No": 3, "Rate": NO_DECIMAL}, {"Rate": Decimal(1)}]) == []


def test_a_currency_without_a_usable_rate_is_left_out() -> None:
    answer = [
        {"Symbol": "eur", "Rate": Decimal("11.6"), "Unit": 1},
        {"Symbol": "SEK", "Rate": Decimal("104.2"), "Unit": 100},
        {"Symbol": "USD", "Rate": Decimal(0), "Unit": 1},
        {"Symbol": "GBP", "Rate": NO_DECIMAL, "Unit": 1},
        {"Symbol": "", "Rate": Decimal(1), "Unit": 1},
    ]
    assert currencies_in(answer) == [
        Currency(code="EUR", rate=Decimal("11.6"), unit=1),
        Currency(code="SEK", rate=Decimal("104.2"), unit=100),
    ]
