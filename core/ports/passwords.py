"""Passwords, kept so that who reads what is kept does not learn them."""

from typing import Protocol


class PasswordHasher(Protocol):
    """A slow hash. Passwords come in their normal form (core.password)."""

    def hash(self, password: str) -> str:
        """Return what is kept of a password; no two are alike, even of the same one."""

    def verify(self, kept: str | None, password: str) -> bool:
        """Whether this is the password of which that is kept; with None it never is, and takes just as long."""

    def is_outdated(self, kept: str) -> bool:
        """Whether what is kept should be made anew, because the hash has grown stronger since."""
