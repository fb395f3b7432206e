"""When a business's open orders are asked about by themselves, and where that was left off.

Pure. Orders are asked about in rounds, one an interval. Each business has its own moment in the interval, by its name:
many don't ask at once, and ask at the same minute of every hour. A round that broke off is gone on with.

A payment may be taken back, so rounds look at what was paid too: each invoice once a day, at its own hour, for a while.
"""

import hashlib
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from core.event import EventType
from core.fields import Document, Instant

HOURLY = timedelta(hours=1)
"""How often, where somebody wants to be told and nobody said how often."""

LOOKED_AT_WHEN_PAID = timedelta(days=90)
"""For so long from the moment when it was seen to be paid an invoice is looked at again."""

LEFT_OFF = timedelta(minutes=5)
"""A round of which nothing was heard for so long was left off: longer than its longest call takes."""

FOUND_BY_ASKING = frozenset(
    {
        EventType.INVOICE_PUBLISHED,
        EventType.INVOICE_PARTLY_PAID,
        EventType.INVOICE_PAID,
        EventType.INVOICE_REOPENED,
        EventType.INVOICE_DELETED,
    }
)
"""What becomes known of orders only when the accounting system is asked."""


class Round(Document):
    """A round of asking, begun then; the invoices up to the number `asked_up_to` are done (None: none is).

    Whoever comes first goes on with it from `resume_at` on: until then somebody is at it, or it has to wait. None: it
    is over.
    """

    begun_at: Instant
    asked_up_to: str | None = None
    resume_at: Instant | None = None


class Candidate(Document):
    """A business with orders to ask about, in an accounting system that may be asked.

    `own_seconds` is how often its own settings say, None where they don't. `is_told`: somebody wants to be told what
    asking finds. `last` is its latest round.
    """

    business: str
    system: str
    own_seconds: int | None = None
    is_told: bool
    last: Round | None


def is_wanted(*, business: str | None, types: Collection[str], of: str) -> bool:
    """Whether what is found by asking about the business `of` goes to an endpoint of that business (None: of all).

    `types` are those that it wants; none: all.
    """
    return business in (None, of) and (not types or not FOUND_BY_ASKING.isdisjoint(types))


def interval_of(candidate: Candidate, *, installation: timedelta | None) -> timedelta | None:
    """Return how often the business's orders are asked about; None where they are not.

    `installation` is what the operator says for all: None is nothing, zero is never, whatever a business says.
    """
    if installation is not None and not installation:
        return None
    if candidate.own_seconds is not None:
        return timedelta(seconds=candidate.own_seconds)
    if installation is not None:
        return installation
    return HOURLY if candidate.is_told else None


def due_round(candidate: Candidate, *, interval: timedelta, now: datetime) -> Round | None:
    """Return the round to be worked on now: a new one, or the one that was left off; None: nothing is to be done."""
    last = candidate.last
    if last is not None and last.resume_at is not None:
        return last if last.resume_at <= now else None
    if last is None or last.begun_at < moment_before(now, candidate.business, interval=interval):
        return Round(begun_at=now)
    return None


def next_look(transfer_id: str, *, paid_seen_at: datetime, now: datetime) -> datetime | None:
    """Return when a transfer's order that is paid, as seen first at `paid_seen_at`, is asked about again after `now`.

    Once a day, at a full hour (UTC) that is its own: many that were paid at once are spread over the day.
    None: it has been paid for so long that it is not asked about any more.
    """
    moment = now.astimezone(UTC).replace(hour=int(_share(transfer_id) * 24), minute=0, second=0, microsecond=0)
    if moment <= now:
        moment += timedelta(days=1)
    return moment if moment <= paid_seen_at + LOOKED_AT_WHEN_PAID else None


def moment_before(now: datetime, business: str, *, interval: timedelta) -> datetime:
    """Return the latest moment, no later than now, at which it is the business's turn."""
    seconds = interval.total_seconds()
    return now - timedelta(seconds=(now.timestamp() - _share(business) * seconds) % seconds)


def _share(name: str) -> float:
    """Return where in a stretch of time a name's own moment is, from 0 to 1."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:6]) / 2**48
