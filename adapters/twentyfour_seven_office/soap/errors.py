"""From what the SOAP and HTTP stack raises to what the caller can act on. Every call runs inside `translated`.

What was raised is not chained, and so in no traceback: its text, and the answer it may carry, can hold a session id,
the vendor's inner addresses or a stack trace. Cleaned of secrets it goes to the logger `kvitt.support`, at debug level.
"""

import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import requests
from urllib3.exceptions import HTTPError as PoolError
from urllib3.exceptions import NewConnectionError
from urllib3.exceptions import SSLError as PoolSSLError

from adapters.twentyfour_seven_office.soap.channel import UnusableAnswer
from adapters.twentyfour_seven_office.soap.cleaning import masked
from adapters.twentyfour_seven_office.soap.context import Context
from adapters.twentyfour_seven_office.soap.envelope import ServiceFault
from adapters.twentyfour_seven_office.soap.operations import Operation
from adapters.twentyfour_seven_office.soap.refusals import error_for_fault
from core.errors import KvittError, OutcomeUnknown, TryAgain

_support = logging.getLogger("kvitt.support")

_TROUBLES = {
    "unreachable": "the server can't be reached.",
    "tls_failed": "the server's certificate is not accepted, or the encrypted connection failed.",
    "timeout": "no answer came in time.",
    "connection_lost": "the connection was lost before the answer came.",
    "throttled": "the server wants fewer calls.",
    "redirected": "the server sent us elsewhere instead of answering.",
    "bad_gateway": "a server on the way answered with an error page of its own.",
    "not_soap": "a web page came back instead of an answer.",
    "broken_answer": "the answer came broken or cut off.",
    "answer_too_large": "the answer is larger than any we take.",
}
_NEVER_RAN = frozenset({"unreachable", "throttled"})
_HINTS = {
    "unreachable": "Nothing to mend: it is tried again. If it lasts, look at the network and at KVITT_TFSO_API_URL.",
    "tls_failed": "It is tried again. If it lasts, the operator looks at the machine's certificates, clock and proxy.",
}


@contextmanager
def translated(operation: Operation, context: Context) -> Iterator[None]:
    """Turn what the SOAP stack raises into what the caller can act on.

    On a write, what is not known to have happened before the call was carried out is OutcomeUnknown; on a read,
    where nothing can have been written, it is TryAgain.
    """
    try:
        yield
        return
    except ServiceFault as fault:
        _log(operation, context, f"fault: {fault.text}")
        error = error_for_fault(
            fault.text, where=operation.where, writes=operation.writes, now=context.now, secrets=context.secrets
        )
    except UnusableAnswer as answer:
        _log(operation, context, f"unusable answer: {answer.code}")
        error = _trouble(operation, answer.code)
    except requests.RequestException as raised:
        _log(operation, context, f"{type(raised).__name__}: {raised}")
        error = _network_trouble(operation, raised)
    except (PoolError, OSError) as raised:  # the few that requests lets through
        _log(operation, context, type(raised).__name__)
        error = _trouble(operation, "connection_lost")
    raise error from None


def _network_trouble(operation: Operation, raised: requests.RequestException) -> KvittError:
    causes = list(_causes(raised))
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return _trouble(operation, "tls_failed", never_ran=True)
    if isinstance(raised, requests.exceptions.SSLError) or any(isinstance(cause, PoolSSLError) for cause in causes):
        return _trouble(operation, "tls_failed")
    if isinstance(raised, requests.ConnectTimeout | requests.exceptions.ProxyError):
        return _trouble(operation, "unreachable")
    if any(isinstance(cause, NewConnectionError) for cause in causes):
        return _trouble(operation, "unreachable")
    if isinstance(raised, requests.Timeout) or any(isinstance(cause, TimeoutError) for cause in causes):
        return _trouble(operation, "timeout")
    if isinstance(raised, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError):
        return _trouble(operation, "broken_answer")
    return _trouble(operation, "connection_lost")


def _trouble(operation: Operation, code: str, *, never_ran: bool = False) -> KvittError:
    lost = operation.writes and not never_ran and code not in _NEVER_RAN
    kind = OutcomeUnknown if lost else TryAgain
    return kind(f"{operation.where}: {_TROUBLES[code]}", code=code, hint=_HINTS.get(code) if not lost else None)


def _causes(raised: BaseException) -> Iterator[BaseException]:
    """The exception, and what it was made from: urllib3 and requests keep it in various places."""
    waiting: list[BaseException] = [raised]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        inner = [*one.args, getattr(one, "reason", None), one.__cause__, one.__context__]
        waiting += [cause for cause in inner if isinstance(cause, BaseException)]


def _log(operation: Operation, context: Context, text: str) -> None:
    if _support.isEnabledFor(logging.DEBUG):
        _support.debug("%s (%s): %s", operation.where, operation.name, masked(text, context.secrets))
