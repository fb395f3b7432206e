"""When to call again, as a server that wants fewer calls has told. Pure."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from adapters.http_api.troubles import Called
from adapters.pace import Throttled

_PAUSE_WHEN_NOT_TOLD = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=24)  # one further away was misread, or is no pause but a closed door


def called_again_at(header: str | None, *, now: datetime) -> datetime:
    """Return the instant, in UTC, from which to call again: seconds from now, or an HTTP date; else in a minute."""
    told = _told_instant((header or "").strip(), now)
    if told is None:
        return now + _PAUSE_WHEN_NOT_TOLD
    return min(max(told, now), now + _LONGEST_PAUSE)


def pause_told(header: str | None, *, now: datetime) -> timedelta | None:
    """Return for how long to make no call, as told; None where nothing is told that can be understood."""
    told = _told_instant((header or "").strip(), now)
    return None if told is None else min(max(told - now, timedelta()), _LONGEST_PAUSE)


def throttled(operation: Called, header: str | None, *, now: datetime, code: str, hint: str) -> Throttled:
    """Return the error for a call that was refused because there were too many; `header` says when to call again."""
    opens = called_again_at(header, now=now)
    return Throttled(
        f"{operation.where}: the server asks for fewer calls; Kvitt calls again at {opens:%H:%M:%S} UTC.",
        code=code,
        hint=hint,
        not_before=opens,
        pause=pause_told(header, now=now),
    )


def _told_instant(text: str, now: datetime) -> datetime | None:
    if text.isascii() and text.isdigit():
        return now + min(timedelta(seconds=int(text[:9])), _LONGEST_PAUSE)
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
