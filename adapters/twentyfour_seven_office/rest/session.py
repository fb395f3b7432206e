"""One business's way into the API: its token is got, kept, and renewed before it ends, or when it is refused."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlencode, urljoin, urlsplit

from adapters.http_api.json_answer import TokenEnded
from adapters.http_api.json_values import id_in
from adapters.http_api.kept_login import MOST_TRIES, KeptLogin
from adapters.http_api.troubles import Context, trouble
from adapters.http_api.values import text_in
from adapters.pace import Pace
from adapters.twentyfour_seven_office.account import books_of
from adapters.twentyfour_seven_office.rest.json_values import item_in, items_in
from adapters.twentyfour_seven_office.rest.operations import GET_ORGANIZATION, LOGIN, Operation
from adapters.twentyfour_seven_office.rest.settings import RestConnection, RestSettings
from adapters.twentyfour_seven_office.rest.token import Token, fingerprint_of, login_request, token_in
from core.books import Account, Books
from core.errors import AccessRefused
from core.ports.surroundings import Surroundings

if TYPE_CHECKING:
    from adapters.twentyfour_seven_office.rest.client import RestClient


class BusinessSession:
    """Calls made in one business's name. Safe to use from many threads: they log in once.

    `parallel_calls` are those that a method which takes many may make at once; `pace` is how fast all of them go out.
    """

    def __init__(
        self,
        *,
        business: str,
        connection: RestConnection,
        surroundings: Surroundings,
        settings: RestSettings,
        system: str,
        client: Callable[[], "RestClient"],
    ) -> None:
        self._business = business
        self._connection = connection
        self._clock = surroundings.clock
        self._observer = surroundings.observer
        self._system = system
        self._root = settings.rest_url
        self._client = client
        self._fingerprint = fingerprint_of(connection, settings)
        self._login = KeptLogin(business, surroundings.sessions, fingerprint=self._fingerprint, read=Token.from_text)
        self.pace = Pace()
        self.parallel_calls = settings.parallel_calls

    def call(self, operation: Operation, *, body: Any = None, **ids: int) -> Any:
        """Call an operation, and return what its JSON holds. `ids` fill the braces of its path.

        A call that is refused for going too fast did nothing, and is made again when its turn comes, as all of the
        business's; until that would take too long.
        A call whose token is refused did nothing, and is repeated: with a token that another process has kept
        meanwhile, or else with a new one, once.
        Errors: those of RestClient.call; AccessRefused where there is no way in; TryAgain, code `session_lost`, when a
        new token is not accepted either: who is not let in is told so when logging in, and without rights it is a 403.
        """
        return self._exchange(operation, self._root + operation.path.format(**ids), body)[0]

    def pages(
        self,
        operation: Operation,
        query: Mapping[str, object] | None = None,
        *,
        ids: Mapping[str, int] | None = None,
    ) -> Iterator[Sequence[Mapping[str, Any]]]:
        """Read a listing page by page, each when it is asked for.

        What is None in the query is left out; `ids` fill the braces of the path.
        Errors: those of `call`; TryAgain, code `broken_answer`, when a page is none, or the next one is named outside
        the API or for the second time.
        """
        asked = {name: value for name, value in (query or {}).items() if value is not None}
        url: str | None = self._root + operation.path.format(**(ids or {})) + (f"?{urlencode(asked)}" if asked else "")
        seen: set[str] = set()
        while url:
            seen.add(url)
            document, link = self._exchange(operation, url)
            yield items_in(document, operation)
            if link is None:
                return
            url = next_page_url(link, page=url, root=self._root)
            if url is None or url in seen or len(seen) >= MOST_PAGES:
                raise trouble(operation, "broken_answer")

    def books(self) -> Books:
        """Say for whose books the token is; gets one where none is kept. The company's name is the one it must have.

        Errors: AccessRefused; TryAgain.
        """
        self._token(besides=set())
        return books_of(self._connection.organization_id, self._connection.account_name or "")

    def account(self) -> Account:
        """Ask whose books these are.

        Errors: those of `call`; AccessRefused, code `wrong_company`, when they are not those that are meant.
        """
        account = account_in(self.call(GET_ORGANIZATION))
        self._require_company(account)
        return account

    def _exchange(self, operation: Operation, url: str, body: Any = None) -> tuple[Any, str | None]:
        ended: set[str] = set()
        client = self._client()  # the first loads httpx, which is not the call's time
        for _ in range(MOST_TRIES):
            token, is_new = self._token(besides=ended)
            turn = self.pace.turn()
            try:
                while True:
                    with turn, self._observer.call(self._system, operation.name, self._business):
                        return client.call(operation, url, token=token.text, body=body, context=self._context(token))
            except TokenEnded as error:
                lost = error
                ended.add(token.text)
                if is_new:
                    break
        raise lost

    def _ask_company(self, client: "RestClient", token: Token) -> Any:
        url, context = self._root + GET_ORGANIZATION.path, self._context(token)
        with self._observer.call(self._system, GET_ORGANIZATION.name, self._business):
            return client.call(GET_ORGANIZATION, url, token=token.text, context=context)[0]

    def _token(self, *, besides: set[str]) -> tuple[Token, bool]:
        """Return a token other than those known to be refused, and whether this call has got it."""
        return self._login.live(
            is_live=lambda token: token.text not in besides and self._clock.now() < token.usable_until,
            log_in=lambda _last: self._log_in(),
        )

    def _log_in(self) -> Token:
        """Get a token, and make sure that it reaches the right company before anything uses it."""
        asked_at = self._clock.now()
        client = self._client()
        with self._observer.call(self._system, LOGIN.name, self._business):
            answer = client.log_in(login_request(self._connection), context=self._context())
        token = token_in(answer, fingerprint=self._fingerprint, asked_at=asked_at)
        if self._connection.account_name is not None:
            self._require_company(account_in(self.pace.keep(partial(self._ask_company, client, token))))
        return token

    def _require_company(self, account: Account) -> None:
        wanted = self._connection.account_name
        if wanted is not None and account.name.strip() != wanted.strip():
            raise AccessRefused(
                f'{GET_ORGANIZATION.where}: organization_id belongs to another company than "{wanted}"; '
                "nothing else was read or written there.",
                code="wrong_company",
                hint="Correct organization_id or account_name (business add), then run business verify.",
            )

    def _context(self, token: Token | None = None) -> Context:
        secrets = [self._connection.client_secret.get_secret_value(), *([token.text] if token else [])]
        return Context(now=self._clock.now(), secrets=tuple(secrets))


def account_in(document: Any) -> Account:
    """Read whose books these are.

    Errors: TryAgain, code `broken_answer`.
    """
    organization = item_in(document, GET_ORGANIZATION)
    return Account(name=text_in(organization.get("name")) or "", id=id_in(organization["id"]) or "")


MOST_PAGES = 20_000  # two million customers; beyond that the pages lead in circles


def next_page_url(link: str, *, page: str, root: str) -> str | None:
    """Return the address of the next page; None when it leads out of the API, where no token of ours may go.

    `page` is the address of the page that names it, `root` the API's.
    """
    try:
        url = urljoin(page, link)
        found, own = urlsplit(url), urlsplit(root)
        is_same = (found.scheme, found.hostname, _port(found.scheme, found.port)) == (
            own.scheme,
            own.hostname,
            _port(own.scheme, own.port),
        )
    except ValueError:
        return None
    path = unquote(found.path)
    if not is_same or "@" in found.netloc or "\\" in url or not path.startswith(f"{own.path}/") or ".." in path:
        return None
    return url.split("#")[0]


def _port(scheme: str, port: int | None) -> int | None:
    return port or {"https": 443, "http": 80}.get(scheme)
