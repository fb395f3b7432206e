import json
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.json_text import DEEPEST, BadJson, json_from, parsed, require_plain


def test_a_number_is_read_as_it_is_written() -> None:
    read = json_from('{"a": 0.10, "b": 12345678901234567890, "c": 1e2}')
    assert isinstance(read, dict)
    assert read == {"a": Decimal("0.10"), "b": 12345678901234567890, "c": Decimal("1E+2")}
    assert str(read["a"]) == "0.10"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "line 1, column 1"),
        ("{} {}", "Extra data"),
        ("[NaN]", "NaN"),
        ("[-Infinity]", "-Infinity"),
        ("[1e999999]", "out of range"),
        ("[1e-999999]", "out of range"),
        ("9" * 5_000, "too long"),
        ('{"a": 1, "a": 2}', '"a" is given twice'),
        ('{"a\\u0000": 1}', "can't be shown"),
        ('{"\\ud800": 1}', "can't be shown"),
        ("[" * 100_000, "nested too deeply"),
        ("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), "nested too deeply"),
        ('{"a":' * 600 + "1" + "}" * 600, "nested too deeply"),
    ],
)
def test_what_cannot_be_used_is_told(text: str, told: str) -> None:
    with pytest.raises(BadJson) as refusal:
        json_from(text)
    assert told in refusal.value.what


def test_every_field_that_can_not_be_used_is_named_by_where_it_is() -> None:
    with pytest.raises(BadJson) as refusal:
        json_from('{"a": [{"b": 1, "b": 2}, {"c": NaN}], "d": 1, "d": 2, "e": {"\\u0000": 1}}')

    assert [(fault.field, fault.message) for fault in refusal.value.faults] == [
        ("d", "is given twice"),
        ("a[0].b", "is given twice"),
        ("a[1].c", "NaN is not JSON"),
        ("e", "a field name holds a character that can't be shown"),
    ]


def test_parts_are_judged_one_by_one() -> None:
    parts = parsed('[{"a": 1, "a": 2}, {"a": 1}, Infinity]')
    assert isinstance(parts, list)

    require_plain(parts[1])
    for odd in (parts[0], parts[2]):
        with pytest.raises(BadJson):
            require_plain(odd)


def test_as_deep_as_may_be_is_read() -> None:
    deepest = "[" * DEEPEST + "]" * DEEPEST
    json_from(deepest)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(alphabet="abcæø"), inner),
    max_leaves=20,
)


@given(_VALUES)
def test_what_is_written_is_read_back(value: object) -> None:
    assert json_from(json.dumps(value)) == value


@given(st.text() | st.text(alphabet='[]{}":,0123456789eE+-.truefalsn \\u'))
def test_whatever_comes_is_read_or_refused(text: str) -> None:
    with suppress(BadJson):
        json_from(text)
