"""Every request looked on at: its id, its line in the access log, its figures and its span.

The log names the route and not the path, which holds invoice numbers, and no query and no address.
"""

import logging
import re
import time
import uuid
from http import HTTPStatus
from typing import Any, cast

from litestar.enums import ScopeType
from litestar.types import HTTPScope, LifeSpanReceive, LifeSpanScope, LifeSpanSend, Message, Receive, Scope, Send

from adapters.telemetry.telemetry import Telemetry
from entrypoints.http.limits import RequestRate
from entrypoints.http.paths import RoutedAsSent
from entrypoints.listening.connection import KNOWN_CALLER

REQUEST_ID_HEADER = "X-Request-ID"
UNKNOWN_ROUTE = "unknown"
"""The route of a request that found none."""

STRANGERS_TOLD = 120
"""So many requests a minute of callers without an accepted key are logged at level info; they can't fill the log."""

_HEADER = REQUEST_ID_HEADER.lower().encode()
_USABLE_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_METHODS = frozenset({"GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"})
_TRACE_HEADERS = (b"traceparent", b"tracestate")

_access = logging.getLogger("kvitt.access")


class Observed(RoutedAsSent):
    """An application whose requests are looked on at, those included that find no route."""

    def __init__(self, *, telemetry: Telemetry, **options: Any) -> None:
        super().__init__(**options)
        self._telemetry = telemetry
        self._strangers = RequestRate(STRANGERS_TOLD)

    async def __call__(
        self, scope: Scope | LifeSpanScope, receive: Receive | LifeSpanReceive, send: Send | LifeSpanSend
    ) -> None:
        """Answer a request under the id that its caller gave, or a new one."""
        if scope["type"] == ScopeType.HTTP:
            await self._answer(cast("HTTPScope", scope), receive, send)
        else:
            await super().__call__(scope, receive, send)

    async def _answer(self, scope: HTTPScope, receive: Any, send: Any) -> None:
        began = time.perf_counter()
        headers = dict(scope["headers"])
        request_id = _given_id(headers.get(_HEADER, b"")) or uuid.uuid4().hex
        method = scope["method"] if scope["method"] in _METHODS else "other"
        status = int(HTTPStatus.INTERNAL_SERVER_ERROR)  # unless an answer begins

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])  # a status of the library prints as its name
                message["headers"] = [*message["headers"], (_HEADER, request_id.encode())]
            await send(message)

        carrier = {name.decode(): headers[name].decode("latin-1") for name in _TRACE_HEADERS if name in headers}
        with self._telemetry.request(request_id, method, carrier) as note:
            try:
                await super().__call__(scope, receive, send_with_id)
            finally:
                route = scope.get("path_template") or UNKNOWN_ROUTE
                seconds = time.perf_counter() - began
                note("http.route", route)
                note("http.response.status_code", status)
                self._telemetry.meters.request_seconds.labels(method, route, str(status)).observe(seconds)
                told = {"method": method, "route": route, "status": status, "duration_ms": round(seconds * 1000, 1)}
                is_told = scope["state"].get(KNOWN_CALLER) or not self._strangers.take("")
                _access.log(logging.INFO if is_told else logging.DEBUG, "Answered a request", extra=told)


def _given_id(sent: bytes) -> str | None:
    """Return the caller's id, if it is one that can be logged and sent back as it is."""
    return sent.decode() if _USABLE_ID.fullmatch(sent) else None
