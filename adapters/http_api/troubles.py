"""What can keep the answer of an accounting system's API from coming, whichever it is, and who called when.

What was raised is not chained, and so in no traceback: its text, and the answer it may carry, can hold a session id,
the vendor's inner addresses or a stack trace. Cleaned of secrets it goes to the logger `kvitt.support`, at debug level.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from adapters.http_api.cleaning import masked, nameless
from core.errors import KvittError, OutcomeUnknown, TryAgain

_support = logging.getLogger("kvitt.support")

_TROUBLES = {
    "unreachable": "the server can't be reached.",
    "tls_failed": "the server's certificate is not accepted, or the encrypted connection failed.",
    "timeout": "no answer came in time.",
    "connection_lost": "the connection was lost before the answer came.",
    "throttled": "the server asks for fewer calls.",
    "no_such_address": "the server does not know this address (404).",
    "redirected": "the server redirected the call instead of answering.",
    "bad_gateway": "a server on the way answered with an error page.",
    "not_soap": "a web page came back instead of an answer.",
    "not_json": "a web page came back instead of an answer.",
    "broken_answer": "the answer was broken or cut off.",
    "answer_too_large": "the answer is too large.",
}
_NEVER_RAN = frozenset({"unreachable", "throttled"})
_TLS_HINT = "A worker retries transfers. If it lasts, the operator checks the machine's certificates, clock and proxy."


@dataclass(frozen=True)
class Context:
    """Who calls, and when. `now` is in UTC. `secrets` are hidden wherever a text of the vendor's is shown or logged."""

    now: datetime
    secrets: tuple[str, ...] = field(default=(), repr=False)


class UnusableAnswer(Exception):  # noqa: N818 - a state of affairs, as in core/errors.py
    """Something came back that is not the service's answer. `code` says what; it never holds what came."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Called(Protocol):
    """An operation of an API, as far as a trouble tells of it."""

    @property
    def vendor(self) -> str:
        """Whose API it is."""

    @property
    def name(self) -> str:
        """The operation as the vendor names it."""

    @property
    def where(self) -> str:
        """Where trouble with it happens, as messages say it."""

    @property
    def writes(self) -> bool:
        """Whether it may change something there."""

    @property
    def address(self) -> str:
        """The setting that says where the server is."""


def trouble(operation: Called, code: str, *, never_ran: bool = False) -> KvittError:
    """Return the error for a call that had no answer, or none that can be used.

    On a write, what is not known to have happened before the call was carried out is OutcomeUnknown; on a read,
    where nothing can have been written, it is TryAgain.
    """
    lost = operation.writes and not never_ran and code not in _NEVER_RAN
    kind = OutcomeUnknown if lost else TryAgain
    hints = {
        "unreachable": f"A running worker retries transfers. If it lasts, check the network and {operation.address}.",
        "no_such_address": f"A worker retries transfers. If it lasts, the operator corrects {operation.address}: "
        f"it leads to a server that is not {operation.vendor}'s, or one on the way blocks Kvitt.",
        "tls_failed": _TLS_HINT,
    }
    return kind(f"{operation.where}: {_TROUBLES[code]}", code=code, hint=None if lost else hints.get(code))


def causes_of(raised: BaseException) -> Iterator[BaseException]:
    """The exception, and what it was made from: HTTP libraries keep it in various places."""
    waiting: list[BaseException] = [raised]
    seen: set[int] = set()
    while waiting:
        cause = waiting.pop()
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        inner = [*cause.args, getattr(cause, "reason", None), cause.__cause__, cause.__context__]
        waiting += [found for found in inner if isinstance(found, BaseException)]


def tell_support(operation: Called, text: str, context: Context) -> None:
    """Keep what was seen of the trouble for the support log, without its secrets and without e-mail addresses."""
    if _support.isEnabledFor(logging.DEBUG):
        cleaned = nameless(masked(text, context.secrets))
        _support.debug("%s (%s): %s", operation.where, operation.name, cleaned)
