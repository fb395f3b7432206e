"""Figures about an installation, for whoever watches over it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.transfer import TransferState


@dataclass(frozen=True)
class SystemFigures:
    """An accounting system that businesses use, one of those businesses, and how its transfers stand.

    `transfers`: how many there are in every state but transferred, which only ever grows.
    `parked` are those of the waiting ones that have no time set. `oldest_due_at` is when the one that is next was or
    will be due, not before the end of a pause of its system; None where nothing is left to do.
    """

    system: str
    business: str
    transfers: Mapping[TransferState, int]
    parked: int = 0
    oldest_due_at: datetime | None = None


class Figures(Protocol):
    """Counts, cheap however much is stored."""

    def by_system(self) -> Sequence[SystemFigures]:
        """Return the figures of each accounting system that a business uses, by its name.

        Errors: TryAgain, code `storage_busy`.
        """
