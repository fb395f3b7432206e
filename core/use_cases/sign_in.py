"""Signing in to the console, being signed in, and signing out."""

import hmac
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from core.api_key import digest_of
from core.audit import Action, Actor, ActorKind
from core.auditor import Auditor
from core.errors import KvittError, NotAuthenticated, NotFound, TooManyRequests, TryAgain
from core.password import LONGEST, normal_form
from core.ports.clock import Clock
from core.ports.openid import OpenIdAttempt, OpenIdProvider
from core.ports.passwords import PasswordHasher
from core.ports.storage import Storage, UnitOfWork
from core.ports.user_stores import SessionRing
from core.session import SEEN_EVERY, Session, SignInWay, is_link_over, is_over, may_be_text, network_of
from core.sign_in_limit import MOST_FROM_ADDRESS, WINDOW, address_key, is_noted, link_key, name_key, not_before
from core.user import User

Outcome = TypeVar("Outcome")


@dataclass(frozen=True)
class SignedIn:
    """Somebody who is signed in."""

    user: User
    session: Session

    @property
    def actor(self) -> Actor:
        """Who acts, for the audit trail."""
        return _actor(self.user)


@dataclass(frozen=True)
class StartedSession:
    """A session that has just begun, and the text that opens it, which is not shown by accident."""

    signed_in: SignedIn
    text: str = field(repr=False)


