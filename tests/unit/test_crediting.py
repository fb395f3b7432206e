"""Crediting an invoice, in full and in part: never more than is left, and in the end just all of it."""

from datetime import date
from decimal import ROUND_DOWN, Decimal
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.completeness import completeness_faults
from core.credit_balance import Left, left_of
from core.crediting import RowToCredit, credit_of, derived_numbers
from core.errors import Conflict, InvalidInput
from core.fields import plain
from core.invoice import Invoice, InvoiceRow
from core.limits import Limits
from core.totals import totals_of
from tests.unit.samples import LIMITS, a_person, a_row, a_text, an_invoice

TODAY = date(2026, 11, 1)
ORE = Decimal("0.01")


def credited(invoice: Invoice, *earlier: Invoice, rows: str | None = None, number: str = "K") -> Invoice:
    """Credit rows, written as on the command line (`1,2=1.5`), or all that is left."""
    asked = None
    if rows is not None:
        parts = [part.partition("=") for part in rows.split(",")]
        asked = [RowToCredit(row=int(row), quantity=quantity or None) for row, _, quantity in parts]
    return credit_of(invoice, earlier, number=number, issue_date=TODAY, asked=asked)


def left(invoice: Invoice, *taken: Invoice) -> Left:
    known = left_of(invoice, taken)
    assert known is not None
    return known


def stated(row: InvoiceRow) -> dict[str, str]:
    names = ("quantity", "unit_price", "discount_percent", "discount_amount", "net_amount")
    return {name: plain(value) for name in names if (value := getattr(row, name)) is not None}


def test_a_whole_invoice_is_credited_by_its_rows_turned() -> None:
    invoice = an_invoice(
        rows=(a_row(quantity="2", discount_percent="10"), a_text(), a_row(product="Trailer")),
        our_reference="Ola Berg",
        paid_amount="100",
        paid_date=date(2026, 10, 2),
        comment="Thanks",
    )
    credit = credited(invoice)
    assert credit == invoice.model_copy(
        update={
            "number": "K",
            "issue_date": TODAY,
            "due_date": TODAY,
            "credits": "2001-1",
            "paid_amount": None,
            "paid_date": None,
            "comment": "Kreditnota for faktura 2001-1",
            "rows": (a_row(quantity="-2", discount_percent="10"), a_row(product="Trailer", quantity="-1")),
        }
    )
    assert totals_of(credit).gross == -totals_of(invoice).gross
    assert completeness_faults(credit, limits=LIMITS) == []
    rest = left(invoice, credit)
    assert [row.row for row in rest.rows] == [1, 3]
    assert {*(row.quantity for row in rest.rows), *(row.amount for row in rest.rows), rest.gross} == {Decimal(0)}


def test_a_credit_names_the_invoice_as_its_reader_knows_it() -> None:
    abroad = a_person(address={"country": "SE"})

    def comment(invoice: Invoice, booked_as: str | None) -> str | None:
        return credit_of(invoice, [], number="K", issue_date=TODAY, booked_as=booked_as).comment

    assert comment(an_invoice(), "10042") == "Kreditnota for faktura 10042 (2001-1)"
    assert comment(an_invoice(), "2001-1") == "Kreditnota for faktura 2001-1"
    assert comment(an_invoice(customer=abroad), "10042") == "Credit note for invoice 10042 (2001-1)"


def test_rows_in_part_leave_the_rest() -> None:
    invoice = an_invoice(rows=(a_row(quantity="4", unit_price="100"), a_row(product="Trailer", unit_price="50")))
    first = credited(invoice, rows="1=1.5")
    assert [stated(row) for row in first.rows] == [
        {"quantity": "-1.5", "unit_price": "100", "discount_percent": "0"},
    ]
    rest = left(invoice, first)
    assert [(row.quantity, row.amount) for row in rest.rows] == [
        (Decimal("2.5"), Decimal(250)),
        (Decimal(1), Decimal(50)),
    ]
    assert rest.gross == 375
    last = credited(invoice, first, number="K2")
    assert [row.quantity for row in last.rows] == [Decimal("-2.5"), -1]
    assert left(invoice, first, last).gross == 0


