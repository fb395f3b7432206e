"""The calls made to accounting systems, counted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Draw:
    """How many calls were granted, and how many the hour has seen with them."""

    granted: int
    used: int


class CallCounter(Protocol):
    """One count by accounting system and hour for all processes of an installation.

    `hour` is the instant (UTC) at which the hour begins. Every method takes a short transaction of its own, so none is
    for use within a transaction of the storage, which would have to wait for itself.
    Errors of every method: TryAgain, code `storage_busy`.
    """

    def draw(self, system: str, hour: datetime, *, wanted: int, limit: int) -> Draw:
        """Count calls before they are made: all that are wanted, or one where that is too many, or none.

        Whoever draws, however many at once: the hour's count never passes `limit`.
        """

    def fill(self, system: str, hour: datetime, *, limit: int) -> None:
        """Count the hour as used up: the accounting system has said so."""

    def used(self, system: str, hour: datetime) -> int:
        """Return the hour's count; 0 where nothing was counted."""
