"""The mark, written before the call, that something is about to be created in the accounting system.

Pure. Source: docs/behaviour.md, "Sending an invoice", steps 4 and 5.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from core.errors import Unsettled
from core.fields import Document, Instant

CLOCKS_DIFFER = timedelta(days=1)
"""How much earlier than by our own clock we look in the accounting system."""


class IntentKind(StrEnum):
    """What is about to be created."""

    ORDER = "order"
    CUSTOMER = "customer"
    PRODUCT = "product"
    CATEGORY = "category"
    WITHDRAWAL = "withdrawal"
    """That of an order, which is about to be deleted."""


class Intent(Document):
    """That a call to create something, or to delete an order, was, or was about to be, made.

    `key` names what is created: the invoice's number; of what is no order the books (`intent_key`), and the customer's
    key, the product's or category's name.
    `first_at` and `last_at` are when the first and the latest such call started; `customer_ids` are those that an
    order was meant for; `books` is the key of the books that it was about to be created in, None of marks from before
    that was kept. `refused` means that the accounting system said no to the latest call and nothing older
    is open: later attempts still look first, but nothing has to settle and the content is not locked.
    """

    kind: IntentKind
    key: str
    first_at: Instant
    last_at: Instant
    customer_ids: tuple[str, ...] = ()
    refused: bool = False
    books: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether what it tells of may have been created, as far as is known."""
        return not self.refused

    @property
    def look_since(self) -> datetime:
        """From when to look for what may have been created: a day before the first call, because clocks differ."""
        return self.first_at - CLOCKS_DIFFER

    def is_elsewhere(self, books: str) -> bool:
        """Whether it was made for other books than these."""
        return self.books not in (None, books)

    def require_settled(self, *, settling: timedelta, now: datetime) -> None:
        """Raise Unsettled while the latest call may still be running on the accounting system's side.

        `settling` is how long that can be, counted from the call's start.
        """
        settled_at = self.last_at + settling
        if self.is_open and now < settled_at:
            told = (
                "An earlier call to delete the order got no answer and may still take effect; Kvitt has seen it there"
                if self.kind is IntentKind.WITHDRAWAL
                else f"An earlier call to create the {self.kind} got no answer and may still take effect; Kvitt has "
                "not found it yet"
            )
            raise Unsettled(f"{told}, and looks again after {settled_at:%H:%M:%S} UTC.", not_before=settled_at)


def intent_key(key: str, *, books: str) -> str:
    """Return the key of the mark of anything but an order: there may be one of its name in each of several books."""
    return f"{books} {key}"


def declared(
    earlier: Intent | None, *, kind: IntentKind, key: str, customer_id: str | None = None, books: str, now: datetime
) -> Intent:
    """Return the intent for a call about to start, carrying on the earlier one of these books where there is one."""
    carried_on = earlier if earlier and not earlier.is_elsewhere(books) else None
    first_at, known = (carried_on.first_at, carried_on.customer_ids) if carried_on else (now, ())
    ids = dict.fromkeys([*known, *([customer_id] if customer_id else [])])
    return Intent(kind=kind, key=key, first_at=first_at, last_at=now, customer_ids=tuple(ids), books=books)
