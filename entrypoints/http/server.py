"""Serving the HTTP API from this process, with a worker inside."""

import contextlib
import math
import socket
import threading
from collections.abc import Callable
from types import FrameType

import uvicorn

from core.errors import InvalidInput
from entrypoints.container import Container
from entrypoints.http.app import create_app
from entrypoints.http.local_only import require_loopback
from entrypoints.worker import Worker

_WAITING_CONNECTIONS = 128


def serve(
    host: str,
    port: int,
    container: Container,
    *,
    announce: Callable[[str], None] = lambda _address: None,
    told_to_stop: Callable[[], bool] = lambda: False,
) -> None:
    """Serve until told to stop. `port` 0 picks a free one; `announce` is told the address once callers get through.

    `told_to_stop` says whether that happened before the server listens for signals itself.
    The container is made with the durable queue. When told to stop, no more callers are let in, those who wait are
    answered, and the worker finishes the calls in hand and hands the rest back.
    Errors: InvalidInput, code `loopback_only`, or `port_unavailable` such as when the port is taken; what opening the
    storage raises.
    """
    require_loopback(host)
    container.storage()  # opened before anybody is told that we are here
    app = create_app(container)
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,  # it would hold invoice numbers and query strings
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=math.ceil(container.settings().stop_seconds),
    )
    with _listening(host, port) as listener, Worker(container):
        server = _Server(
            config,
            container.stopping(),
            announce=lambda: announce(_address(listener)),
            told_to_stop=told_to_stop,
        )
        with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises the signal again when it has ended
            server.run(sockets=[listener])


class _Server(uvicorn.Server):
    """A server that tells those who wait, and the worker, as soon as it is told to stop."""

    def __init__(
        self,
        config: uvicorn.Config,
        stopping: threading.Event,
        *,
        announce: Callable[[], None],
        told_to_stop: Callable[[], bool],
    ) -> None:
        super().__init__(config)
        self._stopping = stopping
        self._announce = announce
        self._told_to_stop = told_to_stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve, and say so: by now a signal ends the server, and none that came earlier is lost."""
        await super().startup(sockets=sockets)
        self._announce()
        if self._told_to_stop():
            self._stopping.set()
            self.should_exit = True

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take a signal."""
        self._stopping.set()
        super().handle_exit(sig, frame)


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_WAITING_CONNECTIONS)
    except (OSError, OverflowError) as error:
        raise InvalidInput(
            f"Kvitt can't listen on {host}, port {port}: {getattr(error, 'strerror', None) or error}.",
            code="port_unavailable",
            hint="Choose another port with --port, or end what uses this one.",
        ) from error


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
