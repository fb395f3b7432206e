"""Traces through OpenTelemetry, where its packages are installed and the operator names a collector.

OTEL_EXPORTER_OTLP_ENDPOINT: the collector's address, for OTLP over HTTP. OpenTelemetry's other variables are heeded
too. Without it, or without the extra `telemetry`, nothing of OpenTelemetry is imported.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Protocol

from typing_extensions import override

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")

Note = Callable[[str, str | int], None]
"""Adds to what a span says of itself: a name and a value."""

_log = logging.getLogger("kvitt.telemetry")


class Traces(Protocol):
    """Where spans go."""

    def span(
        self,
        name: str,
        *,
        kind: str = "internal",
        carrier: Mapping[str, str] | None = None,
        attributes: Mapping[str, str | int] | None = None,
    ) -> AbstractContextManager[Note]:
        """Make a span of a block. `kind` is internal, server or client; a `carrier` (headers) may name its parent.

        An error that leaves the block marks the span with its code alone: its words may be personal.
        """

    def close(self) -> None:
        """Send what has not been sent."""


class NoTraces(Traces):
    """Nobody collects traces."""

    @override
    def span(self, *_: object, **__: object) -> AbstractContextManager[Note]:
        return _NO_SPAN

    @override
    def close(self) -> None:
        return


class OpenTelemetryTraces(Traces):
    """Traces of a provider of OpenTelemetry's."""

    def __init__(self, provider: "TracerProvider") -> None:
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._provider = provider
        self._tracer = provider.get_tracer("kvitt")
        self._propagator = TraceContextTextMapPropagator()

    @override
    @contextmanager
    def span(
        self,
        name: str,
        *,
        kind: str = "internal",
        carrier: Mapping[str, str] | None = None,
        attributes: Mapping[str, str | int] | None = None,
    ) -> Iterator[Note]:
        from opentelemetry.trace import SpanKind, StatusCode

        with self._tracer.start_as_current_span(
            name,
            context=self._propagator.extract(carrier) if carrier else None,
            kind=SpanKind[kind.upper()],
            attributes=dict(attributes or {}),
            record_exception=False,  # it would hold the message and the traceback
            set_status_on_exception=False,
        ) as span:
            try:
                yield span.set_attribute
            except BaseException as error:
                span.set_attribute("error.type", error_code(error))
                span.set_status(StatusCode.ERROR)
                raise

    @override
    def close(self) -> None:
        self._provider.shutdown()


def error_code(error: BaseException) -> str:
    """Return what may be told of an error: the code of ours, the class of any other."""
    return str(getattr(error, "code", None) or type(error).__name__)


def traces_for(environment: Mapping[str, str]) -> Traces:
    """Return where the operator wants traces to go."""
    if not any(environment.get(name) for name in ENDPOINTS):
        return NoTraces()
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ModuleNotFoundError:
        _log.warning("A collector for traces is named, but the extra 'telemetry' is not installed: none are sent")
        return NoTraces()
    named = {} if environment.get("OTEL_SERVICE_NAME") else {"service.name": "kvitt"}
    provider = TracerProvider(resource=Resource.create(named))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=_address(environment))))
    return OpenTelemetryTraces(provider)


def _address(environment: Mapping[str, str]) -> str:
    """Return where traces are posted to: one endpoint is their own, the other is for all kinds of signals."""
    general, own = (environment.get(name) for name in ENDPOINTS)
    return own or f"{(general or '').rstrip('/')}/v1/traces"


def _unheard(_name: str, _value: str | int) -> None:
    """Nobody listens."""


_NO_SPAN: AbstractContextManager[Note] = nullcontext(_unheard)
