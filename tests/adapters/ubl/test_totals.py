"""Whatever lines, charges and allowances a file has: reckoned by EN 16931, it is taken, complete, with those totals."""

from collections import defaultdict
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.ubl import invoice_from_ubl
from core.completeness import completeness_faults
from core.totals import totals_of
from entrypoints.parsing import stated_invoice_from
from tests.adapters.ubl.files import Line, Ubl, change
from tests.unit.samples import LIMITS

AMOUNTS = st.decimals("0.01", "9999.99", places=2)
RATES = st.sampled_from(["25", "15", "12", "0"])
CENT = Decimal("0.01")


def rounded(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


@st.composite
def lines(draw: st.DrawFn) -> tuple[Line, Decimal, str]:
    quantity = draw(st.decimals("0.001", "999", places=3))
    price = draw(st.decimals("0.0001", "9999", places=4))
    rate = draw(RATES)
    whole = (quantity * price).quantize(CENT, rounding=ROUND_DOWN)
    allowance = draw(st.one_of(st.none(), st.decimals("0", whole, places=2) if whole else st.just(Decimal("0.00"))))
    charge = draw(st.one_of(st.none(), AMOUNTS))
    net = rounded(quantity * price - (allowance or 0)) + (charge or 0)
    more = "" if allowance is None else change(str(allowance), charge=False, vat=None)
    more += "" if charge is None else change(str(charge), charge=True, vat=None)
    category = "Z" if rate == "0" else "S"
    return Line(str(net), str(quantity), str(price), vat=rate, category=category, more=more), net, rate


@settings(max_examples=200, deadline=None)
@given(
    st.lists(lines(), min_size=1, max_size=4),
    st.lists(st.tuples(AMOUNTS, st.booleans(), RATES), max_size=3),
    st.sampled_from(["Invoice", "CreditNote"]),
)
def test_it_comes_out_as_it_states(
    given_lines: list[tuple[Line, Decimal, str]], changes: list[tuple[Decimal, bool, str]], kind: str
) -> None:
    by_rate: defaultdict[str, Decimal] = defaultdict(Decimal)
    for _, amount, rate in given_lines:
        by_rate[rate] += amount
    for amount, is_charge, rate in changes:
        by_rate[rate] += amount if is_charge else -amount
    net = sum(by_rate.values(), start=Decimal(0))
    vat = sum((rounded(amount * Decimal(rate) / 100) for rate, amount in by_rate.items()), start=Decimal(0))
    file = Ubl(
        [line for line, _, _ in given_lines],
        str(net),
        str(vat),
        str(net + vat),
        kind=kind,
        changes="".join(change(str(amount), charge=is_charge, vat=rate) for amount, is_charge, rate in changes),
    )

    invoice = stated_invoice_from(invoice_from_ubl(file.bytes()))

    sign = -1 if kind == "CreditNote" else 1
    totals = totals_of(invoice)
    assert (totals.net, totals.vat, totals.gross) == (sign * net, sign * vat, sign * (net + vat))
    assert completeness_faults(invoice, limits=LIMITS) == []
