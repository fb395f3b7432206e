"""Many invoices sent in one go: which they were, and what became of each.

Pure. A batch only remembers; the work is that of its invoices' transfers, each with every promise of a single send.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Self

from core.errors import Fault, InvalidInvoice, NotFound
from core.fields import Document, Instant
from core.transfer import Transfer, TransferState


class RefusalKind(StrEnum):
    """Why an invoice was refused at once: its data must be mended, or it is not there."""

    INVALID_INVOICE = "invalid_invoice"
    NOT_FOUND = "not_found"


_ERRORS: dict[RefusalKind, type[InvalidInvoice | NotFound]] = {
    RefusalKind.INVALID_INVOICE: InvalidInvoice,
    RefusalKind.NOT_FOUND: NotFound,
}


class RefusedFault(Document):
    """One thing that is wrong with an invoice: where, and what."""

    field: str
    message: str


class Refusal(Document):
    """The error with which an invoice was refused, before any transfer was recorded."""

    kind: RefusalKind
    code: str
    message: str
    hint: str
    faults: tuple[RefusedFault, ...] = ()

    @classmethod
    def of(cls, error: InvalidInvoice | NotFound) -> Self:
        """Remember an error."""
        return cls(
            kind=RefusalKind.NOT_FOUND if isinstance(error, NotFound) else RefusalKind.INVALID_INVOICE,
            code=error.code,
            message=error.message,
            hint=error.hint,
            faults=tuple(RefusedFault(field=fault.field, message=fault.message) for fault in error.faults),
        )

    @property
    def error(self) -> InvalidInvoice | NotFound:
        """The error that was remembered."""
        faults = [Fault(fault.field, fault.message) for fault in self.faults]
        return _ERRORS[self.kind](self.message, code=self.code, hint=self.hint, faults=faults)


class Batch(Document):
    """Invoices of one business that were sent in one go.

    `printed` and `cancelled` say how many were left out where all were asked for: those of type `printed`, and those
    whose transfer a person has cancelled, which are sent by their number. It is `recorded` once all of its invoices
    belong to it, and `finished_at` is when it was first seen that nothing more becomes of them by itself.
    """

    id: str
    business: str
    created_at: Instant
    printed: int = 0
    cancelled: int = 0
    recorded: bool = False
    finished_at: Instant | None = None


class BatchMember(Document):
    """One invoice of a batch: the id of its transfer, or why it was refused."""

    invoice: str
    transfer_id: str | None = None
    refusal: Refusal | None = None


class BatchItem(Document):
    """One invoice of a batch as it stands: its transfer, or why it was refused. Items are in order of `position`."""

    position: int
    invoice: str
    transfer: Transfer | None = None
    refusal: Refusal | None = None


class BatchCounts(Document):
    """How many invoices of a batch stand where.

    `parked` are those of the waiting ones, and of those being withdrawn, that wait with no time set: for the connection
    to be mended, but for the `unrecovered`, which wait for a recovery. `next_attempt_at` is the earliest time for which
    one of the others waits.
    """

    queued: int = 0
    running: int = 0
    waiting: int = 0
    transferred: int = 0
    rejected: int = 0
    cancelled: int = 0
    withdrawing: int = 0
    withdrawn: int = 0
    refused: int = 0
    parked: int = 0
    unrecovered: int = 0
    next_attempt_at: Instant | None = None

    @property
    def total(self) -> int:
        """All invoices of the batch."""
        return self.in_hand + self.put_off + self.ended + self.refused

    @property
    def in_hand(self) -> int:
        """Those that a worker works on, or would if there were one."""
        return self.queued + self.running

    @property
    def ended(self) -> int:
        """Those whose transfers have ended, well or not."""
        return sum(int(getattr(self, state)) for state in TransferState if state.is_final)

    @property
    def put_off(self) -> int:
        """Those that wait for something, and those whose orders are being withdrawn."""
        return self.waiting + self.withdrawing

    @property
    def may_end(self) -> int:
        """Those that may still end by themselves."""
        return self.in_hand + self.put_off - self.parked

    @property
    def is_finished(self) -> bool:
        """Whether nothing more becomes of any of them."""
        return not self.in_hand and not self.put_off


def counts_of(transfers: Iterable[Transfer], *, refused: int = 0) -> BatchCounts:
    """Count transfers by where they stand, and those that were refused with them."""
    seen: Sequence[Transfer] = list(transfers)
    states = Counter(transfer.state for transfer in seen)
    waiting = [one for one in seen if one.state in (TransferState.WAITING, TransferState.WITHDRAWING)]
    return BatchCounts(
        **{state.value: states[state] for state in TransferState},
        refused=refused,
        parked=sum(transfer.is_parked for transfer in waiting),
        unrecovered=sum(transfer.waits_for_recovery for transfer in waiting),
        next_attempt_at=min((at for transfer in waiting if (at := transfer.next_attempt_at)), default=None),
    )
