"""The invoices, their transfers with batches and stories, and whether they are paid."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from core.batch import Batch, BatchCounts, BatchItem, BatchMember
from core.event import Seen
from core.fields import Document, Instant
from core.follow_up import Candidate, Round
from core.invoice import Invoice
from core.invoice_filter import FoundInvoices, InvoiceFilter, Place
from core.payment import PaymentReport
from core.reasons import Reason, Verdict
from core.sums import TypeSum
from core.transfer import Transfer, TransferState


class InvoiceStore(Protocol):
    """The invoices as their source stated them."""

    def get(self, business: str, number: str) -> Invoice | None:
        """Return an invoice, or None."""

    def of_numbers(self, business: str, numbers: Collection[str], *, for_update: bool = False) -> Mapping[str, Invoice]:
        """Return those of these invoices that there are, by number.

        `for_update` keeps others from changing them until the transaction ends.
        """

    def credits_of(self, business: str, number: str) -> Sequence[Invoice]:
        """Return the invoices that state that they credit this one, by number.

        One whose content was forgotten is among them, without it.
        """

    def credited_by(self, business: str, numbers: Collection[str]) -> Mapping[str, str]:
        """Return, by the number of each of these invoices that states that it credits one, the number of that one."""

    def add_new(self, given: Collection[tuple[str, Invoice]]) -> Collection[tuple[str, str]]:
        """Store those of these invoices whose business has none of their number; return business and number of each.

        They come with the names of their businesses, none of them twice.
        """

    def put(self, business: str, invoice: Invoice) -> None:
        """Store an invoice, new or in place of the one of this number."""

    def remove(self, business: str, number: str) -> None:
        """Forget an invoice that was never sent, or whose transfer created no order."""

    def replacement(self, business: str, number: str) -> Invoice | None:
        """Return what the invoice is sent as once its order is withdrawn; None where it is not to be sent again."""

    def set_replacement(self, business: str, number: str, replacement: Invoice | None) -> None:
        """Note, beside an invoice that is there, what it is to become; None forgets it."""

    def list(self, business: str, *, limit: int, after: str | None = None) -> Sequence[Invoice]:
        """Return a business's invoices by number, those after the given number, at most `limit`."""

    def find(self, business: str, wanted: InvoiceFilter, *, limit: int, after: Place | None = None) -> FoundInvoices:
        """Return the numbers of a business's invoices that are wanted, in the filter's order, at most `limit`.

        Those after the given place. There may be fewer, and a place to go on after: what a page costs is bounded.
        """

    def sums(self, business: str, numbers: Collection[str]) -> Sequence[TypeSum]:
        """Add up those of these invoices that there are, by type and currency."""

    def unsent(self, business: str, *, limit: int, after: str | None = None) -> Sequence[str]:
        """Return the numbers of the invoices that are data for accounting and not marked as sent, at most `limit`.

        By number, those after the given one.
        """

    def count_unsent_printed(self, business: str) -> int:
        """Return how many invoices are of type `printed` and not marked as sent."""

    def mark_sent(self, business: str, numbers: Collection[str]) -> None:
        """Mark invoices that have a transfer, for good: replacing one leaves the mark."""


class TransferStore(Protocol):
    """The transfers. There is at most one for each invoice that is not superseded, which the store itself enforces."""

    def get(self, transfer_id: str, *, for_update: bool = False) -> Transfer | None:
        """Return a transfer, or None. `for_update` keeps others from saving it until the transaction ends."""

    def of_invoice(self, business: str, number: str, *, for_update: bool = False) -> Transfer | None:
        """Return the invoice's transfer, or None; superseded ones are history. `for_update` as in get."""

    def of_order(self, business: str, order_id: str, *, books: str) -> Transfer | None:
        """Return the business's transfer that arrived as this order of these books, or None.

        Superseded and withdrawn ones are history; one of which it was not kept in which books it lies is taken to lie
        in these.
        """

    def of_invoices(
        self, business: str, numbers: Collection[str], *, for_update: bool = False
    ) -> Mapping[str, Transfer]:
        """Return the transfers of these invoices, by number, as of_invoice does."""

    def all_of_invoice(self, business: str, number: str) -> Sequence[Transfer]:
        """Return an invoice's transfers, the oldest first, superseded ones too."""

    def add(self, transfer: Transfer) -> None:
        """Store a new transfer.

        Errors: Conflict when the invoice has one.
        """

    def add_all(self, transfers: Sequence[Transfer]) -> Collection[str]:
        """Store those new transfers whose invoice has none, and return their ids."""

    def save(self, transfer: Transfer) -> Transfer:
        """Store a changed transfer and return it with its next version.

        Errors: Conflict when somebody else saved it since it was read.
        """

    def save_all(self, transfers: Sequence[Transfer]) -> Sequence[Transfer]:
        """Store changed transfers, all or none, as save does; in the same order."""

    def due(self, business: str, *, now: datetime, limit: int, for_update: bool = False) -> Sequence[Transfer]:
        """Return the transfers of the business to be worked on next, at most `limit`. `for_update` as in get.

        Those left running come first: no worker can be at them any more (the caller holds the business's lease). Else
        those that are queued or wait for a time that has come, the longest due first: single sends, or else bulk;
        never some of both.
        """

    def is_single_due(self, business: str, *, now: datetime) -> bool:
        """Whether a single send of the business is due."""

    def next_attempt_at(self, business: str) -> datetime | None:
        """Return when the earliest transfer that waits for a time is due, or None."""

    def businesses_due(self, *, now: datetime) -> Sequence[str]:
        """Return the businesses that have something due and that nobody holds."""

    def not_begun(self, business: str, *, parked: bool, limit: int) -> Sequence[Transfer]:
        """Return transfers that are parked, or else those that are queued or wait for a time, at most `limit`.

        Parked are also withdrawals; one that goes on by itself is none that is not begun.

        Others can't save them meanwhile.
        """

    def list(
        self,
        business: str | None,
        *,
        state: TransferState | None = None,
        invoice: str | None = None,
        limit: int,
        after: str | None = None,
    ) -> Sequence[Transfer]:
        """Return transfers by id (the newest last), those after the given id, at most `limit`.

        `invoice`: only those of this invoice, the superseded ones among them.
        """


