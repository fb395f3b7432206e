"""Norwegian days and instants. Inside the sandbox every instant is an aware datetime in UTC."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]

OSLO = ZoneInfo("Europe/Oslo")


def now() -> datetime:
    """The real clock, in UTC."""
    return datetime.now(UTC)


def text_of(instant: datetime) -> str:
    """Write an instant: UTC with a Z."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def midnight(day: date) -> datetime:
    """The instant a Norwegian day begins, in UTC: 2021-02-01 begins at 2021-01-31T23:00:00Z."""
    return datetime.combine(day, time.min, tzinfo=OSLO).astimezone(UTC)


def day_of(instant: datetime) -> date:
    """The Norwegian date on which an instant falls."""
    return instant.astimezone(OSLO).date()
