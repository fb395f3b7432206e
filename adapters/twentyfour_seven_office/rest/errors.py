"""From what httpx raises to what the caller can act on. Every call runs inside `translated`."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from adapters.exchange import TooMuch
from adapters.twentyfour_seven_office.rest.operations import Operation
from adapters.twentyfour_seven_office.troubles import Context, UnusableAnswer, causes_of, tell_support, trouble
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
        tell_support(operation, f"unusable answer: {answer.code}", context)
        error = trouble(operation, answer.code)
    except httpx.HTTPError as raised:
        tell_support(operation, f"{type(raised).__name__}: {raised}", context)
        error = _network_trouble(operation, raised)
    except httpx.InvalidURL:  # a next page that is named as no address can be
        error = trouble(operation, "broken_answer")
    except OSError as raised:  # what httpx lets through
        tell_support(operation, type(raised).__name__, context)
        error = trouble(operation, "connection_lost")
    raise error from None


def _network_trouble(operation: Operation, raised: httpx.HTTPError) -> KvittError:
    if isinstance(raised, _NOT_CONNECTED):
        if any(isinstance(cause, ssl.SSLError) for cause in causes_of(raised)):
            return trouble(operation, "tls_failed", never_ran=True)
        return trouble(operation, "unreachable")
    if isinstance(raised, httpx.TimeoutException):
        return trouble(operation, "timeout")
    if any(isinstance(cause, TooMuch) for cause in causes_of(raised)):
        return trouble(operation, "answer_too_large")
    return trouble(operation, "connection_lost")
