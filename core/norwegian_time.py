"""The days that people in Norway count in, whatever instants are kept in. Pure."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

NORWEGIAN_TIME = ZoneInfo("Europe/Oslo")


def norwegian_date(instant: datetime) -> date:
    """Return which day it is in Norway at an instant."""
    return instant.astimezone(NORWEGIAN_TIME).date()
