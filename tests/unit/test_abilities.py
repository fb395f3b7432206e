from dataclasses import fields

import pytest

from core.abilities import Abilities, Ability, DiscountKind, Lookup
from core.limits import Limits, OrderField
from entrypoints.abilities_told import ABILITIES, DISCOUNTS, FIELDS, LOOKUPS

LIMITS = Limits(
    row_text=300,
    customer_name=200,
    product_name=125,
    decimals=4,
    text_rows=True,
    prices_with_vat=False,
    order_fields=frozenset({OrderField.PROJECT}),
)


def test_what_the_limits_say_is_not_said_again() -> None:
    own, limits = ({one.name for one in fields(kind)} for kind in (Abilities, Limits))
    assert not own & limits
    assert all((ability in own) != (ability in limits) for ability in Ability), "each is a field of one of the two"


def test_what_is_there_is_told() -> None:
    abilities = Abilities(limits=LIMITS, lookup=Lookup.BY_CUSTOMER, currencies=True, payment_date=False)
    there = {ability for ability in Ability if abilities.has(ability)}
    absent = {Ability.PRICES_WITH_VAT, Ability.DELETES_ORDERS, Ability.OPEN_AMOUNT, Ability.PAYMENT_DATE}
    assert there == set(Ability) - absent
    assert [field for field in OrderField if abilities.has(field)] == [OrderField.PROJECT]


def test_what_is_absent_has_a_reason() -> None:
    left_out: dict[Ability | OrderField, str] = {
        Ability.DELETES_ORDERS: "not built yet",
        OrderField.DEPARTMENT: "only ids are known",
    }
    abilities = Abilities(limits=LIMITS, lookup=Lookup.AMONG_ALL, left_out=left_out)
    assert abilities.why_not(Ability.DELETES_ORDERS) == "not built yet"
    assert abilities.why_not(OrderField.DEPARTMENT) == "only ids are known"
    assert abilities.why_not(Ability.OPEN_AMOUNT) == "the accounting system has none"


def test_there_are_words_for_everything() -> None:
    assert set(ABILITIES) == set(Ability)
    assert set(FIELDS) == set(OrderField)
    assert set(LOOKUPS) == set(Lookup)
    assert set(DISCOUNTS) == set(DiscountKind)


@pytest.mark.parametrize("there", [Ability.TEXT_ROWS, Ability.CATEGORIES, OrderField.PROJECT])
def test_what_is_there_is_not_left_out(there: Ability | OrderField) -> None:
    with pytest.raises(ValueError, match=f"left_out names what is declared to be there: {there}"):
        Abilities(limits=LIMITS, lookup=Lookup.BY_DATE, left_out={there: "not built yet"})


def test_a_call_is_made_at_a_time_at_least() -> None:
    with pytest.raises(ValueError, match="parallel_calls"):
        Abilities(limits=LIMITS, lookup=Lookup.BY_DATE, parallel_calls=0)
