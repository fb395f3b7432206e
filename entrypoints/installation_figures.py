"""An installation's figures in Prometheus's form, read from the database when asked for, and a server of their own."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from core.errors import TryAgain
from core.use_cases.read_figures import DeliveryReport, SystemReport
from entrypoints.container import Container


class InstallationFigures(Collector):
    """Turns reports into Prometheus's own form."""

    def __init__(
        self,
        reports: Sequence[SystemReport],
        checks: Mapping[str, Exception | None],
        deliveries: DeliveryReport | None = None,
    ) -> None:
        self._reports = reports
        self._checks = checks
        self._deliveries = deliveries

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield every figure, by accounting system, and every check of readiness."""
        yield from self._calls()
        yield from self._transfers()
        if self._deliveries:
            yield GaugeMetricFamily(
                "kvitt_webhook_deliveries_pending",
                "Events that have not arrived at webhooks that are enabled.",
                value=self._deliveries.pending,
            )
            yield GaugeMetricFamily(
                "kvitt_webhook_oldest_pending_seconds",
                "For how long the oldest of them has been on its way.",
                value=self._deliveries.oldest.total_seconds(),
            )
        ready = GaugeMetricFamily(
            "kvitt_ready", "Whether what this process needs is as it must be (1) or not (0).", labels=["check"]
        )
        for check, trouble in self._checks.items():
            ready.add_metric([check], trouble is None)
        yield ready

    def _calls(self) -> Iterator[GaugeMetricFamily]:
        for name, meaning in (
            ("limit", "Calls that may be made to the accounting system in an hour of the clock."),
            ("used", "Calls made in this hour, or set aside by a worker that is about to make them."),
            ("left", "Calls that may still be made in this hour."),
        ):
            gauge = GaugeMetricFamily(f"kvitt_vendor_calls_{name}", meaning, labels=["system"])
            for report in self._reports:
                if report.calls:
                    gauge.add_metric([report.system], getattr(report.calls, name))
            yield gauge

    def _transfers(self) -> Iterator[GaugeMetricFamily]:
        transfers = GaugeMetricFamily(
            "kvitt_transfers", "Transfers that have not arrived, by their state.", labels=["state", "system"]
        )
        parked = GaugeMetricFamily(
            "kvitt_transfers_parked",
            "Waiting transfers with no time set: fix their connection, or run kvitt recover.",
            labels=["system"],
        )
        age = GaugeMetricFamily(
            "kvitt_queue_age_seconds",
            "For how long the oldest transfer that is due has been due; a pause of its system not counted.",
            labels=["system"],
        )
        for report in self._reports:
            for state, number in report.transfers.items():
                transfers.add_metric([state, report.system], number)
            parked.add_metric([report.system], report.parked)
            age.add_metric([report.system], report.queue_age.total_seconds())
        yield from (transfers, parked, age)


class FiguresWhenAsked(Collector):
    """Reads an installation's figures each time. Where the database can't be read, the checks say so alone."""

    def __init__(
        self,
        read: Callable[[], Sequence[SystemReport]],
        checks: Callable[[], Mapping[str, Exception | None]],
        deliveries: Callable[[], DeliveryReport | None] = lambda: None,
    ) -> None:
        self._read = read
        self._checks = checks
        self._deliveries = deliveries

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the figures as they are now."""
        reports: Sequence[SystemReport] = ()
        deliveries: DeliveryReport | None = None
        with suppress(TryAgain):
            reports = self._read()
            deliveries = self._deliveries()
        yield from InstallationFigures(reports, self._checks(), deliveries).collect()


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

    read = container.read_figures()
    figures = FiguresWhenAsked(read.read, container.readiness().read, read.read_deliveries)
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
