"""Serving the HTTP API from this process, with a worker inside."""

import contextlib
import math
import socket
import threading
from collections.abc import Callable, Iterator
from types import FrameType

import uvicorn

from core.errors import InvalidInput
from entrypoints.container import Container
from entrypoints.http.access import is_loopback
from entrypoints.http.app import create_app
from entrypoints.listening.server import KEPT_DESCRIPTORS, CountedServer, connections_for, listen, quiet_config
from entrypoints.stopping import Stopping
from entrypoints.worker import Worker

_ANOTHER_PORT = "Choose another port with --port, or end what uses this one."
_LOOPBACK = "127.0.0.1"
_LOOK_SECONDS = 0.1


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
    Without any API key only this machine is served, and told by the API to make one.
    Errors: InvalidInput, code `no_api_key` where others could reach it and there is no key yet, or `port_unavailable`
    such as when the port is taken; what opening the storage raises.
    """
    container.storage()  # opened before anybody is told that we are here
    if not is_loopback(host) and container.key_ring().is_empty():
        raise InvalidInput(
            f'Others can reach "{host}", and there is no API key yet that would keep them out.',
            code="no_api_key",
            hint="Make one first: kvitt api-key create NAME --administrator. Or serve on 127.0.0.1.",
        )
    config = server_config(container, host)
    with listen(host, port, hint=_ANOTHER_PORT) as listener, Worker(container):
        server = _Server(
            config,
            listener,
            container,
            announce=lambda: announce(_address(listener)),
            told_to_stop=told_to_stop,
        )
        with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises the signal again when it has ended
            server.run()


@contextlib.contextmanager
def answering(container: Container) -> Iterator[str]:
    """Serve on loopback from a thread, without a worker, for the length of the block; the address.

    Sends that are asked for are worked on by the container's own queue.
    """
    up = threading.Event()
    with listen(_LOOPBACK, 0, hint=_ANOTHER_PORT) as listener:
        config = server_config(container, _LOOPBACK)
        server = _Server(config, listener, container, announce=up.set, told_to_stop=lambda: False)
        thread = threading.Thread(target=server.run, name="kvitt-http", daemon=True)
        thread.start()
        try:
            while not up.wait(_LOOK_SECONDS) and thread.is_alive():
                continue
            yield _address(listener)
        finally:
            server.should_exit = True
            thread.join()


def server_config(container: Container, host: str) -> uvicorn.Config:
    """Say how the API is served on that address.

    Where a caller is, is taken from X-Forwarded-For only where the operator names the proxies that write it: anybody
    else could write anything there.
    """
    proxies = container.settings().trusted_proxies
    return quiet_config(
        create_app(container, local_only=is_loopback(host) and not proxies),
        lifespan="on",
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies or None,
        timeout_graceful_shutdown=math.ceil(container.settings().stop_seconds),
    )


class _Server(CountedServer):
    """A server that tells those who wait, and the worker, as soon as it is told to stop."""

    def __init__(
        self,
        config: uvicorn.Config,
        listener: socket.socket,
        container: Container,
        *,
        announce: Callable[[], None],
        told_to_stop: Callable[[], bool],
    ) -> None:
        reserve = KEPT_DESCRIPTORS + container.settings().worker_threads
        super().__init__(config, listener, most=connections_for(reserve=reserve))
        self._stopping: Stopping = container.stopping()
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


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
