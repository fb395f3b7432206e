"""Which item of an answer belongs to what was asked. Here a thing's key is its name."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.twentyfour_seven_office.soap.answers import (
    confirmed,
    created_one,
    each_others,
    new_ids,
    unconfirmed,
    updated,
)
from adapters.twentyfour_seven_office.soap.operations import SAVE_COMPANIES
from adapters.twentyfour_seven_office.soap.values import id_in
from core.errors import AccessRefused, KvittError, OutcomeUnknown, Rejected, TryAgain

REFUSED = {"APIException": {"Type": "Office24Seven.InvalidParameterException", "Message": "Nei"}}
TROUBLE = {"APIException": {"Type": "System.TimeoutException", "Message": "Nei"}}


def told(outcomes: Sequence[Any]) -> list[Any]:
    return [type(one) if isinstance(one, KvittError) else one for one in outcomes]


def same(asked: Mapping[str, Any], item: Mapping[str, Any]) -> bool | None:
    return asked["Name"] == item["Name"] if "Name" in item else None


def one(answer: Any) -> Any:
    return created_one(answer, SAVE_COMPANIES, read=lambda item: id_in(item.get("Id")))


def several(names: str, answer: Any, books: Mapping[str, str]) -> list[Any]:
    """Judge an answer when these ids (of those answered) are found, with these names."""
    found = {number: books[number] for number in new_ids(answer, "Id") if number in books}
    return confirmed(
        [{"Name": name} for name in names],
        answer,
        SAVE_COMPANIES,
        id_name="Id",
        own=each_others(list(names), found),
        results={number: f"{name}{number}" for number, name in found.items()},
        same=same,
    )


def test_a_single_creation_needs_no_proof_but_an_id() -> None:
    assert told([one([{"Id": 1}])]) == ["1"]
    assert told([one([{"Name": "a"}])]) == [OutcomeUnknown]
    assert told([one([None])]) == [OutcomeUnknown]
    assert told([one([REFUSED])]) == [Rejected]
    assert told([one([{"Id": 1, **REFUSED}])]) == [OutcomeUnknown]


@pytest.mark.parametrize("answer", [None, [], [{"Id": 1}, {"Id": 2}]])
def test_another_number_of_items_than_one_is_unknown(answer: Any) -> None:
    with pytest.raises(OutcomeUnknown):
        one(answer)
    with pytest.raises(OutcomeUnknown):
        updated([{"Id": 1}], answer, SAVE_COMPANIES)


def test_what_was_found_belongs_to_the_only_one_that_was_asked_with_its_key() -> None:
    assert each_others(["a", "b"], {"1": "b", "2": "a"}) == {0: "2", 1: "1"}
    assert each_others(["a", "b"], {"1": "b"}) == {1: "1"}
    assert each_others(["a", "b"], {"1": "c"}) == {}


def test_two_that_fit_are_nobodys() -> None:
    assert each_others(["a", "a", "b"], {"1": "a", "2": "b"}) == {2: "2"}
    assert each_others(["a", "b"], {"1": "a", "2": "a", "3": "b"}) == {1: "3"}


def test_no_key_fits_nothing() -> None:
    assert each_others([None], {"1": None}) == {}


def test_ids_are_read_once_and_sentinels_not_at_all() -> None:
    assert new_ids([{"Id": 2}, None, {"Id": -2147483648}, {"Id": 1}, {"Id": 2}, {}], "Id") == ["2", "1"]
    assert new_ids(None, "Id") == []


BOOKS = {"1": "a", "2": "b", "3": "c"}


@pytest.mark.parametrize(
    ("answer", "outcomes"),
    [
        # what is found by its key is fine, whatever the answer looks like
        ([{"Id": 1}, {"Id": 2}, {"Id": 3}], ["a1", "b2", "c3"]),
        ([{"Id": 3}, {"Id": 1}, {"Id": 2}], ["a1", "b2", "c3"]),
        ([{"Id": 1}, {"Id": 3}], ["a1", OutcomeUnknown, "c3"]),
        ([{"Id": 1}, {"Id": 2}, {"Id": 3}, {"Id": 3}, {"Id": 9}], ["a1", "b2", "c3"]),
        ([{"Id": 1}, {"Id": 1}, {"Id": 3}], ["a1", OutcomeUnknown, "c3"]),
        ([{"Id": 1}, {"Id": 2, **REFUSED}, {"Id": 3}], ["a1", "b2", "c3"]),
        (None, [OutcomeUnknown] * 3),
        # an id that is answered but not found could be any that is missing
        ([{"Id": 1}, {"Id": 9}, {"Id": 3}], ["a1", OutcomeUnknown, "c3"]),
        ([{"Id": 1}, {"Id": 9, **REFUSED}, {"Id": 3}], ["a1", OutcomeUnknown, "c3"]),
        ([{"Id": 1}, {"Id": 9}, {"Id": 3}, REFUSED], ["a1", OutcomeUnknown, "c3"]),
        ([{"Id": 1}, {"Id": 9}, REFUSED], ["a1", OutcomeUnknown, OutcomeUnknown]),
        # a refusal is of what stood at its place, when just these are missing
        ([{"Id": 1}, REFUSED, {"Id": 3}], ["a1", Rejected, "c3"]),
        ([REFUSED, {"Id": 2}, TROUBLE], [Rejected, "b2", OutcomeUnknown]),
        ([REFUSED, REFUSED, REFUSED], [Rejected] * 3),
        ([{"Name": "a", **REFUSED}, {"Id": 2}, REFUSED], [Rejected, "b2", Rejected]),
        ([{"Name": "c", **REFUSED}, {"Id": 2}, {"Name": "a", **REFUSED}], [OutcomeUnknown, "b2", OutcomeUnknown]),
        ([REFUSED, TROUBLE, {"Id": 3}, None], [OutcomeUnknown, OutcomeUnknown, "c3"]),
        ([REFUSED, TROUBLE, {"Id": 1}], ["a1", OutcomeUnknown, OutcomeUnknown]),
        ([{"Id": 2}, REFUSED, None], [OutcomeUnknown, "b2", OutcomeUnknown]),
        # a single one that is left needs no place
        ([REFUSED, {"Id": 1}, {"Id": 3}], ["a1", Rejected, "c3"]),
        ([{"Id": 3}, {"Id": 1}, None, REFUSED], ["a1", Rejected, "c3"]),
        ([{"Id": 1}, REFUSED, REFUSED, {"Id": 3}], ["a1", OutcomeUnknown, "c3"]),
    ],
)
def test_an_answer_of_several(answer: Any, outcomes: list[Any]) -> None:
    assert told(several("abc", answer, BOOKS)) == outcomes


def test_two_that_fit_are_unknown_and_a_refusal_beside_them_too() -> None:
    books = {"1": "a", "2": "a", "3": "b"}
    assert told(several("aab", [{"Id": 1}, {"Id": 2}, {"Id": 3}], books)) == [OutcomeUnknown, OutcomeUnknown, "b3"]
    assert told(several("aab", [{"Id": 1}, {"Id": 2}, REFUSED], books)) == [OutcomeUnknown] * 3


@st.composite
def worlds(draw: st.DrawFn) -> tuple[str, dict[str, int], list[Any]]:
    """What was asked, whose each new id is, and an answer: items in any order, some lost, doubled or emptied."""
    names = "".join(draw(st.lists(st.sampled_from("abcde"), min_size=2, max_size=6)))
    made = {str(10 + at): at for at in range(len(names)) if draw(st.booleans())}  # the others were refused
    ids = {at: number for number, at in made.items()}
    items: list[Any] = [{"Id": int(ids[at])} if at in ids else REFUSED for at in range(len(names))]
    noise = draw(st.lists(st.sampled_from([None, {}, {"Id": 99}, {"Id": -2147483648}, *items]), max_size=2))
    kept = draw(st.lists(st.sampled_from(range(len(items))), unique=True))
    answer = draw(st.permutations([items[at] for at in kept] + noise) | st.just(items))
    return names, made, answer


@given(worlds())
def test_no_id_is_ever_given_to_another(world: tuple[str, dict[str, int], list[Any]]) -> None:
    names, made, answer = world
    outcomes = several(names, answer, {number: names[at] for number, at in made.items()})
    assert len(outcomes) == len(names)
    for at, outcome in enumerate(outcomes):
        if not isinstance(outcome, KvittError):
            assert made[outcome[1:]] == at
            assert outcome[0] == names[at]


@given(worlds())
def test_nothing_that_was_created_and_answered_is_called_refused(
    world: tuple[str, dict[str, int], list[Any]],
) -> None:
    names, made, answer = world
    answered = set(new_ids(answer, "Id"))
    outcomes = several(names, answer, {number: names[at] for number, at in made.items()})
    for number, at in made.items():
        if number in answered:
            assert not isinstance(outcomes[at], Rejected)


@pytest.mark.parametrize("trouble", [TryAgain, AccessRefused, Rejected, OutcomeUnknown])
def test_what_could_not_be_read_back_may_have_been_created(trouble: type[KvittError]) -> None:
    asked = [{"Name": name} for name in "abc"]
    answer = [{"Id": 1}, {"Name": "b", **REFUSED}, REFUSED]

    def outcomes(answer: Any) -> list[KvittError]:
        return unconfirmed(
            asked, answer, SAVE_COMPANIES, id_name="Id", trouble=trouble("Så rart.", code="odd"), same=same
        )

    assert told(outcomes(answer)) == [OutcomeUnknown, Rejected, OutcomeUnknown]
    assert told(outcomes([*answer, None])) == [OutcomeUnknown] * 3
    lost = outcomes(answer)[0]
    assert lost.code == "unconfirmed"
    assert "may have been created" in lost.message
    assert "Så rart." in lost.message


def test_updates_are_told_apart_by_id() -> None:
    def kinds(asked: list[int], answer: Any) -> list[Any]:
        outcomes = updated([{"Id": one} for one in asked], answer, SAVE_COMPANIES)
        return [one and type(one) for one in outcomes]

    assert kinds([1, 2], [{"Id": 2}, {"Id": 1}]) == [None, None]
    assert kinds([1, 2], [{"Id": 2, **REFUSED}, {"Id": 1}]) == [None, Rejected]
    assert kinds([1, 2], [{"Id": 3}, {"Id": 1}]) == [None, OutcomeUnknown]
    assert kinds([1], [REFUSED]) == [Rejected]
    assert kinds([1], [{}]) == [OutcomeUnknown]
    assert kinds([1], [{"Id": 9}]) == [OutcomeUnknown]
