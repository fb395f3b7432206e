"""What a database that was put back to an earlier day needs before anything is sent again.

Pure. Each installation keeps a mark outside its database: how many orders the database had noted for each business when
this installation last saw it. A database that has noted fewer was put back, and has forgotten orders that exist.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import Field

from core.errors import RecoveryNeeded
from core.fields import Document, Instant
from core.intent import CLOCKS_DIFFER, Intent, IntentKind
from core.invoice import Invoice
from core.payment import total_differences
from core.transfer import Receipt, Transfer, TransferError, TransferState

LONGEST_NUMBER = 50
"""A reference that is longer than an invoice's number may be is nobody's of ours."""

MOST_MARKED = 64
"""So many businesses a mark tells of: more than threads work at once, so what was noted last is always among them."""

STRANGERS_WATCHED_FOR = timedelta(days=14)
"""For so long after a restore a business that is new may be one that the database forgot."""


class Mark(Document):
    """What a home last saw of its database. `file` is what tells the database's file from a copy of it (SQLite).

    `noted` says how many orders had been noted, for the businesses that were worked on last; the latest comes last.
    `begun` counts how often the mark was begun anew, which a restore has it be; `noticed` is the installation's.
    """

    installation: str
    begun: int = 1
    noticed: int = 0
    file: str | None = None
    noted: dict[str, int] = Field(default_factory=dict)


class Installation(Document):
    """What the database says of itself: how often it was found to have been put back, and when last.

    `known_until` is the latest order that it knew of then. `alive_at` is when a worker last said that it is there.
    """

    id: str
    noticed: int = 0
    noticed_at: Instant | None = None
    known_until: Instant | None = None
    alive_at: Instant | None = None


class FoundOrder(Document):
    """An order in the books, and the number that it carries where ours would be."""

    reference: str | None
    receipt: Receipt


class FindingKind(StrEnum):
    """What a person should look at, under names that stay."""

    DIFFERENT = "different"
    SEVERAL = "several"
    UNCLEAR = "unclear"
    OTHER_ORDER = "other_order"
    UNFINISHED = "unfinished"
    UNKNOWN_INVOICE = "unknown_invoice"
    WITHDRAWN = "withdrawn"


class Finding(Document):
    """Something that a recovery leaves to a person: the number, the orders that carry it, and what is to be done."""

    kind: FindingKind
    invoice: str
    order_ids: tuple[str, ...]
    message: str


class Recovery(Document):
    """How the recovery of one business stands. Nothing is sent for it while it is `needed`.

    `since`: from when on orders are read. `orders` were read and `tied` of them became their invoices'. `trouble` is
    why it could not be ended yet.
    """

    business: str
    needed: bool = True
    since: Instant | None = None
    ended_at: Instant | None = None
    orders: int = 0
    tied: int = 0
    findings: tuple[Finding, ...] = ()
    trouble: TransferError | None = None


class Verdict(Document):
    """What the orders that carry an invoice's number mean. `tie` is the one that is the invoice's from now on.

    `look_first`: before an order is created for this number, the customers named by `customer_ids` are looked through
    for it. `warnings` belong to the transfer.
    """

    tie: Receipt | None = None
    warnings: tuple[str, ...] = ()
    look_first: bool = False
    customer_ids: tuple[str, ...] = ()
    finding: Finding | None = None


def has_gone_back(mark: Mark, found: Installation, *, file: str | None, noted: Mapping[str, int]) -> bool:
    """Whether the database is not the one, or not as far on, as the mark says.

    `found` is what the database says of itself, `noted` what it has noted of the mark's businesses; one that it does
    not know counts as none.
    A mark under which nothing was sent yet says nothing.
    """
    if not mark.noted and not mark.noticed:
        return False
    is_another_file = mark.file is not None and file is not None and mark.file != file
    is_behind = any(noted.get(business, 0) < seen for business, seen in mark.noted.items())
    has_forgotten = found.noticed < mark.noticed  # a backup was put back once more, before or after it was recovered
    return mark.installation != found.id or is_another_file or is_behind or has_forgotten


def with_noted(mark: Mark, business: str, number: int, *, file: str | None) -> Mark:
    """Return the mark with what was just noted for a business; those that were not worked on for long drop out."""
    others = {name: seen for name, seen in mark.noted.items() if name != business}
    latest = [*others.items(), (business, max(number, mark.noted.get(business, 0)))][-MOST_MARKED:]
    return mark.model_copy(update={"noted": dict(latest), "file": mark.file if mark.noted else file})


def kept_up(mark: Mark, noted: Mapping[str, int]) -> Mark:
    """Return the mark with what the database has noted by now, whoever noted it; the latest comes last."""
    for business, number in noted.items():
        if number > mark.noted.get(business, 0):
            mark = with_noted(mark, business, number, file=mark.file)
    return mark


def begun_anew(mark: Mark | None, found: Installation, *, file: str | None, noted: Mapping[str, int]) -> Mark:
    """Return the mark of a home that goes by what its database says now."""
    begun = mark.begun + 1 if mark else 1
    return Mark(installation=found.id, begun=begun, noticed=found.noticed, file=file, noted=dict(noted))


def is_shut(installation: Installation, recovery: Recovery | None, *, now: datetime) -> bool:
    """Whether nothing may be sent for a business: after a restore, until it has been recovered.

    A business that the database did not know then may be one that it forgot, and that was added again.
    """
    if recovery is not None:
        return recovery.needed
    return installation.noticed_at is not None and now < installation.noticed_at + STRANGERS_WATCHED_FOR


def recovery_needed(business: str) -> RecoveryNeeded:
    """Say why nothing is sent for a business."""
    return RecoveryNeeded(
        f'The database was restored from a backup, so "{business}" may have orders that Kvitt does not know of.'
    )


def verdict_on(
    number: str,
    found: Sequence[FoundOrder],
    *,
    invoice: Invoice | None,
    transfer: Transfer | None,
    other_customers: Collection[str],
    is_elsewhere: bool = False,
) -> Verdict:
    """Decide about the orders that carry one number, the oldest first.

    `other_customers` are ids of customers that are known not to be the invoice's. `is_elsewhere`: the invoice's order
    lies, or may lie, in other books than those that were read.
    """
    receipts = sorted((order.receipt for order in found), key=lambda receipt: not receipt.is_whole)
    ids = tuple(receipt.order_id for receipt in receipts)
    if is_elsewhere:
        return Verdict(finding=_finding(FindingKind.OTHER_ORDER, number, ids, _ELSEWHERE))
    look = Verdict(look_first=True, customer_ids=tuple(dict.fromkeys(receipt.customer_id for receipt in receipts)))
    if transfer and transfer.state.has_order:
        return _of_transferred(number, transfer, ids, look)
    if transfer and transfer.state is TransferState.WITHDRAWN and transfer.order_id in ids:
        return look.model_copy(update={"finding": _finding(FindingKind.WITHDRAWN, number, ids, _WITHDRAWN)})
    if invoice is None:
        return look.model_copy(update={"finding": _finding(FindingKind.UNKNOWN_INVOICE, number, ids, _UNKNOWN)})
    first = receipts[0]
    if not first.is_whole:
        return look.model_copy(update={"finding": _finding(FindingKind.UNFINISHED, number, ids, _UNFINISHED)})
    totals = total_differences(invoice, first.totals)
    is_other = first.customer_id in other_customers
    differences = [*totals, *([other_customer(first)] if is_other else [])]
    if totals and is_other:
        text = f"{_UNCLEAR} {' '.join(differences)}"
        return look.model_copy(update={"finding": _finding(FindingKind.UNCLEAR, number, ids, text)})
    several = [_several(number, ids)] if len(ids) > 1 else []
    warnings = (*several, *differences)
    kind = FindingKind.SEVERAL if several else FindingKind.DIFFERENT
    finding = _finding(kind, number, ids, " ".join(warnings)) if warnings else None
    return Verdict(tie=first, warnings=warnings, finding=finding)


def look_first_intent(
    earlier: Intent | None, number: str, *, since: datetime, customer_ids: Sequence[str], books: str, now: datetime
) -> Intent:
    """Return the mark that has every later attempt at this number look for its order first.

    Nothing has to settle for it, and it locks nothing: it is certain by then that no call is running. `books` is the
    key of those that its order was found in.
    """
    first_at = min([since + CLOCKS_DIFFER, *([earlier.first_at] if earlier else [])])
    ids = dict.fromkeys([*(earlier.customer_ids if earlier else ()), *customer_ids])
    return Intent(
        kind=IntentKind.ORDER,
        key=number,
        first_at=first_at,
        last_at=earlier.last_at if earlier else now,
        customer_ids=tuple(ids),
        refused=earlier.refused if earlier else True,
        books=books,
    )


_UNKNOWN = (
    "There is no invoice with this number here (any more). Add it again from its source: when you send it, Kvitt "
    "takes this order instead of creating one."
)
_ELSEWHERE = (
    "The invoice's order is, or may be, in the books of another company that the business was connected to before. "
    "Delete any duplicate."
)
_WITHDRAWN = (
    "The invoice was withdrawn, and its order is in the accounting system all the same. Delete it there, or adopt it "
    "(invoice adopt) if it is to stay; until then a send takes it instead of creating another."
)
_UNFINISHED = "The order was begun and never finished. Send the invoice to complete it."
_UNCLEAR = (
    "The order carries the invoice's number, but its customer and totals differ. If it is the invoice's, use invoice "
    "adopt; if not, change the number on it in the accounting system, then send the invoice."
)


def _of_transferred(number: str, transfer: Transfer, ids: tuple[str, ...], look: Verdict) -> Verdict:
    others = tuple(order_id for order_id in ids if order_id != transfer.order_id)
    if not others:
        return Verdict()
    text = (
        f"The invoice was sent as order {transfer.order_id}, and {', '.join(others)} carries its number too. Delete "
        f"the duplicate in the accounting system; if the first is gone, adopt the other with invoice adopt."
    )
    kind = FindingKind.OTHER_ORDER if transfer.order_id not in ids else FindingKind.SEVERAL
    return look.model_copy(update={"finding": _finding(kind, number, others, text)})


def other_customer(receipt: Receipt) -> str:
    """Say that an order is another customer's."""
    return f"Order {receipt.order_id} belongs to customer {receipt.customer_id}, who is not the invoice's customer."


def _several(number: str, ids: Sequence[str]) -> str:
    return (
        f"Several orders carry the number {number}; the oldest, {ids[0]}, was taken. Look at {', '.join(ids[1:])} and "
        "delete any duplicates."
    )


def _finding(kind: FindingKind, number: str, ids: tuple[str, ...], message: str) -> Finding:
    return Finding(kind=kind, invoice=number, order_ids=ids, message=message)
