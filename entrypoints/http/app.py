"""The application: which routes there are, and what every request goes through."""

import asyncio
import logging
import re
import time
import uuid
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import datetime
from functools import cache, partial
from http import HTTPStatus
from typing import Any, cast

from litestar import Response, Router
from litestar.di import Provide
from litestar.enums import HttpMethod, ScopeType
from litestar.exceptions import HTTPException
from litestar.routes import HTTPRoute
from litestar.types import HTTPScope, LifeSpanReceive, LifeSpanScope, LifeSpanSend, Message, Receive, Scope, Send

from core.errors import KvittError
from core.ports.clock import Clock
from entrypoints.console.errors import as_page
from entrypoints.console.headers import OVER_HTTPS, SECURE_HEADERS
from entrypoints.console.live import Live
from entrypoints.console.router import console
from entrypoints.console.session import Sessions
from entrypoints.container import Container
from entrypoints.doctor.doctor import examine
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
from entrypoints.http.access import Access, Gate, is_consoles
from entrypoints.http.adding import Adding
from entrypoints.http.bodies import StrictRequest
from entrypoints.http.health import HealthChecks
from entrypoints.http.idempotency import IdempotencyKeys
from entrypoints.http.language import language_of, spoken
from entrypoints.http.limits import RequestRate
from entrypoints.http.openapi import BY_API_KEY, openapi_config
from entrypoints.http.paths import DecodedPathParameters, KnownParameters, RoutedAsSent
from entrypoints.http.problems import AnyRequest, from_bug, from_http, from_kvitt
from entrypoints.http.schemas import Models, add_models
from entrypoints.http.threads import Threads, VendorCalls
from entrypoints.http.waiting import Waiting
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
    "manage_users",
    "manage_webhooks",
    "adopt_order",
    "recover",
    "read_figures",
    "read_overview",
    "read_payments",
    "telemetry",
    "readiness",
    "sign_in",
    "send_again",
    "clock",
    "use_passkeys",
)
"""What handlers may ask for, by its name in the container."""

_OWN = ("adding", "vendor_calls", "health_checks", "examine", "waiting", "live")
"""What they may ask for besides, of the application itself."""

_PRIVATE = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)


def create_app(container: Container, *, local_only: bool = True) -> "Application":
    """Make the application for one installation. Nothing is opened before the first request needs it.

    `local_only`: only callers on this machine are answered.
    """
    return Application(container, local_only=local_only)


@cache
def routes() -> "Routes":
    """Make the routes, the same for every installation: it takes long, and is done once in a process.

    Each request comes through an `Application`, whose use cases handlers are given.
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
            IdempotencyKeys(
                storage=lambda: _at_hand.get().container.storage(),
                clock=lambda: _at_hand.get().container.clock(),
                longest_body=LONGEST_BODY,
            ),
        ],
    )
    made = Routes(
        route_handlers=[api, console(), *health.HANDLERS],
        dependencies={name: _provide(name) for name in (*_PROVIDED, *_OWN)},
        exception_handlers={KvittError: _of_kvitt, HTTPException: _for_reader(from_http), Exception: _of_bug},
        before_send=[_private],
        openapi_config=openapi_config(events.webhooks()),
        request_max_body_size=LONGEST_BODY,
        request_class=StrictRequest,
        plugins=[Models()],
        logging_config=None,  # whoever runs the process decides where logs go
    )
    add_models(made)
    return made


class Routes(RoutedAsSent):
    """The routes, and before them the gate of the application that a request came to."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.behind_the_gate = self.asgi_handler
        self.asgi_handler = _through_the_gate


async def _through_the_gate(scope: Scope, receive: Receive, send: Send) -> None:
    await _at_hand.get().gate(scope, receive, send)


def _provide(name: str) -> Provide:
    def made() -> Any:  # a function of its own: the framework reads signatures, and a provider has none
        return _at_hand.get().provided[name]()

    return Provide(made, sync_to_thread=False)


def _for_reader(to_problem: Callable[..., Response[Any]]) -> Callable[[AnyRequest, Any], Response[Any]]:
    """Return what answers for an error: to a program with a problem, to a person with a page that says the same."""
    to_page = as_page(to_problem)

    def answer(request: AnyRequest, error: Any) -> Response[Any]:
        return (to_page if is_consoles(request.scope["path"]) else to_problem)(request, error)

    return answer


def _now() -> datetime:
    clock: Clock = _at_hand.get().container.clock()
    return clock.now()


_of_kvitt = _for_reader(partial(from_kvitt, now=_now))
_of_bug = _for_reader(from_bug)


