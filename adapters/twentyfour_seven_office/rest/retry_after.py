"""When a server that wants fewer calls may be called again, out of its header Retry-After. Pure."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_WHEN_NOT_TOLD = timedelta(minutes=1)
_LONGEST = timedelta(hours=24)  # one further away was misread, or is no pause but a closed door


def called_again_at(header: str | None, *, now: datetime) -> datetime:
    """Return the instant, in UTC, from which to call again: seconds from now, or an HTTP date; else in a minute."""
    told = _told((header or "").strip(), now)
    if told is None:
        return now + _WHEN_NOT_TOLD
    return min(max(told, now), now + _LONGEST)


def _told(text: str, now: datetime) -> datetime | None:
    if text.isascii() and text.isdigit():
        return now + min(timedelta(seconds=int(text[:9])), _LONGEST)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
