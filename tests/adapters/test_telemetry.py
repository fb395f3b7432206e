import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from adapters.telemetry.logs import set_up_logging
from adapters.telemetry.telemetry import Meters, Telemetry
from adapters.telemetry.traces import NoTraces, OpenTelemetryTraces, traces_for
from core.errors import AccessRefused, TryAgain
from core.transfer import Transfer, TransferError, new_transfer, parked, started
from tests.logging_kept import logging_kept
from tests.storage_contract.samples import NOW

PERSONAL = "Signe Haugland, signe.haugland@post.example"


def a_transfer(transfer_id: str = "t1") -> Transfer:
    return started(new_transfer(transfer_id, business="fjell", invoice="2001-1", now=NOW))


@contextmanager
def logged(level: str = "info", *, as_json: bool = True, vendor_texts: bool = False) -> Iterator[StringIO]:
    """Log to a text while the block lasts, and leave logging as it was."""
    stream = StringIO()
    with logging_kept():
        set_up_logging(level, as_json=as_json, vendor_texts=vendor_texts, stream=stream)
        yield stream


def lines(stream: StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.fixture
def telemetry() -> Telemetry:
    return Telemetry(Meters(), NoTraces())


def figure(telemetry: Telemetry, name: str, **labels: str) -> float | None:
    return telemetry.meters.registry.get_sample_value(name, labels)


def test_a_call_is_counted_timed_and_logged_at_debug_level(telemetry: Telemetry) -> None:
    with logged("debug") as log, telemetry.call("24sevenoffice", "GetInvoices", "fjell"):
        pass

    (line,) = lines(log)
    assert line.pop("duration_ms") >= 0
    assert line.pop("at").endswith("Z")
    assert line == {
        "event": "Called the accounting system",
        "level": "debug",
        "logger": "kvitt.calls",
        "system": "24sevenoffice",
        "operation": "GetInvoices",
        "business": "fjell",
        "result": "ok",
    }
    labels = {"system": "24sevenoffice", "operation": "GetInvoices"}
    assert figure(telemetry, "kvitt_vendor_calls_total", **labels, result="ok") == 1
    assert figure(telemetry, "kvitt_vendor_call_seconds_count", **labels) == 1


def test_of_trouble_no_more_than_its_code_is_told(telemetry: Telemetry) -> None:
    with logged() as log, pytest.raises(AccessRefused), telemetry.call("24sevenoffice", "Login", "fjell"):
        raise AccessRefused(PERSONAL, code="login_refused")

    (line,) = lines(log)
    assert (line["level"], line["result"]) == ("info", "login_refused")
    assert "Signe" not in log.getvalue()


def test_calls_that_went_well_are_not_logged_at_the_usual_level(telemetry: Telemetry) -> None:
    with logged() as log, telemetry.call("24sevenoffice", "GetInvoices", "fjell"):
        pass

    assert log.getvalue() == ""


def test_what_is_logged_within_an_attempt_says_whose_it_is_also_on_other_loggers(telemetry: Telemetry) -> None:
    with (
        logged() as log,
        telemetry.turn("fjell"),
        telemetry.attempt([a_transfer()]),
        telemetry.call("s", "Login", "fjell"),
    ):
        logging.getLogger("somebody.else").warning("Look here")
    (line,) = lines(log)

    assert (line["business"], line["transfer"], line["attempt"], line["operation"]) == ("fjell", "t1", 1, "Login")


def test_two_threads_do_not_see_each_others_context(telemetry: Telemetry) -> None:
    inside, may_end = threading.Event(), threading.Event()

    def other() -> None:
        with telemetry.turn("vidde"):
            inside.set()
            may_end.wait(10)

    with logged() as log:
        thread = threading.Thread(target=other)
        thread.start()
        assert inside.wait(10)
        logging.getLogger("kvitt.worker").warning("Here")
        may_end.set()
        thread.join()

    assert "business" not in lines(log)[0]


def test_several_transfers_are_told_by_their_number(telemetry: Telemetry) -> None:
    with logged() as log, telemetry.attempt([a_transfer("t1"), a_transfer("t2")]):
        logging.getLogger("kvitt.worker").warning("Here")

    assert lines(log)[0]["transfers"] == 2
    assert "transfer" not in lines(log)[0]


def test_what_came_of_an_attempt_is_counted_and_logged(telemetry: Telemetry) -> None:
    refused = TransferError(code="access_refused", message=PERSONAL, hint="")
    with logged() as log:
        telemetry.ended("24sevenoffice", [parked(a_transfer(), refused)])

    (line,) = lines(log)
    assert (line["transfer"], line["result"], line["code"]) == ("t1", "parked", "access_refused")
    assert "Signe" not in log.getvalue()
    assert figure(telemetry, "kvitt_attempts_total", system="24sevenoffice", result="parked") == 1


def test_taking_over_is_counted_and_warned_of(telemetry: Telemetry) -> None:
    with logged() as log:
        telemetry.took_over("fjell", [a_transfer()])

    assert (lines(log)[0]["level"], lines(log)[0]["business"]) == ("warning", "fjell")
    assert figure(telemetry, "kvitt_lease_takeovers_total") == 1


def test_an_exceptions_words_are_never_logged_but_where_it_was_raised() -> None:
    with logged() as log:
        try:
            raise ValueError(PERSONAL)
        except ValueError:
            logging.getLogger("uvicorn.error").exception("Exception in ASGI application")

    (line,) = lines(log)
    assert line["exception"] == "ValueError"
    assert "test_telemetry.py" in line["raised_at"][0]
    assert "Signe" not in log.getvalue()


@pytest.mark.parametrize(
    "name",
    ["zeep.transports", "httpx", "httpcore.http11", "urllib3.connectionpool", "sqlalchemy.engine.Engine", "dbos"],
)
def test_loggers_that_tell_what_is_sent_stay_silent(name: str) -> None:
    with logged("debug") as log:
        logging.getLogger(name).debug("<Password>hunter22</Password>")
        logging.getLogger(name).info("<Password>hunter22</Password>")

    assert log.getvalue() == ""


@pytest.mark.parametrize("wanted", [False, True])
def test_a_vendors_own_words_are_logged_only_where_the_operator_wants_them(wanted: bool) -> None:
    with logged("debug", vendor_texts=wanted) as log:
        logging.getLogger("kvitt.support").debug("fault: Department is required")

    assert ("Department is required" in log.getvalue()) is wanted


def test_a_logger_that_is_made_talkative_afterwards_stays_silent_too() -> None:
    engine = logging.getLogger("sqlalchemy.engine")
    with logged("debug") as log:
        assert engine.level == logging.WARNING
        engine.setLevel(logging.INFO)
        logging.getLogger("sqlalchemy.engine.Engine").info("SELECT 1")

    assert log.getvalue() == ""


def test_what_others_attach_to_their_records_is_dropped() -> None:
    with logged() as log:
        logging.getLogger("kvitt.worker").warning("Here", extra={"body": PERSONAL, "result": "ok"})

    assert "Signe" not in log.getvalue()
    assert lines(log)[0]["result"] == "ok"


def test_a_person_gets_text() -> None:
    with logged(as_json=False) as log:
        logging.getLogger("kvitt.worker").warning("Here", extra={"business": "fjell"})

    assert "Here" in log.getvalue()
    assert "business=fjell" in log.getvalue()


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def traced(exporter: InMemorySpanExporter) -> Telemetry:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return Telemetry(Meters(), OpenTelemetryTraces(provider))


def spans(exporter: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {span.name: span for span in exporter.get_finished_spans()}


def test_a_call_is_a_span_within_its_attempt_within_its_turn(traced: Telemetry, exporter: InMemorySpanExporter) -> None:
    with traced.turn("fjell"), traced.attempt([a_transfer()]), traced.call("24sevenoffice", "SaveInvoices", "fjell"):
        pass

    found = spans(exporter)
    call, attempt, turn = (found[name] for name in ("24sevenoffice SaveInvoices", "attempt", "turn"))
    assert (call.parent.span_id, attempt.parent.span_id) == (attempt.context.span_id, turn.context.span_id)  # type: ignore[union-attr]
    assert dict(attempt.attributes or {}) == {"kvitt.attempt": 1, "kvitt.transfer": "t1"}
    assert (call.attributes or {})["kvitt.result"] == "ok"


def test_a_span_of_trouble_holds_its_code_and_not_its_words(traced: Telemetry, exporter: InMemorySpanExporter) -> None:
    with pytest.raises(TryAgain), traced.call("24sevenoffice", "GetInvoices", "fjell"):
        raise TryAgain(PERSONAL, code="timeout")

    (span,) = exporter.get_finished_spans()
    assert not span.status.is_ok
    assert (span.attributes or {})["error.type"] == "timeout"
    assert "Signe" not in span.to_json()


def test_a_request_joins_the_trace_of_its_caller(traced: Telemetry, exporter: InMemorySpanExporter) -> None:
    carrier = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
    with traced.request("r1", "GET", carrier):
        pass

    (span,) = exporter.get_finished_spans()
    assert f"{span.context.trace_id:032x}" == "0af7651916cd43dd8448eb211c80319c"


def test_spans_reach_a_collector_over_http() -> None:
    received: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        traces = traces_for({"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{server.server_port}"})
        with traces.span("turn", attributes={"kvitt.business": "fjell"}):
            pass
        traces.close()
        server.shutdown()
        thread.join()

    told = ExportTraceServiceRequest.FromString(received[0])
    (resource,) = told.resource_spans
    assert [span.name for span in resource.scope_spans[0].spans] == ["turn"]
    assert "kvitt" in {attribute.value.string_value for attribute in resource.resource.attributes}


@pytest.mark.attack
def test_where_no_collector_is_named_nothing_of_opentelemetry_is_imported() -> None:
    program = """
import sys, tempfile
from pathlib import Path
from entrypoints.container import DURABLE, make_container
from entrypoints.settings import Settings
from entrypoints.worker import Worker

container = make_container(Settings(home=Path(tempfile.mkdtemp())), queue=DURABLE)
with Worker(container), container.telemetry().turn("fjell"):
    pass
container.storage().close()
early = [name for name in sys.modules if name.startswith("opentelemetry")]

from entrypoints.http.app import create_app  # the framework looks whether the API is there, and no more

create_app(container)
sys.exit(str(early) if early else "opentelemetry.sdk" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_without_the_extra_a_named_collector_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with logged() as log:
        traces = traces_for({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"})

    assert isinstance(traces, NoTraces)
    assert "telemetry" in lines(log)[0]["event"]
