"""Looks on at work, calls and requests, and tells of them thrice: in the log, in figures and in traces.

What the log says while something is looked on at carries its context: request, business, transfer, attempt, operation.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.registry import Collector
from structlog.contextvars import bound_contextvars
from typing_extensions import override

from adapters.telemetry.traces import Note, Traces
from core.errors import KvittError
from core.ports.observers import CallObserver, WorkObserver
from core.transfer import Transfer, TransferState
from core.use_cases.deliver_events import Counts

OK = "ok"

_calls = logging.getLogger("kvitt.calls")
_work = logging.getLogger("kvitt.worker")

# They would be a second series beside each, which nobody reads.
disable_created_metrics()  # type: ignore[no-untyped-call]

_CALL_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 100)  # a call ends after KVITT_TFSO_TIMEOUT: 100 s
_REQUEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 10, 60)  # a caller may wait for 60 s


DELIVERY_RESULTS = ("delivered", "failed", "given_up")


class Meters:
    """Figures that this process counts itself, for Prometheus. They begin at nought with every start.

    A label holds one of a fixed few values: never a business, an invoice or a path. Safe to use from many threads.
    """

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
        self.deliveries = Counter(
            "kvitt_webhook_deliveries",
            "Events that this process posted to webhooks; result is delivered, failed (and tried again) or given_up.",
            ["result"],
            registry=self.registry,
        )
        for result in DELIVERY_RESULTS:
            self.deliveries.labels(result)  # exported from the start: a rate needs the nothing that went before
        self.webhooks_disabled = Counter(
            "kvitt_webhooks_disabled",
            "Webhooks that this process disabled: they are gone, or have failed for days.",
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


class TurnsAtWork:
    """The turns that this process has at work, and when each gave its last sign of life.

    A turn may take hours, but it makes one call after the other: one that begins or ends none for longer than a
    business is held at a time hangs. `now` is monotonic, in seconds. Safe to use from many threads.
    """

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = Lock()
        self._last_sign: dict[int, float] = {}
        self._of_business: dict[str, set[int]] = {}
        self._number = 0

    @contextmanager
    def turn(self, business: str) -> Iterator[None]:
        """Remember one for the length of the block."""
        with self._lock:
            self._number += 1
            number = self._number
            self._last_sign[number] = self._now()
            self._of_business.setdefault(business, set()).add(number)
        try:
            yield
        finally:
            with self._lock:
                del self._last_sign[number]
                self._of_business[business].discard(number)
                if not self._of_business[business]:
                    del self._of_business[business]

    def sign(self, business: str) -> None:
        """Something was begun or has ended in the business's newest turn, if it has one."""
        with self._lock:
            if numbers := self._of_business.get(business):
                self._last_sign[max(numbers)] = self._now()

    def silent_for(self, seconds: float) -> int:
        """Return how many have given no sign of life for longer than this."""
        before = self._now() - seconds
        with self._lock:
            return sum(last < before for last in self._last_sign.values())


class Telemetry(CallObserver, WorkObserver):
    """Looks on at work and calls, and at requests too. Safe to use from many threads."""

    def __init__(self, meters: Meters, traces: Traces) -> None:
        self.meters = meters
        self.traces = traces
        self.turns = TurnsAtWork()

    @override
    @contextmanager
    def call(self, system: str, operation: str, business: str) -> Iterator[None]:
        """Look on while a call is made: what went well is told at debug level, trouble at info."""
        began = time.perf_counter()
        attributes = {"kvitt.system": system, "kvitt.operation": operation, "kvitt.business": business}
        result = OK
        self.turns.sign(business)
        with (
            bound_contextvars(operation=operation, business=business),
            self.traces.span(f"{system} {operation}", kind="client", attributes=attributes) as note,
        ):
            try:
                yield
            except BaseException as error:
                result = error.code if isinstance(error, KvittError) else "internal_error"
                raise
            finally:
                self.turns.sign(business)
                seconds = time.perf_counter() - began
                note("kvitt.result", result)
                self.meters.calls.labels(system, operation, result).inc()
                self.meters.call_seconds.labels(system, operation).observe(seconds)
                _calls.log(
                    logging.DEBUG if result == OK else logging.INFO,
                    "Called the accounting system",
                    extra={"system": system, "result": result, "duration_ms": _milliseconds(seconds)},
                )

    @override
    @contextmanager
    def turn(self, business: str) -> Iterator[None]:
        with (
            bound_contextvars(business=business),
            self.traces.span("turn", attributes={"kvitt.business": business}),
            self.turns.turn(business),
        ):
            yield

    @override
    @contextmanager
    def attempt(self, transfers: Sequence[Transfer]) -> Iterator[None]:
        first = transfers[0]
        about: dict[str, str | int] = {"attempt": first.attempts}
        about |= {"transfer": first.id} if len(transfers) == 1 else {"transfers": len(transfers)}
        with (
            bound_contextvars(business=first.business, **about),
            self.traces.span("attempt", attributes={f"kvitt.{name}": value for name, value in about.items()}),
        ):
            self.turns.sign(first.business)
            yield

    @override
    def took_over(self, business: str, transfers: Sequence[Transfer]) -> None:
        """Tell that a worker was lost."""
        self.meters.takeovers.inc(len(transfers))
        _work.warning(
            "Took over what a worker whose lease had expired left running",
            extra={"business": business, "transfers": len(transfers)},
        )

    @override
    def ended(self, system: str, transfers: Sequence[Transfer]) -> None:
        """Tell what came of each transfer: its state and the code of its error, never the words."""
        for transfer in transfers:
            result = _result(transfer)
            self.meters.attempts.labels(system, result).inc()
            told = {"system": system, "transfer": transfer.id, "attempt": transfer.attempts, "result": result}
            told |= {"invoice": transfer.invoice} | ({"code": transfer.error.code} if transfer.error else {})
            _work.info("An attempt ended", extra=told)

    @contextmanager
    def request(self, request_id: str, method: str, headers: Mapping[str, str]) -> Iterator[Note]:
        """Look on while a request is answered."""
        with (
            bound_contextvars(request_id=request_id),
            self.traces.span(
                f"HTTP {method}", kind="server", carrier=headers, attributes={"http.request.method": method}
            ) as note,
        ):
            yield note

    def swept(self) -> None:
        """The worker has looked for what is due."""
        self.meters.sweep.set_to_current_time()

    def delivered(self, counts: Counts) -> None:
        """Events were posted to webhooks, and how that went was kept."""
        for result in DELIVERY_RESULTS:
            if number := getattr(counts, result):
                self.meters.deliveries.labels(result).inc(number)
        for endpoint in counts.disabled:
            self.meters.webhooks_disabled.inc()
            _work.warning("The webhook %s was disabled: it is gone, or has failed for days", endpoint)

    def close(self) -> None:
        """Send the traces that have not been sent."""
        self.traces.close()


def _result(transfer: Transfer) -> str:
    if transfer.is_parked:
        return "parked"
    return "handed_back" if transfer.state is TransferState.QUEUED else transfer.state.value


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 1)