def test_the_last_part_takes_the_ore_that_rounding_left() -> None:
    """Three at 33.335 come to 100.01, and one at a time would come to 100.02."""
    invoice = an_invoice(rows=(a_row(quantity="3", unit_price="33.335", vat_percent="0"),))
    made: list[Invoice] = []
    for _ in range(3):
        made.append(credited(invoice, *made, rows="1=1"))
    assert [stated(credit.rows[0]) for credit in made] == [
        {"quantity": "-1", "unit_price": "33.335", "discount_percent": "0"},
        {"quantity": "-1", "net_amount": "-33.33"},
        {"quantity": "-1", "unit_price": "33.335", "discount_percent": "0"},
    ]
    assert left(invoice, *made).gross == 0


def test_a_part_that_states_its_amount_is_of_the_row_with_the_nearest_price() -> None:
    rows = (a_row(quantity="1", unit_price="0"), a_row(quantity="3", unit_price="33.335"))
    invoice = an_invoice(rows=rows)
    first = credited(invoice, rows="2=1")
    second = credited(invoice, first, rows="2=1")
    assert stated(second.rows[0]) == {"quantity": "-1", "net_amount": "-33.33"}
    assert [row.quantity for row in left(invoice, first, second).rows] == [1, 1]


def test_a_discount_as_an_amount_is_shared_out() -> None:
    row = a_row(quantity="3", unit_price="100.00", discount_percent=None, discount_amount="10.00")
    invoice = an_invoice(rows=(row,))
    assert stated(credited(invoice).rows[0]) == {
        "quantity": "-3",
        "unit_price": "100.00",
        "discount_amount": "-10.00",
    }
    first = credited(invoice, rows="1=1")
    assert stated(first.rows[0]) == {"quantity": "-1", "unit_price": "100.00", "discount_amount": "-3.33"}
    last = credited(invoice, first)
    assert stated(last.rows[0]) == {"quantity": "-2", "unit_price": "100.00", "discount_amount": "-6.67"}
    assert left(invoice, first, last).gross == 0


def test_the_last_credit_of_a_rate_takes_the_vat_that_rounding_left() -> None:
    """VAT on 20.04 is 5.01; on 10.02 it is 2.51, twice."""
    invoice = an_invoice(rows=(a_row(unit_price="10.02"), a_row(product="Trailer", unit_price="10.02")))
    first = credited(invoice, rows="1")
    assert left(invoice, first).gross == Decimal("12.52")
    last = credited(invoice, first)
    assert last.prices_include_vat
    assert stated(last.rows[0]) == {"quantity": "-1", "net_amount": "-12.52"}
    assert totals_of(last).gross == Decimal("-12.52")
    assert completeness_faults(last, limits=LIMITS) == []
    rest = left(invoice, first, last)
    assert {rest.gross, *(row.quantity for row in rest.rows)} == {Decimal(0)}


def test_a_row_without_quantity_is_credited_in_full() -> None:
    row = InvoiceRow(product="Transport", net_amount=Decimal(980), vat_percent=Decimal(25))
    invoice = an_invoice(rows=(row,))
    with pytest.raises(InvalidInput, match="row 1: has no quantity"):
        credited(invoice, rows="1=1")
    credit = credited(invoice, rows="1")
    assert stated(credit.rows[0]) == {"net_amount": "-980.00"}
    assert left(invoice, credit).gross == 0


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("1=2.01", "there is 2 of row 1 left"),
        ("1,2,3", "row 3: there is none; the invoice has 2"),
        ("1=1,1=1", "row 1: is named twice"),
        ("1=0", "row 1: 0 is not above 0"),
        ("1=-1", "row 1: -1 is not above 0"),
    ],
)
def test_what_can_not_be_credited_is_named(rows: str, says: str) -> None:
    invoice = an_invoice(rows=(a_row(quantity="2"), a_row(product="Trailer")))
    with pytest.raises((Conflict, InvalidInput), match=says):
        credited(invoice, rows=rows)


