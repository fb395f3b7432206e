"""What a transfer's story says of a call: how many were found, what was created. Ids and counts, nothing personal."""

from collections.abc import Collection, Mapping, Sequence

from core.errors import KvittError
from core.order_draft import OrderDraft
from core.transfer import Receipt
from core.unreadable import Unreadable, readable, told_of

_ONE = {"customer": "the customer", "product": "the product", "category": "the category"}
_SEVERAL = {"customer": "customers", "product": "products", "category": "categories"}


def counted(kind: str, number: int) -> str:
    """Say how many are about to be created."""
    return f"{_ONE[kind]} is" if number == 1 else f"{number} {_SEVERAL[kind]} are"


def creating_what(kind: str, number: int) -> str:
    """Say what is tried."""
    return f"Creating {_ONE[kind]}" if number == 1 else f"Creating {number} {_SEVERAL[kind]}"


def candidates(kind: str, found: Sequence[object]) -> str:
    """Say how many a search has found."""
    known = len(readable(found))
    return {0: "nothing found", 1: "1 candidate"}.get(known, f"{known} candidates") + told_of(kind, found)


def records_read(records: Mapping[str, object | Unreadable], asked: Collection[str]) -> str:
    """Say how many customers are still there."""
    found, lost = len(records), told_of("customer", records.values())
    if len(asked) == 1:
        return ("there" if found else "gone") + lost
    return f"{found} there, {len(asked) - found} gone" + lost


def orders_found(found: Mapping[str, Sequence[Receipt]], asked: Collection[str]) -> str:
    """Say which orders were found, and whether they are whole."""
    receipts = [receipt for several in found.values() for receipt in several]
    if len(asked) > 1:
        return f"found {len(receipts)}"
    ids = [receipt.order_id if receipt.is_whole else f"{receipt.order_id}, unfinished" for receipt in receipts]
    return f"found order {', '.join(ids)}" if ids else "not there"


def creating(drafts: Sequence[OrderDraft]) -> str:
    """Say which orders are about to be created or completed."""
    if len(drafts) > 1:
        return f"Creating {len(drafts)} orders"
    begun_as = drafts[0].begun_as if drafts else None
    return f"Completing order {begun_as}, which an earlier attempt began" if begun_as else "Creating the order"


def outcomes(answers: Sequence[object]) -> str:
    """Say what came of things that were written."""
    if len(answers) == 1:
        return _outcome(answers[0])
    failed = [answer for answer in answers if isinstance(answer, KvittError)]
    return f"{len(answers) - len(failed)} done, {len(failed)} not"


def _outcome(answer: object) -> str:
    if isinstance(answer, KvittError):
        return f"{answer.message} [{answer.code}]"
    if isinstance(answer, Receipt):
        return f"order {answer.order_id} for customer {answer.customer_id}"
    return "done" if answer is None else str(answer)
