"""Everything that goes wrong, as RFC 9457 problem details."""

import logging
import math
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.params import ParameterKwarg

from core.errors import Fault, InvalidInput, KvittError, Outcome, TryAgain
from entrypoints.documents import Json
from entrypoints.problem import problem_document

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = 5
"""In seconds, where the error itself does not say when."""

AnyRequest = Request[Any, Any, Any]

_log = logging.getLogger(__name__)

# What HTTP itself has to object: status to code, detail and hint.
_REFUSALS = {
    HTTPStatus.NOT_FOUND: ("unknown_path", "There is nothing at this path.", "See /schema for the paths."),
    HTTPStatus.METHOD_NOT_ALLOWED: (
        "method_not_allowed",
        "This path does not know this method.",
        "See the Allow header, or /schema.",
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("too_large", "The request's body is too large.", "Send less at a time."),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: (
        "unsupported_media_type",
        "The body is not declared as JSON in UTF-8, or as another type that this path takes.",
        "Send it with the header Content-Type: application/json; /schema names other types.",
    ),
}


def problem(document: Json, *, headers: Mapping[str, str] | None = None) -> Response[Json]:
    """Answer with a problem document, under its own status."""
    return Response(document, status_code=document["status"], media_type=MEDIA_TYPE, headers=headers)


def _wall_clock() -> datetime:
    return datetime.now(UTC)


def from_kvitt(_request: AnyRequest, error: KvittError, *, now: Callable[[], datetime] = _wall_clock) -> Response[Json]:
    """Show what a caller can act on. `now` is the clock by which the error says when trying makes sense."""
    document = problem_document(error)
    headers = {}
    if document["status"] == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="kvitt"'
    if document["status"] in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        headers["Retry-After"] = str(_retry_after(error, now))
    return problem(document, headers=headers)


def from_http(request: AnyRequest, error: HTTPException) -> Response[Json]:
    """Show what HTTP or the framework objects to."""
    if isinstance(error, ValidationException):
        return from_kvitt(request, _bad_parameters(request, error))
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return from_bug(request, error)
    status = HTTPStatus(error.status_code)
    code, detail, hint = _REFUSALS.get(status, ("bad_request", "The request can't be understood.", "See /schema."))
    document = {
        "type": f"urn:kvitt:problem:{code}",
        "title": status.phrase,
        "status": int(status),
        "detail": detail,
        "code": code,
        "hint": hint,
        "retriable": False,
        "outcome": Outcome.NOTHING_WRITTEN.value,
    }
    return problem(document, headers=error.headers)


def from_bug(request: AnyRequest, error: Exception) -> Response[Json]:
    """Tell nothing of our insides, and log where it happened."""
    log_bug(request, error)
    document = {
        "type": "urn:kvitt:problem:internal_error",
        "title": "Kvitt itself failed",
        "status": int(HTTPStatus.INTERNAL_SERVER_ERROR),
        "detail": "Kvitt itself failed while answering this request.",
        "code": "internal_error",
        "hint": "Report this with the time; the server's log says where it happened.",
        "retriable": False,
        "outcome": Outcome.UNKNOWN.value,
    }
    return problem(document)


def log_bug(request: AnyRequest, error: Exception) -> None:
    """Log the kind of error and the lines it passed, never its message or the path: they may hold personal data."""
    root: BaseException = error
    while root.__cause__:
        root = root.__cause__
    lines = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(root.__traceback__)]
    route = request.scope.get("path_template") or "an unknown path"
    _log.error("%s %s failed: %s at %s", request.method, route, type(root).__qualname__, " < ".join(reversed(lines)))


def _bad_parameters(request: AnyRequest, error: ValidationException) -> InvalidInput:
    told = error.extra if isinstance(error.extra, list) else []
    faults = [
        Fault(_sent_name(request, str(fault.get("key", ""))), str(fault.get("message", "is wrong"))) for fault in told
    ]
    named = "; ".join(f"{fault.field}: {fault.message}" for fault in faults)
    return InvalidInput(f"A parameter can't be used. {named}.", code="bad_parameter", faults=faults)


def _sent_name(request: AnyRequest, name: str) -> str:
    """The name under which a handler's parameter is sent."""
    parameter = request.route_handler.parsed_fn_signature.parameters.get(name)
    definition = parameter.kwarg_definition if parameter else None
    return (isinstance(definition, ParameterKwarg) and definition.name) or name


def _retry_after(error: KvittError, now: Callable[[], datetime]) -> int:
    not_before = error.not_before if isinstance(error, TryAgain) else None
    return RETRY_AFTER if not_before is None else max(1, math.ceil((not_before - now()).total_seconds()))