class BatchStore(Protocol):
    """The batches: which invoices were sent in one go."""

    def put(self, batch: Batch) -> None:
        """Store a batch, new or changed."""

    def get(self, batch_id: str) -> Batch | None:
        """Return a batch, or None."""

    def add_members(self, batch_id: str, members: Sequence[BatchMember]) -> None:
        """Add invoices to a batch, in this order; those that belong to it already stay as they are."""

    def items(self, batch_id: str, *, limit: int, after: int | None = None) -> Sequence[BatchItem]:
        """Return a batch's invoices as they stand, in the order in which they were added, at most `limit`.

        Those after the given position.
        """

    def counts(self, batch_id: str) -> BatchCounts:
        """Count a batch's invoices by where they stand."""

    def finish(self, transfer_ids: Collection[str], *, now: datetime) -> Sequence[Batch]:
        """Note the batches that have finished now that these transfers ended, each once, and return them.

        Of a batch that has finished, each invoice was refused or its transfer has ended, and all are recorded. Those
        who end transfers of one batch at once wait here for each other.
        """

    def finish_recorded(self, batch: Batch, *, now: datetime) -> bool:
        """Store a batch that is all recorded, and say whether it has finished with that."""

    def reasons(self, batch_id: str) -> Sequence[Reason]:
        """Count why a batch's invoices were rejected or refused, as reasons_of does."""

    def of_reason(
        self, batch_id: str, verdict: Verdict, code: str, *, limit: int, after: int | None = None
    ) -> Sequence[BatchItem]:
        """Return those of a batch's invoices that were rejected or refused for this reason, as items does."""

    def list(self, business: str, *, limit: int, before: str | None = None) -> Sequence[Batch]:
        """Return a business's batches, the newest first, those before the given id, at most `limit`."""


class Step(Document):
    """One step of a transfer's story, in the words in which support tells it.

    `duration_ms` is how long the accounting system took, where it was asked. Vendor ids may be named; nothing
    personal or secret is.
    """

    at: Instant
    text: str
    duration_ms: int | None = None


class JournalStore(Protocol):
    """The stories of the transfers."""

    def add(self, told: Sequence[tuple[str, Step]]) -> None:
        """Add steps to the ends of transfers' stories, each beside the id of its transfer."""

    def of(self, transfer_id: str) -> Sequence[Step]:
        """Return a transfer's story, in the order in which it was told."""


class StatusStore(Protocol):
    """What the accounting system answered about payment.

    Every check is kept that a person made; of a run of equal answers that a worker got, the first and the newest.
    """

    def add(self, business: str, *reports: PaymentReport) -> Sequence[Seen]:
        """Store reports, and return those that say something else of their transfer's order than was seen before.

        One that is settled closes its order; one that is not opens it (again). What was answered before the latest
        change was seen, and comes late, changes nothing.
        """

    def latest(self, business: str, invoice: str) -> PaymentReport | None:
        """Return the newest report of an invoice, or None."""

    def of_invoice(self, business: str, invoice: str) -> Sequence[PaymentReport]:
        """Return all that is kept of an invoice's reports, those of earlier orders too, in the order of their times."""

    def latest_of(self, business: str, numbers: Collection[str]) -> Mapping[str, PaymentReport]:
        """Return the newest report of each of these invoices that has one, by number."""

    def open_invoices(self, business: str, *, limit: int, after: str | None = None) -> Sequence[str]:
        """Return the numbers of the invoices whose orders are not known to be paid or gone, at most `limit`.

        By number, those after the given one. Superseded transfers are history; their orders are nobody's.
        """

    def to_follow_up(self, business: str, *, now: datetime, limit: int, after: str | None = None) -> Sequence[str]:
        """Return those of `open_invoices`, and of the paid ones those to be looked at again by now (core/follow_up.py).

        At most `limit`, by number, those after the given one.
        """


class FollowUpStore(Protocol):
    """The rounds in which each business's orders are asked about by themselves."""

    def candidates(self, *, now: datetime) -> Sequence[Candidate]:
        """Return the businesses with orders to follow up, by name, each with its latest round.

        Those whose accounting system is left alone at the instant `now` are left out.
        """

    def put(self, business: str, held: Round, *, instead_of: Round | None) -> bool:
        """Keep this as the business's latest round, in place of that one (None: of none), and return True.

        False, when it is another by now: of several who do so at once, one is told True.
        """
