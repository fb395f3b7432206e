"""Speaks HTTP: sends one request, reads its whole answer. Knows no business and keeps nothing between calls.

Every call runs inside `translated`, which makes of what httpx raises what the caller can act on.

A redirect (to a login page, as it would be) is trouble and no answer; cookies that an answer sets are dropped. Proxies
and certificate bundles of the operator's environment are heeded.
"""

import logging
import os
import ssl
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Any

import httpx

from adapters.exchange import TooMuch, limited
from adapters.twentyfour_seven_office.answer_body import LARGEST_EXCHANGE, body_from
from adapters.twentyfour_seven_office.rest.answers import Answer, error_for, login_error_for
from adapters.twentyfour_seven_office.rest.connections import limit
from adapters.twentyfour_seven_office.rest.json_values import Broken, json_from
from adapters.twentyfour_seven_office.rest.operations import LOGIN, Operation
from adapters.twentyfour_seven_office.rest.settings import RestSettings
from adapters.twentyfour_seven_office.troubles import Context, UnusableAnswer, causes_of, tell_support, trouble
from core.errors import KvittError

CONNECT_TIMEOUT = 10.0

_KEPT_CONNECTIONS = 32
_API_ROOTS = 8  # one in any installation; more where many sandboxes come and go in one process

# httpx and httpcore would tell every address and header of an answer: not theirs to tell.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


class RestClient:
    """24SevenOffice's REST API and its login server. Shared by all businesses and threads."""

    def __init__(self, settings: RestSettings) -> None:
        self._login_url = settings.login_url + LOGIN.path
        self._timeout = settings.timeout
        self._http = httpx.Client(
            headers={"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "Kvitt"},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            follow_redirects=False,
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=_KEPT_CONNECTIONS),
            timeout=httpx.Timeout(settings.timeout, connect=min(CONNECT_TIMEOUT, settings.timeout)),
            verify=_trusted(os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")),
        )
        limit(self._http)
        weakref.finalize(self, self._http.close)  # httpx leaves open what nobody closes

    def call(
        self, operation: Operation, url: str, *, token: str, body: Any = None, context: Context
    ) -> tuple[Any, str | None]:
        """Call an operation; return what its JSON holds (None for nothing), and the address of the next page.

        Errors: AccessRefused, TryAgain (TokenEnded when the token is not accepted), Rejected (Gone when there is no
        such thing); OutcomeUnknown of a write.
        """
        with translated(operation, context):
            answer = self._send(operation.method, url, body, {"Authorization": f"Bearer {token}"})
            if not answer.is_good:
                raise error_for(answer, operation, context)
            value = answer.value()
            if isinstance(value, Broken) and not operation.by_item:
                raise UnusableAnswer("broken_answer")
            return value, answer.next_page

    def log_in(self, asked: dict[str, str], *, context: Context) -> Any:
        """Ask for a token; return what the answer's JSON holds.

        Errors: AccessRefused, code `login_refused`; TryAgain.
        """
        with translated(LOGIN, context):
            answer = self._send(LOGIN.method, self._login_url, asked, {})
            if not answer.is_good:
                raise login_error_for(answer, context)
            value = answer.value()
            if isinstance(value, Broken):
                raise UnusableAnswer("broken_answer")
            return value

    def _send(self, method: str, url: str, body: Any, headers: dict[str, str]) -> Answer:
        content = None if body is None else json_from(body).encode()
        typed = {**headers, "Content-Type": "application/json"} if content else headers
        request = self._http.build_request(method, url, content=content, headers=typed)
        with limited(self._timeout, most_bytes=LARGEST_EXCHANGE):
            response = self._http.send(request, stream=True)
            try:
                return _read(response)
            finally:
                response.close()


@lru_cache(maxsize=_API_ROOTS)
def shared_client(settings: RestSettings) -> RestClient:
    """The process's client for these settings, with its pool of connections."""
    return RestClient(settings)


def _read(response: httpx.Response) -> Answer:
    try:
        body = body_from(response.iter_raw(), encoding=response.headers.get("Content-Encoding"))
    except httpx.RemoteProtocolError:
        raise UnusableAnswer("broken_answer") from None
    return Answer(
        status=response.status_code,
        media_type=response.headers.get("Content-Type", "").split(";")[0].strip().lower(),
        body=body,
        next_page=response.links.get("next", {}).get("url"),
        retry_after=response.headers.get("Retry-After"),
    )


@lru_cache(maxsize=_API_ROOTS)
def _trusted(bundle: str | None) -> ssl.SSLContext:
    """Return whom to trust: the operator's bundle (a file or a folder) where the environment names one, as for SOAP."""
    if bundle is None:
        return httpx.create_ssl_context()
    is_folder = Path(bundle).is_dir()
    return ssl.create_default_context(cafile=None if is_folder else bundle, capath=bundle if is_folder else None)


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
