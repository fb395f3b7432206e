from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.business import Business, Connection
from core.completeness import completeness_faults
from core.invoice import Invoice, InvoiceRow
from core.limits import Limits
from core.order_draft import OrderRow, References
from core.row_price import booked_price, net_price
from core.sending.prepared_order import PreparedOrder, prepared_order
from core.totals import totals_of
from core.vat_code import VatCode
from tests.unit.samples import LIMITS, a_row, an_invoice

NET_ONLY = Limits(row_text=300, customer_name=200, product_name=150, decimals=4, prices_with_vat=False)
NOW = datetime(2026, 10, 1, tzinfo=UTC)
BUSINESS = Business(name="fjell", accounting=Connection(system="any"))
CODES = tuple(
    VatCode(code=code, percent=Decimal(percent))
    for code, percent in (("3", "25"), ("31", "15"), ("32", "11.11"), ("33", "12"), ("5", "0"))
)

quantities = st.decimals(min_value=-9999, max_value=9999, places=3) | st.integers(-20, 20).map(Decimal)
prices = st.decimals(min_value=0, max_value=99_999, places=2)
shares = st.integers(0, 10_000)
fine_prices = st.decimals(min_value=-(10**9), max_value=10**9, places=4)
percents = st.sampled_from([Decimal(0), Decimal("11.11"), Decimal(12), Decimal(15), Decimal(25)])
rates = st.sampled_from(["25", "15", "12", "11.11", "0"])


def a_total(**changes: Any) -> InvoiceRow:
    """A row that states its total and no price."""
    return a_row(**{"quantity": None, "unit_price": None, "discount_percent": None, **changes})


@st.composite
def rows(draw: st.DrawFn) -> InvoiceRow:
    """Rows of every form that is complete."""
    quantity, price, vat = draw(quantities), draw(prices), draw(rates)
    form = draw(st.sampled_from(["percent", "amount", "total of a quantity", "total alone"]))
    if form == "percent":
        percent = draw(st.none() | st.decimals(min_value=0, max_value=100, places=4))
        return a_row(quantity=quantity, unit_price=price, discount_percent=percent, vat_percent=vat)
    if form == "amount":
        amount = (quantity * price * draw(shares) / 10_000).quantize(Decimal("0.01"), rounding="ROUND_DOWN")
        return a_row(
            quantity=quantity, unit_price=price, discount_percent=None, discount_amount=amount, vat_percent=vat
        )
    total = draw(st.decimals(min_value=-99_999, max_value=99_999, places=2))
    if form == "total alone":
        return a_total(net_amount=total, vat_percent=vat)
    assume(quantity != 0 or total == 0)
    return a_total(quantity=quantity, net_amount=abs(total) if quantity > 0 else -abs(total), vat_percent=vat)


def the_order_of(invoice: Invoice, *, limits: Limits = LIMITS) -> PreparedOrder:
    found = References(looked_at=NOW, kept=False, product_id="77", vat_codes=CODES, currencies=())
    return prepared_order(invoice, BUSINESS, found, limits=limits)


def booked(row: OrderRow) -> Decimal:
    """What an accounting system reckons for a row, in fractions: quantity times price less the discount, to the øre."""
    amount = Fraction(row.quantity) * Fraction(row.unit_price) * (100 - Fraction(row.discount_percent)) / 100
    with localcontext(prec=100):
        return (Decimal(amount.numerator) / Decimal(amount.denominator)).quantize(
            Decimal("0.01"), rounding=ROUND_HALF_UP
        ) + Decimal(0)


@given(row=rows(), includes_vat=st.booleans(), limits=st.sampled_from([LIMITS, NET_ONLY]))
def test_every_row_is_booked_at_what_the_invoice_says(row: InvoiceRow, includes_vat: bool, limits: Limits) -> None:
    invoice = an_invoice(rows=(row,), prices_include_vat=includes_vat)
    assert completeness_faults(invoice, limits=limits) == []
    draft = the_order_of(invoice, limits=limits).draft
    (amounts,) = totals_of(invoice).rows
    assert draft.prices_include_vat == (includes_vat and limits.prices_with_vat)
    assert booked(draft.rows[0]) == (amounts.gross if draft.prices_include_vat else amounts.net)


