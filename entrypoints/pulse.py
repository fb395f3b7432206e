"""Whether the worker in this process lives: its sweeper gives signs of life, and readiness looks how old one is."""

import time


class Pulse:
    """The last sign of life. Safe to use from many threads: it is one value, set whole."""

    def __init__(self) -> None:
        self._beat_at: float | None = None

    def beat(self) -> None:
        """Give a sign of life."""
        self._beat_at = time.monotonic()

    def age_seconds(self) -> float | None:
        """Return how long ago the last sign was given, or None before the first."""
        return None if self._beat_at is None else time.monotonic() - self._beat_at
