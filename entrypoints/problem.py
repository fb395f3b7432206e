"""What went wrong, as an RFC 9457 problem, the same over HTTP and on the command line."""

from typing import Any

from pydantic import BaseModel, ConfigDict, JsonValue

from core.customer_candidates import AmbiguousCustomer, CustomerCandidate
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
    Outcome,
    OutcomeUnknown,
    Rejected,
    TooManyRequests,
    TryAgain,
)
from entrypoints.documents import Json, ProblemFault

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
    if isinstance(error, AmbiguousCustomer):
        document["candidates"] = [candidate.model_dump(mode="json") for candidate in error.candidates]
    return document


_PROBLEMS: list[dict[str, JsonValue]] = [
    {
        "type": "urn:kvitt:problem:already_sent",
        "title": "It contradicts what has happened",
        "status": 409,
        "detail": "Invoice 2002-1 was sent as order 24001 and can't be changed.",
        "code": "already_sent",
        "hint": "Change the order in the accounting system, or make a credit and a new invoice.",
        "retriable": False,
        "outcome": "written",
    },
    {
        "type": "urn:kvitt:problem:unreachable",
        "title": "Temporary trouble",
        "status": 503,
        "detail": "24SevenOffice, reading orders: the server can't be reached.",
        "code": "unreachable",
        "hint": "A running worker retries transfers by itself.",
        "retriable": True,
        "outcome": "nothing_written",
    },
]


def _problem_extras(schema: dict[str, Any]) -> None:
    schema["required"] = [name for name in schema["required"] if name not in ("faults", "candidates", "checks")]
    schema["examples"] = _PROBLEMS


class Problem(BaseModel):
    """An RFC 9457 problem. `code` is stable and meant for programs, `hint` says what to do.

    `retriable`: the same request may succeed later, with nothing changed. `outcome` tells of the
    order that it was about: `nothing_written`, none was created by this request; `unknown`, one may be there, and is
    looked for before any is created; `written`, one is there. `candidates`, of `ambiguous_customer` alone, are the
    customers to choose among. `checks`, of `not_ready` alone, names what was looked at: `ok`, or the code of the
    trouble.
    """

    model_config = ConfigDict(json_schema_extra=_problem_extras)

    type: str
    title: str
    status: int
    detail: str
    code: str
    hint: str
    retriable: bool
    outcome: Outcome
    faults: list[ProblemFault]
    candidates: list[CustomerCandidate]
    checks: dict[str, str]