def test_what_earlier_credits_took_is_not_there_any_more() -> None:
    invoice = an_invoice(rows=(a_row(quantity="2"), a_row(product="Trailer")))
    first = credited(invoice, rows="1=1.5")
    with pytest.raises(Conflict, match=r"there is 0\.5 of row 1 left") as refusal:
        credited(invoice, first, rows="1=1")
    assert refusal.value.code == "credit_exceeds"
    everything = credited(invoice, first)
    with pytest.raises(Conflict, match="K took it") as refusal:
        credited(invoice, everything, credited(invoice, rows="1=1.5"))
    assert refusal.value.code == "fully_credited"


def test_a_text_can_not_be_credited() -> None:
    with pytest.raises(InvalidInput, match="row 2: is only a text"):
        credited(an_invoice(rows=(a_row(), a_text())), rows="1,2")


def test_a_credit_that_was_made_by_hand_counts_by_row_where_it_says_the_same() -> None:
    invoice = an_invoice(rows=(a_row(quantity="2"), a_row(product="Trailer")))
    by_hand = an_invoice(number="9", credits="2001-1", rows=(a_row(quantity="-2", unit_price="1200"),))
    assert [row.quantity for row in left(invoice, by_hand).rows] == [0, 1]
    assert [row.product for row in credited(invoice, by_hand).rows] == ["Trailer"]


def test_and_by_its_amount_where_it_says_something_else() -> None:
    invoice = an_invoice(rows=(a_row(quantity="2"),))
    by_hand = an_invoice(number="9", credits="2001-1", rows=(a_row(product="Sorry", quantity="-1", unit_price="400"),))
    assert left(invoice, by_hand).gross == 2500
    with pytest.raises(Conflict, match=r"these rows come to 3000\.00 at 25 % VAT, and 2500\.00 is left"):
        credited(invoice, by_hand)
    assert totals_of(credited(invoice, by_hand, rows="1=1")).gross == -1500


def test_rows_that_say_the_same_are_taken_one_after_the_other() -> None:
    invoice = an_invoice(rows=(a_row(quantity="2"), a_row(quantity="1"), a_row(quantity="2")))
    by_hand = an_invoice(number="9", credits="2001-1", rows=(a_row(quantity="-3"),))
    assert [row.quantity for row in left(invoice, by_hand).rows] == [0, 0, 2]
    assert [row.quantity for row in left(invoice, credited(invoice, rows="2")).rows] == [2, 0, 2]


def test_a_row_that_gave_something_back_is_credited_together_with_others() -> None:
    """The invoice comes to 800: its first row alone is more than that."""
    rows = (a_row(unit_price="1000", vat_percent="0"), a_row(quantity="-1", unit_price="200", vat_percent="0"))
    invoice = an_invoice(rows=rows)
    with pytest.raises(Conflict, match="come to 1000"):
        credited(invoice, rows="1")
    with pytest.raises(InvalidInput, match="a credit gives something back"):
        credited(invoice, rows="2")
    assert left(invoice, credited(invoice)).gross == 0


@pytest.mark.parametrize(
    ("invoice", "earlier", "why"),
    [
        (an_invoice(rows=(a_row(quantity="-1"),)), None, "it is a credit"),
        (an_invoice(rows=()), None, "not kept any more"),
        (an_invoice(), an_invoice(number="9", currency="EUR", rows=(a_row(quantity="-1"),)), "not known what 9 took"),
        (an_invoice(), Invoice(number="9"), "not known what 9 took"),
    ],
)
def test_where_nobody_can_tell_what_is_left_nothing_is_credited(
    invoice: Invoice, earlier: Invoice | None, why: str
) -> None:
    made = [earlier] if earlier else []
    assert left_of(invoice, made) is None
    with pytest.raises(Conflict, match=why) as refusal:
        credited(invoice, *made)
    assert refusal.value.code == "not_creditable"


