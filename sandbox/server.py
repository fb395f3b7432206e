"""HTTP on loopback: sockets, keep-alive, and the ways in which a connection can end badly.

The standard library's server is used because faults need the raw socket.
"""

import contextlib
import ipaddress
import select
import socket
import struct
import sys
from collections.abc import Sequence
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Lock, Thread
from typing import Any, Protocol
from urllib.parse import urlsplit

from sandbox.control import Control
from sandbox.exchange import Ending, Reply

LONGEST_BODY = 64 * 1024 * 1024
WITHOUT_BODY = (204, 304)
CLOSING_PATIENCE = 5.0  # seconds that running calls get when the server closes
DRIP_SECONDS = 0.05
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Gateway(Protocol):
    """The front door of one API."""

    def serves(self, path: str) -> bool:
        """Whether an address is of this API."""

    def answer(self, method: str, target: str, headers: Message, body: bytes) -> Reply:
        """Answer a request; `target` is the path with the query."""


class Server(ThreadingHTTPServer):
    """Listens on loopback, and answers with the gateway that serves the path, else with the control pages."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, host: str, port: int, gateways: Sequence[Gateway], control: Control) -> None:
        if not is_loopback(host):
            raise ValueError(f"The sandbox listens on loopback only, not on {host}.")
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.gateways = gateways
        self.control = control
        self._connections: set[socket.socket] = set()
        self._lock = Lock()
        self._ended = Condition(self._lock)
        super().__init__((host, port), Handler)

    @property
    def url(self) -> str:
        """The root of all addresses, without a slash at the end."""
        host, port = self.server_address[:2]
        name = host if isinstance(host, str) else host.decode()
        return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"

    def server_bind(self) -> None:
        """Bind without asking any name server what this machine is called."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def shutdown(self) -> None:
        """Stop listening, at once: who waits for a caller is woken by one, and need not look up first."""
        stopping = Thread(target=super().shutdown, daemon=True)
        stopping.start()
        with contextlib.suppress(OSError), socket.create_connection((self.server_name, self.server_port), timeout=1):
            stopping.join()
        stopping.join()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Take a connection on, and remember it for closing time."""
        with self._lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """A connection has ended."""
        super().shutdown_request(request)
        with self._ended:
            self._connections.discard(request)
            self._ended.notify_all()

    def close_connections(self) -> None:
        """Hang up on every caller, and wait until their threads have noticed."""
        with self._ended:
            for connection in self._connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            self._ended.wait_for(lambda: not self._connections, CLOSING_PATIENCE)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up is no error here; anything else is, and is shown."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "Sandbox"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave together

    def do_GET(self) -> None:
        """Something read, or a control page."""
        if urlsplit(self.path).path == "/":
            self._send(Reply(303, location="/control"))
        else:
            self._answer(b"")

    def do_POST(self) -> None:
        """A call, or an act of the accountant's."""
        self._answer(self._body())

    def do_PUT(self) -> None:
        """Something changed, or done, over an API that has this word for it."""
        self._answer(self._body(required=False))

    def do_PATCH(self) -> None:
        """Something changed."""
        self._answer(self._body())

    def do_DELETE(self) -> None:
        """Something deleted, faults called off, the journal cleared."""
        self._answer(self._body(required=False))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing: the journal knows."""

    def _answer(self, body: bytes | None) -> None:
        """Answer by whoever serves the path; None is a body that did not come, and was answered."""
        if body is None:
            return
        path = urlsplit(self.path).path
        door = next((gateway for gateway in self.server.gateways if gateway.serves(path)), self.server.control)
        self._send(door.answer(self.command, self.path, self.headers, body))

    def _body(self, *, required: bool = True) -> bytes | None:
        length = self.headers.get("Content-Length", "" if required else "0")
        if not length.isdigit() or int(length) > LONGEST_BODY:
            self.close_connection = True
            self._send(Reply(413 if length.isdigit() else 411, "text/plain", b"Send a Content-Length."))
            return None
        body = self.rfile.read(int(length))
        if len(body) < int(length):  # the caller hung up halfway
            self.close_connection = True
            return None
        return body

    def _send(self, reply: Reply) -> None:
        if reply.ending in (Ending.RESET, Ending.CLOSED):
            self._hang_up(reset=reply.ending is Ending.RESET)
            return
        self.send_response(reply.status)
        if reply.ending is Ending.DRIPPING:
            self._drip()
            return
        if reply.status not in WITHOUT_BODY:
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body)))
        self.send_header("Cache-Control", reply.cache_control)
        if reply.location:
            self.send_header("Location", reply.location)
        for name, value in reply.headers:
            self.send_header(name, value)
        if reply.ending is Ending.CUT:
            self.send_header("Connection", "close")
            reply_body = reply.body[: len(reply.body) // 2]
        else:
            reply_body = reply.body
        self.end_headers()
        self.wfile.write(reply_body)
        self.wfile.flush()
        if reply.ending is Ending.CUT:
            self._hang_up(reset=False)

    def _drip(self) -> None:
        """Say no more than a header, a byte at a time, until the caller or this server hangs up."""
        self.close_connection = True
        self.send_header("X-Drip", "")
        self.flush_headers()
        self.wfile.flush()
        with contextlib.suppress(OSError):
            while not self._caller_is_gone(DRIP_SECONDS):
                self.connection.sendall(b"x")

    def _caller_is_gone(self, seconds: float) -> bool:
        """Wait so long for the caller to hang up; nothing else comes from one that waits for its answer."""
        readable, _, _ = select.select([self.connection], [], [], seconds)
        return bool(readable)

    def _hang_up(self, *, reset: bool) -> None:
        """Close at once; with a reset, whatever lingers is thrown away."""
        self.close_connection = True
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            socket.close(self.connection.detach())
        else:
            self.connection.shutdown(socket.SHUT_RDWR)
