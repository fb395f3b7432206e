"""Read instants the way the vendor does.

docs/24sevenoffice.md, "Values and dates": what is sent without an offset is Norwegian local time, a time inside the
spring gap is refused, and everything comes back as UTC.
"""

from datetime import UTC, datetime

from sandbox.norwegian_time import OSLO

NOT_SET = "0001-01-01T00:00:00"

INVALID_TIME = (
    "The supplied DateTime represents an invalid time. For example, when the clock is adjusted forward, "
    "any time in the period that is skipped is invalid."
)


class TimeInGapError(ValueError):
    """A Norwegian local time that no clock in Norway ever showed."""

    def __init__(self) -> None:
        super().__init__(INVALID_TIME)


def instant_from(text: str) -> datetime | None:
    """Read an xs:dateTime; None is the vendor's "not set".

    Errors: TimeInGapError for a local time skipped in spring; ValueError for what is no time at all.
    """
    given = datetime.fromisoformat(text.strip())
    if given.replace(tzinfo=None) == datetime.min:  # noqa: DTZ901 - the sentinel has no offset
        return None
    try:
        if given.tzinfo is not None:
            return given.astimezone(UTC)
        instant = given.replace(tzinfo=OSLO).astimezone(UTC)
        shown = instant.astimezone(OSLO).replace(tzinfo=None)
    except OverflowError as exc:
        raise ValueError(text) from exc
    if shown != given:
        raise TimeInGapError
    return instant
