"""Where a worker without the HTTP API shows its figures to Prometheus."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from entrypoints.container import Container

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

_MOST_CONNECTIONS = 32
_READERS = 2  # threads; who asks while they read waits
_STOP_SECONDS = 5


@contextmanager
def figures_shown(container: Container) -> Iterator[int | None]:
    """Show the figures at /metrics while the block lasts, and give the port; None where none is set.

    The installation's and this process's: where only workers run, nobody else would tell of the queue.

    They hold no secret and nothing personal, and this machine alone can ask for them unless the operator sets
    another address.
    Errors: InvalidInput, code `port_unavailable`.
    """
    settings = container.settings()
    if settings.metrics_port is None:
        yield None
        return
    from entrypoints.installation_figures import FiguresWhenAsked
    from entrypoints.listening.server import KEPT_DESCRIPTORS, CountedServer, connections_for, listen, quiet_config

    figures = FiguresWhenAsked(container.read_figures().read, container.readiness().read)
    application = _Figures(container.telemetry().meters.and_also(figures))
    with listen(
        settings.metrics_host,
        settings.metrics_port,
        hint="Choose another port with KVITT_METRICS_PORT, or leave it unset.",
    ) as listener:
        port = listener.getsockname()[1]
        most = min(_MOST_CONNECTIONS, connections_for(reserve=KEPT_DESCRIPTORS + settings.worker_threads))
        config = quiet_config(application, lifespan="off", timeout_graceful_shutdown=_STOP_SECONDS)
        server = CountedServer(config, listener, most=most)
        thread = threading.Thread(target=server.run, name="kvitt-figures", daemon=True)
        thread.start()
        try:
            yield port
        finally:
            server.should_exit = True
            thread.join()


class _Figures:
    """An ASGI application that answers with the figures as they are when they are asked for."""

    def __init__(self, registry: "CollectorRegistry") -> None:
        self._registry = registry
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="kvitt-figures")

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

        if scope["path"] != "/metrics":
            status, kind, body = HTTPStatus.NOT_FOUND, "text/plain", b"The figures are at /metrics.\n"
        else:
            read = asyncio.get_running_loop().run_in_executor(self._readers, generate_latest, self._registry)
            status, kind, body = HTTPStatus.OK, CONTENT_TYPE_LATEST, await read
        headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": int(status), "headers": headers})
        await send({"type": "http.response.body", "body": body})
