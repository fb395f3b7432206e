"""The hourly quota.

docs/24sevenoffice.md, "Calls and errors": 7,200 requests per hour for an integration; beyond it every call is refused
until the next hour begins.
"""

from datetime import UTC, datetime, timedelta

from sandbox.norwegian_time import Clock, text_of
from sandbox.twentyfour_seven_office.refusals import CallRefusedError


class Quota:
    """Calls counted by the hour of the UTC clock. `limit` may be changed at any time."""

    def __init__(self, clock: Clock, limit: int) -> None:
        self.limit = limit
        self._clock = clock
        self._hour = self._current_hour()
        self._used = 0

    @property
    def used(self) -> int:
        """Calls in this hour, the refused ones too."""
        self._turn()
        return self._used

    @property
    def left(self) -> int:
        """Calls still allowed in this hour."""
        return max(0, self.limit - self.used)

    @property
    def ends_at(self) -> datetime:
        """When this hour ends, and calls are counted anew."""
        return self._current_hour() + timedelta(hours=1)

    def take(self) -> None:
        """Count a call. Errors: CallRefusedError beyond the limit."""
        self._turn()
        self._used += 1
        if self._used > self.limit:
            raise self.refusal(self._used - self.limit)

    def refusal(self, over_by: int = 1) -> CallRefusedError:
        """What a call beyond the limit is told; the end is written in UTC, as 2026-11-23T15:00:00Z."""
        ends = text_of(self.ends_at)
        return CallRefusedError(f"Limit exceeded by {over_by}. Request is blocked. Quarantine ends at {ends}")

    def clear(self) -> None:
        """Forget the calls of this hour."""
        self._used = 0

    def _turn(self) -> None:
        hour = self._current_hour()
        if hour != self._hour:
            self._hour, self._used = hour, 0

    def _current_hour(self) -> datetime:
        return self._clock().astimezone(UTC).replace(minute=0, second=0, microsecond=0)
