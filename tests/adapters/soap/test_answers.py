from typing import Any

import pytest

from adapters.twentyfour_seven_office.soap.mapping.answers import created, updated
from adapters.twentyfour_seven_office.soap.mapping.values import id_in
from adapters.twentyfour_seven_office.soap.operations import SAVE_COMPANIES
from core.errors import KvittError, OutcomeUnknown, Rejected

REFUSED = {"APIException": {"Type": "Office24Seven.InvalidParameterException", "Message": "Nei"}}


def make(names: list[str], answer: Any) -> list[Any]:
    outcomes = created(
        [{"Name": name} for name in names],
        answer,
        SAVE_COMPANIES,
        same=lambda asked, item: asked["Name"] == item["Name"] if "Name" in item else None,
        read=lambda _position, item: id_in(item.get("Id")),
    )
    return [type(one) if isinstance(one, KvittError) else one for one in outcomes]


def test_a_single_creation_needs_no_proof_but_an_id() -> None:
    assert make(["a"], [{"Id": 1}]) == ["1"]
    assert make(["a"], [{"Name": "a"}]) == [OutcomeUnknown]
    assert make(["a"], [None]) == [OutcomeUnknown]
    assert make(["a"], [REFUSED]) == [Rejected]
    assert make(["a"], [{"Id": 1, **REFUSED}]) == [OutcomeUnknown]


def test_position_alone_proves_nothing() -> None:
    assert make(["a", "b"], [{"Id": 1, "Name": "a"}, {"Id": 2, "Name": "b"}]) == ["1", "2"]
    assert make(["a", "b"], [{"Id": 2, "Name": "b"}, {"Id": 1, "Name": "a"}]) == [OutcomeUnknown] * 2
    assert make(["a", "b"], [{"Id": 1}, {"Id": 2}]) == [OutcomeUnknown] * 2
    assert make(["a", "b"], [{"Name": "a", **REFUSED}, {"Id": 2, "Name": "b"}]) == [Rejected, "2"]
    assert make(["a", "b"], [REFUSED, {"Id": 2, "Name": "b"}]) == [OutcomeUnknown, "2"]


@pytest.mark.parametrize("answer", [None, [], [{"Id": 1}, {"Id": 2}]])
def test_another_number_of_items_than_asked_is_unknown(answer: Any) -> None:
    with pytest.raises(OutcomeUnknown):
        make(["a"], answer)
    with pytest.raises(OutcomeUnknown):
        updated([{"Id": 1}], answer, SAVE_COMPANIES)


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
