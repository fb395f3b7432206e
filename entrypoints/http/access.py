"""Who is let in. The API's paths need an API key, also those that do not exist; every other one is the console's.

The gate stands before routing and before a body is read; what a key may do there is judged once the route is known.
"""

import ipaddress
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urlsplit

from litestar import Request, Response
from litestar.concurrency import sync_to_thread
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from core.api_key import ApiKey, prefix_in
from core.audit import Actor, ActorKind
from core.errors import InvalidInput, NotAllowed, NotAuthenticated, TooManyRequests
from core.rights import Need
from core.stored import unknown_business
from core.use_cases.api_keys import Authenticate
from entrypoints.acting import acting
from entrypoints.http.limits import FailedAttempts, RequestRate
from entrypoints.http.problems import AnyRequest
from entrypoints.listening.connection import KNOWN_CALLER

OPEN = ("/health", "/schema")
"""What is below these needs no key: it holds no data."""

BY_KEY = ("/v1", "/metrics")
"""What is below these needs a key, however its address is spelt."""

NEEDS = "needs"
"""Under which a route says in its options what it demands of a key, a Need."""

_LONGEST_HEADER = 200
_SCHEME = b"bearer "
_API_KEY = "kvitt.api_key"


class Gate:
    """Lets in whoever has a key, and says so to what comes behind. It wraps the whole application.

    `console` sees to who is let in there, and `refuse` answers for an error. `authenticate` gives the installation's;
    it is called on the event loop's thread. `local_only`: callers must come from this machine too. Refusals: 401, 429,
    and 400 or 403 for callers from elsewhere; whoever is refused is told the same whatever lies at the path.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        console: ASGIApp,
        authenticate: Callable[[], Authenticate],
        requests_per_minute: int,
        local_only: bool,
        refuse: Callable[[AnyRequest, Exception], Response[Any]],
    ) -> None:
        self._app = app
        self._console = console
        self._refuse = refuse
        self._authenticate = authenticate
        self._failed = FailedAttempts()
        self._rate = RequestRate(requests_per_minute)
        self._local_only = local_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request pass, or refuse it."""
        try:
            if self._local_only:
                require_local_caller(scope)
            key = await self._admitted(scope) if _is_below(scope["path"], BY_KEY) else None
        except Exception as error:  # noqa: BLE001 - nobody outside this gate would turn it into an answer
            request: AnyRequest = Request(scope)
            await self._refuse(request, error).to_asgi_response(None, request)(scope, receive, send)
            return
        if key is None:
            beyond = self._console if is_consoles(scope["path"]) else self._app
            await beyond(scope, receive, send)
            return
        scope["state"][_API_KEY] = key
        scope["state"][KNOWN_CALLER] = True
        with acting(Actor(kind=ActorKind.API_KEY, key=key.prefix, name=key.name)):
            await self._app(scope, receive, send)

    async def _admitted(self, scope: Scope) -> ApiKey:
        text = _presented(scope)
        if text is None:
            raise NotAuthenticated("This needs an API key, and none was sent.")
        address = client[0] if (client := scope.get("client")) else ""
        authenticate = self._authenticate()
        key = authenticate.remembered(text) or await self._checked(authenticate, address, text)
        if wait := self._rate.take(key.prefix):
            raise _too_many(wait, "This API key makes more requests than it may.")
        return key

    async def _checked(self, authenticate: Authenticate, address: str, text: str) -> ApiKey:
        """Have the key looked up; where too many were not accepted, among those that were read for all such attempts.

        So a right key is let in whatever others try beside it, and trying costs the database nothing.
        """
        prefix = prefix_in(text) or ""
        wait = self._failed.seconds_left(address, prefix)
        try:
            return await sync_to_thread(authenticate.check_among_all if wait else authenticate.check, text)
        except NotAuthenticated:
            if wait:
                raise _too_many(wait, "Too many such API keys were not accepted.") from None
            self._failed.note(address, prefix)
            raise


class Access(ASGIMiddleware):
    """Judges whether the key is for the route, and for the business that its path names."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Let the request pass.

        Errors: NotFound for another business than the key's, whether or not there is one; NotAllowed, saying what is
        needed. A route that does not say what it needs is for administrators.
        """
        key = key_of(scope)
        business = scope["path_params"].get("business")
        if business is not None and not key.is_for(business):
            raise unknown_business(business)
        key.require(scope["route_handler"].opt.get(NEEDS, Need.ADMINISTER))
        await next_app(scope, receive, send)


def key_of(scope: Scope) -> ApiKey:
    """Return the key with which a request was let in. Errors: NotAuthenticated, where none let it in."""
    key = scope["state"].get(_API_KEY)
    if not isinstance(key, ApiKey):
        raise NotAuthenticated("This needs an API key, and none was sent.")
    return key


def is_consoles(path: str) -> bool:
    """Whether a path, percent-encoded as it was sent, is for people in a browser: all are but the API's."""
    return not _is_below(path, (*OPEN, *BY_KEY))


@lru_cache(maxsize=1024)
def _is_below(path: str, prefixes: tuple[str, ...]) -> bool:
    """Whether a path is one of these or below it; a program's slip, such as a second slash, is still a program's."""
    plain = re.sub("/+", "/", unquote(path)).lower()
    return plain in prefixes or plain.startswith(tuple(f"{prefix}/" for prefix in prefixes))


def _presented(scope: Scope) -> str | None:
    """Return what was presented as a key; "" for what can't be one, None where there is nothing."""
    given = [value for name, value in scope["headers"] if name == b"authorization"]
    if not given:
        return None
    header = given[0]
    is_one = len(given) == 1 and len(header) <= _LONGEST_HEADER and header[: len(_SCHEME)].lower() == _SCHEME
    return header[len(_SCHEME) :].strip().decode("latin-1") if is_one else ""


def _too_many(seconds: int, what: str) -> TooManyRequests:
    return TooManyRequests(what, not_before=datetime.now(UTC) + timedelta(seconds=seconds))


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def require_local_caller(scope: Scope) -> None:
    """Refuse a request under a foreign name, or sent by a web page from elsewhere.

    Errors: InvalidInput, code `unknown_host`; NotAllowed, code `foreign_origin`.
    """
    host, origin = b"", None
    for name, value in scope["headers"]:
        if name == b"host":
            host = value
        elif name == b"origin":
            origin = value
    if not _is_own(host):
        raise InvalidInput(
            "The Host header does not name this machine.",
            code="unknown_host",
            hint="Call Kvitt as 127.0.0.1, [::1] or localhost; behind a proxy, set KVITT_TRUSTED_PROXIES.",
        )
    if origin is not None and not _is_own(origin.rpartition(b"//")[2]):
        raise NotAllowed(
            "The request comes from a web page of another site.",
            code="foreign_origin",
            hint="Call Kvitt from a program, or from a page on this machine.",
        )


@lru_cache(maxsize=128)
def _is_own(authority: bytes) -> bool:
    try:
        return is_loopback(urlsplit(f"//{authority.decode('latin-1')}").hostname or "")
    except ValueError:
        return False
