"""Records that the vendor has and that can't be read: each by itself."""

import pytest

from adapters.http_api.json_values import Broken, value_from
from adapters.twentyfour_seven_office.rest.json_values import items_in
from adapters.twentyfour_seven_office.rest.operations import GET_CUSTOMERS, GET_ORDERS
from core.errors import TryAgain


def test_an_item_with_a_number_beyond_reason_is_what_can_be_read_of_it() -> None:
    broken, whole = value_from(b'[{"id": 5, "a": {"b": [1e999]}, "name": "Moe"}, {"id": 6}]')
    assert isinstance(broken, Broken)
    assert broken == {"id": 5, "name": "Moe"}
    assert not isinstance(whole, Broken)


def test_of_orders_such_an_item_breaks_the_answer() -> None:
    for listed in (b'[{"id": 5, "a": 1e999}]', b"[5]"):
        assert len(items_in(value_from(listed), GET_CUSTOMERS)) == 1
        with pytest.raises(TryAgain):
            items_in(value_from(listed), GET_ORDERS)
