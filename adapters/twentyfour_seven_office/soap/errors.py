"""From what the SOAP and HTTP stack raises to what the caller can act on. Every call runs inside `translated`."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import requests
from urllib3.exceptions import HTTPError as PoolError
from urllib3.exceptions import NewConnectionError, ProtocolError
from urllib3.exceptions import SSLError as PoolSSLError

from adapters.exchange import TooMuch
from adapters.twentyfour_seven_office.soap.envelope import ServiceFault
from adapters.twentyfour_seven_office.soap.operations import Operation
from adapters.twentyfour_seven_office.soap.refusals import error_for_fault
from adapters.twentyfour_seven_office.troubles import Context, UnusableAnswer, causes_of, tell_support, trouble
from core.errors import KvittError


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
        tell_support(operation, f"fault: {fault.text}", context)
        error = error_for_fault(
            fault.text, where=operation.where, writes=operation.writes, now=context.now, secrets=context.secrets
        )
    except UnusableAnswer as answer:
        tell_support(operation, f"unusable answer: {answer.code}", context)
        error = trouble(operation, answer.code)
    except (PoolError, OSError) as raised:  # what requests raises is an OSError
        tell_support(operation, f"{type(raised).__name__}: {raised}", context)
        error = _network_trouble(operation, raised)
    raise error from None


def _network_trouble(operation: Operation, raised: Exception) -> KvittError:
    causes = list(causes_of(raised))
    if any(isinstance(cause, TooMuch) for cause in causes):
        return trouble(operation, "answer_too_large")
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return trouble(operation, "tls_failed", never_ran=True)
    if isinstance(raised, requests.exceptions.SSLError) or any(isinstance(cause, PoolSSLError) for cause in causes):
        return trouble(operation, "tls_failed")
    if isinstance(raised, requests.ConnectTimeout | requests.exceptions.ProxyError):
        return trouble(operation, "unreachable")
    if any(isinstance(cause, NewConnectionError) for cause in causes):
        return trouble(operation, "unreachable")
    if isinstance(raised, requests.Timeout) or any(isinstance(cause, TimeoutError) for cause in causes):
        return trouble(operation, "timeout")
    if isinstance(raised, ProtocolError):  # of the body: until its headers are there, requests wraps what is raised
        return trouble(operation, "broken_answer")
    return trouble(operation, "connection_lost")
