"""The time."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """A source of the present instant."""

    def now(self) -> datetime:
        """Return the present instant, in UTC."""
