"""When an event is sent to an endpoint again, and how an endpoint that fails is treated.

Pure: time and chance come from outside.
"""

from datetime import datetime, timedelta

from core.posting import Posted
from core.transfer import RetryPolicy
from core.webhook import Delivery, DeliveryState, DisabledReason, Endpoint, EndpointState

RETRY_WAITS = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
    timedelta(hours=24),
)
"""How long each next try of a delivery waits: twelve tries in three days, most of them soon."""

LONGEST_ASKED = timedelta(hours=6)
"""An endpoint that asks for a longer wait is tried after this."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=2), timedelta(minutes=5)
"""For how long an endpoint that can't be reached is left alone; it doubles from the first to the longest."""

FAILURES_IN_A_ROW = 5
"""After so many an endpoint that answers, but never well, is treated as one that can't be reached."""

FAILING_FOR = timedelta(days=3)
"""Failing for so long, with nothing delivered in between, an endpoint is disabled."""

_PAUSES = RetryPolicy(first=FIRST_PAUSE.total_seconds(), longest=LONGEST_PAUSE.total_seconds())
_SPREAD = 4  # a quarter of each wait is by chance, so that not all come back at once


def wait_after(tries: int, *, chance: float, asked: timedelta | None = None) -> timedelta | None:
    """Return how long a delivery waits after so many tries (1 or more) that failed; None: it is given up.

    The waits are RETRY_WAITS, each less up to a quarter by `chance` (between 0 and 1). `asked` is what the endpoint's
    answer asks for (Retry-After): it is waited for at least as long, up to LONGEST_ASKED.
    """
    if tries > len(RETRY_WAITS):
        return None
    return _at_least(RETRY_WAITS[tries - 1] * (1 - chance / _SPREAD), asked)


def after_try(delivery: Delivery, posted: Posted, *, now: datetime, chance: float) -> Delivery:
    """Return a delivery as it stands after it was posted once more."""
    attempts, tries = delivery.attempts + 1, delivery.tries + 1
    if posted.is_delivered:
        changes = {"state": DeliveryState.DELIVERED, "failed": False, "next_attempt_at": None, "delivered_at": now}
    else:
        wait = wait_after(tries, chance=chance, asked=posted.retry_after)
        state = DeliveryState.GIVEN_UP if wait is None else DeliveryState.PENDING
        changes = {"state": state, "failed": True, "next_attempt_at": None if wait is None else now + wait}
    return delivery.model_copy(update={"attempts": attempts, "tries": tries, **changes})


def pause_after(failures: int, *, chance: float, asked: timedelta | None = None) -> timedelta:
    """Return for how long an endpoint is left alone after so many failures (1 or more) in a row."""
    return _at_least(_PAUSES.delay(failures, chance=chance), asked)


def after_post(endpoint: Endpoint, posted: Posted, *, at: datetime, now: datetime, chance: float) -> Endpoint:
    """Return an endpoint as it stands after something was posted to it, begun `at` that moment.

    Anything that is delivered ends its failing. 410 Gone disables it at once, and so does a failure when it has been
    failing for FAILING_FOR. Trouble that is the endpoint's as a whole, or FAILURES_IN_A_ROW of any kind, pauses it.
    What was under way already when it was last seen to fail says nothing new: a failure counts once.
    """
    if posted.is_delivered:
        return endpoint.model_copy(update={"failures": 0, "failing_since": None, "paused_until": None})
    if posted.is_gone:
        return _disabled(endpoint, DisabledReason.GONE, now=now)
    if endpoint.paused_until is not None and at < endpoint.paused_until:
        return endpoint
    failures, since = endpoint.failures + 1, endpoint.failing_since or now
    failing = endpoint.model_copy(update={"failures": failures, "failing_since": since, "paused_until": now})
    if now - since >= FAILING_FOR and failures >= FAILURES_IN_A_ROW:
        return _disabled(failing, DisabledReason.FAILING, now=now)
    if posted.is_endpoint_down or failures >= FAILURES_IN_A_ROW:
        pause = pause_after(failures, chance=chance, asked=posted.retry_after)
        return failing.model_copy(update={"paused_until": now + pause})
    return failing


def _at_least(planned: timedelta, asked: timedelta | None) -> timedelta:
    return max(planned, min(asked, LONGEST_ASKED)) if asked else planned


def is_probed(endpoint: Endpoint) -> bool:
    """Whether just one delivery at a time is tried, to see whether the endpoint is well again."""
    return endpoint.failures > 0


def _disabled(endpoint: Endpoint, reason: DisabledReason, *, now: datetime) -> Endpoint:
    return endpoint.model_copy(update={"state": EndpointState.DISABLED, "disabled_reason": reason, "disabled_at": now})
