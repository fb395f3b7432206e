"""From what httpx raises to what the caller can act on. Every call runs inside `translated`."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from adapters.twentyfour_seven_office.context import Context
from adapters.twentyfour_seven_office.rest.operations import Operation
from adapters.twentyfour_seven_office.troubles import UnusableAnswer, causes_of, tell_support, trouble
from core.errors import KvittError

_NOT_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
"""What is raised while there is no connection yet, its encryption included: nothing was sent."""


@contextmanager
def translated(operation: Operation, context: Context) -> Iterator[None]:
    """Turn what httpx raises into what the caller can act on.

    On a write, what is not known to have happened before the call was carried out is OutcomeUnknown; on a read,
    where nothing can have been written, it is TryAgain.
    """
    try:
        yield
        return
    except UnusableAnswer as answer:
        _log(operation, context, f"unusable answer: {answer.code}")
        error = _trouble(operation, answer.code)
    except httpx.HTTPError as raised:
        _log(operation, context, f"{type(raised).__name__}: {raised}")
        error = _network_trouble(operation, raised)
    except httpx.InvalidURL:  # a next page that is named as no address can be
        error = _trouble(operation, "broken_answer")
    except OSError as raised:  # what httpx lets through
        _log(operation, context, type(raised).__name__)
        error = _trouble(operation, "connection_lost")
    raise error from None


def _network_trouble(operation: Operation, raised: httpx.HTTPError) -> KvittError:
    if isinstance(raised, _NOT_CONNECTED):
        if any(isinstance(cause, ssl.SSLError) for cause in causes_of(raised)):
            return _trouble(operation, "tls_failed", never_ran=True)
        return _trouble(operation, "unreachable")
    if isinstance(raised, httpx.TimeoutException):
        return _trouble(operation, "timeout")
    if isinstance(raised, httpx.DecodingError):
        return _trouble(operation, "broken_answer")
    return _trouble(operation, "connection_lost")


def _trouble(operation: Operation, code: str, *, never_ran: bool = False) -> KvittError:
    return trouble(operation.where, code, writes=operation.writes, address=operation.address, never_ran=never_ran)


def _log(operation: Operation, context: Context, text: str) -> None:
    tell_support(operation.where, operation.name, text, context)
