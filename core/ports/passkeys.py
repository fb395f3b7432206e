"""What is asked of a browser to add a passkey or sign in with one, and what its answer proves.

Challenges are 32 bytes in base64url. Answers are JSON, as browsers write a credential; they may be anything.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from core.passkey import Credential, Passkey, Site
from core.user import User


class Claim(NamedTuple):
    """Which credential an answer says that it is by, and which challenge it answers: nothing of it is proved."""

    credential: str
    challenge: str


class PasskeyCeremony(Protocol):
    """The two ceremonies of Web Authentication. Both have the authenticator verify who uses it, by PIN or finger.

    Errors of all that read an answer: NotAuthenticated, code `wrong_passkey`, when it is not what was asked for.
    """

    def ask_new(self, user: User, site: Site, *, challenge: str, known: Sequence[Passkey]) -> str:
        """Return, as JSON, what a browser is asked to make a passkey by, in none that holds a `known` one."""

    def ask(self, site: Site, *, challenge: str) -> str:
        """Return, as JSON, what a browser is asked to sign by, with any passkey that it has for the site."""

    def claim_of(self, answer: str) -> Claim:
        """Return what an answer claims."""

    def made(self, answer: str, site: Site, *, challenge: str) -> Credential:
        """Return the credential that an authenticator has made for the site, in answer to the challenge."""

    def verified(self, answer: str, passkey: Passkey, site: Site, *, challenge: str) -> int:
        """Return how often the authenticator states it has signed; the answer is by this passkey, for the site."""
