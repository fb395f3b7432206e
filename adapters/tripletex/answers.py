"""An HTTP answer as it came, and what Tripletex means by it when it says no: an error to act on.

Pure: an answer in, a value or an error out. The rule for a write: what is not known to have happened before anything
was written is OutcomeUnknown (docs/errors.md). An answer from 400 to 499 that is the API's own means that nothing was.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from adapters.http_api.called_again import throttled
from adapters.http_api.cleaning import cleaned, nameless, sentence
from adapters.http_api.json_answer import TOO_LARGE, Gone, JsonAnswer, TokenEnded, require_own_refusal
from adapters.http_api.troubles import Context, UnusableAnswer
from adapters.tripletex.operations import LOGIN, Operation
from core.errors import AccessRefused, KvittError, OutcomeUnknown, Rejected, TryAgain


@dataclass(frozen=True)
class Answer(JsonAnswer):
    """What came back. It may hold a token: never logged, never shown.

    `limit_resets` is the header X-Rate-Limit-Reset as it stands, or the one that says when to call again otherwise.
    """

    limit_resets: str | None = None
    is_wrapped: ClassVar[bool] = True

    def problem(self) -> Mapping[str, Any]:
        """Read the vendor's error in it; empty when it holds none."""
        try:
            value = self.value()
        except UnusableAnswer:
            return {}
        return value if isinstance(value, dict) and ("message" in value or "validationMessages" in value) else {}


QUOTA_EXCEEDED = "quota_exceeded"

_MOST_NAMED = 5
_RIGHTS_HINT = (
    "Give the employee of the token the rights for invoicing, customers and products in Tripletex, then run business "
    "verify."
)
_LOGIN_HINT = "Correct employee_token and consumer_token (business set), then run business verify."
_THROTTLED_HINT = "A running worker retries transfers then."
_QUOTED = re.compile(r"\"[^\"]*\"|«[^»]*»|“[^”]*”|(?<!\w)'[^']*'(?!\w)")
_LONG_NUMBER = re.compile(r"\+?\d(?:[ -]?\d){5,}")
_LAST_DAY = "expirationdate"
_TOKENS = {"employeetoken": "employee token", "consumertoken": "consumer token"}
_REQUEST_ID = re.compile(r"[\w.:-]{1,64}", re.ASCII)


_OF_WHAT_IS_THERE = (7_000, 14_000)  # codes of a conflict that lasts: there is such a thing already


_MORE_THAN_IT_GIVES = 23_000


class TooMany(Rejected):
    """More would be found than Tripletex gives at once: to be asked for in parts."""

    default_code = "rejected_by_accounting_system"


class VersionConflict(TryAgain):
    """Somebody else writes at the same time; nothing was written. What is changed is read again, and decided again."""

    default_code = "version_conflict"


def error_for(answer: Answer, operation: Operation, context: Context) -> KvittError:
    """Return the error that an answer stands for which is not a good one.

    Errors: UnusableAnswer for one that is not the API's own, or does not say whether anything was done.
    """
    status = answer.status
    if status == 401:
        return TokenEnded(f"{operation.where}: the session token is not (or no longer) accepted.")
    if status == 403 and not answer.is_page:
        return AccessRefused(_message(answer, operation, context), code="missing_rights", hint=_RIGHTS_HINT)
    if status == 429:
        return throttled(operation, answer.limit_resets, now=context.now, code=QUOTA_EXCEEDED, hint=_THROTTLED_HINT)
    if status >= 500 and answer.problem():
        kind = OutcomeUnknown if operation.writes else TryAgain
        return kind(_message(answer, operation, context), code="vendor_fault")
    require_own_refusal(answer, operation)
    if status == 404:
        return Gone(_message(answer, operation, context, otherwise="there is no such thing there"))
    if status == TOO_LARGE:
        return _refused(answer, operation, context, otherwise="the request is too large for it")
    if status == 409 and answer.problem().get("code") not in _OF_WHAT_IS_THERE:
        return VersionConflict(_message(answer, operation, context, otherwise="somebody else writes there"))
    if answer.problem().get("code") == _MORE_THAN_IT_GIVES:
        return TooMany(_message(answer, operation, context))
    return _refused(answer, operation, context)