@given(row=rows(), includes_vat=st.booleans(), limits=st.sampled_from([LIMITS, NET_ONLY]))
def test_what_is_booked_fits_the_accounting_system(row: InvoiceRow, includes_vat: bool, limits: Limits) -> None:
    (one,) = the_order_of(an_invoice(rows=(row,), prices_include_vat=includes_vat), limits=limits).draft.rows
    for amount in (one.quantity, one.unit_price, one.discount_percent):
        assert amount == amount.quantize(Decimal("0.0001"))
    assert one.unit_price >= 0
    assert 0 <= one.discount_percent <= 100


def the_row(**changes: Any) -> tuple[str, ...]:
    (one,) = the_order_of(an_invoice(rows=(a_row(period=None, **changes),))).draft.rows
    return one.text, *(f"{amount.normalize():f}" for amount in (one.quantity, one.unit_price, one.discount_percent))


def test_a_discount_that_is_a_percentage_goes_as_one() -> None:
    stated = {"quantity": "3", "unit_price": "500.00", "discount_percent": None, "discount_amount": "150.00"}
    assert the_row(**stated) == ("Tractor", "3", "500", "10")
    assert the_order_of(an_invoice(rows=(a_row(**stated),))).warnings == ()


def test_a_discount_that_is_no_percentage_is_taken_off_the_price_and_told() -> None:
    stated = {"quantity": "2", "unit_price": "150.00", "discount_percent": None, "discount_amount": "10.00"}
    assert the_row(**stated) == ("Tractor", "2", "145", "0")
    (warning,) = the_order_of(an_invoice(rows=(a_row(**stated),))).warnings
    assert "row 1" in warning
    assert "10.00" in warning


def test_what_comes_out_even_in_no_way_is_one_at_the_total_and_the_text_tells_how_many() -> None:
    stated = {"quantity": "3", "unit_price": "50.00", "discount_percent": None, "discount_amount": "10.00"}
    assert the_row(**stated) == ("Tractor × 3", "1", "140", "0")
    (warning,) = the_order_of(an_invoice(rows=(a_row(**stated),))).warnings
    assert "Row 1" in warning
    assert "140.00" in warning


def test_the_credit_of_such_a_row_is_one_taken_back() -> None:
    stated = {"quantity": "-3", "unit_price": "50.00", "discount_percent": None, "discount_amount": "-10.00"}
    assert the_row(**stated) == ("Tractor × 3", "-1", "140", "0")


def test_a_total_with_its_quantity_gives_the_price() -> None:
    stated = {"unit_price": None, "discount_percent": None}
    assert the_row(quantity="4", net_amount="50.00", **stated) == ("Tractor", "4", "12.5", "0")
    assert the_row(quantity="-4", net_amount="-50.00", **stated) == ("Tractor", "-4", "12.5", "0")
    assert the_row(quantity="3", net_amount="100.00", **stated) == ("Tractor × 3", "1", "100", "0")


def test_a_total_alone_is_one_at_that_price() -> None:
    stated = {"quantity": None, "unit_price": None, "discount_percent": None}
    assert the_row(net_amount="50.00", **stated) == ("Tractor", "1", "50", "0")
    assert the_row(net_amount="-50.00", **stated) == ("Tractor", "-1", "50", "0")
    assert the_order_of(an_invoice(rows=(a_total(net_amount="-50.00"),))).warnings == ()


def test_the_quantity_is_kept_of_a_text_that_is_too_long() -> None:
    row = a_total(product="x" * 400, quantity="3", net_amount="100.00")
    (one,) = the_order_of(an_invoice(rows=(row,))).draft.rows
    assert len(one.text) == 300
    assert one.text.endswith("… (2021-01-10 – 2021-01-12) × 3")


def test_prices_with_vat_that_come_out_even_without_it_keep_quantity_and_price() -> None:
    row = a_row(quantity="2", unit_price="125.00", discount_percent="10")
    prepared = the_order_of(an_invoice(rows=(row,), prices_include_vat=True), limits=NET_ONLY)
    (one,) = prepared.draft.rows
    assert [one.quantity, one.unit_price, one.discount_percent] == [2, 100, 10]
    assert prepared.warnings == ()


def test_a_thousand_with_vat_are_not_off_by_a_thousand_roundings() -> None:
    row = a_row(quantity="1000", unit_price="99.90", vat_percent="15")
    prepared = the_order_of(an_invoice(rows=(row,), prices_include_vat=True), limits=NET_ONLY)
    assert booked(prepared.draft.rows[0]) == Decimal("86869.57")
    assert len(prepared.warnings) == 1


def faults(**changes: Any) -> list[tuple[str, str]]:
    invoice = an_invoice(rows=(a_row(**changes),))
    return [
        (fault.field.removeprefix("rows[0]."), fault.message) for fault in completeness_faults(invoice, limits=LIMITS)
    ]


