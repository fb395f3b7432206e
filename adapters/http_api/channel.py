"""Speaks HTTP: sends one request, reads its whole answer. Knows no API and keeps nothing between calls.

Every call runs inside `translated`, which makes of what httpx raises what the caller can act on.

A redirect (to a login page, as it would be) is an answer like any other; cookies that an answer sets are dropped.
Proxies and certificate bundles of the operator's environment are heeded.
"""

import logging
import os
import ssl
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path

import httpx

from adapters.exchange import TooMuch, limited
from adapters.http_api.answer_body import LARGEST_EXCHANGE, body_from
from adapters.http_api.connections import limit
from adapters.http_api.troubles import Called, Context, UnusableAnswer, causes_of, tell_support, trouble
from core.errors import KvittError

CONNECT_TIMEOUT = 10.0

_KEPT_CONNECTIONS = 32
_BUNDLES = 8  # one in any installation; more where many sandboxes come and go in one process

# httpx and httpcore would tell every address and header of an answer: not theirs to tell.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True)
class Received:
    """What came back. It may hold a token: never logged, never shown. `links` are the Link header's, by what they are.

    The names of headers count in whatever case.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    links: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)

    @property
    def media_type(self) -> str:
        """What it says it is, without what goes with it."""
        return self.headers.get("Content-Type", "").split(";")[0].strip().lower()


class Channel:
    """A way to a server, with its pool of connections. `timeout` is for a whole exchange, in seconds. Thread-safe."""

    def __init__(self, *, timeout: float) -> None:
        self._timeout = timeout
        self._http = httpx.Client(
            headers={"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "Kvitt"},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            follow_redirects=False,
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=_KEPT_CONNECTIONS),
            timeout=httpx.Timeout(timeout, connect=min(CONNECT_TIMEOUT, timeout)),
            verify=_trusted(os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")),
        )
        limit(self._http)
        weakref.finalize(self, self._http.close)  # httpx leaves open what nobody closes

    def send(self, method: str, url: str, *, json: str | None, headers: Mapping[str, str]) -> Received:
        """Send a request, with a JSON text where there is one, and read its answer.

        Errors: what httpx raises; UnusableAnswer. Call it within `translated`.
        """
        content = json.encode() if json else None
        typed = {**headers, "Content-Type": "application/json"} if content else dict(headers)
        request = self._http.build_request(method, url, content=content, headers=typed)
        with limited(self._timeout, most_bytes=LARGEST_EXCHANGE):
            response = self._http.send(request, stream=True)
            try:
                return _read(response)
            finally:
                response.close()


def _read(response: httpx.Response) -> Received:
    try:
        body = body_from(response.iter_raw(), encoding=response.headers.get("Content-Encoding"))
    except httpx.RemoteProtocolError:
        raise UnusableAnswer("broken_answer") from None
    return Received(status=response.status_code, headers=response.headers, body=body, links=_links(response))


def _links(response: httpx.Response) -> Mapping[str, Mapping[str, str]]:
    return {name: {str(part): text for part, text in link.items()} for name, link in response.links.items() if name}


@lru_cache(maxsize=_BUNDLES)
def _trusted(bundle: str | None) -> ssl.SSLContext:
    """Return whom to trust: the operator's bundle (a file or a folder) where the environment names one, as for SOAP."""
    if bundle is None:
        return httpx.create_ssl_context()
    is_folder = Path(bundle).is_dir()
    return ssl.create_default_context(cafile=None if is_folder else bundle, capath=bundle if is_folder else None)


_NOT_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
"""What is raised while there is no connection yet, its encryption included: nothing was sent."""


@contextmanager
def translated(operation: Called, context: Context) -> Iterator[None]:
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


def _network_trouble(operation: Called, raised: httpx.HTTPError) -> KvittError:
    if isinstance(raised, _NOT_CONNECTED):
        if any(isinstance(cause, ssl.SSLError) for cause in causes_of(raised)):
            return trouble(operation, "tls_failed", never_ran=True)
        return trouble(operation, "unreachable")
    if isinstance(raised, httpx.TimeoutException):
        return trouble(operation, "timeout")
    if any(isinstance(cause, TooMuch) for cause in causes_of(raised)):
        return trouble(operation, "answer_too_large")
    return trouble(operation, "connection_lost")