def login_error_for(answer: Answer, context: Context) -> KvittError:
    """Return the error that an answer to a login stands for which is not a good one.

    Errors: UnusableAnswer for one that is not the API's own.
    """
    if answer.status == 429:
        return throttled(LOGIN, answer.limit_resets, now=context.now, code="login_throttled", hint=_THROTTLED_HINT)
    if answer.status == 404 and not answer.problem():
        raise UnusableAnswer("no_such_address")
    if 400 <= answer.status < 500 and answer.status not in (408, 425) and not answer.is_page:
        problem = answer.problem()
        if _LAST_DAY in _said_in(problem):
            return _last_day_refused()
        return login_refused(_token_named_in(problem))
    if 300 <= answer.status < 400:
        raise UnusableAnswer("redirected")
    raise UnusableAnswer("bad_gateway")


def login_refused(token: str | None = None) -> AccessRefused:
    """The error for tokens that are not accepted; `token` is which of them, where Tripletex tells."""
    which = f"the {token}" if token else "the employee token or the consumer token"
    return AccessRefused(f"{LOGIN.where}: {which} is not accepted.", code="login_refused", hint=_LOGIN_HINT)


def _last_day_refused() -> TryAgain:
    """The error for a day that is over by their clock, or was never to come: nothing is wrong with the tokens."""
    return TryAgain(
        f"{LOGIN.where}: no session token is given for the coming days; see whether this machine's clock is right.",
        code="session_lost",
    )


def _said_in(problem: Mapping[str, Any]) -> str:
    """Return all that an error says, as nothing but letters."""
    told = [_text(problem.get("message")), _text(problem.get("developerMessage"))]
    for fault in _faults(problem):
        told += [_text(fault.get("field")), _text(fault.get("message"))]
    return re.sub(r"[^a-z]", "", " ".join(told).casefold())


def _token_named_in(problem: Mapping[str, Any]) -> str | None:
    """Return which token is at fault: the only one that the error names."""
    said = _said_in(problem)
    named = [token for name, token in _TOKENS.items() if name in said]
    return named[0] if len(named) == 1 else None


def _refused(answer: Answer, operation: Operation, context: Context, **said: str) -> Rejected:
    code = "vendor_validation" if any(_places(answer, context)) else "rejected_by_accounting_system"
    return Rejected(_message(answer, operation, context, **said), code=code)


def _places(answer: Answer, context: Context) -> Iterator[str]:
    """Yield what is wrong, field by field."""
    for fault in _faults(answer.problem()):
        place, reason = _shown(fault.get("field"), context), _shown(fault.get("message"), context)
        if place or reason:
            yield f"{place}: {reason}" if place and reason else place or reason


def _message(answer: Answer, operation: Operation, context: Context, *, otherwise: str = "it gave no reason") -> str:
    """Say what Tripletex said, with each field that it names, its code and the request's id, for its support."""
    problem = answer.problem()
    reason = _shown(problem.get("message"), context) or f"{otherwise} ({answer.status})"
    places = list(_places(answer, context))
    named = "; ".join(places[:_MOST_NAMED]) + (" and more" if len(places) > _MOST_NAMED else "")
    said = f"{reason.rstrip('.')}: {named}" if named else reason
    numbers = [
        *([f"code {problem['code']}"] if isinstance(problem.get("code"), int) else []),
        *([f"request {number}"] if _REQUEST_ID.fullmatch(number := _text(problem.get("requestId"))) else []),
    ]
    return f"{operation.where}: " + sentence(f"{said.rstrip('.')} ({', '.join(numbers)})" if numbers else said)


def _shown(value: Any, context: Context) -> str:
    """Return a text of the vendor's without secrets and addresses, and without what may be somebody's.

    It quotes what was sent: names, addresses and numbers of people stay out of what is kept of errors.
    """
    text = _QUOTED.sub("[…]", _LONG_NUMBER.sub("[…]", nameless(_text(value))))
    return cleaned(text, secrets=context.secrets)


def _faults(problem: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    listed = problem.get("validationMessages")
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
