"""Who may call, what they were answered, and what they did."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.api_key import ApiKey
from core.audit import AuditEntry, KeptEntry
from core.kept_answer import KeptAnswer


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
