"""Events as they go out, the same over HTTP, on the command line and to webhooks; by their types.

What an event tells says what the API says of the same thing, but for texts, which may name a customer. A test holds
that this is what the core writes.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, RootModel

from core.errors import Outcome
from core.event import Event
from core.fields import Instant, IsoDate
from core.payment import PaymentReason, PaymentStatusValue
from core.transfer import TransferState
from entrypoints.documents import Answer, BatchStates, LeftOut, Page


class ToldError(Answer):
    """An error without its texts. Its `code` is one of the errors page; ask for the transfer to read what it says."""

    code: str
    retriable: bool
    outcome: Outcome


class ToldTransfer(Answer):
    """A transfer as it ended."""

    id: str
    business: str
    invoice: str
    state: TransferState
    order_id: str | None
    customer_id: str | None
    attempts: int
    created_at: Instant
    finished_at: Instant | None
    next_attempt_at: Instant | None
    error: ToldError | None


class ToldPayment(Answer):
    """What was seen of an invoice's payment. `invoiced_at` and `paid_at` are Norwegian dates."""

    invoice: str
    status: PaymentStatusValue
    reason: PaymentReason
    order_id: str
    invoice_number: str | None
    invoiced_at: IsoDate | None
    paid_at: IsoDate | None
    checked_at: Instant


class ToldAccess(Answer):
    """Whether there is a way into the business's account: why not, or null where there is one again."""

    business: str
    error: ToldError | None


class ToldBatch(Answer):
    """Invoices that were sent in one go, of which nothing more becomes by itself; and how many of them stand where."""

    id: str
    business: str
    created_at: Instant
    total: int
    states: BatchStates
    left_out: LeftOut
    finished: bool


class ToldRecovery(Answer):
    """That the database was put back: nothing is sent before orders have been read again, from `since` on."""

    business: str
    needed: bool
    since: Instant | None


class TransferEvent(Answer):
    """An invoice arrived, was rejected, or needs a person to choose its customer."""

    id: str
    type: Literal["transfer.transferred", "transfer.rejected", "transfer.needs_choice"]
    timestamp: Instant
    business: str
    invoice: str
    data: ToldTransfer


class CreditEvent(Answer):
    """A credit of the invoice arrived. `data` is the credit's transfer, and its `invoice` the credit."""

    id: str
    type: Literal["invoice.credited"]
    timestamp: Instant
    business: str
    invoice: str
    data: ToldTransfer


class PaymentEvent(Answer):
    """The invoice was published, paid in part or in whole, opened again after it was paid, or its order deleted."""

    id: str
    type: Literal["invoice.published", "invoice.partly_paid", "invoice.paid", "invoice.reopened", "invoice.deleted"]
    timestamp: Instant
    business: str
    invoice: str
    data: ToldPayment


class AccessEvent(Answer):
    """There is no way into the business's account any more, or there is one again."""

    id: str
    type: Literal["business.access_refused", "business.access_restored"]
    timestamp: Instant
    business: str
    invoice: None
    data: ToldAccess


class BatchEvent(Answer):
    """All invoices of a batch have ended."""

    id: str
    type: Literal["batch.finished"]
    timestamp: Instant
    business: str
    invoice: None
    data: ToldBatch


class RecoveryEvent(Answer):
    """The database was put back, and the business has to be recovered."""

    id: str
    type: Literal["recovery.needed"]
    timestamp: Instant
    business: str
    invoice: None
    data: ToldRecovery


class EventDocument(
    RootModel[
        Annotated[
            TransferEvent | CreditEvent | PaymentEvent | AccessEvent | BatchEvent | RecoveryEvent,
            Field(discriminator="type"),
        ]
    ]
):
    """What happened, once. `data` goes by the `type`; an event's `id` is its own for good."""

    @classmethod
    def of(cls, event: Event) -> Self:
        """Show an event."""
        return cls.model_validate(event.model_dump(mode="json"))

    def document(self) -> dict[str, object]:
        """Write it as JSON has it."""
        written: dict[str, object] = self.model_dump(mode="json")
        return written


class EventPage(Page):
    """A page of events."""

    items: list[EventDocument]
