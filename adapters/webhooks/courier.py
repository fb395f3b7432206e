"""Posts events to endpoints over HTTP/1.1, and tells how it ended. Decides nothing, and stores nothing.

An endpoint is whatever somebody gave the address of, so nothing of its answer is trusted: it is neither followed
(redirects), kept (cookies), unpacked (compression) nor read beyond a bound, and the whole exchange has one time to end.
The environment's proxies are left alone: one of the inside would reach the inside.
"""

import asyncio
import logging
import ssl
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpcore
import httpx

from adapters.webhooks.addresses import (
    CONNECT_SECONDS,
    Exchange,
    ForbiddenAddress,
    GuardedNetwork,
    HostNotFound,
    LookUp,
    SystemLookUp,
    TooMuch,
    current_exchange,
)
from core.endpoint_address import Reach
from core.fields import storable
from core.posting import LONGEST_EXCERPT, Posted, Posting, PostTrouble

LARGEST_ANSWER = 64 * 1024
LARGEST_HEAD = 32 * 1024
"""In bytes: more of an answer is not read."""

POST_SECONDS = 15.0
"""How long an exchange may take, from looking up the host to the end of the answer."""

CONNECTIONS_PER_ENDPOINT = 8
"""So many exchanges with one endpoint go on at once."""

_KEPT_SECONDS = 20.0
_SWITCHED = 101  # what follows is no answer

