"""The time by which everything in an installation waits."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """A source of the present instant, the same for all processes and machines of an installation.

    No step of a wall clock moves it (core.timeline), so what lies between two of its instants has really passed.
    """

    def now(self) -> datetime:
        """Return the present instant, in UTC."""
