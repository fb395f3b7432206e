from decimal import Decimal
from typing import Any

import pytest

from adapters.twentyfour_seven_office.rest.order_mapping import fitting, line_ids, lines_of
from core.errors import Rejected
from tests.adapters.drafts import draft, row


def lines(*texts: str) -> list[dict[str, Any]]:
    rows = tuple(row("9", text=text) for text in texts)
    return lines_of(draft("1001", customer_id="1", product_id="9", rows=rows), where="there")


def kept(*texts: str) -> list[dict[str, Any]]:
    return [{"id": number, **line} for number, line in enumerate(lines(*texts), start=1)]


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
