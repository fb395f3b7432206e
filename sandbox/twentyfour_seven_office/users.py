"""Who may call, for which companies, and what they hold once let in: a session over SOAP, a token over REST.

docs/24sevenoffice.md, "Sessions": one user reaches several companies, and lands in a default one that may be the
wrong one. Two businesses that share a session id write into each other's books, because the company is the session's
and not the request's. Logging in again and again with the same credentials is throttled. "REST": OAuth 2.0 client
credentials; the company is named when the token is asked for, and is the token's.
"""

import secrets
import string
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sandbox.norwegian_time import Clock
from sandbox.twentyfour_seven_office.books import Books
from sandbox.twentyfour_seven_office.refusals import CallRefusedError


@dataclass
class Account:
    """A company that uses 24SevenOffice, with its books and what its contract covers.

    The integration's user is invited with the Invoicing package only, so AccountService is refused unless
    `account_service` says otherwise; `vat_types_refused` closes ClientService.GetVatTypeList, `dimensions_refused`
    the lists of departments and projects.
    """

    name: str
    identity_id: str
    number: int
    books: Books
    invoicing_package: bool = True
    account_service: bool = False
    vat_types_refused: bool = False
    dimensions_refused: bool = False
    department_required: bool = False
    project_required: bool = False


@dataclass
class User:
    """A user. The first of `accounts` is the default identity; `blocked` ones may not be used."""

    username: str
    password: str = field(repr=False)
    application_id: str
    accounts: list[Account]
    blocked: list[Account]

    def may_use(self, account: Account) -> bool:
        """Whether the identity is open to this user."""
        return any(account is open_account for open_account in self.accounts)

    def account(self, identity_id: str) -> Account | None:
        """The company behind an identity of this user, blocked or not."""
        wanted = identity_id.lower()
        return next((account for account in self.accounts + self.blocked if account.identity_id == wanted), None)

    @property
    def default_account(self) -> Account | None:
        """Where a login without an identity lands."""
        return next(iter(self.accounts + self.blocked), None)


class Users:
    """All users, by user name; an e-mail address, so capitals make no difference."""

    def __init__(self) -> None:
        self._users: dict[str, User] = {}

    def add(self, user: User) -> None:
        """Add a user, or put one in the place of another of the same name."""
        self._users[user.username.lower()] = user

    def authenticated(self, username: str, password: str, application_id: str) -> User | None:
        """The user these credentials belong to; None when anything about them is wrong."""
        user = self._users.get(username.lower())
        if user is None or user.password != password:
            return None
        return user if user.application_id.lower() == application_id.lower() else None


ID_LENGTH = 24  # docs/24sevenoffice.md, "Sessions": a session id of 24 characters
THROTTLED = "Too many login attempts. Please try again later."


@dataclass
class Session:
    """A live session."""

    id: str
    user: User
    account: Account
    last_used: datetime


class Sessions:
    """The live sessions.

    `lifetime` is in seconds since last use, None for ever. `logins_per_minute` is how often one user may log
    in within a minute before being throttled; 0 is without limit.
    """

    def __init__(self, clock: Clock, *, lifetime: float | None, logins_per_minute: int) -> None:
        self.lifetime = lifetime
        self.logins_per_minute = logins_per_minute
        self._clock = clock
        self._live: dict[str, Session] = {}
        self._throttle = Throttle(clock)

    def begin(self, user: User, account: Account, *, cookie: str | None) -> Session:
        """Begin a session in a company.

        As ASP.NET does, a login that carries the cookie of a live session moves that session rather than
        making another: whoever else uses its id is moved along.

        Errors: CallRefusedError when the user has logged in too often.
        """
        if not self._throttle.admits(user.username, self.logins_per_minute):
            raise CallRefusedError(THROTTLED)
        session = self.find(cookie)
        if session is None:
            alphabet = string.ascii_lowercase + "012345"
            new_id = "".join(secrets.choice(alphabet) for _ in range(ID_LENGTH))
            session = Session(new_id, user, account, self._clock())
            self._live[new_id] = session
        session.user, session.account = user, account
        return session

    def find(self, session_id: str | None) -> Session | None:
        """The live session of this id, its idle time begun anew."""
        session = self._live.get(session_id or "")
        if session is None:
            return None
        now = self._clock()
        if self.lifetime is not None and now - session.last_used > timedelta(seconds=self.lifetime):
            del self._live[session.id]
            return None
        session.last_used = now
        return session

    def end(self, session_id: str | None) -> None:
        """End one session, if it lives."""
        self._live.pop(session_id or "", None)

    def end_all(self) -> None:
        """End every session."""
        self._live.clear()

    def forget_logins(self) -> None:
        """Let a throttled user log in again at once."""
        self._throttle.clear()


