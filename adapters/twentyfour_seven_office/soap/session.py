"""One business's session: logging in to the right company, keeping the session, and renewing it when it has ended.

docs/24sevenoffice.md, "Sessions": which company a session stands in is state on the server, so a session id belongs
to one business and is never shared; logging in again and again is throttled, so it is kept across restarts.
"""

import hashlib
import json
import re
import time
from dataclasses import asdict, dataclass, field, replace
from threading import Lock
from typing import Any

from adapters.http_api.kept_login import MOST_TRIES, KeptLogin, too_late, waited_long
from adapters.http_api.troubles import Context
from adapters.twentyfour_seven_office.account import books_of
from adapters.twentyfour_seven_office.soap.identities import Identity, chosen_identity, identity_from, login_refused
from adapters.twentyfour_seven_office.soap.operations import GET_IDENTITIES, GET_IDENTITY, LOGIN, Operation
from adapters.twentyfour_seven_office.soap.quota import QUOTA_EXCEEDED, Quota
from adapters.twentyfour_seven_office.soap.refusals import SessionEnded
from adapters.twentyfour_seven_office.soap.settings import OperatorSettings, SoapConnection
from core.books import Books
from core.errors import AccessRefused, Rejected, TryAgain
from core.ports.surroundings import Surroundings

_SESSION_ID = re.compile(r"[A-Za-z0-9_-]{1,200}")  # 24 characters as a rule; it goes into a header
_NO_SESSION = ""


