import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.http_api.json_values import json_from, value_from

amounts = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=6)


@given(amount=amounts)
def test_an_amount_comes_back_as_it_went(amount: Decimal) -> None:
    assert value_from(json_from({"amount": amount}).encode()) == {"amount": amount}


@given(text=st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")))
def test_a_text_comes_back_as_it_went(text: str) -> None:
    assert value_from(json_from([text]).encode()) == [text]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("0.10"), "0.10"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-1E-7"), "-0.0000001"),
        ({"a": [1, True, None, ("x",)]}, '{"a":[1,true,null,["x"]]}'),
        ('\u2013"', '"\\u2013\\""'),
    ],
)
def test_what_is_written_is_json_with_the_digits_that_there_are(value: object, written: str) -> None:
    assert json_from(value) == written
    json.loads(written)


def test_a_binary_fraction_is_never_written() -> None:
    with pytest.raises(TypeError, match="decimals"):
        json_from({"price": 0.1})


@pytest.mark.parametrize("literal", ["0.1", "1234567890123456789.1234", "1e3", "-0.0001"])
def test_fractions_are_read_as_decimals(literal: str) -> None:
    assert value_from(literal.encode()) == Decimal(literal)
    assert isinstance(value_from(literal.encode()), Decimal)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"NaN", b"[Infinity]", b"1e999999999", b"0." + b"1" * 100, b"9" * 100, b"[" * 100_000, b"\xff"],
    ids=str,
)
def test_what_is_beyond_reason_is_no_value(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        value_from(content)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b"x\\u0000y", "xy"),
        (b"x\x01y", "xy"),
        (b"x\\ud800", "x"),
        (b"x\xed\xa0\x80", "x"),
        (b"x\\uffffy", "xy"),
        (b"Ola\\u000bNordmann", "Ola Nordmann"),
        (b"\\ud83d\\ude00", "\N{GRINNING FACE}"),
    ],
)
def test_signs_that_nothing_can_store_are_left_out(written: bytes, read: str) -> None:
    assert value_from(b'{"a": ["' + written + b'", "z"]}') == {"a": [read, "z"]}
