"""Figures that this process counts itself, for Prometheus. They begin at nought with every start.

A label holds one of a fixed few values: never a business, an invoice or a path.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.registry import Collector

# They would be a second series beside each, which nobody reads.
disable_created_metrics()  # type: ignore[no-untyped-call]

_CALL_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 100)  # a call ends after KVITT_TFSO_TIMEOUT: 100 s
_REQUEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 10, 60)  # a caller may wait for 60 s


class Meters:
    """The figures of one installation in this process. Safe to use from many threads."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.calls = Counter(
            "kvitt_vendor_calls",
            "Calls made to the accounting system by this process; result is ok, or the code of the trouble.",
            ["system", "operation", "result"],
            registry=self.registry,
        )
        self.call_seconds = Histogram(
            "kvitt_vendor_call_seconds",
            "How long calls to the accounting system took.",
            ["system", "operation"],
            buckets=_CALL_SECONDS,
            registry=self.registry,
        )
        self.attempts = Counter(
            "kvitt_attempts",
            "What attempts at transfers by this process came to.",
            ["system", "result"],
            registry=self.registry,
        )
        self.takeovers = Counter(
            "kvitt_lease_takeovers",
            "Transfers taken up by this process that a worker whose lease had expired left running.",
            registry=self.registry,
        )
        self.sweep = Gauge(
            "kvitt_worker_last_sweep_timestamp_seconds",
            "When this process's worker last looked for what is due.",
            registry=self.registry,
        )
        self.request_seconds = Histogram(
            "kvitt_http_request_seconds",
            "How long requests to the HTTP API took, the time that callers asked to wait included.",
            ["method", "route", "status"],
            buckets=_REQUEST_SECONDS,
            registry=self.registry,
        )

    def and_also(self, collector: Collector) -> CollectorRegistry:
        """Return a registry with these figures and what the collector reads when it is asked."""
        both = CollectorRegistry()
        both.register(collector)
        both.register(self.registry)
        return both
