"""The transfers, their stories, and the batches that they were sent in."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from core.batch import Batch, BatchCounts, BatchItem, BatchMember
from core.journal import Step
from core.transfer import Transfer, TransferState


class TransferStore(Protocol):
    """The transfers. There is at most one for each invoice that is not superseded, which the store itself enforces."""

    def get(self, transfer_id: str, *, for_update: bool = False) -> Transfer | None:
        """Return a transfer, or None. `for_update` keeps others from saving it until the transaction ends."""

    def of_invoice(self, business: str, number: str, *, for_update: bool = False) -> Transfer | None:
        """Return the invoice's transfer, or None; superseded ones are history. `for_update` as in get."""

    def of_order(self, business: str, order_id: str, *, books: str) -> Transfer | None:
        """Return the business's transfer that arrived as this order of these books, or None.

        Superseded ones are history; one of which it was not kept in which books it lies is taken to lie in these.
        """

    def of_invoices(
        self, business: str, numbers: Collection[str], *, for_update: bool = False
    ) -> Mapping[str, Transfer]:
        """Return the transfers of these invoices, by number, as of_invoice does."""

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

        Others can't save them meanwhile.
        """

    def list(
        self, business: str | None, *, state: TransferState | None = None, limit: int, after: str | None = None
    ) -> Sequence[Transfer]:
        """Return transfers by id (the newest last), those after the given id, at most `limit`."""


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


class JournalStore(Protocol):
    """The stories of the transfers."""

    def add(self, told: Sequence[tuple[str, Step]]) -> None:
        """Add steps to the ends of transfers' stories, each beside the id of its transfer."""

    def of(self, transfer_id: str) -> Sequence[Step]:
        """Return a transfer's story, in the order in which it was told."""
