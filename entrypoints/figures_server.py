"""Where a worker without the HTTP API shows its figures to Prometheus."""

from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import InvalidInput
from entrypoints.container import Container


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
    from prometheus_client import start_http_server

    from entrypoints.installation_figures import FiguresWhenAsked

    figures = FiguresWhenAsked(container.read_figures().read, container.readiness().read)
    registry = container.telemetry().meters.and_also(figures)
    try:
        server, thread = start_http_server(settings.metrics_port, settings.metrics_host, registry)
    except (OSError, OverflowError) as error:
        raise InvalidInput(
            f"The figures can't be shown on {settings.metrics_host}, port {settings.metrics_port}: "
            f"{getattr(error, 'strerror', None) or error}.",
            code="port_unavailable",
            hint="Choose another port with KVITT_METRICS_PORT, or leave it unset.",
        ) from error
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