class SignIn:
    """Lets people in, and knows who is. `new_text` makes secret texts, `new_id` ids, by chance and no two alike."""

    def __init__(
        self,
        *,
        storage: Storage,
        sessions: SessionRing,
        clock: Clock,
        auditor: Auditor,
        hasher: PasswordHasher,
        openid: OpenIdProvider | None,
        new_id: Callable[[], str],
        new_text: Callable[[], str],
    ) -> None:
        self._storage = storage
        self._sessions = sessions
        self._clock = clock
        self._auditor = auditor
        self._hasher = hasher
        self._openid = openid
        self._new_id = new_id
        self._new_text = new_text

    def by_link(self, text: str, *, address: str | None = None) -> StartedSession:
        """Sign in with a link's text. `address` is the caller's IP address, where it is known.

        Errors: NotAuthenticated, code `wrong_link`, or `link_used` when somebody was signed in with it before.
        """
        with self._storage.transaction() as work:
            now = self._clock.now()
            link = work.sign_ins.use_link(digest_of(text), now=now) if may_be_text(text) else None
            user = work.users.get(link.user, for_update=True) if link else None
            if link is not None and link.used_at is not None:
                refusal = _link_used()
            elif link is None or is_link_over(link, now) or user is None or user.disabled_at is not None:
                refusal = _wrong_link()
            else:
                return self.begin(work, user, by=SignInWay.LINK, address=address)
            tries = work.sign_ins.count_attempt(link_key(network_of(address)), now=now, window=WINDOW)
            if tries.count <= MOST_FROM_ADDRESS:  # anybody may go on trying, and the trail is kept for ever
                self.refused(work, refusal, user=user)
        raise refusal

    def by_password(self, name: str, password: str, *, address: str | None = None) -> StartedSession:
        """Sign in with a name and a password. `address` is the caller's IP address, where it is known.

        Errors: NotAuthenticated, code `wrong_password`, which says as little of who there is as the time it takes;
        TooManyRequests when wrong ones were tried too often (core.sign_in_limit).
        """
        return self._checked(
            name, password, address, lambda work, user: self.begin(work, user, by=SignInWay.PASSWORD, address=address)
        )

    def confirm(self, name: str, password: str, *, address: str | None = None) -> None:
        """See that whoever is signed in knows the password too. Errors: those of `by_password`."""
        self._checked(name, password, address, lambda _work, _user: None)

    def _checked(
        self, name: str, password: str, address: str | None, then: Callable[[UnitOfWork, User], Outcome]
    ) -> Outcome:
        """Check a password, and do something with its user in the transaction in which it proves right."""
        network = network_of(address)
        user, kept = self._attempt(name, network)
        form = normal_form(password) if len(password) <= LONGEST else ""
        is_right = self._hasher.verify(kept, form)
        with self._storage.transaction() as work:
            user = work.users.get(user.name, for_update=True) if user else None
            if is_right and user and user.disabled_at is None and work.users.password(user.name) == kept:
                for key in _keys(name, network):
                    work.sign_ins.uncount_attempt(key)
                if kept and self._hasher.is_outdated(kept):
                    work.users.put_password(user.name, self._hasher.hash(form))
                return then(work, user)
            refusal = _wrong_password()
            self.refused(work, refusal, user=user)
        raise refusal

    @property
    def offers_openid(self) -> bool:
        """Whether an OpenID Connect provider is set up."""
        return self._openid is not None

    def ask_openid(self, *, back: str) -> tuple[OpenIdAttempt, str]:
        """Begin to sign in by OpenID Connect; return what the browser keeps meanwhile, and where it is sent.

        It comes back to the address `back`. Errors: NotFound, code `no_openid`; TryAgain, code `openid_unreachable`.
        """
        attempt = OpenIdAttempt(state=self._new_text(), nonce=self._new_text(), verifier=self._new_text())
        return attempt, self._provider().address_for(attempt, back=back)

    def by_openid(
        self, attempt: OpenIdAttempt, *, code: str, state: str, back: str, address: str | None = None
    ) -> StartedSession:
        """Sign in with what an OpenID Connect provider sent along: the user of the e-mail address that it has verified.

        Nobody becomes a user by this. Errors: NotAuthenticated, code `wrong_openid_answer`, or `unknown_email` where
        that address is no user's; those of `ask_openid`.
        """
        try:
            if not hmac.compare_digest(state.encode(errors="replace"), attempt.state.encode()):
                raise _not_begun_here()
            email = self._provider().email_of(attempt, code=code, back=back)
        except NotAuthenticated as refusal:
            with self._storage.transaction() as work:
                self.refused(work, refusal, user=None)
            raise
        with self._storage.transaction() as work:
            found = work.users.of_email(email) if email.isprintable() else None
            user = work.users.get(found.name, for_update=True) if found else None
            if user and user.email == email and user.disabled_at is None:
                return self.begin(work, user, by=SignInWay.OPENID, address=address)
            unknown = _unknown_email()
            self.refused(work, unknown, user=user)
        raise unknown

    def _provider(self) -> OpenIdProvider:
        if self._openid is None:
            raise NotFound(
                "No OpenID Connect provider is set up.",
                code="no_openid",
                hint="The operator sets KVITT_OIDC_ISSUER, KVITT_OIDC_CLIENT_ID and KVITT_OIDC_CLIENT_SECRET.",
            )
        return self._openid

    def session(self, text: str) -> SignedIn | None:
        """Return who is signed in with this text; None where nobody is: unknown, over, ended, or the user disabled.

        Errors: TryAgain.
        """
        kept = self._sessions.find_session(digest_of(text)) if may_be_text(text) else None
        now = self._clock.now()
        if kept is None or kept.user.disabled_at is not None or is_over(kept.session, now):
            return None
        if now - kept.session.last_seen_at >= SEEN_EVERY:
            # That somebody is let in matters more than that it is noted.
            with suppress(TryAgain), self._storage.transaction() as work:
                work.sign_ins.note_seen(kept.session.id, now=now)
        return SignedIn(kept.user, kept.session)

    def sign_out(self, text: str) -> None:
        """End the session of this text; where there is none, nothing happens."""
        if not may_be_text(text):
            return
        with self._storage.transaction() as work:
            session = work.sign_ins.session(digest_of(text))
            if session and work.sign_ins.end(session.user, now=self._clock.now(), only=session.id):
                actor = Actor(kind=ActorKind.USER, name=session.user)
                work.audit.add(self._auditor.entry(Action.USER_SIGNED_OUT, subject=session.user, actor=actor))

    def sign_out_everywhere(self, user: str, *, but: str | None = None) -> None:
        """End every session of the user, `but` the one of this id."""
        with self._storage.transaction() as work:
            self._end(work, user, but=but)

    def end(self, user: str, session_id: str) -> None:
        """End one session of the user; where there is none, nothing happens."""
        with self._storage.transaction() as work:
            self._end(work, user, only=session_id)

    def sessions(self, user: str) -> Sequence[Session]:
        """Return the user's sessions that are not over, the newest first."""
        with self._storage.transaction() as work:
            now = self._clock.now()
            return [one for one in work.sign_ins.sessions(user) if not is_over(one, now)]

    def begin(self, work: UnitOfWork, user: User, *, by: SignInWay, address: str | None) -> StartedSession:
        """Begin a session of a user who is known to be who they are, and tell the audit trail."""
        text, now = self._new_text(), self._clock.now()
        session = Session(
            id=self._new_id(),
            user=user.name,
            csrf=self._new_text(),
            by=by,
            address=network_of(address),
            created_at=now,
            last_seen_at=now,
        )
        work.sign_ins.add_session(session, digest=digest_of(text))
        work.audit.add(self._auditor.entry(Action.USER_SIGNED_IN, subject=by, actor=_actor(user)))
        return StartedSession(SignedIn(user, session), text)

    def refused(self, work: UnitOfWork, refusal: KvittError, *, user: User | None) -> None:
        """Tell the audit trail that somebody was not let in, as this user where there is such a one.

        What was typed in place of a name is not kept: it may be a password.
        """
        named = user.name if user else None
        work.audit.add(self._auditor.entry(Action.SIGN_IN_REFUSED, subject=named, refused=refusal.code, actor=_NOBODY))

    def _attempt(self, name: str, network: str | None) -> tuple[User | None, str | None]:
        """Count an attempt, and return the user, and what is kept of the password, if there are such.

        Errors: TooManyRequests.
        """
        with self._storage.transaction() as work:
            now = self._clock.now()
            for_name, *others = (
                work.sign_ins.count_attempt(key, now=now, window=WINDOW) for key in _keys(name, network)
            )
            user = work.users.get(name) if name.isprintable() else None
            knows = bool(user and network and work.sign_ins.has_come_from(user.name, network))
            from_address = next(iter(others), None)
            wait_until = not_before(for_name, from_address, knows_address=knows)
            refusal = _too_often(wait_until) if wait_until else None
            if refusal and is_noted(for_name, from_address):
                self.refused(work, refusal, user=user)
            kept = work.users.password(user.name) if user else None
        if refusal:
            raise refusal
        return user, kept

    def _end(self, work: UnitOfWork, user: str, *, only: str | None = None, but: str | None = None) -> None:
        if work.sign_ins.end(user, now=self._clock.now(), only=only, but=but):
            self._auditor.done(work, Action.USER_SIGNED_OUT, subject=user)


