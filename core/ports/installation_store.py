"""The installation, and its recovery from an earlier day."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from core.recovery import Installation, Recovery


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

    def shut_all(self) -> None:
        """Have every business recovered: from when on, where that is not said yet, is a day before its last order."""

    def recovery(self, business: str) -> Recovery | None:
        """Return how a business's recovery stands, or None where it never needed one."""

    def put_recovery(self, recovery: Recovery) -> None:
        """Store a recovery, new or changed."""

    def recoveries(self, *, needed: bool | None = None) -> Sequence[Recovery]:
        """Return recoveries, by business: all, or those that are needed, or not any more."""
