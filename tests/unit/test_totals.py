from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.invoice import Invoice, InvoiceRow
from core.totals import InvoiceTotals, to_the_ore, totals_of
from tests.unit.samples import a_row, an_invoice

_RATES = ["25", "15", "12", "11.11", "0", "25.0"]

quantities = st.decimals(min_value=-9999, max_value=9999, places=4)
prices = st.decimals(min_value=0, max_value=999_999, places=4)
discounts = st.none() | st.decimals(min_value=0, max_value=100, places=4)


@st.composite
def rows(draw: st.DrawFn) -> InvoiceRow:
    return a_row(
        quantity=draw(quantities),
        unit_price=draw(prices),
        discount_percent=draw(discounts),
        vat_percent=Decimal(draw(st.sampled_from(_RATES))),
    )


@st.composite
def invoices(draw: st.DrawFn) -> Invoice:
    return an_invoice(
        rows=tuple(draw(st.lists(rows(), min_size=1, max_size=6))), prices_include_vat=draw(st.booleans())
    )


def exactly(invoice: Invoice) -> tuple[Fraction, Fraction, Fraction]:
    """Net, VAT and gross by the rule, computed in fractions."""
    per_rate: dict[Fraction, Fraction] = defaultdict(Fraction)
    for row in invoice.rows:
        discount = Fraction(row.discount_percent or 0)
        amount = Fraction(row.quantity or 0) * Fraction(row.unit_price or 0) * (100 - discount) / 100
        per_rate[Fraction(row.vat_percent or 0)] += in_ore(amount)
    total = sum(per_rate.values(), Fraction())
    if invoice.prices_include_vat:
        vat = sum((in_ore(amount * rate / (100 + rate)) for rate, amount in per_rate.items()), Fraction())
        return total - vat, vat, total
    vat = sum((in_ore(amount * rate / 100) for rate, amount in per_rate.items()), Fraction())
    return total, vat, total + vat


def in_ore(amount: Fraction) -> Fraction:
    rounded = Fraction(floor(abs(amount) * 100 + Fraction(1, 2)), 100)
    return rounded if amount >= 0 else -rounded


def credited(invoice: Invoice) -> Invoice:
    turned = (row.model_copy(update={"quantity": -(row.quantity or Decimal(0))}) for row in invoice.rows)
    return invoice.model_copy(update={"rows": tuple(turned)})


def three(totals: InvoiceTotals) -> tuple[Decimal, Decimal, Decimal]:
    return totals.net, totals.vat, totals.gross


@given(invoices())
def test_totals_are_those_of_exact_fractions(invoice: Invoice) -> None:
    assert tuple(Fraction(amount) for amount in three(totals_of(invoice))) == exactly(invoice)


@given(invoices())
def test_net_and_vat_make_the_gross_for_the_invoice_and_each_row(invoice: Invoice) -> None:
    totals = totals_of(invoice)
    for amounts in (totals, *totals.rows):
        assert amounts.net + amounts.vat == amounts.gross


@given(invoices())
def test_the_rows_add_up_to_the_invoice(invoice: Invoice) -> None:
    totals = totals_of(invoice)
    if invoice.prices_include_vat:
        assert sum(row.gross for row in totals.rows) == totals.gross
    else:
        assert sum(row.net for row in totals.rows) == totals.net


@given(invoices())
def test_a_credit_is_the_invoice_with_its_sign_turned(invoice: Invoice) -> None:
    assert three(totals_of(credited(invoice))) == tuple(-amount for amount in three(totals_of(invoice)))


@given(invoices())
def test_every_amount_has_two_decimals_and_no_negative_zero(invoice: Invoice) -> None:
    totals = totals_of(invoice)
    for amounts in (totals, *totals.rows):
        for amount in three(InvoiceTotals(**amounts.model_dump(include={"net", "vat", "gross"}), rows=())):
            assert amount.as_tuple().exponent == -2
            assert not (amount == 0 and amount.is_signed())


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [("0.005", "0.01"), ("-0.005", "-0.01"), ("0.0049", "0.00"), ("-0.004", "0.00"), ("2.675", "2.68"), ("1", "1.00")],
)
def test_half_an_ore_is_rounded_away_from_zero(amount: str, rounded: str) -> None:
    assert str(to_the_ore(Decimal(amount))) == rounded


@pytest.mark.parametrize("digits", [1, 28, 58, 59, 60, 400])
def test_an_amount_of_any_size_is_rounded(digits: int) -> None:
    assert to_the_ore(Decimal("9" * digits + ".005")) == Decimal("9" * digits + ".01")


def test_vat_is_rounded_once_per_rate_not_per_row() -> None:
    row = a_row(quantity="1", unit_price="0.02", vat_percent="25")
    totals = totals_of(an_invoice(rows=(row, row)))
    assert three(totals) == (Decimal("0.04"), Decimal("0.01"), Decimal("0.05"))
    assert [row.vat for row in totals.rows] == [Decimal("0.01"), Decimal("0.01")]


def test_one_rate_written_in_two_ways_is_one_rate() -> None:
    rows = (a_row(unit_price="0.02", vat_percent="25"), a_row(unit_price="0.02", vat_percent="25.00"))
    assert totals_of(an_invoice(rows=rows)).vat == Decimal("0.01")


def test_prices_with_vat_hold_the_vat_as_a_share() -> None:
    totals = totals_of(an_invoice(prices_include_vat=True, rows=(a_row(unit_price="125.00"),)))
    assert three(totals) == (Decimal("100.00"), Decimal("25.00"), Decimal("125.00"))


def test_a_discount_of_everything_costs_nothing() -> None:
    assert totals_of(an_invoice(rows=(a_row(discount_percent="100"),))).gross == 0


def test_the_largest_amounts_a_row_can_have_lose_no_digit() -> None:
    row = a_row(quantity="999999999999999.9999", unit_price="999999999999999.9999", discount_percent="0.0001")
    invoice = an_invoice(rows=(row, row))
    assert tuple(Fraction(amount) for amount in three(totals_of(invoice))) == exactly(invoice)


def test_the_examples_add_up_to_what_is_stated(
    examples: list[Invoice], example_totals: dict[str, dict[str, str]]
) -> None:
    ours = {
        invoice.number: dict(zip(("net", "vat", "gross"), map(str, three(totals_of(invoice))), strict=True))
        for invoice in examples
    }
    assert ours == example_totals
