"""One request of a person's: who it is, in which language and theme, and how it is answered with a page."""

import gzip
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.enums import MediaType
from litestar.types import HTTPScope, Scope

from core.errors import KvittError, NotAuthenticated, TryAgain
from core.passkey import Site, site_of
from core.rights import Need
from core.session import Session
from core.use_cases.sign_in import SignedIn
from core.user import User
from entrypoints.console.csrf import masked
from entrypoints.console.forms import Form
from entrypoints.console.rendering import rendered
from entrypoints.console.wording import said_document
from entrypoints.http.language import language_of
from entrypoints.language.at_hand import Language, speaking
from entrypoints.problem import problem_document

OPEN = "open"
"""Under which a route says in its options that it needs nobody signed in."""

LANGUAGE_COOKIE, THEME_COOKIE, TOLD_COOKIE = "kvitt_language", "kvitt_theme", "kvitt_told"
BUSINESS_COOKIE = "kvitt_business"
THEMES = ("light", "dark")

Page = Response[bytes]
"""What a page's handler answers with."""

_VISIT = "kvitt.visit"
_QUICKLY = 4  # of gzip's levels: most of what can be saved, in a millisecond
_LONGEST_TOLD = 500
_A_YEAR = 365 * 24 * 60 * 60
_OWN_ADDRESS = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")
"""A path of this site, with its query: what begins with two slashes leads to another one."""


class Visit:
    """A request of the console's. `signed_in` is None for whoever is not; `theme` is None where the browser decides.

    `told` is what is to be told of what was done just before; `nearby` is the business that is offered where the page
    is about none.
    """

    def __init__(
        self,
        scope: HTTPScope,
        *,
        language: Language,
        theme: str | None = None,
        told: str = "",
        signed_in: SignedIn | None = None,
    ) -> None:
        self.scope = scope
        self.language = language
        self.theme = theme
        self.told = told
        self.signed_in = signed_in
        self.nearby: str | None = None

    @property
    def user(self) -> User:
        """Whoever is signed in. Errors: NotAuthenticated."""
        if self.signed_in is None:
            raise _nobody()
        return self.signed_in.user

    @property
    def session(self) -> Session:
        """The session of whoever is signed in. Errors: NotAuthenticated."""
        if self.signed_in is None:
            raise _nobody()
        return self.signed_in.session

    @cached_property
    def csrf(self) -> str:
        """What every form must bring along; "" where nobody is signed in."""
        return masked(self.signed_in.session.csrf) if self.signed_in else ""

    @property
    def business(self) -> str | None:
        """The business that the page is about."""
        named = self.scope.get("path_params", {}).get("business")
        return str(named) if named else None

    @property
    def current(self) -> str | None:
        """The business whose pages are offered: the page's own, or the one nearby; None where there are several."""
        return self.business or self.nearby

    @property
    def wanted_businesses(self) -> Sequence[str]:
        """The business that the query asks for, and the one that was looked at last; such as can be one."""
        last = unquote(Request[Any, Any, Any](self.scope).cookies.get(BUSINESS_COOKIE, ""))
        return [name for name in (dict(self._query).get("business"), last) if name and name.isprintable()]

    @property
    def path(self) -> str:
        """The path as it was sent, percent-encoded; with one slash before it, for with two it leads to another site."""
        return "/" + self.scope["path"].lstrip("/\\")

    @property
    def address(self) -> str:
        """The path with its query."""
        query = self.scope["query_string"].decode("latin-1")
        return f"{self.path}?{query}" if query else self.path

    def may(self, need: str, business: str | None = None) -> bool:
        """Whether whoever is signed in may do this, by the name of a Need; for templates."""
        try:
            self.user.require(Need(need), business)
        except KvittError:
            return False
        return business is None or self.user.is_for(business)

    def with_query(self, **changed: str | None) -> str:
        """Return the address of this page with other values in its query; None takes one out."""
        kept = [(name, value) for name, value in self._query if name not in changed]
        asked = [*kept, *((name, value) for name, value in changed.items() if value is not None)]
        return f"{self.path}?{urlencode(asked)}" if asked else self.path

    def forget_query(self) -> None:
        """Have no link of the page carry this address's query on, for a secret is in it."""
        self.scope["query_string"] = b""

    @property
    def _takes_small(self) -> bool:
        return any(name == b"accept-encoding" and b"gzip" in value for name, value in self.scope["headers"])

    @property
    def _query(self) -> Sequence[tuple[str, str]]:
        return parse_qsl(self.scope["query_string"].decode("latin-1"), keep_blank_values=True)

    def page(
        self,
        template: str,
        *,
        status: int = HTTPStatus.OK,
        error: KvittError | None = None,
        headers: Mapping[str, str] | None = None,
        **shown: Any,
    ) -> Page:
        """Answer with a page. `error`: what stood in the way, shown by the page, under the status that goes with it.

        The template knows this visit as `visit`, the error's problem document as `problem` and the rest by its names.
        """
        with speaking(self.language):
            problem = said_document(problem_document(error)) if error else None
            if problem and isinstance(error, TryAgain):
                problem["not_before"] = error.not_before
            content = rendered(template, visit=self, problem=problem, **shown)
        if problem and status == HTTPStatus.OK:
            status = HTTPStatus.UNPROCESSABLE_ENTITY if error and error.faults else problem["status"]
        response = Response(content, status_code=status, media_type=MediaType.HTML, headers=headers)
        response.headers["Content-Language"] = self.language.value
        if self._takes_small:
            response.content = gzip.compress(content, _QUICKLY, mtime=0)
            response.headers["Content-Encoding"] = "gzip"
        if self.told:
            response.delete_cookie(TOLD_COOKIE)
        if self.business and status == HTTPStatus.OK and self.business not in self.wanted_businesses:
            response.set_cookie(self.cookie(BUSINESS_COOKIE, quote(self.business, safe="")))
        return response

    def confirm(
        self,
        form: Form,
        question: str,
        *,
        sure: str,
        back: str,
        about: str = "",
        items: Sequence[str] = (),
    ) -> Page:
        """Ask before something is done that can't be undone: the same form once more, with `confirmed` on its button.

        `sure` is what the button says, `back` where one goes who would rather not; `items` is what it is about.
        """
        return self.page(
            "confirm", question=question, about=about, items=items, fields=form.fields, sure=sure, back=back
        )

    def go(self, address: str, *, told: str = "") -> Page:
        """Answer with the way to another page; it tells there what was done."""
        response = Response(b"", status_code=HTTPStatus.SEE_OTHER, headers={"Location": address})
        if told:
            response.set_cookie(self.cookie(TOLD_COOKIE, quote(told[:_LONGEST_TOLD], safe="")))
        return response

    def cookie(self, name: str, value: str, *, max_age: int | None = None) -> Cookie:
        """Make a cookie that scripts can't read, sent to this site's pages alone."""
        return Cookie(
            key=name, value=value, path="/", httponly=True, samesite="lax", secure=self.scope["scheme"] == "https",
            max_age=max_age,
        )  # fmt: skip

    def preferred(self) -> Page | None:
        """Keep what the query chooses, `lang` or `theme`, and lead to the same page without it; None where nothing."""
        asked = dict(self._query)
        cookies = []
        if (language := asked.get("lang")) in tuple(Language):
            cookies.append(self.cookie(LANGUAGE_COOKIE, str(language), max_age=_A_YEAR))
        if (theme := asked.get("theme")) in (*THEMES, "system"):
            cookies.append(self.cookie(THEME_COOKIE, str(theme), max_age=_A_YEAR))
        if not cookies or self.scope["method"] != "GET":
            return None
        response = self.go(self.with_query(lang=None, theme=None))
        for cookie in cookies:
            response.set_cookie(cookie)
        return response