def test_the_number_is_the_invoices_with_a_count_and_never_too_long() -> None:
    assert list(islice(derived_numbers("1042"), 2)) == ["1042-K1", "1042-K2"]
    (long,) = islice(derived_numbers("x" * 46 + " " + "y" * 3), 1)
    assert long == "x" * 46 + "-K1"
    assert len(next(iter(derived_numbers("z" * 50)))) == 50


def amounts(low: int, high: int, *, decimals: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(low, high, places=decimals, allow_nan=False, allow_infinity=False)


@st.composite
def rows(draw: st.DrawFn) -> InvoiceRow:
    """A row in any of the ways in which one is stated."""
    vat = draw(st.sampled_from(["0", "12", "15", "25"]))
    quantity = draw(amounts(0, 9, decimals=2))
    price = draw(amounts(0, 300, decimals=4))
    row = a_row(product=draw(st.sampled_from("ABC")), quantity=quantity, unit_price=price, vat_percent=vat)
    way = draw(st.sampled_from(["plain", "percent", "amount", "total", "only total"]))
    total = draw(amounts(0, 900, decimals=2))
    changes: dict[str, dict[str, Decimal | None]] = {
        "plain": {},
        "percent": {"discount_percent": draw(amounts(0, 100, decimals=2))},
        "amount": {
            "discount_percent": None,
            "discount_amount": min(draw(amounts(0, 900, decimals=2)), (quantity * price).quantize(ORE, ROUND_DOWN)),
        },
        "total": {"unit_price": None, "discount_percent": None, "net_amount": total if quantity else Decimal(0)},
        "only total": {"quantity": None, "unit_price": None, "discount_percent": None, "net_amount": total},
    }
    return row.model_copy(update=changes[way])


@st.composite
def asked(draw: st.DrawFn, invoice: Invoice) -> list[RowToCredit]:
    which = draw(st.sets(st.integers(1, len(invoice.rows)), min_size=1))
    quantities = st.none() | amounts(0, 9, decimals=2)
    return [RowToCredit(row=row, quantity=draw(quantities)) for row in sorted(which)]


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_whatever_parts_are_credited_never_more_than_the_invoice_and_in_the_end_all(data: st.DataObject) -> None:
    invoice = an_invoice(
        rows=tuple(data.draw(st.lists(rows(), min_size=1, max_size=4))),
        prices_include_vat=data.draw(st.booleans()),
    )
    if totals_of(invoice).gross <= 0:
        return
    wide = Limits(row_text=300, customer_name=200, product_name=125, decimals=10)
    assert completeness_faults(invoice, limits=wide) == []
    made: list[Invoice] = []
    for parts in [*(data.draw(st.lists(asked(invoice), max_size=4))), None]:
        try:
            credit = credit_of(invoice, made, number=f"K{len(made)}", issue_date=TODAY, asked=parts)
        except (Conflict, InvalidInput):
            assert parts is not None or left(invoice, *made).gross == 0
        else:
            assert completeness_faults(credit, limits=wide) == []
            made.append(credit)
        assert sum(totals_of(credit).gross for credit in made) >= -totals_of(invoice).gross
        rest = left(invoice, *made)
        assert totals_of(invoice).gross + sum(totals_of(credit).gross for credit in made) == rest.gross
        for row in rest.rows:
            original = invoice.rows[row.row - 1]
            assert row.quantity is None or 0 <= row.quantity <= (original.quantity or 0)
            assert row.amount >= 0
    assert rest.gross == 0
