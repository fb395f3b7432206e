"""Who comes to the console: a cookie names a session, the session a user, and what is done is that user's doing.

The gate stands before routing, so that whoever is not signed in is told the same of every address. What the user may do
at one is judged once the route is known; there, too, a form must prove that it is one of ours.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import urlsplit

from litestar import Request, Response
from litestar.concurrency import sync_to_thread
from litestar.datastructures import Cookie
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from core.errors import NotAllowed, NotAuthenticated, TooManyRequests
from core.rights import Need
from core.stored import unknown_business
from core.use_cases.look_up import LookUp
from core.use_cases.sign_in import SignedIn, SignIn
from entrypoints.acting import acting
from entrypoints.console import csrf
from entrypoints.console.own_businesses import business_at_hand
from entrypoints.console.visit import OPEN, Visit, begun, keep, visit_of
from entrypoints.http.access import NEEDS
from entrypoints.http.limits import RequestRate
from entrypoints.http.problems import AnyRequest
from entrypoints.language.at_hand import Language, speaking
from entrypoints.listening.connection import KNOWN_CALLER

_SAFE = ("GET", "HEAD", "OPTIONS")
_OPEN_PATHS = ("/sign-in", "/static")
_OF_A_BUSINESS = ("/businesses/", "/static/")
"""Pages that say in their path which business they are about, and what is no page."""

_LONGEST_COOKIE = 200


class Sessions:
    """Lets in whoever has a session; everybody else is led to where one begins. It wraps the console's side of all.

    `sign_in` and `look_up` give the installation's; `refuse` answers for an error.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        sign_in: Callable[[], SignIn],
        look_up: Callable[[], LookUp],
        language: Language,
        requests_per_minute: int,
        refuse: Callable[[AnyRequest, Exception], Response[Any]],
    ) -> None:
        self._app = app
        self._sign_in = sign_in
        self._look_up = look_up
        self._language = language
        self._rate = RequestRate(requests_per_minute)
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request pass, or answer it."""
        visit = begun(cast("HTTPScope", scope), otherwise=self._language)
        keep(scope, visit)
        if (chosen := visit.preferred()) is not None:
            await chosen.to_asgi_response(None, Request(scope))(scope, receive, send)
            return
        try:
            visit.signed_in = signed_in = await self._who(scope, visit)
        except Exception as error:  # noqa: BLE001 - nobody outside this gate would turn it into an answer
            request: AnyRequest = Request(scope)
            await self._refuse(request, error).to_asgi_response(None, request)(scope, receive, send)
            return
        with speaking(visit.language):
            if signed_in is None:
                await self._app(scope, receive, send)
                return
            scope["state"][KNOWN_CALLER] = True
            with acting(signed_in.actor):
                await self._app(scope, receive, send)

    async def _who(self, scope: Scope, visit: Visit) -> SignedIn | None:
        text = session_text(Request(scope))
        signed_in = await sync_to_thread(_known, text, self._sign_in(), self._look_up(), visit) if text else None
        if signed_in is None and not _is_open(scope["path"]):
            raise NotAuthenticated("Nobody is signed in here.", code="not_signed_in", hint="Sign in.")
        if signed_in and (wait := self._rate.take(signed_in.user.name)):
            raise TooManyRequests(
                "You ask for more pages than you may.", not_before=datetime.now(UTC) + timedelta(seconds=wait)
            )
        return signed_in


class Admission(ASGIMiddleware):
    """Judges whether the user may use a route, for the business that its path names, and whether a form is ours."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Let the request pass.

        A route says in its options what it needs: a Need, None for whoever is signed in; one that does not say is for
        administrators. `open` ones are for everybody.
        Errors: NotAuthenticated; NotFound for a business that the user has no role for, whether or not there is one;
        NotAllowed, also for what another site's page sends, or a form of another session.
        """
        visit, options = visit_of(scope), scope["route_handler"].opt
        if not options.get(OPEN):
            business = scope["path_params"].get("business")
            if business is not None and not visit.user.is_for(business):
                raise unknown_business(business)
            need = options.get(NEEDS, Need.ADMINISTER)
            if need is not None:
                visit.user.require(need, business)
        request: AnyRequest = scope["litestar_app"].request_class(scope, receive, send)
        if request.method in _SAFE:
            await next_app(scope, receive, send)
            return
        _require_own_page(request)
        form = await request.form()
        try:
            if visit.signed_in:
                _require_own_form(request, visit, form.get(csrf.FIELD))
            await next_app(scope, receive, send)
        finally:
            await form.close()


def session_text(request: AnyRequest) -> str | None:
    """Return what the session's cookie says; None where there is none, or no session's."""
    text = request.cookies.get(_cookie_name(request.scope["scheme"]))
    return text if text and len(text) <= _LONGEST_COOKIE and text.isascii() and text.isprintable() else None


def session_cookie(visit: Visit, text: str) -> Cookie:
    """Make the cookie that names a session until the browser ends, or until it is signed out."""
    return visit.cookie(_cookie_name(visit.scope["scheme"]), text)


def _cookie_name(scheme: str) -> str:
    """Over https no other site below the same domain can set it."""
    return "__Host-kvitt_session" if scheme == "https" else "kvitt_session"


def _known(text: str, sign_in: SignIn, look_up: LookUp, visit: Visit) -> SignedIn | None:
    """Return who is signed in; the visit gets the business that is nearby, where the page is about none."""
    signed_in = sign_in.session(text)
    if signed_in and not visit.scope["path"].startswith(_OF_A_BUSINESS):
        visit.nearby = business_at_hand(signed_in.user, look_up, wanted=visit.wanted_businesses)
    return signed_in


def _is_open(path: str) -> bool:
    return path in _OPEN_PATHS or path.startswith(tuple(f"{prefix}/" for prefix in _OPEN_PATHS))


def _require_own_page(request: AnyRequest) -> None:
    """Refuse what another site's page sends. Errors: NotAllowed, code `foreign_origin`."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        is_own = site in ("same-origin", "none")
    else:
        is_own = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    if not is_own:
        raise NotAllowed(
            "The request comes from a web page of another site.",
            code="foreign_origin",
            hint="Use the console's own pages.",
        )


def _require_own_form(request: AnyRequest, visit: Visit, sent: Any) -> None:
    given = request.headers.get(csrf.HEADER) or sent
    if not isinstance(given, str) or not visit.signed_in or not csrf.is_mask_of(given, visit.signed_in.session.csrf):
        raise NotAllowed(
            "This form was not made for the session in which it was sent.",
            code="stale_form",
            hint="Nothing was done. Go back, load the page again and send it once more.",
        )
