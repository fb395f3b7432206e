"""The story of one invoice, put together from all that is kept of it, in the order in which it happened.

Pure. What is told twice (in a transfer's story and in the audit trail, say) is one event here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import Field, JsonValue

from core.audit import Action, Actor, AuditResult, KeptEntry
from core.event import Event
from core.fields import Document, Instant
from core.payment import PaymentReason, PaymentReport
from core.ports.invoice_stores import Step
from core.transfer import Transfer
from core.webhook import Delivery

QUEUED = "transfer.queued"
"""The kind of an event that tells that a transfer was made; what the audit trail tells of is named as it is there."""

STEP = "transfer.step"
"""The kind of an event that is a step of a transfer: a call to the accounting system, or what came of all."""

SEEN = "status.seen"
"""The kind of an event that tells what the accounting system answered about payment."""

TOLD = "event.told"
"""The kind of an event that tells that something happened that webhooks are told of; it has its deliveries."""

_ONE_MOMENT = timedelta(seconds=5)
"""What was written in one go, or one after the other, is told of at most so far apart."""

_ENDS = (Action.TRANSFER_TRANSFERRED, Action.TRANSFER_REJECTED, Action.TRANSFER_WITHDRAWN)
_SENDS = (Action.INVOICE_SENT, Action.INVOICE_SENT_AGAIN)

_DONE = {
    Action.INVOICE_ADDED: "The invoice was added.",
    Action.INVOICE_REPLACED: "The invoice was changed.",
    Action.INVOICE_DELETED: "The invoice was deleted.",
    Action.INVOICE_CREDITED: "The invoice was credited.",
    Action.INVOICE_SENT: "The invoice was sent.",
    Action.INVOICE_SENT_AGAIN: "The invoice was sent again, because its order was gone.",
    Action.TRANSFER_RETRIED: "The transfer was retried.",
    Action.TRANSFER_CANCELLED: "The transfer was cancelled.",
    Action.TRANSFER_TRANSFERRED: "The invoice arrived in the accounting system.",
    Action.TRANSFER_REJECTED: "The transfer was rejected.",
    Action.WITHDRAWAL_ASKED: "The withdrawal of the invoice was asked for.",
    Action.TRANSFER_WITHDRAWN: "The invoice was withdrawn.",
    Action.STATUS_CHECKED: "The status was checked.",
}
_REFUSED = {
    Action.INVOICE_ADDED: "Adding the invoice was refused.",
    Action.INVOICE_DELETED: "Deleting the invoice was refused.",
    Action.INVOICE_CREDITED: "Crediting the invoice was refused.",
    Action.INVOICE_SENT: "Sending the invoice was refused.",
    Action.INVOICE_SENT_AGAIN: "Sending the invoice again was refused.",
    Action.TRANSFER_RETRIED: "Retrying the transfer was refused.",
    Action.TRANSFER_CANCELLED: "Cancelling the transfer was refused.",
    Action.TRANSFER_REJECTED: "The transfer was rejected.",
    Action.WITHDRAWAL_ASKED: "Withdrawing the invoice was refused.",
    Action.TRANSFER_WITHDRAWN: "The invoice was not withdrawn.",
    Action.ORDER_ADOPTED: "Making an order the invoice's was refused.",
    Action.CUSTOMER_LINKED: "Linking the customer was refused.",
    Action.CUSTOMER_UNLINKED: "Removing the customer's link was refused.",
    Action.STATUS_CHECKED: "Checking the status was refused.",
}
_SEEN = {
    PaymentReason.NOT_PUBLISHED: "Not paid: the order had not been published as an invoice.",
    PaymentReason.OPEN: "Not paid: the invoice was open.",
    PaymentReason.PARTLY_PAID: "Not paid: only part of it had been paid.",
    PaymentReason.PAID: "The invoice was paid.",
    PaymentReason.DELETED: "Not paid: the order was deleted in the accounting system.",
    PaymentReason.NOT_OURS: "Not known to be paid: the order with this id no longer belonged to this invoice.",
}


_DELIVERY_FIELDS = {"endpoint", "state", "attempts", "failed", "created_at", "next_attempt_at", "delivered_at"}


class _Rank(StrEnum):
    """Of what happened at one instant, what comes first."""

    AUDIT = "a"
    TRANSFER = "b"
    STEP = "c"
    STATUS = "d"
    TOLD = "e"


class HistoryEvent(Document):
    """One thing that happened. `details` are those of its kind, such as who did it; nothing in them is personal.

    `place` is what a page goes on after; places grow with time.
    """

    at: Instant
    kind: str
    text: str
    details: Mapping[str, JsonValue]
    place: str = Field(exclude=True)


def history_of(
    *,
    entries: Sequence[KeptEntry],
    transfers: Sequence[Transfer],
    steps: Mapping[str, Sequence[Step]],
    reports: Sequence[PaymentReport],
    told: Sequence[Event] = (),
    deliveries: Sequence[Delivery] = (),
) -> list[HistoryEvent]:
    """Put together what is kept of an invoice; `steps` are the stories of its transfers, by their ids.

    `told` are its events, and `deliveries` what became of them on their way to webhooks.
    """
    events = [
        *_audited(entries, steps=steps, reports=reports),
        *(event for nth, transfer in enumerate(transfers) for event in _queued(nth, transfer, entries)),
        *(_step(nth, told, step) for told, story in steps.items() for nth, step in enumerate(story)),
        *_seen(reports, entries),
        *_told(told, deliveries),
    ]
    return sorted(events, key=lambda event: event.place)


def _audited(
    entries: Iterable[KeptEntry], *, steps: Mapping[str, Sequence[Step]], reports: Sequence[PaymentReport]
) -> Iterator[HistoryEvent]:
    for entry in entries:
        if entry.action in _ENDS and _is_near(entry.at, (step.at for step in steps.get(entry.subject or "", ()))):
            continue  # the story's last step says it, and says more
        is_refused = entry.result is AuditResult.REFUSED
        if (
            entry.action is Action.STATUS_CHECKED
            and not is_refused
            and _is_near(entry.at, (report.checked_at for report in reports))
        ):
            continue
        details: dict[str, JsonValue] = {"actor": _actor(entry.actor), "result": entry.result.value}
        if entry.code:
            details["code"] = entry.code
        if entry.subject:
            details["subject"] = entry.subject
        text = _REFUSED.get(entry.action, entry.action.value) if is_refused else _done(entry)
        yield _event(entry.at, entry.action.value, text, details, rank=_Rank.AUDIT, nth=entry.id)


def _done(entry: KeptEntry) -> str:
    about = entry.subject
    if entry.action is Action.ORDER_ADOPTED:
        return f"Order {about} was made the invoice's."
    if entry.action is Action.CUSTOMER_LINKED:
        return f"The customer was linked to the record {about}."
    if entry.action is Action.CUSTOMER_UNLINKED:
        return f"The customer's link to the record {about} was removed."
    return _DONE.get(entry.action, entry.action.value)


def _queued(nth: int, transfer: Transfer, entries: Iterable[KeptEntry]) -> Iterator[HistoryEvent]:
    """Tell that a transfer was made, where no entry tells of the send: among many, or by adopting an order."""
    sends = [entry.at for entry in entries if entry.action in _SENDS and entry.subject == transfer.id]
    if _is_near(transfer.created_at, sends):
        return
    text = "The invoice was sent together with others." if transfer.bulk else "A transfer of the invoice was made."
    details: dict[str, JsonValue] = {"transfer": transfer.id, "bulk": transfer.bulk}
    yield _event(transfer.created_at, QUEUED, text, details, rank=_Rank.TRANSFER, nth=nth)


def _step(nth: int, transfer_id: str, step: Step) -> HistoryEvent:
    details: dict[str, JsonValue] = {"transfer": transfer_id, "duration_ms": step.duration_ms}
    return _event(step.at, STEP, step.text, details, rank=_Rank.STEP, nth=nth)


def _seen(reports: Sequence[PaymentReport], entries: Sequence[KeptEntry]) -> Iterator[HistoryEvent]:
    """Tell what checks saw: those that saw the same one after the other, asked by the same, are one event."""
    asked = [entry for entry in entries if entry.action is Action.STATUS_CHECKED]
    runs: list[tuple[PaymentReport, Actor | None, PaymentReport, int]] = []
    for report in reports:
        actor = next((entry.actor for entry in asked if _is_near(report.checked_at, [entry.at])), None)
        if runs and runs[-1][1] == actor and runs[-1][0].says_the_same(report):
            first, _, _, number = runs[-1]
            runs[-1] = (first, actor, report, number + max(report.worker_checks, 1))
        else:
            runs.append((report, actor, report, max(report.worker_checks, 1)))
    for nth, (first, actor, last, number) in enumerate(runs):
        text = f"The invoice was paid on {first.paid_at}." if first.paid_at else _SEEN[first.reason]
        details: dict[str, JsonValue] = {
            **first.model_dump(mode="json", exclude={"invoice", "checked_at"}),
            "checks": number,
            "last_checked_at": last.model_dump(mode="json")["checked_at"],
            "actor": _actor(actor) if actor else None,
        }
        yield _event(first.checked_at, SEEN, text, details, rank=_Rank.STATUS, nth=nth)


def _told(events: Sequence[Event], deliveries: Sequence[Delivery]) -> Iterator[HistoryEvent]:
    """Tell of each event, with how far it has come on its way to each webhook."""
    for nth, event in enumerate(events):
        details: dict[str, JsonValue] = {
            "event": event.id,
            "type": event.type.value,
            "deliveries": [
                delivery.model_dump(mode="json", include=_DELIVERY_FIELDS)
                for delivery in deliveries
                if delivery.event == event.id
            ],
        }
        text = f"The event {event.type.value} was told."
        yield _event(event.timestamp, TOLD, text, details, rank=_Rank.TOLD, nth=nth)


def _event(
    at: datetime, kind: str, text: str, details: Mapping[str, JsonValue], *, rank: _Rank, nth: int
) -> HistoryEvent:
    place = f"{at:%Y%m%dT%H%M%S.%f}{rank}{nth:018d}"
    return HistoryEvent(at=at, kind=kind, text=text, details=details, place=place)


def _is_near(at: datetime, others: Iterable[datetime]) -> bool:
    return any(abs(at - other) <= _ONE_MOMENT for other in others)


def _actor(actor: Actor) -> JsonValue:
    return actor.model_dump(mode="json")
