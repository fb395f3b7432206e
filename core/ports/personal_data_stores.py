"""What is kept of people: handed out, and forgotten."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol

from core.fields import Document

Place = tuple[str | int, ...]
"""Where a record stands among those of its kind: what a page continues after."""


class RecordKind(StrEnum):
    """The kinds, by the names that they have in an export."""

    STEP = "step"
    STATUS = "status"
    LINK = "customer_link"
    INTENT = "intent"
    BOOKS = "books"
    BATCH = "batch"
    BATCH_MEMBER = "batch_member"
    REFERENCE = "reference_data"
    DIRECTORY = "customer_directory"
    DIRECTORY_KEY = "customer_directory_key"
    EVENT = "event"
    WEBHOOK = "webhook"
    WEBHOOK_DELIVERY = "webhook_delivery"
    WEBHOOK_ATTEMPT = "webhook_attempt"


class Record(Document):
    """One of the plain records in which all that is kept of a business is handed out (docs/personal-data.md).

    `content` can be written as JSON.
    """

    place: Place
    content: Mapping[str, Any]


class RecordStore(Protocol):
    """All that is kept of a business beside its invoices and transfers, to be handed out."""

    def page(self, business: str, kind: RecordKind, *, limit: int, after: Place | None = None) -> Sequence[Record]:
        """Return a business's records of a kind, always in the same order, those after that place, at most `limit`."""


class ForgettingStore(Protocol):
    """Forgetting what is personal. What keeps an invoice from being sent twice stays, whatever is forgotten.

    That is a transfer with its order's id and its times, an order's open intent, and that the invoice of this number
    was sent: of the invoice itself nothing but its number.
    """

    def was_erased(self, business: str) -> bool:
        """Whether there was a business of this name that was erased and not stored again."""

    def erase(self, business: str, *, at: datetime) -> None:
        """Forget a business: from now on there is none of this name, and nothing of it but what is said above."""

    def invoices_ended(self, *, before: datetime, limit: int, after: str | None = None) -> str | None:
        """Forget what invoices say whose transfers ended before then: at most `limit`, those after that transfer.

        Returns the transfer to go on after, or None when that was the end.
        """

    def invoices_unsent(self, *, issued_before: date, limit: int) -> bool:
        """Forget invoices that were never sent and carry an earlier issue date; whether there may be more."""

    def steps(self, *, before: datetime, limit: int) -> bool:
        """Forget what stories told before then; whether there may be more."""

    def statuses(self, *, before: datetime, limit: int, after: int = 0) -> int | None:
        """Forget reports from before then, each invoice's latest left out, at most `limit`, those after that one.

        Returns the one to go on after, or None when that was the end.
        """

    def batches(self, *, before: datetime, limit: int) -> bool:
        """Forget batches that were made before then; their transfers stay. Whether there may be more."""

    def events(self, *, before: datetime, limit: int) -> bool:
        """Forget events from before then, also where they are still on their way. Whether there may be more."""
