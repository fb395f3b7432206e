"""Turns: getting them taken, and what keeps them apart and orders single: leases, intents, and pauses."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from core.fields import Document
from core.intent import Intent, IntentKind


class Lease(Document):
    """A worker's hold on a business: `holder` works on `business`; `token` grows with every new holder."""

    business: str
    holder: str
    token: int


class LeaseStore(Protocol):
    """Who works on which business. Timed by the store's own clock."""

    def acquire(self, business: str, *, holder: str, length: timedelta) -> Lease | None:
        """Take the business, or return None while somebody else's lease lives."""

    def renew(self, lease: Lease, *, length: timedelta) -> None:
        """Hold on to the business for so long from now.

        Errors: LeaseLost when it has expired or somebody else has it.
        """

    def release(self, lease: Lease) -> None:
        """Give the business up; nothing happens when the lease was lost."""


class IntentStore(Protocol):
    """The marks of what is about to be created: of orders, one for each invoice, in whichever books."""

    def get(self, business: str, kind: IntentKind, key: str) -> Intent | None:
        """Return the intent, or None."""

    def of_keys(self, business: str, kind: IntentKind, keys: Collection[str]) -> Mapping[str, Intent]:
        """Return those of these intents that there are, by key."""

    def open_orders(self, business: str, *, limit: int) -> Sequence[str]:
        """Return the numbers of invoices of which it is open whether they have an order, at most `limit`.

        Those whose order was refused are left out. By number.
        """

    def open_withdrawals(self, business: str, *, limit: int) -> Sequence[str]:
        """Return the numbers of invoices of which it is open whether their order was deleted, at most `limit`."""

    def put(self, business: str, *intents: Intent) -> None:
        """Store intents, each new or in place of the one of this kind and key."""

    def remove(self, business: str, kind: IntentKind, *keys: str) -> None:
        """Forget intents: what they were about exists and is known."""


class PauseStore(Protocol):
    """Until when an accounting system is left alone by everyone."""

    def put(self, system: str, until: datetime) -> None:
        """Leave the accounting system alone until then, or as long as was said before, whichever is later."""

    def until(self, system: str) -> datetime | None:
        """Return until when, or None when that was never said; it may be past."""

    def until_for(self, business: str) -> datetime | None:
        """Return the same for the accounting system of a business."""


class TransferQueue(Protocol):
    """Something that has a business's due transfers worked off, here and now or soon and elsewhere."""

    def put(self, business: str) -> None:
        """Say that this business has due transfers. Saying it twice does no harm."""

    def put_anew(self, business: str) -> None:
        """Say so although a turn was put before: nobody holds the business, so whoever had that turn is gone."""
