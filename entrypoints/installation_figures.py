"""An installation's figures in Prometheus's form: read from the database when they are asked for."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from core.errors import TryAgain
from core.use_cases.read_figures import SystemReport


class InstallationFigures(Collector):
    """Turns reports into Prometheus's own form."""

    def __init__(self, reports: Sequence[SystemReport], checks: Mapping[str, Exception | None]) -> None:
        self._reports = reports
        self._checks = checks

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield every figure, by accounting system, and every check of readiness."""
        yield from self._calls()
        yield from self._transfers()
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
            "Waiting transfers with no time set: their connection has to be mended, or kvitt recover has to run.",
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
        self, read: Callable[[], Sequence[SystemReport]], checks: Callable[[], Mapping[str, Exception | None]]
    ) -> None:
        self._read = read
        self._checks = checks

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the figures as they are now."""
        try:
            reports = self._read()
        except TryAgain:
            reports = ()
        yield from InstallationFigures(reports, self._checks()).collect()
