from collections.abc import Sequence
from typing import Any

import pytest

from core.business import Business, Connection
from core.dimension import (
    Dimension,
    DimensionKind,
    Listed,
    dimension_meant,
    kinds_wanted,
    stated_dimension,
)
from core.errors import Rejected
from core.unreadable import Unreadable
from tests.unit.samples import a_row, an_invoice

DEPARTMENT, PROJECT = DimensionKind
_OSLO, _BERGEN = Dimension(id="1", name="Oslo"), Dimension(id="2", name="Bergen")
_ALIKE = Dimension(id="3", name="Oslo syd")


def a_business(**settings: Any) -> Business:
    return Business(name="fjell", accounting=Connection.of("fake", {}), **settings)


def meant(wanted: str, *listed: Dimension | Unreadable) -> Dimension:
    return dimension_meant(DEPARTMENT, wanted, {DEPARTMENT: Listed(all_of_them=listed)})


def refusal(wanted: str, listed: Listed) -> Rejected:
    with pytest.raises(Rejected) as refused:
        dimension_meant(DEPARTMENT, wanted, {DEPARTMENT: listed})
    return refused.value


def test_the_first_that_names_one_says_it() -> None:
    row, invoice, business = a_row(department="A"), an_invoice(department="B"), a_business(department="C")
    assert stated_dimension(DEPARTMENT, row, invoice, business) == "A"
    assert stated_dimension(DEPARTMENT, a_row(department=" "), invoice, business) == "B"
    assert stated_dimension(DEPARTMENT, a_row(), an_invoice(department=""), business) == "C"
    assert stated_dimension(PROJECT, row, invoice, business) is None


@pytest.mark.parametrize(
    ("settings", "head", "row", "kinds"),
    [
        ({}, {}, {}, []),
        ({"department": "A"}, {}, {}, [DEPARTMENT]),
        ({}, {"project": "A"}, {}, [PROJECT]),
        ({}, {"project": "A"}, {"department": "B"}, [DEPARTMENT, PROJECT]),
    ],
)
def test_only_what_is_named_is_looked_up(
    settings: dict[str, str], head: dict[str, str], row: dict[str, str], kinds: Sequence[DimensionKind]
) -> None:
    invoices = [an_invoice(), an_invoice(**head, rows=(a_row(), a_row(**row)))]
    assert kinds_wanted(iter(invoices), a_business(**settings)) == kinds


@pytest.mark.parametrize("wanted", ["1", "Oslo"])
def test_an_id_and_an_exact_name_mean_the_same(wanted: str) -> None:
    assert meant(wanted, _ALIKE, _OSLO, _BERGEN) == _OSLO


def test_the_form_of_unicode_does_not_tell_two_apart() -> None:
    wanted = stated_dimension(DEPARTMENT, an_invoice(department="Ba\u030at"))
    assert meant(wanted or "", Dimension(id="4", name="Ba\u030at")).id == "4"
    assert meant(wanted or "", Dimension(id="4", name="B\u00e5t")).id == "4"


@pytest.mark.parametrize(
    "listed",
    [
        (_OSLO, Dimension(id="9", name="Oslo")),
        (Dimension(id="Oslo", name="East"), Dimension(id="9", name="Oslo")),
    ],
    ids=["two of a name", "one's id is another's name"],
)
def test_what_may_be_two_is_refused(listed: tuple[Dimension, ...]) -> None:
    refused = refusal("Oslo", Listed(all_of_them=listed))
    assert refused.code == "ambiguous_dimension"
    assert all(one.id in refused.message for one in listed)


def test_one_that_is_not_there_is_refused() -> None:
    assert refusal("oslo", Listed(all_of_them=(_OSLO,))).code == "unknown_dimension"


def test_one_that_cannot_be_read_is_told_and_hides_no_other() -> None:
    lost = Unreadable(id="5", name="Hamar", reason="it is spoilt")
    assert meant("Oslo", lost, _OSLO) == _OSLO
    assert "it is spoilt" in refusal("Hamar", Listed(all_of_them=(lost, _OSLO))).message


def test_where_none_are_told_an_id_is_taken_and_a_name_refused() -> None:
    assert dimension_meant(DEPARTMENT, "42", {DEPARTMENT: Listed()}) == Dimension(id="42")
    refused = refusal("Oslo", Listed())
    assert (refused.code, "id" in refused.hint) == ("unknown_dimension", True)


def test_a_refused_listing_is_told_with_its_reason() -> None:
    refused = refusal("42", Listed(refusal="You may not read them."))
    assert refused.code == "unknown_dimension"
    assert "You may not read them." in refused.message
