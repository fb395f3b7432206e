"""An HTTP answer as it came, and what 24SevenOffice's REST API means by it when it says no: an error to act on.

Pure: an answer in, a value or an error out. The rule for a write: what is not known to have happened before anything
was written is OutcomeUnknown (docs/errors.md). An answer from 400 to 499 that is the API's own means that nothing was.
"""

from dataclasses import dataclass
from typing import Any

from adapters.http_api.called_again import throttled
from adapters.http_api.cleaning import cleaned, sentence
from adapters.http_api.json_answer import TOO_LARGE, Gone, JsonAnswer, TokenEnded, require_own_refusal
from adapters.http_api.troubles import Context, UnusableAnswer
from adapters.twentyfour_seven_office.order_fields import DEPARTMENT_HINT, PROJECT_HINT
from adapters.twentyfour_seven_office.rest.operations import LOGIN, Operation
from core.errors import AccessRefused, KvittError, OutcomeUnknown, Rejected, TryAgain


@dataclass(frozen=True)
class Answer(JsonAnswer):
    """What came back. It may hold a token: never logged, never shown.

    `next_page` is the address in the Link header, `retry_after` that header as it stands.
    """

    next_page: str | None = None
    retry_after: str | None = None

    def problem(self) -> dict[str, Any]:
        """Read the vendor's Error in it; empty when it holds none."""
        try:
            value = self.value()
        except UnusableAnswer:
            return {}
        error = value.get("error") if isinstance(value, dict) else None
        return error if isinstance(error, dict) else {}


QUOTA_EXCEEDED = "quota_exceeded"

_MOST_NAMED = 5
_KNOWN_ERRORS = {
    "DepartmentMissing": ("department_required", DEPARTMENT_HINT),
    "ProjectMissing": ("project_required", PROJECT_HINT),
    "NoLines": ("no_lines", "Retry the transfer: the order is written again. If it lasts, look at it there."),
}
_RIGHTS_HINT = "Give the API client the rights for invoicing in 24SevenOffice, then run business verify."
_LOGIN_HINT = "Correct client_id, client_secret and organization_id (business set), then run business verify."
_THROTTLED_HINT = "A running worker retries transfers then. 24SevenOffice grants more calls on request."


def error_for(answer: Answer, operation: Operation, context: Context) -> KvittError:
    """Return the error that an answer stands for which is not a good one.

    Errors: UnusableAnswer for one that is not the API's own, or does not say whether anything was done.
    """
    status = answer.status
    if status == 401:
        return TokenEnded(f"{operation.where}: the access token is not (or no longer) accepted.")
    if status == 403 and not answer.is_page:
        return AccessRefused(_message(answer, operation, context), code="missing_rights", hint=_RIGHTS_HINT)
    if status == 429:
        return throttled(operation, answer.retry_after, now=context.now, code=QUOTA_EXCEEDED, hint=_THROTTLED_HINT)
    if status >= 500 and answer.problem():
        kind = OutcomeUnknown if operation.writes else TryAgain
        return kind(_message(answer, operation, context), code="vendor_fault")
    require_own_refusal(answer, operation)
    if status == 404:
        return Gone(_message(answer, operation, context, otherwise="there is no such thing there"))
    if status == TOO_LARGE:
        return _refused(answer, operation, context, otherwise="the request is too large for it")
    return _refused(answer, operation, context)


def login_error_for(answer: Answer, context: Context) -> KvittError:
    """Return the error that an answer of the login server stands for which is not a good one.

    Errors: UnusableAnswer for one that is not its own.
    """
    if answer.status == 429:
        return throttled(LOGIN, answer.retry_after, now=context.now, code="login_throttled", hint=_THROTTLED_HINT)
    if answer.status in (400, 401, 403) and not answer.is_page:
        return login_refused(LOGIN.where)
    if 300 <= answer.status < 400:
        raise UnusableAnswer("redirected")
    raise UnusableAnswer("no_such_address" if answer.status == 404 else "bad_gateway")


def login_refused(where: str) -> AccessRefused:
    """The error for credentials that are not accepted."""
    return AccessRefused(
        f"{where}: the client id, the client secret or the organization is not accepted.",
        code="login_refused",
        hint=_LOGIN_HINT,
    )


def _refused(answer: Answer, operation: Operation, context: Context, **said: str) -> Rejected:
    problem = answer.problem()
    payload = problem.get("payload")
    told = payload if isinstance(payload, dict) else {}
    if named := [text for error in _items(told.get("validationErrors")) if (text := _place(error, context))]:
        listed = ", ".join(named[:_MOST_NAMED]) + (" and more" if len(named) > _MOST_NAMED else "")
        return Rejected(f"{operation.where}: it does not accept {listed}.", code="vendor_validation")
    if problem.get("name") == "ValidationError":
        return Rejected(_message(answer, operation, context), code="vendor_validation")
    for error in _items(told.get("errors")):
        known = _KNOWN_ERRORS.get(str(error.get("type")))
        reason = cleaned(_text(error.get("message")) or _text(error.get("type")), secrets=context.secrets)
        message = f"{operation.where}: {sentence(reason or 'it gave no reason')}"
        code, hint = known or ("rejected_by_accounting_system", None)
        return Rejected(message, code=code, hint=hint)
    return Rejected(_message(answer, operation, context, **said), code="rejected_by_accounting_system")


def _place(error: dict[str, Any], context: Context) -> str:
    path, keyword = (cleaned(_text(error.get(name)), secrets=context.secrets) for name in ("path", "keyword"))
    return f"{path} ({keyword})" if path and keyword else path or keyword


def _message(answer: Answer, operation: Operation, context: Context, *, otherwise: str = "it gave no reason") -> str:
    problem = answer.problem()
    reason = cleaned(_text(problem.get("message")) or _text(problem.get("name")), secrets=context.secrets)
    return f"{operation.where}: {sentence(reason or f'{otherwise} ({answer.status})')}"


def _items(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
