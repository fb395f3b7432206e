"""The API keys, for whoever checks one. Reading them waits for no writer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from core.api_key import ApiKey


@dataclass(frozen=True)
class KeptKey:
    """A key and the digest of its text."""

    key: ApiKey
    digest: str


class KeyRing(Protocol):
    """Reads keys.

    Errors: TryAgain, code `storage_busy`.
    """

    def find(self, prefix: str) -> KeptKey | None:
        """Return the key of that prefix unless it was revoked, or None."""

    def all(self) -> Mapping[str, KeptKey]:
        """Return every key that was not revoked, by its prefix."""

    def is_empty(self) -> bool:
        """Whether there is no key that opens anything."""