def _refuse(request: AnyRequest, error: Exception) -> Response[Any]:
    return (_of_kvitt if isinstance(error, KvittError) else _of_bug)(request, error)


async def _private(message: Message, scope: Scope) -> None:
    """Answers hold personal data: nobody on the way keeps them or guesses what they are, and no page shows them."""
    if message["type"] == "http.response.start":
        said = {name.lower() for name, _ in message["headers"]}  # a page says itself what it is made of
        usual = SECURE_HEADERS if is_consoles(scope["path"]) else _PRIVATE
        message["headers"] = [*message["headers"], *(header for header in usual if header[0] not in said)]
        if scope["type"] == ScopeType.HTTP and scope["scheme"] == "https":
            message["headers"] = [*message["headers"], OVER_HTTPS]
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


class Application:
    """The routes for one installation, whose requests are looked on at, those included that find none.

    What handlers ask for is provided on the event loop's one thread, so that no singleton is made twice.
    """

    def __init__(self, container: Container, *, local_only: bool) -> None:
        settings = container.settings()
        adding = Adding(container.add_invoice)
        vendor_calls = VendorCalls()
        self.container = container
        self._threads = Threads(THREADS, name="http")
        health_checks = HealthChecks(container.readiness, self._threads)
        self.provided: Mapping[str, Callable[[], Any]] = {
            **{name: getattr(container, name) for name in _PROVIDED},
            "adding": lambda: adding,
            "vendor_calls": lambda: vendor_calls,
            "health_checks": lambda: health_checks,
            "examine": lambda: partial(examine, container, offline=True, is_serving=True),
            "waiting": cache(self._waiting),
            "live": cache(self._live),
        }
        self._helpers = (adding, vendor_calls, health_checks)
        self._routes = routes()
        self.gate = Gate(
            self._routes.behind_the_gate,
            console=Sessions(
                self._routes.behind_the_gate,
                sign_in=container.sign_in,
                look_up=container.look_up,
                language=settings.language,
                requests_per_minute=settings.requests_per_minute,
                refuse=_refuse,
            ),
            authenticate=container.authenticate,
            requests_per_minute=settings.requests_per_minute,
            local_only=local_only,
            refuse=_refuse,
        )
        self._language = settings.language
        self._telemetry = container.telemetry()
        self._strangers = RequestRate(STRANGERS_TOLD)

    def start(self) -> None:
        """Have handlers run in threads that readiness looks at."""
        asyncio.get_running_loop().set_default_executor(self._threads)

    def stop(self) -> None:
        """Have what runs beside the requests end."""
        for helper in self._helpers:
            helper.stop()

    def _waiting(self) -> Waiting:
        container = self.container
        return Waiting(
            look_up=container.look_up().latest, clock=container.clock(), stopping=container.stopping().is_set
        )

    def _live(self) -> Live:
        return Live(sign_in=self.container.sign_in(), stopping=self.container.stopping().is_set)

    async def __call__(
        self, scope: Scope | LifeSpanScope, receive: Receive | LifeSpanReceive, send: Send | LifeSpanSend
    ) -> None:
        """Answer a request under the id that its caller gave, or a new one."""
        if scope["type"] == "lifespan":
            await self._lifespan(cast("LifeSpanReceive", receive), cast("LifeSpanSend", send))
            return
        token = _at_hand.set(self)
        try:
            await self._answer(cast("HTTPScope", scope), receive, send)
        finally:
            _at_hand.reset(token)

    async def _lifespan(self, receive: LifeSpanReceive, send: LifeSpanSend) -> None:
        """Start and stop with the server. The routes do neither: other applications go on with them."""
        await receive()
        self.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.stop()
        await send({"type": "lifespan.shutdown.complete"})

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
                await self._routes(
                    scope, receive, spoken(send_with_id, language_of(scope, self._language), path=scope["path"])
                )
            finally:
                route = scope.get("path_template") or UNKNOWN_ROUTE
                seconds = time.perf_counter() - began
                note("http.route", route)
                note("http.response.status_code", status)
                self._telemetry.meters.request_seconds.labels(method, route, str(status)).observe(seconds)
                told = {"method": method, "route": route, "status": status, "duration_ms": round(seconds * 1000, 1)}
                is_told = scope["state"].get(KNOWN_CALLER) or not self._strangers.take("")
                _access.log(logging.INFO if is_told else logging.DEBUG, "Answered a request", extra=told)


_at_hand: ContextVar[Application] = ContextVar("application")
"""To which the request came that is answered."""


def _given_id(sent: bytes) -> str | None:
    """Return the caller's id, if it is one that can be logged and sent back as it is."""
    return sent.decode() if _USABLE_ID.fullmatch(sent) else None
