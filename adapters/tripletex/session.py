"""One business's way into the API: its session token is got, kept, and renewed before it ends or when it is refused."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from adapters.http_api.json_answer import TokenEnded
from adapters.http_api.json_values import Item, id_in
from adapters.http_api.kept_login import MOST_TRIES, KeptLogin
from adapters.http_api.troubles import Context, trouble
from adapters.pace import Pace
from adapters.tripletex.companies import (
    CLIENT_FIELDS,
    OWN_COMPANY,
    WHO_AM_I_FIELDS,
    Reached,
    chosen_company,
    client_in,
    of_name,
    own_company_in,
)
from adapters.tripletex.login import Ids, Login, fingerprint_of, login_request, token_in, usable_until
from adapters.tripletex.operations import GET_CLIENTS, LOGIN, WHO_AM_I, Operation
from adapters.tripletex.settings import TripletexConnection, TripletexSettings, consumer_token_of
from adapters.tripletex.values import AS_THEY_ARE, more_than, values_in
from core.books import Account, Books
from core.errors import AccessRefused, TryAgain
from core.ports.surroundings import Surroundings

if TYPE_CHECKING:
    from adapters.tripletex.client import TripletexClient

PAGE = 1000
MOST_PAGES = 20_000  # beyond that the pages lead in circles

_SYSTEM = "tripletex"


class BusinessSession:
    """Calls made in one business's name. Safe to use from many threads: they log in once."""

    def __init__(
        self,
        *,
        business: str,
        connection: TripletexConnection,
        surroundings: Surroundings,
        settings: TripletexSettings,
        system: str,
        client: Callable[[], "TripletexClient"],
    ) -> None:
        self._business = business
        self._account_name = connection.account_name
        self._employee_token = connection.employee_token
        self._consumer_token = consumer_token_of(connection, settings)
        self._clock = surroundings.clock
        self._observer = surroundings.observer
        self._system = system
        self._client = client
        self._fingerprint = fingerprint_of(
            connection, url=settings.url, consumer_token=self._consumer_token.get_secret_value()
        )
        self._pace = Pace()
        self._lock = Lock()
        self._company_id: str | None = None
        self._has_moved = False
        self._login = KeptLogin(business, surroundings.sessions, fingerprint=self._fingerprint, read=Login.from_text)

    def call(
        self,
        operation: Operation,
        *,
        query: Mapping[str, object] | None = None,
        body: Any = None,
        number: int | None = None,
    ) -> Any:
        """Call an operation within the business's company, and return what its JSON holds.

        What is None in the query is left out; `number` fills the braces of the path. A call whose token is refused did
        nothing, and is repeated: with a token that another process has kept meanwhile, or else with a new one, once.
        One that is refused for going too fast is made again when its turn comes (adapters.pace).
        Errors: those of TripletexClient.call; AccessRefused where there is no way in; TryAgain, code `session_lost`,
        when a new token is not accepted either.
        """
        asked = {name: value for name, value in (query or {}).items() if value is not None}
        ended: set[str] = set()
        client = self._client()  # the first loads httpx, which is not the call's time
        for _ in range(MOST_TRIES):
            login, is_new = self._live(besides=ended)
            turn = self._pace.turn()
            try:
                while True:
                    with turn, self._observer.call(self._system, operation.name, self._business):
                        return client.call(
                            operation,
                            user=login.company.user,
                            token=login.token,
                            query=asked,
                            body=body,
                            number=number,
                            context=self._context(login.token),
                        )
            except TokenEnded as error:
                lost = error
                ended.add(login.token)
                if is_new:
                    break
        raise lost

    def pages(
        self, operation: Operation, query: Mapping[str, object] | None = None, *, most: int = PAGE
    ) -> Iterator[Sequence[Item]]:
        """Read a listing page by page, `most` on each, when it is asked for.

        Pages are cut by position, and what is deleted meanwhile moves the rest up. So each begins with the last item of
        the one before; where it does not, the one before is read once more, and no item is missed.
        Errors: those of `call`; TryAgain, code `broken_answer`, when a page is none, or they lead in circles.
        """
        return self._pages(operation, query, self.call, most=most)

    def _pages(
        self,
        operation: Operation,
        query: Mapping[str, object] | None,
        call: Callable[..., Any],
        *,
        most: int = PAGE,
    ) -> Iterator[Sequence[Item]]:
        start, before = 0, frozenset[str]()
        for _ in range(MOST_PAGES):
            document = call(operation, query={**(query or {}), "from": start, "count": most, "sorting": "id"})
            items = values_in(document, operation)
            ids = frozenset(item_id for item in items if (item_id := id_in(item.get("id"))))
            if start and before and not before & ids:
                start = max(0, start - most)
                continue
            fresh = [item for item in items if id_in(item.get("id")) not in before]
            if fresh:
                yield fresh
            if len(items) < most and not (fresh and more_than(document, start + len(items))):
                return
            if not fresh:
                break
            start, before = start + max(len(items) - 1, 1), ids
        raise trouble(operation, "broken_answer")

    @property
    def has_moved(self) -> bool:
        """Whether logging in has come to lead to another company than before: then no call is made any more."""
        return self._has_moved

    def books(self) -> Books:
        """Say whose books these are, as the login told; logs in where no login is kept.

        Errors: AccessRefused; TryAgain.
        """
        company = self._live(besides=set())[0].company
        return Books(system=_SYSTEM, company_id=company.id, company=company.name.strip())

    def account(self) -> Account:
        """Ask whose books these are.

        Errors: those of `call`; AccessRefused, code `wrong_company`, when they are not those that are meant.
        """
        company = self._live(besides=set())[0].company
        if company.user == OWN_COMPANY:
            reached = [own_company_in(self.call(WHO_AM_I, query={"fields": WHO_AM_I_FIELDS}))]
        else:
            pages = self.pages(GET_CLIENTS, {"fields": CLIENT_FIELDS})
            reached = [client for page in pages for item in page if (client := client_in(item))]
        if not any(one.company.id == company.id for one in of_name(self._account_name, reached)):
            raise AccessRefused(
                f'{WHO_AM_I.where}: the token no longer leads to "{self._account_name}"; nothing else was read or '
                "written there.",
                code="wrong_company",
                hint="Correct account_name or employee_token (business set), then run business verify.",
            )
        return Account(name=company.name, id=company.id)

    def ids(self, kind: str, wanted: str, look_up: Callable[[], Ids]) -> int | None:
        """Return the vendor's id of what goes by this code, as it was looked up once, or is now; None for none."""
        login, _ = self._live(besides=set())
        known = login.known.get(kind, {})
        if wanted not in known:
            known = look_up()
            self.remember(kind, known)
        return known.get(wanted)

    def remember(self, kind: str, ids: Ids) -> None:
        """Keep what was looked up, for this process and those after it."""
        login = self._login.at_hand
        if login and any(login.known.get(kind, {}).get(name) != number for name, number in ids.items()):
            self._login.put_in_place_of(login, login.knowing(kind, ids))

    def _live(self, *, besides: set[str]) -> tuple[Login, bool]:
        """Return a login other than those known to have ended, and whether this call has made it.

        Errors: TryAgain, code `books_changed`, when it leads to another company than those before it.
        """
        login, is_new = self._login.live(
            is_live=lambda login: login.token not in besides and self._clock.now() < login.usable_until,
            log_in=self._log_in,
        )
        with self._lock:
            self._company_id = self._company_id or login.company.id
            self._has_moved = self._has_moved or login.company.id != self._company_id
        if self._has_moved:
            raise TryAgain(
                f'{LOGIN.where}: "{self._account_name}" is now another company than before; nothing was read or '
                "written there.",
                code="books_changed",
                hint="Nothing to do: Kvitt decides again what may be done in these books.",
            )
        return login, is_new

    def _log_in(self, last: Login | None) -> Login:
        """Get a token, and choose the company before anything uses it."""
        now, client = self._clock.now(), self._client()
        asked = login_request(
            employee_token=self._employee_token.get_secret_value(),
            consumer_token=self._consumer_token.get_secret_value(),
            now=now,
        )
        with self._observer.call(self._system, LOGIN.name, self._business):
            token = token_in(client.log_in(asked, context=self._context()))
        reached = self._choose(token)
        is_same = last is not None and last.company.id == reached.company.id
        known = {**(last.known if last and is_same else {}), **reached.known}
        if last and is_same:
            known = {kind: {**last.known.get(kind, {}), **ids} for kind, ids in known.items()}
        return Login(self._fingerprint, usable_until(now), reached.company, token, known)

    def _choose(self, token: str) -> Reached:
        """Choose the company of the business's name: that of the token, or else one that it reaches."""
        ask = partial(self._ask, token=token)
        own = own_company_in(ask(WHO_AM_I, query={"fields": WHO_AM_I_FIELDS}))
        if of_name(self._account_name, [own]):
            return own
        pages = self._pages(GET_CLIENTS, {"fields": CLIENT_FIELDS}, ask)
        clients = [client for page in pages for item in page if (client := client_in(item))]
        return chosen_company(self._account_name, [own, *clients], where=WHO_AM_I.where)

    def _ask(self, operation: Operation, *, token: str, query: Mapping[str, object]) -> Any:
        """Ask in the name of the token's own company, before one is chosen."""
        client = self._client()

        def ask() -> Any:
            with self._observer.call(self._system, operation.name, self._business):
                return client.call(operation, user=OWN_COMPANY, token=token, query=query, context=self._context(token))

        return self._pace.keep(ask)

    def _context(self, *tokens: str) -> Context:
        secrets = [self._employee_token.get_secret_value(), self._consumer_token.get_secret_value(), *tokens]
        written = [quote_plus(secret, safe=AS_THEY_ARE) for secret in secrets]  # as they stand in an address
        return Context(now=self._clock.now(), secrets=tuple(dict.fromkeys([*secrets, *written])))
