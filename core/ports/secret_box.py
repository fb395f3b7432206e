"""Keeping secrets."""

from typing import Protocol


class SecretBox(Protocol):
    """Something that seals text so that only this installation can open it."""

    def seal(self, text: str) -> str:
        """Return the text, encrypted."""

    def open(self, sealed: str) -> str:
        """Return what was sealed.

        Errors: InvalidInput, code `secret_key_changed`, when it was sealed with another key.
        """
