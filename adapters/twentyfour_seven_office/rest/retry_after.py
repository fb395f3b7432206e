"""When a server that wants fewer calls may be called again, out of its header Retry-After. Pure."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_WHEN_NOT_TOLD = timedelta(minutes=1)
_LONGEST = timedelta(hours=24)  # one further away was misread, or is no pause but a closed door


def called_again_at(header: str | None, *, now: datetime, date: str | None = None) -> datetime:
    """Return the instant, in UTC, from which to call again: seconds from now, or an HTTP date; else in a minute.

    `date` is the answer's own, where it has one: by it an HTTP date is so long from now, however our clocks are set.
    """
    told = _told((header or "").strip(), now, date)
    if told is None:
        return now + _WHEN_NOT_TOLD
    return min(max(told, now), now + _LONGEST)


def _told(text: str, now: datetime, date: str | None) -> datetime | None:
    if text.isascii() and text.isdigit():
        return now + min(timedelta(seconds=int(text[:9])), _LONGEST)
    moment = _http_date(text)
    return None if moment is None else now + (moment - (_http_date(date or "") or now))


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
