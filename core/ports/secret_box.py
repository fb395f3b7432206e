"""Keeping secrets."""

from contextlib import AbstractContextManager
from typing import Protocol

from core.fields import Document

SECRET_KEY_CHANGED = "secret_key_changed"  # noqa: S105 - the name of an error, not a secret
"""The code with which a box refuses what another key has sealed."""


class SecretBox(Protocol):
    """Something that seals text so that only this installation can open it."""

    def seal(self, text: str) -> str:
        """Return the text, encrypted."""

    def open(self, sealed: str) -> str:
        """Return what was sealed.

        Errors: TryAgain, code `secret_key_changed`, when it was sealed with another key: this process may have been
        started before a rotation, and another one can go on.
        """


class SealingKeys(Protocol):
    """The keys that seal and open: the first seals, all open."""

    @property
    def is_ours(self) -> bool:
        """Whether the installation keeps them itself; else the operator gives and changes them."""

    def rotating(self) -> AbstractContextManager[None]:
        """Keep others from rotating for the length of the block. Errors: TryAgain, code `rotation_running`."""

    def begin(self) -> None:
        """Put a new key first, unless a rotation was broken off before: then its key is the new one."""

    def finish(self) -> int:
        """Drop all but the first key; return how many were dropped."""


class Resealed(Document):
    """How much was sealed anew, and what could not be: the businesses, and the webhooks, whose secrets no key opens."""

    count: int = 0
    unreadable: tuple[str, ...] = ()
    unreadable_webhooks: tuple[str, ...] = ()


class SealedTexts(Protocol):
    """All that is stored sealed."""

    def reseal(self) -> Resealed:
        """Seal everything with the first key that is not yet; what is written meanwhile is sealed with it already.

        Done in pieces: broken off, it is gone on with by doing it again.
        """
