"""The pages by their addresses: what each shows, in which language and colours, and what a refused form leaves."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from sandbox.exchange import Reply
from sandbox.faults import EVERY_OPERATION, KINDS, MEANINGS
from sandbox.page.orders import PER_PAGE, Asked, Page, Show, number_in, orders_in
from sandbox.page.rendering import STATIC_ROOT, page_reply, rendered, static_reply
from sandbox.page.words import LANGUAGES, Words, language_for, words_of
from sandbox.refused import RefusedError
from sandbox.systems import Systems
from sandbox.tripletex.operations import OPERATION_NAMES as TRIPLETEX_OPERATIONS
from sandbox.twentyfour_seven_office.rest import OPERATION_NAMES as REST_OPERATIONS
from sandbox.twentyfour_seven_office.soap.services import OPERATION_NAMES as SOAP_OPERATIONS

HOME = "/control"
SHOWN_CALLS = 50
CUSTOMER_TYPES = ("Consumer", "Business")
THEMES = ("auto", "light", "dark")

_LANGUAGE, _THEME = "sandbox_language", "sandbox_theme"
_OWN_ADDRESS = re.compile(r"/control(?:[/?#][!-~]*)?")

Query = Mapping[str, str]


@dataclass(frozen=True)
class Trouble:
    """A form that was refused: where it was sent to, what was entered, and why it could not be done."""

    action: str
    entered: Mapping[str, str]
    error: RefusedError
    status: int


@dataclass(frozen=True)
class Reader:
    """Who looks at a page: the words to use, the colours, and the page that is known already, by its ETag."""

    words: Words
    theme: str
    known: str = ""

    @classmethod
    def of(cls, headers: Message) -> "Reader":
        """Read a request's headers."""
        cookies = _cookies_of(headers)
        language = language_for(cookies.get(_LANGUAGE), headers.get("Accept-Language", ""))
        theme = cookies.get(_THEME, "auto")
        return cls(words_of(language), theme if theme in THEMES else "auto", headers.get("If-None-Match", ""))


@dataclass(frozen=True)
class Shown:
    """What a page is made of."""

    template: str
    values: dict[str, Any] = field(default_factory=dict)


class Pages:
    """The pages of a world."""

    def __init__(self, systems: Systems) -> None:
        self._systems, self._world = systems, systems.world
        self._pages: dict[str, Callable[[Query], Shown]] = {
            HOME: self._orders,
            f"{HOME}/customers": self._customers,
            f"{HOME}/faults": self._faults,
            f"{HOME}/calls": self._calls,
        }

    def answer(self, address: str, headers: Message) -> Reply | None:
        """The page or file at an address; None where there is none. `?lang=` and `?theme=` are chosen for good."""
        parts = urlsplit(address)
        if parts.path.startswith(STATIC_ROOT):
            return static_reply(parts.path.removeprefix(STATIC_ROOT))
        if parts.path.rstrip("/") not in self._pages:
            return None
        query = dict(parse_qsl(parts.query))
        return _chosen(parts.path, query) or self._shown(address, Reader.of(headers))

    def refused(self, back: str, trouble: Trouble, headers: Message) -> Reply:
        """The page that a form was on, with what was entered, and why it was refused."""
        return self._shown(back, Reader.of(headers), trouble)

    def _shown(self, address: str, reader: Reader, trouble: Trouble | None = None) -> Reply:
        parts = urlsplit(address)
        query = dict(parse_qsl(parts.query))
        path = parts.path.rstrip("/")
        show = self._pages.get(path, self._orders)
        with self._world.lock:
            shown = show(query)
            html = rendered(
                shown.template,
                reader.words,
                path=path,
                query=query,
                here=_address(path, query),
                address=_address,
                theme=reader.theme,
                themes=THEMES,
                languages=LANGUAGES,
                trouble=trouble,
                faults_waiting=len(self._world.faults.waiting()),
                **shown.values,
            )
        return page_reply(html, status=trouble.status if trouble else 200, known=reader.known)

    def _orders(self, query: Query) -> Shown:
        asked, desks = Asked.of(query), self._systems.desks
        return Shown(
            "orders.html.jinja",
            {"asked": asked, "list": orders_in(desks, asked), "desks": desks, "shows": [*Show]},
        )

    def _customers(self, query: Query) -> Shown:
        desks = self._systems.desks
        company = number_in(query, "company", 0)
        fullest = max(desks, key=lambda desk: desk.number_of_customers, default=None)
        desk = next((desk for desk in desks if desk.number == company), fullest)
        count = max(-(-desk.number_of_customers // PER_PAGE), 1) if desk else 1
        page = Page(min(max(number_in(query, "page", 1), 1), count), count)
        start = (page.number - 1) * PER_PAGE
        return Shown(
            "customers.html.jinja",
            {
                "desk": desk,
                "desks": desks,
                "customers": desk.customers(start, start + PER_PAGE) if desk else [],
                "types": CUSTOMER_TYPES,
                "page": page,
            },
        )

    def _faults(self, _query: Query) -> Shown:
        return Shown(
            "faults.html.jinja",
            {
                "waiting": self._world.faults.waiting(),
                "every": EVERY_OPERATION,
                "soap": SOAP_OPERATIONS,
                "rest": REST_OPERATIONS,
                "tripletex": TRIPLETEX_OPERATIONS,
                "kinds": KINDS,
                "meanings": MEANINGS,
            },
        )

    def _calls(self, _query: Query) -> Shown:
        return Shown(
            "calls.html.jinja",
            {
                "calls": self._world.journal.last(SHOWN_CALLS),
                "quota": self._systems.office.quota,
                "milliseconds": f"{self._world.latency * 1_000:g}",
            },
        )


def way_back(asked: Mapping[str, Any]) -> str:
    """Where a form wants to return to: a page of this sandbox's, or the first one."""
    back = str(asked.get("back", ""))
    return back if _OWN_ADDRESS.fullmatch(back) else HOME


def _address(path: str, query: Query, **changes: object) -> str:
    """An address with some of its query changed; what is empty is left out."""
    told = {name: text for name, value in {**query, **changes}.items() if (text := str(value))}
    return f"{path}?{urlencode(told)}" if told else path


def _chosen(path: str, query: Query) -> Reply | None:
    """The way back to the same page, with a language or colours chosen."""
    chosen = [
        (cookie, query[name])
        for name, cookie, known in (("lang", _LANGUAGE, LANGUAGES), ("theme", _THEME, THEMES))
        if query.get(name) in known
    ]
    if not chosen:
        return None
    kept = {name: value for name, value in query.items() if name not in ("lang", "theme")}
    cookies = tuple(
        ("Set-Cookie", f"{name}={value}; Path={HOME}; Max-Age=31536000; HttpOnly; SameSite=Strict")
        for name, value in chosen
    )
    return Reply(303, location=_address(path, kept), headers=cookies, cache_control="no-store")


def _cookies_of(headers: Message) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(headers.get("Cookie", "")).items()}
    except CookieError:
        return {}
