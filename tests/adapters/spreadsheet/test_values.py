"""Numbers and dates as people write them; what can be read in two ways is refused unless the column tells."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.spreadsheet.values import date_from, number_from, order_of, style_of


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1234", "1234"),
        ("-5", "-5"),
        ("\u22125", "-5"),
        ("1 234,50", "1234.50"),
        ("1\u00a0234,50", "1234.50"),
        ("1\u202f234\u202f567", "1234567"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1 234.50", "1234.50"),
        ("1234,5", "1234.5"),
        ("1234.5", "1234.5"),
        ("0,125", "0.125"),
        ("0.125", "0.125"),
        ("1234.567", "1234.567"),
        ("1.234.567", "1234567"),
        ("25 %", "25"),
        ("12,5%", "12.5"),
        ("kr 1 200,00", "1200.00"),
        ("1 200 kr", "1200"),
        ("1 200,-", "1200"),
    ],
)
def test_a_number_is_read_as_it_is_meant(text: str, number: str) -> None:
    assert number_from(text, style=None) == Decimal(number)


@pytest.mark.parametrize("text", ["1.234", "1,234", "12.345", "-999,999"])
def test_thousands_or_decimals_is_refused_unless_the_column_tells(text: str) -> None:
    with pytest.raises(ValueError, match="thousands or decimals; write 1234"):
        number_from(text, style=style_of([text, text, "17", "nonsense"]))

    as_norwegian = number_from(text, style=style_of([text, "1,5"]))
    as_english = number_from(text, style=style_of([text, "1.5"]))
    assert {as_norwegian, as_english} == {
        Decimal(text.replace(",", ".")),
        Decimal(text.replace(",", "").replace(".", "")),
    }
    with pytest.raises(ValueError, match="thousands or decimals"):
        number_from(text, style=style_of([text, "1,5", "1.5"]))


@pytest.mark.parametrize(
    "text", ["abc", "1,2,3", "1.2.3", "1 23", "1e3", "NaN", "Infinity", "1,23,456", "--1", "9" * 50, "٣"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        number_from(text, style=None)


@pytest.mark.parametrize(
    "text",
    ["2026-12-31", "31.12.2026", "31. 12. 2026", "31/12/2026", "12/31/2026", "31-12-2026", "2026-12-31 00:00:00"],
)
def test_a_date_is_read_as_it_is_meant(text: str) -> None:
    assert date_from(text, order=None) == date(2026, 12, 31)


def test_day_and_month_or_month_and_day_is_refused_unless_the_column_tells() -> None:
    with pytest.raises(ValueError, match="day-month or month-day; write it like 2026-12-31"):
        date_from("03/04/2026", order=order_of(["03/04/2026", "2026-12-31", "31.12.2026"]))
    assert date_from("03/04/2026", order=order_of(["03/04/2026", "31/12/2026"])) == date(2026, 4, 3)
    assert date_from("03/04/2026", order=order_of(["03/04/2026", "12/31/2026"])) == date(2026, 3, 4)
    assert date_from("03.04.2026", order=None) == date(2026, 4, 3)
    assert date_from("04/04/2026", order=None) == date(2026, 4, 4)


@pytest.mark.parametrize(
    ("text", "said"),
    [("31.12.26", "is not a date"), ("2026-02-30", "does not exist in the calendar"),
     ("30.02.2026", "does not exist in the calendar"), ("46387", "is not a date"),
     ("2026-12-31 12:00", "is not a date"), ("31/13/2026", "is not a date"), ("tomorrow", "is not a date")],
)  # fmt: skip
def test_what_is_no_date_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        date_from(text, order=None)


@given(st.decimals(-(10**9), 10**9, places=2), st.sampled_from([" ", "\u00a0", ".", ","]))
def test_what_is_written_with_separators_and_two_decimals_is_never_ambiguous(number: Decimal, separator: str) -> None:
    mark = "." if separator == "," else ","
    text = f"{number:,}".replace(",", "_").replace(".", mark).replace("_", separator)
    assert number_from(text, style=None) == number
