"""Speaks the protocol: one operation called, its answer as plain values. Knows no business and keeps no session.

requests' adapter is used without its Session on purpose, and so zeep's transport is not used either. A Session keeps
cookies, follows redirects and reads .netrc: here every cookie is put on one request and belongs to one business, what
is set by an answer is dropped, a redirect (to a login page, as it would be) is trouble and no answer, and nobody is
authenticated by a file. Proxies and certificate bundles of the operator's environment are heeded (REQUESTS_CA_BUNDLE,
CURL_CA_BUNDLE name whom to trust). Certificates are always checked: no setting of a business's or of ours turns that
off.
"""

import os
import ssl
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import lru_cache
from typing import Any

import requests
from requests.utils import DEFAULT_CA_BUNDLE_PATH, get_environ_proxies
from urllib3.exceptions import HTTPError as PoolError
from urllib3.exceptions import NewConnectionError, ProtocolError
from urllib3.exceptions import SSLError as PoolSSLError

from adapters.exchange import TooMuch, limited
from adapters.http_api.answer_body import LARGEST_EXCHANGE, body_from
from adapters.http_api.troubles import Context, UnusableAnswer, causes_of, tell_support, trouble
from adapters.twentyfour_seven_office.soap.connections import LimitedAdapter
from adapters.twentyfour_seven_office.soap.operations import Operation
from adapters.twentyfour_seven_office.soap.refusals import error_for_fault
from adapters.twentyfour_seven_office.soap.settings import OperatorSettings
from adapters.twentyfour_seven_office.soap.wire import Answer, Request, ServiceFault, contract, envelope_of
from core.errors import KvittError

CONNECT_TIMEOUT = 10.0

_SESSION_COOKIE = "ASP.NET_SessionId"
_API_ROOTS = 8  # one in any installation; more where many sandboxes come and go in one process
_POOLED_CONNECTIONS = 32
_PIECE = 64 * 1024


class SoapClient:
    """24SevenOffice's SOAP services behind one API root. Shared by all businesses and threads."""

    def __init__(self, settings: OperatorSettings) -> None:
        self._api_url = settings.api_url
        self._timeout = settings.timeout
        bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
        self._verify: str | bool = bundle or True
        self._adapter = LimitedAdapter(bundle=bundle or DEFAULT_CA_BUNDLE_PATH, pool_maxsize=_POOLED_CONNECTIONS)
        self._proxies = get_environ_proxies(settings.api_url, no_proxy=None)

    def call(
        self, operation: Operation, arguments: Mapping[str, Any], *, session_id: str | None = None, context: Context
    ) -> Any:
        """Call an operation and return its answer as dicts, lists and plain values, or None.

        The session id goes along as a cookie of this one request (docs/24sevenoffice.md, "Sessions").
        Errors: AccessRefused, TryAgain (SessionEnded when the session is not live), Rejected; OutcomeUnknown of a
        write.
        """
        described = contract(operation.service)
        request = described.request(operation.name, arguments)
        with translated(operation, context):
            prepared = self._prepared(operation.path, request, session_id)
            with limited(self._timeout, most_bytes=LARGEST_EXCHANGE):
                response = self._adapter.send(
                    prepared,
                    stream=True,
                    timeout=(min(CONNECT_TIMEOUT, self._timeout), self._timeout),
                    verify=self._verify,
                    proxies=dict(self._proxies),
                )
                with closing(response):
                    answer = _read_answer(response)
            return described.answer(operation.name, envelope_of(answer, operation.name), by_item=operation.by_item)

    def _prepared(self, path: str, request: Request, session_id: str | None) -> requests.PreparedRequest:
        headers = {**request.headers, "Accept-Encoding": "identity"}
        if session_id:
            headers["Cookie"] = f"{_SESSION_COOKIE}={session_id}"
        prepared = requests.PreparedRequest()
        prepared.prepare(method="POST", url=self._api_url + path, headers=headers, data=request.body)
        return prepared


@lru_cache(maxsize=_API_ROOTS)
def shared_client(settings: OperatorSettings) -> SoapClient:
    """The process's client for these settings, with its pool of connections."""
    return SoapClient(settings)


def _read_answer(response: requests.Response) -> Answer:
    if response.status_code < 200:  # http.client takes it for the answer, which would go to whoever calls next
        raise UnusableAnswer("broken_answer")
    if 300 <= response.status_code < 400:
        raise UnusableAnswer("redirected")
    if response.status_code == 429:
        raise UnusableAnswer("throttled")
    media_type = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
    pieces = response.raw.stream(_PIECE, decode_content=False)
    return Answer(
        status=response.status_code,
        is_xml=media_type in ("text/xml", "application/xml"),
        body=body_from(pieces, encoding=response.headers.get("Content-Encoding")),
    )


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
