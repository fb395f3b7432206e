"""Connections to endpoints: made to addresses that were just looked up and judged, and to no other.

The name is looked up once, every address that it has is judged, and the connection is made to one of just these
addresses; a name that means something else a moment later changes nothing. Encryption is by the name as before.
"""

import asyncio
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextvars import ContextVar
from typing import Any

import httpcore
from typing_extensions import override

from core.endpoint_address import Reach

LookUp = Callable[[str], Awaitable[Sequence[str]]]
"""Return a host's addresses. Errors: OSError, such as socket.gaierror, when it has none or nobody can say."""

CONNECT_SECONDS = 10.0

_MOST_ADDRESSES = 4
"""So many of a host's addresses are tried, in their order."""


class ForbiddenAddress(Exception):  # noqa: N818 - a state of affairs, as in core/errors.py
    """The host has an address that may not be reached; it is not named, because it may tell of the inside."""


class HostNotFound(Exception):  # noqa: N818
    """The host has no address, or nobody can say."""


class TooMuch(Exception):  # noqa: N818
    """More came than the exchange may bring."""


class Exchange:
    """What one exchange has done so far: whether it made a connection, and how many bytes it may still bring.

    `encrypted` says whether it is going to be, which decides what may be reached.
    """

    def __init__(self, *, encrypted: bool, most_bytes: int) -> None:
        self.encrypted = encrypted
        self.has_connected = False
        self.has_received = False
        self._bytes_left = most_bytes

    def take(self, received: int) -> None:
        """Note that so many bytes came. Errors: TooMuch."""
        self.has_received = self.has_received or received > 0
        self._bytes_left -= received
        if self._bytes_left < 0:
            raise TooMuch


current_exchange: ContextVar[Exchange] = ContextVar("exchange")
"""The exchange that the running task carries out."""


class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """The network as far as endpoints are concerned. What is connected belongs to the current exchange."""

    def __init__(self, reach: Reach, *, look_up: LookUp) -> None:
        self._reach = reach
        self._look_up = look_up
        self._network = httpcore.AnyIOBackend()

    @override
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to one of the host's addresses.

        Errors: ForbiddenAddress, HostNotFound; httpcore.ConnectTimeout or ConnectError of the last that was tried.
        """
        exchange = current_exchange.get()
        exchange.has_connected = True
        ends = time.monotonic() + (CONNECT_SECONDS if timeout is None else timeout)
        addresses = await self._judged_addresses(host, encrypted=exchange.encrypted)
        lost: Exception = httpcore.ConnectTimeout("there was no time to connect")
        for number, address in enumerate(addresses):
            share = (ends - time.monotonic()) / (len(addresses) - number)  # one that is silent leaves time for the rest
            if share <= 0:
                break
            try:
                stream = await self._network.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                lost = error
            else:
                return _CountedStream(stream)
        raise lost

    async def _judged_addresses(self, host: str, *, encrypted: bool) -> Sequence[str]:
        try:
            addresses = list(dict.fromkeys(await self._look_up(host)))
        except (OSError, UnicodeError) as error:
            raise HostNotFound from error
        if not addresses:
            raise HostNotFound
        if self._reach.forbidden_of(addresses, encrypted=encrypted) is not None:
            raise ForbiddenAddress
        return addresses[:_MOST_ADDRESSES]

    @override
    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _CountedStream(httpcore.AsyncNetworkStream):
    """A connection that counts what each exchange over it brings."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream

    @override
    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        received = await self._stream.read(max_bytes, timeout)
        current_exchange.get().take(len(received))
        return received

    @override
    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._stream.write(buffer, timeout)

    @override
    async def aclose(self) -> None:
        await self._stream.aclose()

    @override
    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        try:
            return _CountedStream(await self._stream.start_tls(ssl_context, server_hostname, timeout))
        except BaseException:  # whoever is called off in the middle would leave the connection open
            await self._stream.aclose()
            raise

    @override
    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class SystemLookUp:
    """Looks hosts up as the operating system does, and each host once at a time, however many ask.

    A look-up can't be called off, and may hang for as long as the system lets it. So each has a thread of its own that
    nobody waits for: neither other hosts nor the end of the process.
    """

    def __init__(self, ask: Callable[[str], Sequence[str]] | None = None) -> None:
        self._ask = ask or _addresses_of
        self._asked: dict[str, asyncio.Future[Sequence[str]]] = {}

    async def __call__(self, host: str) -> Sequence[str]:
        """Return the host's addresses. Errors: OSError, UnicodeError."""
        try:
            return [str(ipaddress.ip_address(host))]
        except ValueError:
            pass
        if (asked := self._asked.get(host)) is None:
            asked = self._asked[host] = self._begin(host)
        return await asyncio.shield(asked)

    def _begin(self, host: str) -> asyncio.Future[Sequence[str]]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Sequence[str]] = loop.create_future()
        answer.add_done_callback(lambda done: self._forget(host, done))

        def ask() -> None:
            try:
                found = self._ask(host)
            except Exception as error:  # noqa: BLE001 - handed on to whoever asked
                _hand_over(loop, answer, None, error)
            else:
                _hand_over(loop, answer, found, None)

        threading.Thread(target=ask, name="kvitt-look-up", daemon=True).start()
        return answer

    def _forget(self, host: str, answer: asyncio.Future[Sequence[str]]) -> None:
        if self._asked.get(host) is answer:
            del self._asked[host]
        if not answer.cancelled():
            answer.exception()  # those who asked may have given up: that nobody looks at it is nothing to warn of


def _addresses_of(host: str) -> Sequence[str]:
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return [str(address[0]) for *_, address in found]


def _hand_over(
    loop: asyncio.AbstractEventLoop,
    answer: asyncio.Future[Sequence[str]],
    found: Sequence[str] | None,
    error: Exception | None,
) -> None:
    def settle() -> None:
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(found or ())

    try:
        loop.call_soon_threadsafe(settle)
    except RuntimeError:
        return  # the loop is closed, and nobody waits