@dataclass(frozen=True)
class KeptSession:
    """A session id, the identity that it stands in, and the company behind that, as kept by `SessionStore`, encrypted.

    The session id is a secret. `fingerprint` tells for which connection it was made: another connection never uses it.
    """

    fingerprint: str
    identity_id: str
    company_id: str
    company: str
    session_id: str = field(repr=False)

    def to_text(self) -> str:
        """Write it down."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str | None) -> "KeptSession | None":
        """Read what was written down; None for nothing, or for what some other version wrote."""
        try:
            found = json.loads(text or "null")
            kept = cls(**{name: found[name] for name in cls.__dataclass_fields__})
        except (ValueError, TypeError, KeyError):
            return None
        return kept if all(isinstance(value, str) for value in asdict(kept).values()) else None


class BusinessSession:
    """Calls made in one business's name. Safe to use from many threads: they log in once."""

    def __init__(
        self,
        *,
        business: str,
        connection: SoapConnection,
        surroundings: Surroundings,
        settings: OperatorSettings,
        quota: Quota,
        system: str,
    ) -> None:
        self._business = business
        self._connection = connection
        self._clock = surroundings.clock
        self._observer = surroundings.observer
        self._system = system
        self._quota = quota
        self._settings = settings
        self._fingerprint = fingerprint_of(connection, api_url=settings.api_url)
        self._lock = Lock()
        self._company_id: str | None = None
        self._has_moved = False
        self._login = KeptLogin(
            business, surroundings.sessions, fingerprint=self._fingerprint, read=KeptSession.from_text
        )

    def call(self, operation: Operation, **arguments: Any) -> Any:
        """Call an operation within the business's company; log in where there is no live session.

        A read that finds its session ended is repeated: with a session that another process has kept meanwhile, or
        else with a new one, once. A write is not, though it did nothing either: logging in takes time, and the
        caller has its intent and its hold to renew before it writes. It gets a live session for its next call. Nor is a
        write sent that had to wait long for its session or its place in the quota.
        Errors: those of SoapClient.call; AccessRefused where there is no way in; TryAgain, code `session_lost`, when
        a new session is not accepted either, or (`at_once`) for a write that may be made again now.
        """
        ended = {_NO_SESSION}
        for _ in range(MOST_TRIES):
            began = time.monotonic()
            session, is_new = self._ensure_session(besides=ended)
            self._quota.take(operation.where)
            if operation.writes and waited_long(began):
                raise too_late(operation.where)
            try:
                return self._send(operation, session_id=session.session_id, **arguments)
            except SessionEnded as error:
                lost = error
                ended.add(session.session_id)
                if is_new:
                    break
                if operation.writes:
                    self._ensure_session(besides=ended)
                    raise TryAgain(error.message, code=error.code, at_once=True) from None
        raise lost

    @property
    def has_moved(self) -> bool:
        """Whether logging in has come to lead to another company than before: then no call is made any more."""
        return self._has_moved

    def books(self) -> Books:
        """Say whose books these are, as the login told; logs in where no session is kept.

        Errors: AccessRefused; TryAgain.
        """
        session, _ = self._ensure_session(besides={_NO_SESSION})
        return books_of(session.company_id, session.company)

    def identity(self) -> Identity:
        """Ask in which company the session stands.

        Errors: those of `call`; AccessRefused, code `wrong_company`, when it is not the business's.
        """
        identity = identity_from(self.call(GET_IDENTITY))
        session = self._login.at_hand
        if identity and session and identity.id == session.identity_id:
            return identity
        if session:  # whatever moved it, nothing of ours may use it again
            self._login.put_in_place_of(session, replace(session, session_id=_NO_SESSION))
        raise self._wrong_company(identity)

    def _ensure_session(self, *, besides: set[str]) -> tuple[KeptSession, bool]:
        """Return a session other than those known to have ended, and whether this call has made it.

        Errors: TryAgain, code `books_changed`, when it stands in another company than those before it.
        """
        session, is_new = self._login.live(
            is_live=lambda session: session.session_id not in besides, log_in=self._log_in
        )
        with self._lock:
            self._company_id = self._company_id or session.company_id
            self._has_moved = self._has_moved or session.company_id != self._company_id
        if self._has_moved:
            raise TryAgain(
                f'{LOGIN.where}: "{self._connection.account_name}" is now another company than before; nothing '
                "was read or written there.",
                code="books_changed",
                hint="Nothing to do: Kvitt decides again what may be done in these books.",
            )
        return session, is_new

    def _log_in(self, last: KeptSession | None) -> KeptSession:
        """Log in to the company known from before; where that is refused, choose it anew, once."""
        if last is not None:
            try:
                return self._log_in_as(last.identity_id)
            except AccessRefused as refusal:
                if refusal.code not in ("identity_blocked", "unknown_identity"):
                    raise
        return self._log_in_as(self._choose_identity().id)

    def _choose_identity(self) -> Identity:
        try:
            answer = self._call_for_login(GET_IDENTITIES, credential=self._credential())
        except Rejected as refusal:
            raise login_refused() from refusal
        return chosen_identity(self._connection.account_name, answer, where=GET_IDENTITIES.where)

    def _log_in_as(self, identity_id: str) -> KeptSession:
        """Log in straight into a company, and make sure that the session stands there before anything uses it."""
        try:
            session_id = self._call_for_login(LOGIN, credential=self._credential(IdentityId=identity_id))
        except Rejected as refusal:
            raise AccessRefused(refusal.message, code="unknown_identity") from refusal
        if not session_id:
            raise login_refused()
        if not _SESSION_ID.fullmatch(session_id):
            raise TryAgain(f"{LOGIN.where}: the answer was broken.", code="broken_answer")
        identity = identity_from(self._call_for_login(GET_IDENTITY, session_id=session_id))
        if identity is None or identity.id != identity_id:
            raise self._wrong_company(identity)
        return KeptSession(
            fingerprint=self._fingerprint,
            identity_id=identity_id,
            company_id=identity.client_id or identity.id,
            company=identity.name,
            session_id=session_id,
        )

    def _credential(self, **more: str) -> dict[str, str]:
        return {
            "ApplicationId": self._connection.application_id.get_secret_value(),
            "Username": self._connection.username,
            "Password": self._connection.password.get_secret_value(),
            **more,
        }

    def _call_for_login(self, operation: Operation, *, session_id: str | None = None, **arguments: Any) -> Any:
        """Call when the quota has room. Every HTTP call counts, those that log in too."""
        self._quota.take(operation.where)
        return self._send(operation, session_id=session_id, **arguments)

    def _send(self, operation: Operation, *, session_id: str | None = None, **arguments: Any) -> Any:
        from adapters.twentyfour_seven_office.soap.client import shared_client  # loads zeep, outside of the call's time

        secrets = (
            self._connection.password.get_secret_value(),
            self._connection.application_id.get_secret_value(),
            session_id or "",
        )
        context = Context(now=self._clock.now(), secrets=secrets)
        try:
            client = shared_client(self._settings)
            with self._observer.call(self._system, operation.name, self._business):
                return client.call(operation, arguments, session_id=session_id, context=context)
        except TryAgain as refusal:
            if refusal.code == QUOTA_EXCEEDED:
                self._quota.vendor_refused(refusal)
            raise

    def _wrong_company(self, identity: Identity | None) -> AccessRefused:
        stands = "in another company" if identity else "in no company"
        return AccessRefused(
            f'{GET_IDENTITY.where}: the session is not in "{self._connection.account_name}" but {stands}; '
            "nothing was read or written there.",
            code="wrong_company",
            hint="Run business verify. If it lasts, look at the user's companies in 24SevenOffice.",
        )


def fingerprint_of(connection: SoapConnection, *, api_url: str) -> str:
    """Digest everything that decides whose books a session reaches."""
    password = hashlib.sha256(connection.password.get_secret_value().encode()).hexdigest()
    parts = [
        api_url,
        connection.application_id.get_secret_value(),
        connection.username,
        password,
        connection.account_name,
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