def test_both_figures_are_named_where_the_total_is_another() -> None:
    ((field, message),) = faults(quantity="3", unit_price="33.33", net_amount="100.00")
    assert field == "net_amount"
    assert "100.00" in message
    assert "99.99" in message


def test_a_total_is_compared_after_rounding() -> None:
    assert faults(quantity="0.75", unit_price="175.15", discount_percent="12.5", net_amount="114.94") == []
    assert faults(quantity="3", unit_price="50", discount_percent=None, discount_amount="10", net_amount="140") == []


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("discount_amount", {"discount_percent": "10", "discount_amount": "5.00"}),
        ("discount_amount", {"discount_percent": "0", "discount_amount": "0.00"}),
        ("discount_amount", {"discount_percent": None, "discount_amount": "1200.01"}),
        ("discount_amount", {"discount_percent": None, "discount_amount": "-0.01"}),
        ("discount_amount", {"quantity": "-1", "discount_percent": None, "discount_amount": "10.00"}),
        ("discount_amount", {"discount_percent": None, "discount_amount": "0.005"}),
        ("net_amount", {"net_amount": "1200.001"}),
        ("net_amount", {"quantity": "0", "unit_price": None, "discount_percent": None, "net_amount": "1.00"}),
        ("net_amount", {"quantity": "2", "unit_price": None, "discount_percent": None, "net_amount": "-1.00"}),
        ("net_amount", {"quantity": "-2", "unit_price": None, "discount_percent": None, "net_amount": "1.00"}),
        (
            "net_amount",
            {"quantity": None, "unit_price": None, "discount_percent": None, "net_amount": "9999999999.00"},
        ),
        ("unit_price", {"unit_price": None, "discount_percent": "10", "net_amount": "1.00"}),
        ("unit_price", {"unit_price": None, "discount_percent": None, "discount_amount": "1", "net_amount": "1.00"}),
        ("quantity", {"quantity": None, "net_amount": "1200.00"}),
    ],
)
def test_each_fault_alone_is_the_only_one_named(field: str, changes: dict[str, Any]) -> None:
    assert [name for name, _ in faults(**changes)] == [field]


def test_a_tiny_quantity_does_not_make_a_price_beyond_what_can_be_booked() -> None:
    price = booked_price(a_total(quantity="0.0001", net_amount="999999.00"), includes_vat=False, limits=LIMITS)
    assert [price.quantity, price.unit_price, price.told_quantity] == [1, 999999, Decimal("0.0001")]


@given(price=fine_prices, percent=percents)
def test_a_net_price_has_four_decimals_and_with_vat_is_the_price_again(price: Decimal, percent: Decimal) -> None:
    net = net_price(price, vat_percent=percent, decimals=4)
    assert net == net.quantize(Decimal("0.0001"))
    with localcontext(prec=60):
        gross = net * (100 + percent) / 100
        assert abs(gross - price) <= Decimal("0.00005") * (100 + percent) / 100


@given(price=fine_prices, percent=percents)
def test_a_net_price_is_rounded_away_from_zero_alike_for_both_signs(price: Decimal, percent: Decimal) -> None:
    assert net_price(-price, vat_percent=percent, decimals=4) == -net_price(price, vat_percent=percent, decimals=4)


@given(net=fine_prices, percent=percents)
def test_a_price_made_by_adding_vat_is_found_again(net: Decimal, percent: Decimal) -> None:
    with localcontext(prec=60):
        assert net_price(net * (100 + percent) / 100, vat_percent=percent, decimals=4) == net


@pytest.mark.parametrize(
    ("price", "net"), [("100", "80.0000"), ("0.00025", "0.0002"), ("0.0000625", "0.0001"), ("-0.0000625", "-0.0001")]
)
def test_half_of_the_last_decimal_goes_away_from_zero(price: str, net: str) -> None:
    assert net_price(Decimal(price), vat_percent=Decimal(25), decimals=4) == Decimal(net)


def test_one_whose_discount_does_not_come_out_even_without_vat_keeps_its_text() -> None:
    row = a_row(quantity="1", unit_price="9999.99", discount_percent="33.3333", vat_percent="11.11")
    prepared = the_order_of(an_invoice(rows=(row,), prices_include_vat=True), limits=NET_ONLY)
    assert prepared.draft.rows[0].text == "Tractor (2021-01-10 – 2021-01-12)"
