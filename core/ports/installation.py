"""The installation: its recovery from an earlier day, the mark outside its database, and figures about it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.recovery import Installation, Mark, Recovery
from core.transfer import TransferState


class InstallationStore(Protocol):
    """What the database says of itself, and how businesses are recovered after it was put back to an earlier day."""

    def get(self) -> Installation:
        """Return what the database says of itself; its id is made when it is first asked for."""

    def put(self, installation: Installation) -> None:
        """Store it, changed; `alive_at` stays as it is kept."""

    def beat(self) -> None:
        """Say that a worker is there now, by the store's own clock."""

    def note_orders(self, business: str) -> int:
        """Count that orders of a business are about to be created, and return the count, which only ever grows.

        The business's lease is held, so that businesses do not wait for each other.
        """

    def noted(self, businesses: Collection[str]) -> Mapping[str, int]:
        """Return these counts, by business; those that are nothing are left out."""

    def latest_noted(self, *, limit: int) -> Mapping[str, int]:
        """Return the counts of the businesses that were held last, the latest last; those that are nothing left out."""

    def last_sent_at(self, business: str | None = None) -> datetime | None:
        """Return when an order was last created, or about to be, as far as the store knows; of all, or of one."""

    def shut_all(self) -> Sequence[Recovery]:
        """Have every business recovered, and return the recoveries that are needed since now.

        From when on, where that is not said yet, is a day before its last order.
        """

    def recovery(self, business: str) -> Recovery | None:
        """Return how a business's recovery stands, or None where it never needed one."""

    def put_recovery(self, recovery: Recovery) -> None:
        """Store a recovery, new or changed."""

    def recoveries(self, *, needed: bool | None = None) -> Sequence[Recovery]:
        """Return recoveries, by business: all, or those that are needed, or not any more."""


class MarkKeeper(Protocol):
    """Keeps a home's mark, for all processes that share the home."""

    def read(self) -> Mark | None:
        """Return the mark, or None where this home has none yet (or one that can't be read)."""

    def change(self, how: Callable[[Mark | None], Mark]) -> Mark:
        """Change the mark; of several processes one does so at a time.

        Errors: TryAgain, code `mark_not_kept`, when it can't be written.
        """

    def database_file(self) -> str | None:
        """Return what tells the database's file from a copy of it; None where it is no file, or not there."""


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


@dataclass(frozen=True)
class DeliveryFigures:
    """What is on its way to webhooks that are enabled: how many deliveries, and when the oldest event was written."""

    pending: int = 0
    oldest_at: datetime | None = None


class Figures(Protocol):
    """Counts, cheap however much is stored."""

    def by_system(self) -> Sequence[SystemFigures]:
        """Return the figures of each accounting system that a business uses, by its name.

        Errors: TryAgain, code `storage_busy`.
        """

    def of_deliveries(self) -> DeliveryFigures:
        """Return those of what is on its way to webhooks. Errors: TryAgain, code `storage_busy`."""
