"""Figures for Prometheus: those of the installation, read when they are asked for, and those of this process.

They are the whole installation's, so they need an administrator's key; one of the role `read` will do.
"""

from collections.abc import Iterator, Mapping, Sequence

from litestar import Response, get
from litestar.di import NamedDependency
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from adapters.telemetry.telemetry import Telemetry
from core.api_key import Need
from core.use_cases.read_figures import ReadFigures, SystemReport
from entrypoints.http.access import Access
from entrypoints.readiness import Readiness


class _Reports(Collector):
    """Turns reports into Prometheus's own form."""

    def __init__(self, reports: Sequence[SystemReport], readiness: Mapping[str, Exception | None]) -> None:
        self._reports = reports
        self._readiness = readiness

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield every figure, by accounting system."""
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
        transfers = GaugeMetricFamily(
            "kvitt_transfers", "Transfers that have not arrived, by their state.", labels=["state", "system"]
        )
        for report in self._reports:
            for state, number in report.transfers.items():
                transfers.add_metric([state, report.system], number)
        yield transfers
        parked = GaugeMetricFamily(
            "kvitt_transfers_parked",
            "Waiting transfers with no time set: their connection has to be mended.",
            labels=["system"],
        )
        age = GaugeMetricFamily(
            "kvitt_queue_age_seconds",
            "For how long the oldest transfer that is due has been due; a pause of its system not counted.",
            labels=["system"],
        )
        for report in self._reports:
            parked.add_metric([report.system], report.parked)
            age.add_metric([report.system], report.queue_age.total_seconds())
        ready = GaugeMetricFamily(
            "kvitt_ready", "Whether what this process needs is as it must be (1) or not (0).", labels=["check"]
        )
        for check, trouble in self._readiness.items():
            ready.add_metric([check], trouble is None)
        yield from (parked, age, ready)


@get("/metrics", sync_to_thread=True, include_in_schema=False, middleware=[Access()], needs=Need.OVERSEE)
def metrics(
    read_figures: NamedDependency[ReadFigures],
    readiness: NamedDependency[Readiness],
    telemetry: NamedDependency[Telemetry],
) -> Response[bytes]:
    """Show the figures in Prometheus's text format."""
    registry = telemetry.meters.and_also(_Reports(read_figures.read(), readiness.read()))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


HANDLERS = [metrics]
