"""How it reads that something happened before: that an invoice was sent already, and its whole story."""

from collections.abc import Iterable, Iterator
from shlex import quote

from core.already_sent import AlreadySent
from core.history import HistoryEvent
from core.transfer import Transfer, TransferState
from entrypoints.cli.telling import last_status_line, moment


def already_sent_lines(number: str, business: str, sent: AlreadySent, *, was_asked: str) -> Iterator[str]:
    """Say that the invoice was sent before, as which order, how that stands, and what else could be done.

    `was_asked` says what does not happen because of it ("a send would change nothing").
    """
    customer = f", customer {sent.customer_id}" if sent.customer_id else ""
    at = f" at {moment(sent.sent_at)}" if sent.sent_at else ""
    yield f"Invoice {number} was sent already, as order {sent.order_id}{customer}{at}: {was_asked}."
    command = f"{quote(number)} --business {quote(business)}"
    if sent.payment:
        yield last_status_line(sent.payment)
    else:
        yield f"  Payment: not asked about yet (kvitt invoice status {command})"
    if not sent.is_gone:
        yield f"  To take it back, in full or in part: kvitt invoice credit {command}"
    gone = "To create a new order in its place" if sent.is_gone else "Once its order is deleted, to create another"
    yield f"  {gone}: kvitt invoice send --again {command}"


def unattended_line(transfer: Transfer) -> str | None:
    """Say how a transfer goes on where no worker is running; None where nothing goes on by itself in any case."""
    if transfer.state not in (TransferState.QUEUED, TransferState.WAITING, TransferState.RUNNING) or transfer.is_parked:
        return None
    command = f"kvitt invoice send {quote(transfer.invoice)} --business {quote(transfer.business)}"
    return f"  No worker is running, so nothing happens by itself. Start kvitt serve or kvitt worker, or: {command}"


def history_lines(number: str, business: str, events: Iterable[HistoryEvent]) -> Iterator[str]:
    """What happened to an invoice, a line for each event."""
    yield f"Invoice {number} of {business}:"
    for event in events:
        took = event.details.get("duration_ms")
        seconds = f" ({took / 1000:.1f} s)" if isinstance(took, int) else ""
        yield f"  {moment(event.at)}  {event.text}{seconds}"
