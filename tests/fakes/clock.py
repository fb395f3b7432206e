"""A clock that a test sets."""

from datetime import UTC, datetime, timedelta

_START = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)


class FakeClock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime = _START) -> None:
        self._now = now

    def now(self) -> datetime:
        """Return the instant that was set last."""
        return self._now

    def set(self, now: datetime) -> None:
        """Make it this instant."""
        self._now = now

    def advance(self, *, seconds: float = 0, **parts: float) -> None:
        """Move on (days, hours, minutes, seconds)."""
        self._now += timedelta(seconds=seconds, **parts)
