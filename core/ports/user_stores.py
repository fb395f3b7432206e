"""Who may use the console, and who is signed in there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from core.passkey import Challenge, Passkey
from core.session import Session, SignInLink
from core.sign_in_limit import Attempts
from core.user import User


class UserStore(Protocol):
    """The users. What is kept of a password is read by itself."""

    def add(self, user: User) -> None:
        """Store a new user with its grants.

        Errors: Conflict, code `user_exists` when there is one of this name, `email_taken` of this e-mail address.
        """

    def put(self, user: User) -> None:
        """Store a user that is there: its e-mail address, its grants and whether it is disabled.

        Errors: Conflict, code `email_taken`.
        """

    def get(self, name: str, *, for_update: bool = False) -> User | None:
        """Return a user, disabled or not, or None.

        `for_update`: nobody else changes it, or signs it in, until the transaction ends.
        """

    def of_email(self, email: str) -> User | None:
        """Return the user of this e-mail address, or None."""

    def list(self, *, limit: int, after: str | None = None) -> Sequence[User]:
        """Return users by name, disabled ones too, those after the given name, at most `limit`."""

    def is_empty(self) -> bool:
        """Whether there is no user at all, disabled ones counted."""

    def password(self, name: str) -> str | None:
        """Return what is kept of a user's password, or None."""

    def put_password(self, name: str, kept: str | None) -> None:
        """Keep this of the user's password; None for none."""

    def forget_business(self, business: str) -> None:
        """Take this business's grants away from everybody."""


class SignInStore(Protocol):
    """Sessions, sign-in links, and how often passwords were tried. Of texts no more than the digest is kept."""

    def add_session(self, session: Session, *, digest: str) -> None:
        """Store a new session."""

    def session(self, digest: str) -> Session | None:
        """Return the session of this text's digest, over or not, or None."""

    def sessions(self, user: str) -> Sequence[Session]:
        """Return a user's sessions that were not ended, the newest first."""

    def note_seen(self, session_id: str, *, now: datetime) -> None:
        """Note that the session was used; of several instants the latest stays."""

    def end(self, user: str, *, now: datetime, only: str | None = None, but: str | None = None) -> bool:
        """End a user's sessions: all, `only` the one of this id, or all but one; whether any was ended now."""

    def end_everything(self, *, now: datetime) -> None:
        """End every user's sessions, and let no link that is there sign in any more."""

    def has_come_from(self, user: str, address: str) -> bool:
        """Whether a session of the user that is remembered was begun from there."""

    def add_link(self, link: SignInLink, *, digest: str) -> None:
        """Store a new link."""

    def use_link(self, digest: str, *, now: datetime) -> SignInLink | None:
        """Note the first use of the link of this text's digest, and return it as it was before that, or None.

        Of several who do so at once one finds it unused.
        """

    def count_attempt(self, key: str, *, now: datetime, window: timedelta) -> Attempts:
        """Count an attempt, and return how many there were since the window began; after it a new one begins."""

    def uncount_attempt(self, key: str) -> None:
        """Take one attempt back."""

    def forget(self, *, before: datetime, limit: int) -> bool:
        """Forget sessions last seen, links made and attempts begun before then; whether there may be more."""


class PasskeyStore(Protocol):
    """Passkeys, and the challenges that are to be signed. Of a challenge no more than the digest is kept."""

    def add(self, passkey: Passkey) -> None:
        """Store a new passkey. Errors: Conflict, code `passkey_known`, when its credential is there already."""

    def of_credential(self, credential: str) -> Passkey | None:
        """Return the passkey of this credential's id, or None."""

    def of_user(self, user: str) -> Sequence[Passkey]:
        """Return a user's passkeys, the oldest first."""

    def note_use(self, passkey_id: str, *, sign_count: int, now: datetime) -> None:
        """Note that the passkey was used, and how often it has signed."""

    def remove(self, user: str, passkey_id: str) -> bool:
        """Remove one of the user's passkeys; whether there was such a one."""

    def add_challenge(self, challenge: Challenge, *, digest: str) -> None:
        """Store a new challenge."""

    def take_challenge(self, digest: str) -> Challenge | None:
        """Return the challenge of this text's digest, or None; of several who do so at once one gets it."""

    def forget_challenges(self, *, before: datetime) -> None:
        """Forget challenges made by then."""


@dataclass(frozen=True)
class KeptSession:
    """A session and its user."""

    session: Session
    user: User


class SessionRing(Protocol):
    """The sessions, for whoever checks one. Reading them waits for no writer.

    Errors: TryAgain, code `storage_busy`.
    """

    def find_session(self, digest: str) -> KeptSession | None:
        """Return the session of this text's digest, over or not, with its user, or None."""
