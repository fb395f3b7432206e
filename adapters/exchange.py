"""What one exchange over a network may take, time and bytes, kept to on the socket itself. No protocol here.

An HTTP library's timeout is for one reading or writing of a socket. A server that sends a byte now and then, in its
headers, between its chunks or in its encryption, is never too late for that, and what it sends in all is counted
nowhere. So the libraries are given sockets of these kinds: within a `limited` block each operation on them gets what
time and how many bytes are left of the block's, and outside one they are as any other.
"""

import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from typing_extensions import override

SocketOption = tuple[int, int, int | bytes]


class TooMuch(OSError):  # noqa: N818 - a state of affairs, as in core/errors.py
    """More came than the exchange may bring."""


class _Allowance:
    """What is left of an exchange's time and bytes."""

    def __init__(self, seconds: float, most_bytes: int) -> None:
        self._ends = time.monotonic() + seconds
        self._bytes_left = most_bytes

    def seconds_left(self) -> float:
        """Errors: TimeoutError, when nothing is left."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the exchange has taken all its time")
        return left

    def take(self, received: int) -> None:
        """Note that so many bytes came. Errors: TooMuch."""
        self._bytes_left -= received
        if self._bytes_left < 0:
            raise TooMuch("the exchange has brought all that it may")


_current: ContextVar[_Allowance | None] = ContextVar("exchange", default=None)


@contextmanager
def limited(seconds: float, *, most_bytes: int) -> Iterator[None]:
    """Have all that this thread does on limited sockets within the block end in time, and bring no more than this.

    The bytes are those that are received, headers and all, before anything in them is decompressed.
    Errors: within the block TimeoutError and TooMuch, as an operation of a socket; libraries wrap them.
    """
    token = _current.set(_Allowance(seconds, most_bytes))
    try:
        yield
    finally:
        _current.reset(token)


class LimitedSocket(socket.socket):
    """A socket whose operations keep to the exchange's limits, one and all."""

    @override
    def recv(self, size: int, flags: int = 0, /) -> bytes:
        _keep_time(self)
        return _counted(super().recv(size, flags))

    @override
    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        _keep_time(self)
        return _count(super().recv_into(buffer, nbytes, flags))

    @override
    def send(self, data: Any, flags: int = 0, /) -> int:
        _keep_time(self)
        return super().send(data, flags)

    @override
    def sendall(self, data: Any, flags: int = 0, /) -> None:
        _keep_time(self)  # the socket's timeout is for all of it
        super().sendall(data, flags)


class LimitedTlsSocket(ssl.SSLSocket):
    """The same for an encrypted connection: name it as an SSLContext's `sslsocket_class`.

    Each operation of the encryption below has its timeout for the whole of it, however many pieces a record comes in.
    """

    @override
    def do_handshake(self, block: bool = False) -> None:
        _keep_time(self)
        super().do_handshake(block)

    @override
    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        _keep_time(self)
        return _counted(super().recv(buflen, flags))

    @override
    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        _keep_time(self)
        return _count(super().recv_into(buffer, nbytes, flags))

    @override
    def send(self, data: Any, flags: int = 0) -> int:  # its sendall is made of this
        _keep_time(self)
        return super().send(data, flags)


def connected(host: str, port: int, *, patience: float, options: Iterable[SocketOption] = ()) -> LimitedSocket:
    """Connect to a host, at whichever of its addresses answers first in their order.

    `patience` is in seconds, for all of its addresses together.
    Errors: socket.gaierror for a name that nobody knows; TimeoutError; OSError of the last address that was tried.
    """
    allowance = _current.get()
    ends = time.monotonic() + min(patience, allowance.seconds_left() if allowance else patience)
    lost: OSError = TimeoutError("there was no time to connect")
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        if (left := ends - time.monotonic()) <= 0:
            break
        connection = LimitedSocket(family, kind, protocol)
        try:
            for option in options:
                connection.setsockopt(*option)
            connection.settimeout(left)
            connection.connect(address)
        except OSError as error:
            connection.close()
            lost = error
        else:
            return connection
    raise lost


def _keep_time(connection: socket.socket) -> None:
    if allowance := _current.get():
        connection.settimeout(allowance.seconds_left())


def _counted(received: bytes) -> bytes:
    _count(len(received))
    return received


def _count(received: int) -> int:
    if allowance := _current.get():
        allowance.take(received)
    return received
