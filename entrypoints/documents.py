"""The documents that go out, the same over HTTP and on the command line."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from core.api_key import ApiKey
from core.audit import KeptEntry
from core.batch import Batch, BatchCounts, BatchItem, Refusal
from core.business import Business
from core.errors import (
    AccessRefused,
    Conflict,
    HandedBack,
    InvalidInput,
    InvalidInvoice,
    KvittError,
    LeaseLost,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    OutcomeUnknown,
    Rejected,
    TooManyRequests,
    TryAgain,
)
from core.journal import Step
from core.ports.accounting import AccountingSystems
from core.recovery import Recovery
from core.transfer import Transfer, TransferState

Json = dict[str, Any]

OURS_ALONE = ("not_before", "version", "trying_since", "bulk", "alone", "superseded", "books")
"""Fields of a transfer that nobody outside is shown."""

_TITLES_AND_STATUSES: list[tuple[type[KvittError], str, int]] = [
    (InvalidInput, "The input can't be used", 400),
    (InvalidInvoice, "The invoice can't be sent", 422),
    (NotAuthenticated, "Who asks is not known", 401),
    (NotAllowed, "The API key is not for this", 403),
    (NotFound, "There is no such thing", 404),
    (Conflict, "It contradicts what has happened", 409),
    (Rejected, "The accounting system said no", 422),
    (AccessRefused, "The accounting system does not let us in", 424),
    (TooManyRequests, "Too many requests", 429),
    (TryAgain, "Temporary trouble", 503),
    (OutcomeUnknown, "The answer was lost", 503),
    (LeaseLost, "Another worker has taken over", 503),
    (HandedBack, "The worker stops", 503),
]


def problem_document(error: KvittError) -> Json:
    """Show an error as an RFC 9457 problem; `status` is the HTTP status that goes with it."""
    title, status = next(
        ((title, status) for form, title, status in _TITLES_AND_STATUSES if isinstance(error, form)),
        ("Kvitt could not do it", 500),
    )
    document: Json = {
        "type": f"urn:kvitt:problem:{error.code}",
        "title": title,
        "status": status,
        "detail": error.message,
        "code": error.code,
        "hint": error.hint,
        "retriable": error.retriable,
        "outcome": error.outcome.value,
    }
    if error.faults:
        document["faults"] = [{"field": fault.field, "message": fault.message} for fault in error.faults]
    return document


def business_document(business: Business, systems: AccountingSystems) -> Json:
    """Show a business; secret settings are write-only and left out."""
    document = business.model_dump(mode="json", exclude={"accounting"})
    return {"name": document.pop("name"), "accounting": dict(systems.shown(business.accounting)), **document}


def transfer_document(transfer: Transfer) -> Json:
    """Show a transfer."""
    return transfer.model_dump(mode="json", exclude=set(OURS_ALONE))


def transfer_story_document(transfer: Transfer, steps: Sequence[Step]) -> Json:
    """Show a transfer with its story, step by step."""
    return {**transfer_document(transfer), "steps": [step.model_dump(mode="json") for step in steps]}


def batch_document(batch: Batch, counts: BatchCounts) -> Json:
    """Show a batch and how many of its invoices stand where, without the invoices."""
    states = {state.value: getattr(counts, state.value) for state in TransferState}
    return {
        "id": batch.id,
        "business": batch.business,
        "created_at": batch.model_dump(mode="json")["created_at"],
        "total": counts.total,
        "states": {**states, "refused": counts.refused},
        "left_out": {"printed": batch.printed, "cancelled": batch.cancelled},
        "finished": counts.is_finished,
    }


def batch_item_document(item: BatchItem) -> Json:
    """Show one invoice of a batch: its transfer, or the error with which it was refused."""
    return {
        "invoice": item.invoice,
        "transfer": transfer_document(item.transfer) if item.transfer else None,
        "error": _refusal_document(item.refusal) if item.refusal else None,
    }


def api_key_document(key: ApiKey) -> Json:
    """Show a key, without what opens anything."""
    return key.model_dump(mode="json")


def recovery_document(recoveries: Sequence[Recovery], settled_at: datetime | None) -> Json:
    """Show how recovery stands, business by business."""
    left = [one.business for one in recoveries if one.needed]
    not_before = settled_at.isoformat(timespec="milliseconds").replace("+00:00", "Z") if settled_at and left else None
    shown = [one.model_dump(mode="json") for one in recoveries]
    return {"needed": bool(left), "not_before": not_before, "left": left, "businesses": shown}


def audit_document(entry: KeptEntry) -> Json:
    """Show an entry of the audit trail."""
    return {"id": str(entry.id), **entry.model_dump(mode="json", exclude={"id"})}


def _refusal_document(refusal: Refusal) -> Json:
    error = refusal.error
    document = refusal.model_dump(mode="json", exclude={"kind", "faults"})
    told = {"retriable": error.retriable, "outcome": error.outcome.value}
    return {**document, **told, "faults": refusal.model_dump(mode="json")["faults"]}
