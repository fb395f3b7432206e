"""Looks on at work, calls and requests, and tells of them thrice: in the log, in figures and in traces.

What the log says while something is looked on at carries its context: request, business, transfer, attempt, operation.
"""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from structlog.contextvars import bound_contextvars

from adapters.telemetry.meters import Meters
from adapters.telemetry.traces import Note, Traces
from adapters.telemetry.turns_at_work import TurnsAtWork
from core.errors import KvittError
from core.transfer import Transfer, TransferState

OK = "ok"

_calls = logging.getLogger("kvitt.calls")
_work = logging.getLogger("kvitt.worker")


class Telemetry:
    """The ports CallObserver and WorkObserver, and the same for requests. Safe to use from many threads."""

    def __init__(self, meters: Meters, traces: Traces) -> None:
        self.meters = meters
        self.traces = traces
        self.turns = TurnsAtWork()

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

    @contextmanager
    def turn(self, business: str) -> Iterator[None]:
        """Look on while a worker holds a business."""
        with (
            bound_contextvars(business=business),
            self.traces.span("turn", attributes={"kvitt.business": business}),
            self.turns.turn(business),
        ):
            yield

    @contextmanager
    def attempt(self, transfers: Sequence[Transfer]) -> Iterator[None]:
        """Look on while transfers are moved."""
        first = transfers[0]
        about: dict[str, str | int] = {"attempt": first.attempts}
        about |= {"transfer": first.id} if len(transfers) == 1 else {"transfers": len(transfers)}
        with (
            bound_contextvars(business=first.business, **about),
            self.traces.span("attempt", attributes={f"kvitt.{name}": value for name, value in about.items()}),
        ):
            self.turns.sign(first.business)
            yield

    def took_over(self, business: str, transfers: Sequence[Transfer]) -> None:
        """Tell that a worker was lost."""
        self.meters.takeovers.inc(len(transfers))
        _work.warning(
            "Took over what a worker whose lease had expired left running",
            extra={"business": business, "transfers": len(transfers)},
        )

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

    def close(self) -> None:
        """Send the traces that have not been sent."""
        self.traces.close()


def _result(transfer: Transfer) -> str:
    if transfer.is_parked:
        return "parked"
    return "handed_back" if transfer.state is TransferState.QUEUED else transfer.state.value


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 1)
