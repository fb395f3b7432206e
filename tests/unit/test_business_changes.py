"""Changing settings in part: what a merge patch makes of them, and what is told of a change."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.business import Business
from core.business_changes import Change, changes_between, merged, patched, resets_in
from core.errors import InvalidInput
from tests.thoroughness import examples

JsonObject = dict[str, Any]

FJELL: JsonObject = {
    "name": "fjell",
    "accounting": {"system": "fake", "account_name": "Fjellutleie AS", "password": "open sesame"},
    "order_status": "confirmed",
    "vat_codes": {"25": "3", "12.50": "31"},
    "products": {"excavator": {"product": "1100", "vat_code": "3"}},
    "department": "Oslo",
}


def business(**given: Any) -> Business:
    return Business.model_validate({**FJELL, **given})


def after(patch: JsonObject, *, of: Business | None = None) -> Business:
    return Business.model_validate(patched(of or business(), patch))


def told(patch: JsonObject) -> list[str]:
    changes = changes_between(business(), after(patch), secrets={"password"})
    return [f"{change.setting}: {change.before} -> {change.after}{' secret' * change.secret}" for change in changes]


@pytest.mark.parametrize(
    ("document", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"a": "foo"}, {"b": {"c": None}}, {"a": "foo", "b": {}}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_a_merge_patch_is_applied_as_rfc_7396_shows_it(
    document: JsonObject, patch: JsonObject, result: JsonObject
) -> None:
    assert merged(document, patch) == result


documents = st.recursive(
    st.dictionaries(st.sampled_from("abc"), st.sampled_from(["1", "2"]), max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), st.sampled_from(["1", "2"]) | inner, max_size=3),
    max_leaves=8,
)
patches = st.recursive(
    st.dictionaries(st.sampled_from("abc"), st.sampled_from(["1", "2", None]), max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), st.sampled_from(["1", "2", None]) | inner, max_size=3),
    max_leaves=8,
)


def the_way_back(before: JsonObject, now: JsonObject) -> JsonObject:
    """Return the patch that makes `before` of `now`."""
    patch: JsonObject = {name: None for name in now if name not in before}
    for name, value in before.items():
        there = now.get(name)
        if isinstance(value, dict) and isinstance(there, dict):
            patch[name] = the_way_back(value, there)
        elif value != there:
            patch[name] = value
    return patch


@given(documents)
def test_a_patch_of_nothing_changes_nothing(document: JsonObject) -> None:
    assert merged(document, {}) == document


@settings(max_examples=examples(50))
@given(documents, patches)
def test_a_patch_twice_is_a_patch_once(document: JsonObject, patch: JsonObject) -> None:
    once = merged(document, patch)
    assert merged(once, patch) == once


@settings(max_examples=examples(50))
@given(documents, patches)
def test_a_patch_and_the_way_back_is_where_it_began(document: JsonObject, patch: JsonObject) -> None:
    now = merged(document, patch)
    assert merged(now, the_way_back(document, now)) == document


@settings(max_examples=examples(50))
@given(documents, patches)
def test_what_a_patch_does_not_name_stays(document: JsonObject, patch: JsonObject) -> None:
    now = merged(document, patch)
    assert {name: now.get(name) for name in document if name not in patch} == {
        name: value for name, value in document.items() if name not in patch
    }


changed_settings = st.fixed_dictionaries(
    {},
    optional={
        "order_status": st.sampled_from(["draft", "offer", "confirmed", None]),
        "department": st.sampled_from(["Oslo", "42", None]),
        "vat_codes": st.dictionaries(st.sampled_from(["25.0", "0", "12.5"]), st.sampled_from(["3", "31", None])),
        "products": st.dictionaries(
            st.sampled_from([" excavator", "tractor"]),
            st.fixed_dictionaries({"product": st.sampled_from(["1100", "7"])}) | st.none(),
        ),
        "accounting": st.fixed_dictionaries({}, optional={"username": st.sampled_from(["a@b.example", None])}),
    },
)


@settings(max_examples=examples(30))
@given(changed_settings)
def test_a_business_that_is_patched_twice_is_patched_once(patch: JsonObject) -> None:
    once = after(patch)
    assert after(patch, of=once) == once
    assert changes_between(once, after(patch, of=once), secrets=()) == ()


@settings(max_examples=examples(30))
@given(changed_settings)
def test_a_change_and_the_way_back_are_told_alike(patch: JsonObject) -> None:
    forth, back = (
        changes_between(business(), after(patch), secrets=()),
        changes_between(after(patch), business(), secrets=()),
    )
    assert {(one.setting, one.before, one.after) for one in forth} == {
        (one.setting, one.after, one.before) for one in back
    }


def test_what_changes_is_told_by_its_whole_name() -> None:
    assert told({}) == []
    assert told({"order_status": "draft", "vat_codes": {"25": None, "0": "52"}}) == [
        "order_status: confirmed -> draft",
        "vat_codes.0: None -> 52",
        "vat_codes.25: 3 -> None",
    ]
    assert told({"products": {"excavator": {"vat_code": None}, "tractor": {"product": "7"}}}) == [
        "products.tractor.product: None -> 7",
        "products.excavator.vat_code: 3 -> None",
    ]
    assert told({"accounting": {"account_name": "Dal AS"}}) == ["accounting.account_name: Fjellutleie AS -> Dal AS"]


def test_of_a_secret_no_more_is_told_than_that_it_changed() -> None:
    assert told({"accounting": {"password": "hunter2"}}) == ["accounting.password: None -> None secret"]


@pytest.mark.parametrize(
    "patch",
    [{"vat_codes": {"25.00": "4", "12.5": None}}, {"products": {" excavator ": None}}],
)
def test_another_spelling_of_a_name_is_the_same_setting(patch: JsonObject) -> None:
    (name,) = patch
    changed = after(patch).model_dump(mode="json")[name]
    assert changed in ({"25": "4"}, {})


@pytest.mark.parametrize(
    "patch",
    [
        {"vat_codes": {"25": "4", "25.0": None}},
        {"products": {"tractor": {"product": "7"}, "tractor ": {"product": "8"}}},
    ],
)
def test_one_thing_in_two_spellings_is_refused(patch: JsonObject) -> None:
    with pytest.raises(InvalidInput, match="names one thing twice"):
        after(patch)


def test_another_accounting_system_is_given_no_setting_of_the_one_before() -> None:
    moved = after({"accounting": {"system": "another", "username": "ola"}})
    assert (moved.accounting.system, moved.accounting.settings) == ("another", {"username": "ola"})
    assert moved.department == "Oslo"


def resets(**given: Any) -> set[str]:
    stored = Business.model_validate({"name": "fjell", "accounting": FJELL["accounting"], **given})
    changes = changes_between(business(), stored, secrets={"password"})
    return {change.setting for change in resets_in(changes, stored)}


def test_what_is_left_out_would_be_reset_and_what_is_said_is_meant() -> None:
    assert resets() == {
        "order_status",
        "department",
        "vat_codes.25",
        "vat_codes.12.50",
        "products.excavator.product",
        "products.excavator.vat_code",
    }
    same = {name: value for name, value in FJELL.items() if name not in ("name", "accounting")}
    assert resets(**same) == set()
    assert resets(**same | {"order_status": "draft", "department": None}) == set()
    assert resets(**same | {"vat_codes": {"25": "4"}}) == {"vat_codes.12.50"}


def test_a_setting_of_the_connection_that_is_left_out_is_a_reset_and_another_system_is_none() -> None:
    before = business(accounting={**FJELL["accounting"], "username": "ola"})
    for accounting, lost in (
        (FJELL["accounting"], ["accounting.username"]),
        ({"system": "another", "password": "x"}, []),
    ):
        stored = business(accounting=accounting)
        changes = changes_between(before, stored, secrets={"password"})
        assert [change.setting for change in resets_in(changes, stored)] == lost


def test_a_change_that_holds_a_secret_can_not_be_made_by_mistake() -> None:
    (change,) = changes_between(business(), after({"accounting": {"password": "hunter2"}}), secrets={"password"})
    assert change == Change(setting="accounting.password", before=None, after=None, secret=True)
