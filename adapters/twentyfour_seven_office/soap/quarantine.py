"""When the vendor's quota opens again, out of "Quarantine ends at <time>"."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_OSLO = ZoneInfo("Europe/Oslo")
_ENDS = re.compile(r"Quarantine ends at\s+(.+?)\s*\.?\s*$", re.IGNORECASE)
_FORMS = (
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H.%M.%S",
    "%m/%d/%Y %I:%M:%S %p",
    "%d/%m/%Y %H:%M:%S",
)
# The quota is by the hour: a time further away was misread, or told by a clock that is set otherwise than ours.
_LONGEST = timedelta(hours=1)


def quarantine_end(text: str, *, now: datetime) -> datetime:
    """Return the instant, in UTC, from which calls are answered again.

    A time without an offset is Norwegian local time. Where none can be read, the next hour of the clock begins it.
    Source: docs/24sevenoffice.md, "Calls and errors".
    """
    match = _ENDS.search(text)
    ends = _instant(match[1]) if match else None
    if ends is None or ends - now > _LONGEST:
        return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return ends


def _instant(text: str) -> datetime | None:
    moment = _parsed(text)
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=_OSLO)).astimezone(UTC)


def _parsed(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for form in _FORMS:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the offset is added by the caller
        except ValueError:
            continue
    return None
