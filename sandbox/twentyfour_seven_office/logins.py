"""Sessions: state on the server that says who calls and in which company.

docs/24sevenoffice.md, "Sessions": two businesses that share a session id write into each other's books, because the
company is the session's and not the request's.
"""

import secrets
import string
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.twentyfour_seven_office.norwegian_time import Clock
from sandbox.twentyfour_seven_office.refusals import CallRefusedError
from sandbox.twentyfour_seven_office.throttle import Throttle
from sandbox.twentyfour_seven_office.users import Account, User

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
