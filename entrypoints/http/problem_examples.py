"""Examples of problems for the OpenAPI document: one of each status."""

from collections.abc import Mapping
from http import HTTPStatus

from core.errors import (
    AccessRefused,
    Conflict,
    Fault,
    InvalidInput,
    InvalidInvoice,
    NotAllowed,
    NotAuthenticated,
    Outcome,
    TooManyRequests,
    TryAgain,
)
from core.stored import unknown_invoice
from entrypoints.http.examples import Example
from entrypoints.http.wording import worded_document
from entrypoints.problem import problem_document


def _refusal(status: HTTPStatus, code: str, detail: str, hint: str, *, outcome: str = "nothing_written") -> Example:
    """What HTTP itself, and not the core, has to object, as problems.py says it."""
    told = {"title": status.phrase, "status": int(status), "detail": detail, "code": code, "hint": hint}
    return {"type": f"urn:kvitt:problem:{code}", **told, "retriable": False, "outcome": outcome}


_ERRORS = (
    InvalidInput(
        "A parameter can't be used. limit: Expected `int` <= 200.",
        code="bad_parameter",
        faults=[Fault("limit", "Expected `int` <= 200")],
    ),
    NotAuthenticated("This needs an API key, and none was sent."),
    NotAllowed("The API key may only read.", hint="Use a key with the role send."),
    unknown_invoice("fjell", "D-1003"),
    Conflict(
        "Invoice D-1002 was sent as order 24001 and can't be changed.",
        code="already_sent",
        hint="Change the order in the accounting system, or credit it and make a new invoice.",
        outcome=Outcome.WRITTEN,
    ),
    InvalidInvoice(
        "Invoice D-1002 can't be sent. rows[0].quantity: is missing.", faults=[Fault("rows[0].quantity", "is missing")]
    ),
    AccessRefused("24SevenOffice refuses the user name or the password."),
    TooManyRequests("This API key makes more requests than it may."),
    TryAgain("24SevenOffice, reading orders: the server can't be reached.", code="unreachable"),
)

PROBLEMS: Mapping[HTTPStatus, Example] = {
    HTTPStatus(document["status"]): document
    for document in (
        *(worded_document(problem_document(error)) for error in _ERRORS),
        _refusal(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", "The request's body is too large.", "Send less at a time."
        ),
        _refusal(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "The body is not declared as JSON in UTF-8, or as another type that this path takes.",
            "Send it with the header Content-Type: application/json; /schema names other types.",
        ),
        _refusal(
            HTTPStatus.INTERNAL_SERVER_ERROR,
            "internal_error",
            "Kvitt itself failed while answering this request.",
            "Report this with the time; the server's log says where it happened.",
            outcome="unknown",
        ),
    )
}
"""A problem of each status; docs/errors.md has all codes."""
