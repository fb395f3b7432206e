from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.twentyfour_seven_office.rest.mapping.lines import fitting, line_ids, lines_of, net_price
from core.errors import Rejected
from tests.adapters.drafts import draft, row

prices = st.decimals(min_value=-(10**9), max_value=10**9, places=4)
percents = st.sampled_from([Decimal(0), Decimal("11.11"), Decimal(12), Decimal(15), Decimal(25)])


def lines(*texts: str) -> list[dict[str, Any]]:
    rows = tuple(row("9", text=text) for text in texts)
    return lines_of(draft("1001", customer_id="1", product_id="9", rows=rows), where="there")


def kept(*texts: str) -> list[dict[str, Any]]:
    return [{"id": number, **line} for number, line in enumerate(lines(*texts), start=1)]


@given(price=prices, percent=percents)
def test_a_net_price_has_four_decimals_and_with_vat_is_the_price_again(price: Decimal, percent: Decimal) -> None:
    net = net_price(price, vat_percent=percent)
    assert net == net.quantize(Decimal("0.0001"))
    with localcontext(prec=60):
        gross = net * (100 + percent) / 100
        assert abs(gross - price) <= Decimal("0.00005") * (100 + percent) / 100


@given(price=prices, percent=percents)
def test_a_net_price_is_rounded_away_from_zero_alike_for_both_signs(price: Decimal, percent: Decimal) -> None:
    assert net_price(-price, vat_percent=percent) == -net_price(price, vat_percent=percent)


@given(net=prices, percent=percents)
def test_a_price_made_by_adding_vat_is_found_again(net: Decimal, percent: Decimal) -> None:
    with localcontext(prec=60):
        assert net_price(net * (100 + percent) / 100, vat_percent=percent) == net


@pytest.mark.parametrize(
    ("price", "net"), [("100", "80.0000"), ("0.00025", "0.0002"), ("0.0000625", "0.0001"), ("-0.0000625", "-0.0001")]
)
def test_half_of_the_last_decimal_goes_away_from_zero(price: str, net: str) -> None:
    assert net_price(Decimal(price), vat_percent=Decimal(25)) == Decimal(net)


def test_a_row_is_described_as_a_line() -> None:
    one = row("9", quantity=Decimal("-2"), discount_percent=Decimal("12.5"))
    (line,) = lines_of(draft("1001", customer_id="1", product_id="9", rows=(one,)), where="there")
    assert line == {
        "type": "product",
        "product": {"id": 9},
        "description": "Tractor (2021-01-10 – 2021-01-12)",
        "quantity": Decimal("-2"),
        "price": Decimal("1200.00"),
        "discountRate": Decimal("12.5"),
        "tax": {"number": 3, "rate": Decimal("25")},
    }


def test_a_text_is_a_line_that_is_a_text_and_nothing_else() -> None:
    one = row("9", text="Delivered on site", is_text=True, quantity=Decimal(0), unit_price=Decimal(0))
    (line,) = lines_of(draft("1001", customer_id="1", product_id="9", rows=(one,)), where="there")
    assert line == {"type": "text", "description": "Delivered on site"}
    assert fitting([line], [{"id": 1, **line}]) == 1
    assert fitting([line], [{"id": 1, **line, "description": "Delivered"}]) == 0
    assert fitting([line], kept("Delivered on site")) == 0


def test_a_price_with_vat_is_sent_without() -> None:
    asked = draft("1001", customer_id="1", product_id="9", prices_include_vat=True)
    assert lines_of(asked, where="there")[0]["price"] == Decimal("960")


@pytest.mark.parametrize("change", [{"product_id": "x"}, {"product_id": None}, {"vat_code": "three"}])
def test_what_can_not_be_an_id_there_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Rejected) as error:
        lines_of(
            draft("1001", customer_id="1", product_id="9", rows=(row(**{"product_id": "9", **change}),)), where="there"
        )
    assert error.value.code == "unknown_reference"


@pytest.mark.parametrize(
    ("there", "count"),
    [
        (kept(), 0),
        (kept("a"), 1),
        (kept("a", "b"), 2),
        (kept("a", "x"), 1),
        (kept("x", "b"), 0),
        (kept("a", "b", "c"), 2),
        ([{**line, "price": 1199} for line in kept("a", "b")], 0),
        ([{**line, "quantity": 2} for line in kept("a", "b")], 0),
        ([{**line, "discountRate": 5} for line in kept("a", "b")], 0),
        ([{**line, "product": {"id": 8}} for line in kept("a", "b")], 0),
        ([{**line, "tax": {"number": 31, "rate": 25}} for line in kept("a", "b")], 0),
        ([{**line, "tax": {"number": 3}} for line in kept("a", "b")], 0),
        ([{**line, "type": "text"} for line in kept("a", "b")], 0),
        ([{name: value for name, value in line.items() if name != "discountRate"} for line in kept("a", "b")], 2),
        ([{**line, "price": Decimal("1200.0000"), "quantity": 1} for line in kept("a", "b")], 2),
        ([{}, {}], 0),
    ],
)
def test_so_many_lines_from_the_first_are_just_those_that_are_wanted(there: list[dict[str, Any]], count: int) -> None:
    assert fitting(lines("a", "b"), there) == count


def test_the_ids_of_lines() -> None:
    assert line_ids([*kept("a", "b"), {}]) == [1, 2]