_ANOTHER_LINK = "Have another made: kvitt user link NAME, or kvitt console on the machine that Kvitt runs on."
_NOBODY = Actor(kind=ActorKind.USER)


def _wrong_link() -> NotAuthenticated:
    return NotAuthenticated(
        "This link does not sign anybody in: it is wrong, or too old.", code="wrong_link", hint=_ANOTHER_LINK
    )


def _link_used() -> NotAuthenticated:
    return NotAuthenticated(
        "This link was used before, and signs in only once.",
        code="link_used",
        hint=f"{_ANOTHER_LINK} If it was not you who used it, tell an administrator.",
    )


def _wrong_password() -> NotAuthenticated:
    return NotAuthenticated(
        "Name and password do not belong together.",
        code="wrong_password",
        hint="Try again, or ask an administrator for a link (kvitt user link).",
    )


def _not_begun_here() -> NotAuthenticated:
    return NotAuthenticated(
        "Signing in was begun in another browser, or too long ago.", code="wrong_openid_answer", hint="Begin again."
    )


def _unknown_email() -> NotAuthenticated:
    return NotAuthenticated(
        "No user has the e-mail address that the OpenID Connect provider states.",
        code="unknown_email",
        hint="Ask an administrator: kvitt user set NAME --email ADDRESS",
    )


def _too_often(wait_until: datetime) -> TooManyRequests:
    return TooManyRequests(
        "Wrong passwords were tried too often.",
        code="too_many_attempts",
        hint="Wait as long as stated, or ask an administrator for a link (kvitt user link).",
        not_before=wait_until,
    )


def _actor(user: User) -> Actor:
    return Actor(kind=ActorKind.USER, name=user.name)


def _keys(name: str, network: str | None) -> list[str]:
    return [name_key(name), *([address_key(network)] if network else [])]
