"""Why invoices did not arrive, where many are counted: each reason once, with one invoice to which it happened.

Pure.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum

from core.batch import BatchItem, Refusal
from core.fields import Document
from core.transfer import Transfer, TransferError, TransferState


class Verdict(StrEnum):
    """Who said no: the accounting system, or Kvitt with it in hand; or Kvitt at once, before there was a transfer."""

    REJECTED = "rejected"
    REFUSED = "refused"


class Reason(Document):
    """Why `count` invoices were rejected or refused: the stable code, and what was said of one of them, `invoice`."""

    verdict: Verdict
    code: str
    count: int
    invoice: str
    message: str
    hint: str


def reasons_of(items: Iterable[BatchItem]) -> Sequence[Reason]:
    """Count why these were rejected or refused, the most frequent reason first; the example is the first of each."""
    return _counted(reason_of(item) for item in items)


def reasons_of_transfers(transfers: Iterable[Transfer]) -> Sequence[Reason]:
    """Count why these were rejected, as reasons_of does."""
    return _counted(rejection_of(transfer) for transfer in transfers)


def _counted(reasons: Iterable[Reason | None]) -> Sequence[Reason]:
    counts: Counter[tuple[Verdict, str]] = Counter()
    first: dict[tuple[Verdict, str], Reason] = {}
    for reason in reasons:
        if reason is not None:
            key = (reason.verdict, reason.code)
            counts[key] += 1
            first.setdefault(key, reason)
    return in_order(reason.model_copy(update={"count": counts[key]}) for key, reason in first.items())


def in_order(reasons: Iterable[Reason]) -> Sequence[Reason]:
    """Sort reasons: rejected before refused, the most frequent first."""
    return sorted(reasons, key=lambda one: (one.verdict is Verdict.REFUSED, -one.count, one.code))


def reason_of(item: BatchItem) -> Reason | None:
    """Return why one invoice was rejected or refused, or None where it was not."""
    if item.refusal:
        return _reason(Verdict.REFUSED, item.invoice, item.refusal)
    return rejection_of(item.transfer) if item.transfer else None


def rejection_of(transfer: Transfer) -> Reason | None:
    """Return why a transfer was rejected, or None where it was not."""
    if transfer.state is not TransferState.REJECTED or transfer.error is None:
        return None
    return _reason(Verdict.REJECTED, transfer.invoice, transfer.error)


def _reason(verdict: Verdict, invoice: str, said: Refusal | TransferError) -> Reason:
    return Reason(verdict=verdict, code=said.code, count=1, invoice=invoice, message=said.message, hint=said.hint)
