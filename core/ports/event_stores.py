"""The events, and what is kept so that each is told once."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from core.event import AccessUse, Event, EventType, Happening


class EventStore(Protocol):
    """The events. They are only ever added to, until they have grown old."""

    def add(self, *happened: Happening) -> None:
        """Keep what this transaction makes happen, in this order, with its other changes or not at all.

        It is written at the transaction's very end, and for one business in the order in which transactions end:
        whoever has read up to an event misses none that is written later.
        """

    def get(self, event_id: str) -> Event | None:
        """Return an event, or None."""

    def list(
        self,
        business: str,
        *,
        types: Collection[EventType] = (),
        since: datetime | None = None,
        limit: int,
        after: str | None = None,
    ) -> Sequence[Event]:
        """Return a business's events in the order in which they happened, at most `limit`.

        Those of these types, where any are given, and from the instant `since` on; those after the event of that id,
        which is one of the business's (else none are returned).
        """

    def of_invoice(self, business: str, invoice: str) -> Sequence[Event]:
        """Return all events that are kept of an invoice, in the order in which they happened."""

    def newest(
        self,
        business: str,
        *,
        types: Collection[EventType] = (),
        since: datetime | None = None,
        limit: int,
        before: str | None = None,
    ) -> Sequence[Event]:
        """Return the business's latest events of these types, in the order in which they happened, at most `limit`.

        From the instant `since` on, if it is given, and those before the event of that id; else as `list` does.
        """


class AccessStore(Protocol):
    """Which businesses there is no way into, so that it is told once when it ends, and once when it is mended."""

    def shut(self, business: str, use: AccessUse, *, code: str, now: datetime) -> bool:
        """Keep that there is no way in for this use. True where it is news: there was one until now, for every use."""

    def open(self, business: str, uses: Collection[AccessUse]) -> bool:
        """Keep that there is a way in for these uses. True where it is news: there was none for one, and is for all."""
