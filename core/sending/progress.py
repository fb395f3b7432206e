"""How far an attempt has come, and what the story of a transfer ends with.

Pure: a step of an attempt is given one Progress and returns the next.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.customer_plan import CustomerNotes
from core.errors import HandedBack, KvittError, RecoveryNeeded
from core.sending.orders import PlacedOrder
from core.transfer import Transfer, TransferState


@dataclass(frozen=True)
class Progress:
    """How far an attempt has come: the transfers that are still on their way, by invoice number, and those that ended.

    `system` names the accounting system, once that is known. `half_written` are the invoices of which an order lies
    there unfinished, as far as was seen. `notes` tell of their customers, once these are found and written.
    """

    open: Mapping[str, Transfer]
    ended: Sequence[Transfer] = ()
    system: str = ""
    half_written: frozenset[str] = frozenset()
    notes: Mapping[str, CustomerNotes] = field(default_factory=dict)

    @property
    def is_bulk(self) -> bool:
        """Whether nobody waits for these: calls and time are left to single sends where they are short."""
        return all(transfer.bulk for transfer in self.open.values())

    def ids(self, numbers: Iterable[str]) -> list[str]:
        """Return the ids of the transfers of these invoices that are still on their way."""
        return [self.open[number].id for number in numbers if number in self.open]

    def with_half_written(self, numbers: Iterable[str]) -> "Progress":
        """Orders of these were seen to lie there unfinished."""
        return replace(self, half_written=self.half_written | set(numbers))

    def with_ended(self, stored: Sequence[Transfer]) -> "Progress":
        """These have come to an end, and are stored so."""
        numbers = {transfer.invoice for transfer in stored}
        left = {number: transfer for number, transfer in self.open.items() if number not in numbers}
        return replace(self, open=left, ended=[*self.ended, *stored])


def story_end(transfer: Transfer, outcome: PlacedOrder | KvittError) -> str:
    """Say what became of a transfer."""
    if isinstance(outcome, PlacedOrder):
        return f"Transferred as order {outcome.receipt.order_id}."
    if isinstance(outcome, HandedBack):
        return f"The transfer went back to the queue: {outcome.message}"
    said = f"{transfer.error.message} [{transfer.error.code}]" if transfer.error else ""
    if transfer.state is TransferState.REJECTED:
        return f"Rejected: {said}"
    if transfer.next_attempt_at is None:
        until = "kvitt recover has run" if isinstance(outcome, RecoveryNeeded) else "the connection works again"
        return f"Parked until {until}: {said}"
    return f"Waits until {transfer.next_attempt_at:%H:%M:%S} UTC: {said}"