# They would tell every address and header: not theirs to tell.
for _name in ("httpcore", "httpx"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


class Courier:
    """Posts from within one event loop, for any number of endpoints at once.

    `trust` says whose certificates are accepted; those of the usual authorities, or what SSL_CERT_FILE names.
    """

    def __init__(
        self,
        reach: Reach,
        *,
        trust: ssl.SSLContext | None = None,
        look_up: LookUp | None = None,
        seconds: float = POST_SECONDS,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._network = GuardedNetwork(reach, look_up=look_up or SystemLookUp())
        self._trust = trust or httpx.create_ssl_context()
        self._seconds = seconds
        self._wall = wall
        self._pools: dict[str, tuple[httpcore.AsyncConnectionPool, float]] = {}

    async def post(self, posting: Posting) -> Posted:
        """Post once, and return how it ended. A connection that was kept too long is replaced by a new one."""
        began = time.monotonic()
        reading = _Reading()
        trouble: PostTrouble | None = None
        try:
            async with asyncio.timeout(self._seconds):
                await self._exchange(posting, reading)
        except Exception as error:
            trouble = _trouble_of(error)
            if trouble is None:
                raise
        return reading.posted(trouble, duration=time.monotonic() - began, now=self._wall)

    async def close_idle(self) -> None:
        """Close the connections of endpoints to which nothing was posted for a while."""
        until = time.monotonic() - _KEPT_SECONDS - self._seconds
        for endpoint in [endpoint for endpoint, (_, used) in self._pools.items() if used < until]:
            pool, _ = self._pools.pop(endpoint)
            await pool.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        while self._pools:
            _, (pool, _) = self._pools.popitem()
            await pool.aclose()

    async def _exchange(self, posting: Posting, reading: "_Reading") -> None:
        request = _request(posting)
        pool = self._pool(posting.endpoint)
        while True:
            exchange = Exchange(encrypted=posting.address.is_encrypted, most_bytes=LARGEST_HEAD + LARGEST_ANSWER)
            token = current_exchange.set(exchange)
            try:
                response = await pool.handle_async_request(request)
                break
            except (httpcore.NetworkError, httpcore.RemoteProtocolError) as error:
                if exchange.has_received or isinstance(error, httpcore.ConnectError):
                    raise
                if exchange.has_connected:
                    raise httpcore.ReadError from error
                # A kept connection that the endpoint had closed meanwhile: that says nothing of the endpoint.
            finally:
                current_exchange.reset(token)
        token = current_exchange.set(exchange)
        try:
            reading.begin(response)
            if response.status != _SWITCHED:
                await reading.take(response)
        finally:
            current_exchange.reset(token)
            await response.aclose()

    def _pool(self, endpoint: str) -> httpcore.AsyncConnectionPool:
        known = self._pools.get(endpoint)
        pool = known[0] if known else self._new_pool()
        self._pools[endpoint] = (pool, time.monotonic())
        return pool

    def _new_pool(self) -> httpcore.AsyncConnectionPool:
        return httpcore.AsyncConnectionPool(
            ssl_context=self._trust,
            max_connections=CONNECTIONS_PER_ENDPOINT,
            keepalive_expiry=_KEPT_SECONDS,
            network_backend=self._network,
        )


class _Reading:
    """An answer as far as it has come."""

    def __init__(self) -> None:
        self._status: int | None = None
        self._headers: dict[bytes, bytes] = {}
        self._body = b""

    def begin(self, response: httpcore.Response) -> None:
        """Note the head of an answer."""
        self._status = response.status
        self._headers = {name.lower(): value for name, value in response.headers}

    async def take(self, response: httpcore.Response) -> None:
        """Read the body as it comes, unpacking nothing. Errors: TooMuch."""
        size = 0
        async for piece in response.aiter_stream():
            size += len(piece)
            if len(self._body) < LONGEST_EXCERPT * 4:
                self._body += piece
            if size > LARGEST_ANSWER:
                raise TooMuch

    def posted(self, trouble: PostTrouble | None, *, duration: float, now: Callable[[], datetime]) -> Posted:
        """Return how posting ended; `duration` is in seconds."""
        return Posted(
            status=self._status,
            trouble=trouble,
            duration_ms=round(duration * 1000),
            answer=self._excerpt(),
            retry_after=_wait_in(self._headers.get(b"retry-after"), now),
        )

    def _excerpt(self) -> str:
        encoding = self._headers.get(b"content-encoding", b"identity").strip().lower()
        if encoding not in (b"", b"identity"):
            return ""  # not asked for, and not unpacked
        text = self._body[: LONGEST_EXCERPT * 4].decode("utf-8", errors="replace")
        return storable(text)[:LONGEST_EXCERPT]


def _request(posting: Posting) -> httpcore.Request:
    address = posting.address
    own = {
        "Host": address.authority,
        "User-Agent": "Kvitt",
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Content-Length": str(len(posting.body)),
    }
    return httpcore.Request(
        "POST",
        httpcore.URL(scheme=address.scheme, host=address.host, port=address.port, target=address.target),
        headers=list({**own, **posting.headers}.items()),
        content=posting.body,
        extensions={"timeout": {"connect": CONNECT_SECONDS}},
    )


def _wait_in(retry_after: bytes | None, now: Callable[[], datetime]) -> timedelta | None:
    """Read a Retry-After header, seconds or a date; what is neither says nothing."""
    text = (retry_after or b"").decode("latin-1").strip()
    if text.isdecimal() and text.isascii():
        return timedelta(seconds=min(int(text[:9]), 10**8))
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(moment - now(), timedelta())


_ENDINGS: tuple[tuple[type[Exception], PostTrouble], ...] = (
    (ForbiddenAddress, PostTrouble.FORBIDDEN_ADDRESS),
    (HostNotFound, PostTrouble.HOST_NOT_FOUND),
    (TooMuch, PostTrouble.ANSWER_TOO_LARGE),
    (TimeoutError, PostTrouble.TIMEOUT),
    (httpcore.TimeoutException, PostTrouble.TIMEOUT),
    (httpcore.ConnectError, PostTrouble.UNREACHABLE),
    (httpcore.RemoteProtocolError, PostTrouble.BROKEN_ANSWER),
    (httpcore.NetworkError, PostTrouble.CONNECTION_LOST),
    (OSError, PostTrouble.CONNECTION_LOST),
)


def _trouble_of(error: Exception) -> PostTrouble | None:
    """Return what an exception of the exchange means; None for a bug, which surfaces."""
    if isinstance(error, httpcore.NetworkError) and any(isinstance(cause, ssl.SSLError) for cause in _causes_of(error)):
        return PostTrouble.TLS_FAILED
    return next((trouble for kind, trouble in _ENDINGS if isinstance(error, kind)), None)


def _causes_of(error: BaseException | None) -> Iterable[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