TOKEN_BYTES = 32


@dataclass
class Client:
    """A client, and the companies it may ask a token for."""

    client_id: str
    client_secret: str = field(repr=False)
    accounts: list[Account]

    def account(self, organization_id: str) -> Account | None:
        """The company of this organization id, where the client may use it."""
        return next((account for account in self.accounts if str(account.number) == organization_id), None)


@dataclass(frozen=True)
class Token:
    """A token: opaque, and good for one company until it ends."""

    text: str = field(repr=False)
    account: Account
    ends: datetime


class Clients:
    """The clients and their live tokens.

    `token_lifetime` is in seconds. `tokens_per_minute` is how often one client may ask for a token of one
    company within a minute; 0 is without limit.
    """

    def __init__(self, clock: Clock, *, token_lifetime: float, tokens_per_minute: int) -> None:
        self.token_lifetime = token_lifetime
        self.tokens_per_minute = tokens_per_minute
        self._clock = clock
        self._clients: dict[str, Client] = {}
        self._live: dict[str, Token] = {}
        self._throttle = Throttle(clock)

    def add(self, client: Client) -> None:
        """Add a client, or put one in the place of another of the same id."""
        self._clients[client.client_id] = client

    def authenticated(self, client_id: str, client_secret: str) -> Client | None:
        """The client these credentials belong to; None when anything about them is wrong."""
        client = self._clients.get(client_id)
        return client if client is not None and client.client_secret == client_secret else None

    def issue(self, client: Client, account: Account) -> Token | None:
        """A new token; earlier ones stay good. None when too many were asked for."""
        if not self._throttle.admits(f"{client.client_id} {account.number}", self.tokens_per_minute):
            return None
        ends = self._clock() + timedelta(seconds=self.token_lifetime)
        token = Token(secrets.token_urlsafe(TOKEN_BYTES), account, ends)
        self._live[token.text] = token
        return token

    def token(self, text: str | None) -> Token | None:
        """The live token that reads so."""
        token = self._live.get(text or "")
        if token is not None and self._clock() >= token.ends:
            del self._live[token.text]
            return None
        return token

    def revoke(self, text: str | None) -> None:
        """Take one token back, if it lives."""
        self._live.pop(text or "", None)

    def revoke_all(self) -> None:
        """Take every token back."""
        self._live.clear()

    def forget_logins(self) -> None:
        """Let a throttled client ask again at once."""
        self._throttle.clear()


WINDOW = timedelta(minutes=1)


class Throttle:
    """Log-ins counted by who they are of; those refused don't count."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._logins: dict[str, deque[datetime]] = defaultdict(deque)

    def admits(self, name: str, per_minute: int) -> bool:
        """Count a log-in; False when there were so many within a minute already. 0 is without limit."""
        logins, now = self._logins[name], self._clock()
        while logins and now - logins[0] >= WINDOW:
            logins.popleft()
        if per_minute and len(logins) >= per_minute:
            return False
        logins.append(now)
        return True

    def clear(self) -> None:
        """Forget all log-ins."""
        self._logins.clear()
