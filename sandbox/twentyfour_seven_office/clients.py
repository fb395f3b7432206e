"""Who may call over REST: clients, and the tokens that they are given for a company.

docs/24sevenoffice.md, "REST": OAuth 2.0 client credentials; the company is named when the token is asked for, and is
the token's.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sandbox.twentyfour_seven_office.norwegian_time import Clock
from sandbox.twentyfour_seven_office.throttle import Throttle
from sandbox.twentyfour_seven_office.users import Account

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
