"""A server that speaks as slowly, as much or as brokenly as a test wants, byte by byte on the socket."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

Conduct = Callable[[socket.socket, threading.Event], None]
"""What the server does with a connection until the event says that the test is over."""

_PATIENCE_SECONDS = 30.0
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@contextmanager
def conducting(conduct: Conduct, certificate: Path | None = None) -> Iterator[str]:
    """Serve any number of connections at once for the length of the block; the address."""
    over = threading.Event()

    def serve(connection: socket.socket) -> None:
        with suppress(OSError), connection:
            connection.settimeout(_PATIENCE_SECONDS)
            if certificate:
                tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                tls.load_cert_chain(certificate)
                with tls.wrap_socket(connection, server_side=True) as encrypted:
                    conduct(encrypted, over)
            else:
                conduct(connection, over)

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        threading.Thread(target=accept, daemon=True).start()
        try:
            yield f"{'https' if certificate else 'http'}://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            over.set()
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)


def dripping(at_once: bytes, endlessly: bytes, *, every: float = 0.05) -> Conduct:
    """Take the request, say something at once, and then this, a piece at a time, for ever."""

    def conduct(connection: socket.socket, over: threading.Event) -> None:
        take_request(connection)
        drip(connection, over, at_once, endlessly, every=every)

    return conduct


def drip(connection: socket.socket, over: threading.Event, at_once: bytes, endlessly: bytes, *, every: float) -> None:
    """Say something at once, and then this, a piece at a time."""
    connection.sendall(at_once)
    while not over.wait(every):
        connection.sendall(endlessly)


def flooding(pieces: Iterable[bytes]) -> Conduct:
    """Take the request, and say this as fast as it is read."""

    def conduct(connection: socket.socket, over: threading.Event) -> None:
        take_request(connection)
        for piece in pieces:
            if over.is_set():
                return
            connection.sendall(piece)

    return conduct


def hanging(connection: socket.socket, over: threading.Event) -> None:
    """Take everything, and say nothing."""
    over.wait()


def take_request(connection: socket.socket) -> None:
    """Read a whole request."""
    took = b""
    while b"\r\n\r\n" not in took:
        took += _some(connection)
    head, _, body = took.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    left = int(lengths[0]) - len(body) if lengths else 0
    while left > 0:
        left -= len(_some(connection))


def whole(body: bytes, *, media_type: str = "application/json", headers: str = "") -> bytes:
    """An answer as it should be."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head.encode() + body


def _some(connection: socket.socket) -> bytes:
    if not (some := connection.recv(65536)):
        raise OSError("the caller hung up")
    return some
