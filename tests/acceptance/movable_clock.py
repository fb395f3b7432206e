"""A clock that runs, and that a scenario can put forward."""

from datetime import UTC, datetime, timedelta

MINUTE_OF_START = 20  # well away from the full hour at which a quota begins anew


class MovableClock:
    """The real time, moved; it serves the gateway (`now`) and the sandbox (called) alike."""

    def __init__(self) -> None:
        began = datetime.now(UTC)
        self._moved = began.replace(minute=MINUTE_OF_START) - began

    def now(self) -> datetime:
        return datetime.now(UTC) + self._moved

    __call__ = now

    def forward(self, time: timedelta) -> None:
        self._moved += time

    def forward_to(self, instant: datetime) -> None:
        self._moved += max(instant - self.now(), timedelta(0))
