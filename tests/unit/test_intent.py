from datetime import UTC, datetime, timedelta

import pytest

from core.errors import TryAgain
from core.intent import IntentKind, declared

_NOW = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)
_SETTLING = timedelta(seconds=120)
_FIRST = declared(None, kind=IntentKind.ORDER, key="2001-1", customer_id="5", books="fake 7", now=_NOW)


def test_until_it_has_settled_an_intent_says_when_to_look_again() -> None:
    with pytest.raises(TryAgain) as wait:
        _FIRST.require_settled(settling=_SETTLING, now=_NOW + timedelta(seconds=119.999))
    assert wait.value.code == "settling"
    assert wait.value.not_before == _NOW + _SETTLING


def test_from_the_settling_time_on_nothing_has_to_be_waited_for() -> None:
    _FIRST.require_settled(settling=_SETTLING, now=_NOW + _SETTLING)


def test_a_refused_call_has_nothing_to_settle() -> None:
    _FIRST.model_copy(update={"refused": True}).require_settled(settling=_SETTLING, now=_NOW)


def test_settling_is_counted_from_the_latest_call() -> None:
    later = declared(
        _FIRST, kind=IntentKind.ORDER, key="2001-1", customer_id="5", books="fake 7", now=_NOW + timedelta(hours=1)
    )
    with pytest.raises(TryAgain):
        later.require_settled(settling=_SETTLING, now=_NOW + timedelta(hours=1, seconds=60))


def test_looking_begins_a_day_before_the_first_call() -> None:
    later = declared(
        _FIRST, kind=IntentKind.ORDER, key="2001-1", customer_id="5", books="fake 7", now=_NOW + timedelta(days=9)
    )
    assert later.look_since == _NOW - timedelta(days=1)


def test_every_customer_that_the_order_was_meant_for_is_remembered_once() -> None:
    second = declared(_FIRST, kind=IntentKind.ORDER, key="2001-1", customer_id="6", books="fake 7", now=_NOW)
    third = declared(second, kind=IntentKind.ORDER, key="2001-1", customer_id="5", books="fake 7", now=_NOW)
    assert third.customer_ids == ("5", "6")


def test_a_new_call_after_a_refusal_is_open_again() -> None:
    refused = _FIRST.model_copy(update={"refused": True})
    assert not declared(refused, kind=IntentKind.ORDER, key="2001-1", customer_id="5", books="fake 7", now=_NOW).refused


def test_what_is_not_an_order_needs_no_customer() -> None:
    assert declared(None, kind=IntentKind.PRODUCT, key="Rental", books="fake 7", now=_NOW).customer_ids == ()
