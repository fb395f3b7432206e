"""The companies, the logins that reach them, and the session tokens that are made of logins."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sandbox.norwegian_time import Clock, midnight
from sandbox.tripletex.books import Books

OWN_COMPANY = "0"
"""The user name of who means the company of the employee token."""


@dataclass(frozen=True)
class Company:
    """A company; product groups are there only with Logistics."""

    id: int
    name: str
    books: Books
    has_logistics: bool = True
    organization_number: str = ""


@dataclass(frozen=True)
class Login:
    """An employee token: the first of the companies is its own, the others are reached as an accountant's proxy."""

    employee_token: str = field(repr=False)
    companies: Sequence[Company]
    employee_id: int
    may_invoice: bool = True

    @property
    def own(self) -> Company:
        """The company that the employee works in."""
        return self.companies[0]

    def company(self, user: str) -> Company | None:
        """The company that a user name means; None for one that is not reached."""
        if user == OWN_COMPANY:
            return self.own
        return next((company for company in self.companies if str(company.id) == user), None)


@dataclass(frozen=True)
class Session:
    """A session token, and the day at whose beginning it ends."""

    id: int
    token: str = field(repr=False)
    login: Login
    expires: date


class Sessions:
    """The session tokens that are good."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sessions: dict[str, Session] = {}
        self._made = 0

    def begin(self, login: Login, expires: date) -> Session:
        """Make a token."""
        self._made += 1
        session = Session(self._made, secrets.token_urlsafe(48), login, expires)
        self._sessions[session.token] = session
        return session

    def find(self, token: str | None) -> Session | None:
        """A session by its token; None when it is unknown, or has ended."""
        session = self._sessions.get(token or "")
        if session is not None and self._clock() >= midnight(session.expires):
            del self._sessions[session.token]
            return None
        return session

    def end(self, token: str | None) -> bool:
        """End a session; False when there is none."""
        return self._sessions.pop(token or "", None) is not None

    def end_all(self) -> None:
        """End every session."""
        self._sessions.clear()
