"""When an event is sent again, and how an endpoint that fails is treated."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from core.delivery_plan import (
    FAILING_FOR,
    FAILURES_IN_A_ROW,
    LONGEST_ASKED,
    LONGEST_PAUSE,
    RETRY_WAITS,
    after_post,
    after_try,
    is_probed,
    pause_after,
    wait_after,
)
from core.event import EventType
from core.posting import Posted, PostTrouble
from core.webhook import Delivery, DeliveryState, DisabledReason, Endpoint

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TAKEN = Posted(status=204, duration_ms=1)
FAULT = Posted(status=500, duration_ms=1)
DOWN = Posted(trouble=PostTrouble.UNREACHABLE, duration_ms=1)
BUSY = Posted(status=503, duration_ms=1, retry_after=timedelta(minutes=20))
GONE = Posted(status=410, duration_ms=1)

PENDING = Delivery(
    endpoint="e1",
    event="v1",
    position=1,
    type=EventType.INVOICE_PAID,
    business="fjell",
    created_at=NOW,
    next_attempt_at=NOW,
)
WELL = Endpoint(id="e1", url="https://shop.example/", created_at=NOW)


def fares(endpoint: Endpoint, *posted: Posted, now: datetime = NOW) -> Endpoint:
    """One after the other, each begun when the endpoint was not left alone."""
    for one in posted:
        at = max(now, endpoint.paused_until or now)
        endpoint = after_post(endpoint, one, at=at, now=at, chance=0)
    return endpoint


def test_a_delivery_is_tried_twelve_times_in_three_days() -> None:
    waits = [wait_after(tries, chance=0) for tries in range(1, 13)]
    assert waits == [*RETRY_WAITS, None]
    assert list(RETRY_WAITS) == sorted(RETRY_WAITS)
    assert timedelta(days=2, hours=20) < sum(RETRY_WAITS, timedelta()) < timedelta(days=3)


def test_chance_takes_up_to_a_quarter_of_a_wait() -> None:
    assert wait_after(1, chance=0.999) == timedelta(seconds=5) * (1 - 0.999 / 4)


@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        (timedelta(), timedelta(seconds=5)),
        (timedelta(seconds=3), timedelta(seconds=5)),
        (timedelta(seconds=90), timedelta(seconds=90)),
        (timedelta(days=400), LONGEST_ASKED),
    ],
)
def test_what_the_endpoint_asks_for_is_waited_for_within_reason(asked: timedelta, wait: timedelta) -> None:
    assert wait_after(1, chance=0, asked=asked) == wait
    assert wait_after(12, chance=0, asked=asked) is None


def test_what_arrived_is_delivered() -> None:
    after = after_try(PENDING.model_copy(update={"failed": True}), TAKEN, now=NOW, chance=0)
    assert (after.state, after.failed, after.delivered_at) == (DeliveryState.DELIVERED, False, NOW)
    assert (after.attempts, after.tries, after.next_attempt_at) == (1, 1, None)


@pytest.mark.parametrize("posted", [FAULT, DOWN, GONE, Posted(status=302, duration_ms=1)])
def test_what_did_not_is_tried_again(posted: Posted) -> None:
    after = after_try(PENDING, posted, now=NOW, chance=0)
    assert (after.state, after.failed) == (DeliveryState.PENDING, True)
    assert after.next_attempt_at == NOW + 5 * SECOND


def test_after_the_last_try_it_is_given_up_and_a_person_may_begin_anew() -> None:
    last = PENDING.model_copy(update={"tries": 11, "attempts": 30})
    after = after_try(last, FAULT, now=NOW, chance=0)
    assert (after.state, after.attempts, after.tries, after.next_attempt_at) == (DeliveryState.GIVEN_UP, 31, 12, None)
    anew = after_try(last.model_copy(update={"tries": 0}), FAULT, now=NOW, chance=0)
    assert anew.next_attempt_at == NOW + 5 * SECOND


def test_a_pause_doubles_up_to_the_longest() -> None:
    pauses = [pause_after(failures, chance=0) for failures in range(1, 200)]
    assert pauses[0] == 2 * SECOND
    assert all(later == min(2 * earlier, LONGEST_PAUSE) for earlier, later in pairwise(pauses))


def test_an_endpoint_that_can_not_be_reached_is_paused_at_once() -> None:
    down = fares(WELL, DOWN)
    assert (down.failures, down.failing_since, down.paused_until) == (1, NOW, NOW + 2 * SECOND)
    assert is_probed(down)
    assert fares(down, DOWN).paused_until == NOW + 2 * SECOND + 4 * SECOND


def test_one_that_is_busy_is_left_alone_for_as_long_as_it_asks() -> None:
    assert fares(WELL, BUSY).paused_until == NOW + timedelta(minutes=20)


def test_one_that_answers_badly_is_paused_when_it_does_so_again_and_again() -> None:
    endpoint = fares(WELL, *[FAULT] * (FAILURES_IN_A_ROW - 1))
    assert endpoint.paused_until == NOW
    assert is_probed(endpoint)
    paused = fares(endpoint, FAULT)
    assert paused.paused_until == NOW + 32 * SECOND


def test_what_was_under_way_when_it_failed_counts_once() -> None:
    down = fares(WELL, DOWN)
    for posted in (DOWN, FAULT, BUSY):
        assert after_post(down, posted, at=NOW, now=NOW + SECOND, chance=0) == down


def test_whatever_is_delivered_ends_its_failing() -> None:
    for endpoint in (fares(WELL, DOWN), fares(WELL, *[FAULT] * 20)):
        assert after_post(endpoint, TAKEN, at=NOW, now=NOW, chance=0) == WELL
    assert not is_probed(WELL)


def test_gone_disables_at_once() -> None:
    gone = fares(WELL, GONE)
    assert (gone.is_enabled, gone.disabled_reason, gone.disabled_at) == (False, DisabledReason.GONE, NOW)


@pytest.mark.parametrize(
    ("failing_for", "failures", "is_enabled"),
    [
        (FAILING_FOR - SECOND, 1000, True),
        (FAILING_FOR, 1000, False),
        (FAILING_FOR, FAILURES_IN_A_ROW - 1, False),
        (FAILING_FOR * 10, FAILURES_IN_A_ROW - 2, True),
    ],
)
@pytest.mark.parametrize("posted", [FAULT, DOWN])
def test_failing_for_days_disables(failing_for: timedelta, failures: int, is_enabled: bool, posted: Posted) -> None:
    since = NOW - failing_for
    failing = WELL.model_copy(update={"failures": failures, "failing_since": since, "paused_until": NOW - SECOND})
    after = fares(failing, posted)
    assert after.is_enabled is is_enabled
    assert after.disabled_reason is (None if is_enabled else DisabledReason.FAILING)


def test_a_single_event_that_nobody_takes_disables_nothing() -> None:
    """Its last try comes before the three days are over."""
    endpoint, delivery, now = WELL, PENDING, NOW
    while delivery.next_attempt_at:
        now = delivery.next_attempt_at
        delivery = after_try(delivery, FAULT, now=now, chance=0)
        endpoint = after_post(endpoint, FAULT, at=now, now=now, chance=0)
    assert delivery.state is DeliveryState.GIVEN_UP
    assert endpoint.is_enabled
