"""Who may call, what they were answered, and what they did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from core.api_key import ApiKey
from core.audit import AuditEntry, KeptEntry
from core.fields import Document


class ApiKeyStore(Protocol):
    """The API keys. Of a key's text no more than its digest is kept, and that is not read back here."""

    def add(self, key: ApiKey, *, digest: str) -> None:
        """Store a new key.

        Errors: Conflict, code `prefix_taken`, when there is one of this prefix, revoked or not.
        """

    def get(self, prefix: str) -> ApiKey | None:
        """Return a key, revoked or not, or None."""

    def list(self, *, limit: int, after: str | None = None) -> Sequence[ApiKey]:
        """Return keys by prefix, revoked ones too, those after the given prefix, at most `limit`."""

    def revoke(self, prefix: str, *, now: datetime) -> None:
        """Note that the key opens nothing any more; one that was revoked before stays as it is."""

    def revoke_of(self, business: str, *, now: datetime) -> None:
        """Revoke every key of this business, as `revoke` does."""

    def note_use(self, prefix: str, *, now: datetime) -> None:
        """Note that the key was used; of several instants the latest stays."""


@dataclass(frozen=True)
class KeptKey:
    """A key and the digest of its text."""

    key: ApiKey
    digest: str


class KeyRing(Protocol):
    """The API keys, for whoever checks one. Reading them waits for no writer.

    Errors: TryAgain, code `storage_busy`.
    """

    def find(self, prefix: str) -> KeptKey | None:
        """Return the key of that prefix unless it was revoked, or None."""

    def all(self) -> Mapping[str, KeptKey]:
        """Return every key that was not revoked, by its prefix."""

    def is_empty(self) -> bool:
        """Whether there is no key that opens anything."""


KEPT_FOR = timedelta(days=30)
"""How long an answer is kept after its key was claimed."""

STALE_AFTER = timedelta(minutes=5)
"""After which a request that has no answer is taken to have died: none takes so long."""


class KeptAnswer(Document):
    """An answer kept under the caller's own key, so that a request sent twice is carried out once.

    `status` is None while the first request is still at work; `fingerprint` tells whether a later request is the same.
    """

    fingerprint: str
    status: int | None = None
    headers: Mapping[str, str] = {}
    body: str = ""


class AnswerStore(Protocol):
    """Answers kept under the callers' own keys."""

    def begin(self, key: str, fingerprint: str, *, now: datetime, stale_before: datetime) -> KeptAnswer | None:
        """Claim a key for a request, or return what is kept under it.

        A claim from before `stale_before` without an answer is a dead process's, and is taken over.
        """

    def finish(self, key: str, answer: KeptAnswer) -> None:
        """Keep the answer under the key that was claimed."""

    def forget(self, key: str) -> None:
        """Give the key up, so that the same request is carried out again."""

    def forget_older(self, than: datetime) -> None:
        """Forget what was claimed before that instant."""


class AuditStore(Protocol):
    """The audit trail. It is only ever added to, which the store itself enforces."""

    def add(self, *entries: AuditEntry) -> None:
        """Add entries, in this order."""

    def list(
        self,
        *,
        business: str | None = None,
        invoice: str | None = None,
        since: datetime | None = None,
        limit: int,
        after: int | None = None,
    ) -> Sequence[KeptEntry]:
        """Return entries by id (the newest last), those after the given id, at most `limit`.

        Those of the business or invoice, and from the instant `since` on, where these are given.
        """

    def newest(
        self,
        *,
        business: str | None = None,
        invoice: str | None = None,
        since: datetime | None = None,
        limit: int,
        before: int | None = None,
    ) -> Sequence[KeptEntry]:
        """Return entries by id, the newest first, those before the given id, at most `limit`; else as `list` does."""
