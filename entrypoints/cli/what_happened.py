"""How it reads that something happened before: that an invoice was sent already, and its whole story."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from shlex import quote

from pydantic import JsonValue

from core.already_sent import AlreadySent
from core.audit import Actor, ActorKind
from core.history import HistoryEvent
from core.payment import PaymentReason
from core.transfer import Transfer, TransferState
from entrypoints.cli.telling import last_status_line, moment


def already_sent_lines(number: str, business: str, sent: AlreadySent, *, is_preview: bool) -> Iterator[str]:
    """Say that the invoice was sent before, as which order, how that stands, and what else could be done."""
    order = sent.order_id
    if is_preview:
        yield f"Invoice {number} was sent already, as order {order}: a send would change nothing."
    else:
        yield f"Invoice {number} was sent already, as order {order}: nothing was done."
    if sent.sent_at:
        yield f"  Sent: {moment(sent.sent_at)}"
    if sent.customer_id:
        yield f"  Customer: {sent.customer_id}"
    command = f"{quote(number)} --business {quote(business)}"
    if sent.payment:
        yield last_status_line(sent.payment)
    else:
        yield f"  Payment: not asked about yet (kvitt invoice status {command})"
    if sent.is_gone:
        yield f"  To create a new order in its place: kvitt invoice send --again {command}"
    else:
        if sent.payment is None or sent.payment.reason is PaymentReason.NOT_PUBLISHED:
            yield f"  To change it, while its order is not published: kvitt invoice withdraw {command}"
        yield f"  To take it back, in full or in part: kvitt invoice credit {command}"
        yield f"  Once its order is deleted, to create another: kvitt invoice send --again {command}"


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
        beside = ", ".join(_beside(event.details))
        yield f"  {moment(event.at)}  {event.text}" + (f" ({beside})" if beside else "")


def _beside(details: Mapping[str, JsonValue]) -> Iterator[str]:
    """What stands beside an event's sentence: its code, who did it, how long it took, how often it was seen."""
    if code := details.get("code"):
        yield str(code)
    if isinstance(actor := details.get("actor"), dict) and (who := _who(Actor.model_validate(actor))):
        yield who
    if isinstance(took := details.get("duration_ms"), int):
        yield f"{took / 1000:.1f} s"
    if isinstance(checks := details.get("checks"), int) and checks > 1:
        last = datetime.fromisoformat(str(details["last_checked_at"]))
        yield f"seen {checks} times until {moment(last)}"


def _who(actor: Actor) -> str:
    """Name who did it; nobody where nobody asked at that moment."""
    if actor.key:
        return f"API key {actor.name} {actor.key}"
    if actor.kind is ActorKind.USER:
        return actor.name or "user"
    if actor.kind is ActorKind.COMMAND_LINE:
        return actor.name or "command line"
    return ""