def begun(scope: HTTPScope, *, otherwise: Language) -> Visit:
    """Begin a visit, of nobody yet, in the language of its cookie, of its browser, or `otherwise`."""
    cookies = Request[Any, Any, Any](scope).cookies
    chosen = cookies.get(LANGUAGE_COOKIE)
    theme = cookies.get(THEME_COOKIE)
    told = unquote(cookies.get(TOLD_COOKIE, ""), errors="replace")
    return Visit(
        scope,
        language=Language(chosen) if chosen in tuple(Language) else language_of(scope, otherwise),
        theme=theme if theme in THEMES else None,
        told=told if told.isprintable() else "",
    )


def keep(scope: Scope, visit: Visit) -> None:
    """Have a request's visit found again."""
    scope["state"][_VISIT] = visit


def visit_of(scope: Scope) -> Visit:
    """Return a request's visit; one that was refused before it began is nobody's."""
    visit = scope["state"].get(_VISIT)
    if isinstance(visit, Visit):
        return visit
    return begun(scope, otherwise=Language.ENGLISH)  # type: ignore[arg-type]  # only HTTP gets here


def own_address(text: str | None) -> str:
    """Return an address if it leads to this site, and no further; otherwise that of the first page."""
    return text if text and _OWN_ADDRESS.fullmatch(text) and not urlsplit(text).netloc else "/"


def caller_of(visit: Visit) -> str | None:
    """Return the IP address that a request comes from, where it is known."""
    client = visit.scope.get("client")
    return client[0] if client else None


def site_at(visit: Visit) -> Site | None:
    """Return the console's site as the browser names it; None where browsers use no passkeys."""
    return site_of(visit.scope["scheme"], host_of(visit))


def host_of(visit: Visit) -> str:
    """Return the request's own host, with its port."""
    return Request[Any, Any, Any](visit.scope).headers.get("host", "")


def _nobody() -> NotAuthenticated:
    return NotAuthenticated("Nobody is signed in here.", code="not_signed_in", hint="Sign in.")
