"""Authenticate a caller of the HTTP API by its key."""

from contextlib import suppress
from datetime import datetime, timedelta

from core.api_key import ApiKey, digest_of, is_digest_of, prefix_in
from core.errors import NotAuthenticated, TryAgain
from core.ports.clock import Clock
from core.ports.key_ring import KeyRing
from core.ports.storage import Storage

REMEMBERED_FOR = timedelta(seconds=5)
"""How long a key that was accepted is not looked up again, and so the longest that a revoked one still opens."""

USE_NOTED_EVERY = timedelta(minutes=1)

_MOST_REMEMBERED = 1000
_NOBODYS = digest_of("")


class Authenticate:
    """Checks keys, and remembers those that were accepted for a few seconds. Used from one thread or many."""

    def __init__(self, *, key_ring: KeyRing, storage: Storage, clock: Clock) -> None:
        self._key_ring = key_ring
        self._storage = storage
        self._clock = clock
        self._accepted: dict[str, tuple[ApiKey, datetime]] = {}

    def remembered(self, text: str) -> ApiKey | None:
        """Return the key if it was accepted a moment ago, or None. Nothing is read, so this costs next to nothing.

        By its digest: what a caller learns from the time that this takes is nothing about any key.
        """
        accepted = self._accepted.get(digest_of(text))
        if accepted is None:
            return None
        key, at = accepted
        return key if timedelta() <= self._clock.now() - at < REMEMBERED_FOR else None

    def check(self, text: str) -> ApiKey:
        """Return the key of this text.

        Errors: NotAuthenticated where it is unknown or revoked, which is not told apart; TryAgain.
        """
        prefix = prefix_in(text)
        kept = self._key_ring.find(prefix) if prefix else None
        if not is_digest_of(kept.digest if kept else _NOBODYS, text) or kept is None:
            raise NotAuthenticated("The API key is not accepted.")
        now = self._clock.now()
        self._note_use(kept.key, now)
        if len(self._accepted) >= _MOST_REMEMBERED:
            self._accepted.clear()
        self._accepted[digest_of(text)] = (kept.key, now)
        return kept.key

    def _note_use(self, key: ApiKey, now: datetime) -> None:
        if key.last_used_at and now - key.last_used_at < USE_NOTED_EVERY:
            return
        # That the key is accepted matters more than that its use is noted.
        with suppress(TryAgain), self._storage.transaction() as work:
            work.api_keys.note_use(key.prefix, now=now)
