"""The application: which routes there are, and what every request goes through."""

import asyncio
import logging
import re
import time
import uuid
from collections.abc import Callable
from functools import cache, partial
from http import HTTPStatus
from typing import Any, cast

from litestar import Litestar, Router
from litestar.di import Provide
from litestar.enums import HttpMethod, ScopeType
from litestar.routes import HTTPRoute
from litestar.types import HTTPScope, LifeSpanReceive, LifeSpanScope, LifeSpanSend, Message, Receive, Scope, Send

from adapters.telemetry.telemetry import Telemetry
from core.errors import KvittError
from entrypoints.container import Container
from entrypoints.http import (
    api_keys,
    audit,
    businesses,
    events,
    health,
    invoices,
    many_invoices,
    recovery,
    transfers,
    webhooks,
    withdrawing,
)
from entrypoints.http.access import Access, Gate
from entrypoints.http.adding import Adding
from entrypoints.http.bodies import StrictRequest
from entrypoints.http.health import HealthChecks
from entrypoints.http.idempotency import IdempotencyKeys
from entrypoints.http.language import language_of, spoken
from entrypoints.http.limits import RequestRate
from entrypoints.http.openapi import BY_API_KEY, openapi_config
from entrypoints.http.pages import front_page
from entrypoints.http.paths import DecodedPathParameters, KnownParameters, RoutedAsSent
from entrypoints.http.problems import EXCEPTION_HANDLERS, from_kvitt
from entrypoints.http.schemas import Models, add_models
from entrypoints.http.threads import Threads, VendorCalls
from entrypoints.http.waiting import Waiting
from entrypoints.language.at_hand import Language
from entrypoints.listening.connection import KNOWN_CALLER

LONGEST_BODY = 1_000_000
"""In bytes. An invoice of a thousand rows is a third of this."""

THREADS = 40
"""In which handlers run."""

_PROVIDED = (
    "systems",
    "look_up",
    "connect_business",
    "verify_business",
    "add_invoice",
    "credit_invoice",
    "preview_invoice",
    "delete_invoice",
    "tell_history",
    "link_customer",
    "send_invoice",
    "withdraw_invoice",
    "send_many",
    "check_status",
    "manage_transfers",
    "manage_api_keys",
    "manage_webhooks",
    "adopt_order",
    "recover",
    "read_figures",
    "telemetry",
    "readiness",
)
"""What handlers may ask for, by its name in the container."""

_PRIVATE = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)


def create_app(container: Container, *, local_only: bool = True) -> Litestar:
    """Make the application for one installation. Nothing is opened before the first request needs it.

    `local_only`: only callers on this machine are answered.
    """
    api = Router(
        "/v1",
        route_handlers=[
            *businesses.HANDLERS,
            *invoices.HANDLERS,
            *many_invoices.HANDLERS,
            *withdrawing.HANDLERS,
            *transfers.HANDLERS,
            *events.HANDLERS,
            *audit.HANDLERS,
            *api_keys.HANDLERS,
            *recovery.HANDLERS,
            *webhooks.HANDLERS,
        ],
        security=BY_API_KEY,
        middleware=[
            DecodedPathParameters(),
            Access(),
            KnownParameters(),
            IdempotencyKeys(storage=container.storage, clock=container.clock, longest_body=LONGEST_BODY),
        ],
    )
    adding = Adding(container.add_invoice)
    vendor_calls = VendorCalls()
    threads = Threads(THREADS, name="http")
    health_checks = HealthChecks(container.readiness, threads)

    async def use_threads() -> None:
        """Have handlers run in threads that readiness looks at."""
        asyncio.get_running_loop().set_default_executor(threads)

    app = Observed(
        telemetry=container.telemetry(),
        language=container.settings().language,
        route_handlers=[api, front_page, *health.HANDLERS],
        dependencies=_use_cases(container, adding=adding, vendor_calls=vendor_calls, health_checks=health_checks),
        exception_handlers={
            **EXCEPTION_HANDLERS,
            KvittError: partial(from_kvitt, now=lambda: container.clock().now()),
        },
        before_send=[_private],
        on_startup=[use_threads],
        on_shutdown=[adding.stop, vendor_calls.stop, health_checks.stop],
        openapi_config=openapi_config(events.webhooks()),
        request_max_body_size=LONGEST_BODY,
        request_class=StrictRequest,
        plugins=[Models()],
        logging_config=None,  # whoever runs the process decides where logs go
    )
    add_models(app)
    app.asgi_handler = Gate(
        app.asgi_handler,
        authenticate=container.authenticate,
        requests_per_minute=container.settings().requests_per_minute,
        local_only=local_only,
    )
    return app


def _use_cases(container: Container, **own: object) -> dict[str, Provide]:
    """The container's use cases, and the application's `own` helpers, by the names under which handlers ask for them.

    Provided on the event loop's one thread, so that no singleton is made twice.
    """

    @cache
    def waiting() -> Waiting:
        return Waiting(
            look_up=container.look_up().latest, clock=container.clock(), stopping=container.stopping().is_set
        )

    provided: dict[str, Callable[[], Any]] = {
        **{name: getattr(container, name) for name in _PROVIDED},
        **{name: partial(_itself, helper) for name, helper in own.items()},
        "waiting": waiting,
    }
    return {name: _provide(provider) for name, provider in provided.items()}


def _provide(provider: Callable[[], Any]) -> Provide:
    def made() -> Any:  # a function of its own: the framework reads signatures, and a provider has none
        return provider()

    return Provide(made, sync_to_thread=False)


def _itself(helper: object) -> object:
    return helper


async def _private(message: Message, scope: Scope) -> None:
    """Answers hold personal data: nobody on the way keeps them or guesses what they are, and no page shows them."""
    if message["type"] == "http.response.start":
        said = {name.lower() for name, _ in message["headers"]}  # a page says itself what it is made of
        message["headers"] = [*message["headers"], *(header for header in _PRIVATE if header[0] not in said)]
        if scope["type"] == ScopeType.HTTP and scope["method"] == HttpMethod.OPTIONS:
            message["headers"] = [_allowed(scope) if header[0] == b"allow" else header for header in message["headers"]]


def _allowed(scope: Scope) -> tuple[bytes, bytes]:
    """Name all methods of a path: the framework knows those of the handler that it met first."""
    methods: set[str] = set()
    for route in scope["litestar_app"].routes:
        if isinstance(route, HTTPRoute) and route.path_format == scope["path_template"]:
            methods |= route.methods
    return b"allow", ", ".join(sorted(methods)).encode()


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

    def __init__(self, *, telemetry: Telemetry, language: Language, **options: Any) -> None:
        super().__init__(**options)
        self._language = language
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
                await super().__call__(scope, receive, spoken(send_with_id, language_of(scope, self._language)))
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
