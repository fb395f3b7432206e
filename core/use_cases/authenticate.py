"""Authenticate a caller of the HTTP API by its key."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Lock

from core.api_key import ApiKey, digest_of, is_digest_of, prefix_in
from core.errors import NotAuthenticated, TryAgain
from core.ports.access_stores import KeptKey, KeyRing
from core.ports.clock import Clock
from core.ports.storage import Storage

REMEMBERED_FOR = timedelta(seconds=5)
"""How long a key that was accepted is not looked up again, and so the longest that a revoked one still opens."""

ALL_READ_EVERY = timedelta(seconds=1)
"""How often all keys are read, at most, for attempts that are not looked up one by one."""

USE_NOTED_EVERY = timedelta(minutes=1)

_MOST_REMEMBERED = 1000
_NOBODYS = digest_of("")


class Authenticate:
    """Checks keys, and remembers those that were accepted for a few seconds. Used from one thread or many."""

    def __init__(self, *, key_ring: KeyRing, storage: Storage, clock: Clock) -> None:
        self._key_ring = key_ring
        self._storage = storage
        self._clock = clock
        self._all: tuple[Mapping[str, KeptKey], datetime] = {}, datetime.min.replace(tzinfo=UTC)
        self._reading = Lock()
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
        asked_at = self._clock.now()
        return self._accepted_as(self._key_ring.find(prefix) if prefix else None, text, as_of=asked_at)

    def check_among_all(self, text: str) -> ApiKey:
        """Return the key of this text, like check, at next to no cost however often this is called.

        All keys are read at once, and again when that was `ALL_READ_EVERY` ago: one that is younger may be unknown yet.
        Errors: NotAuthenticated, TryAgain.
        """
        if not self._all_were_read(within=ALL_READ_EVERY):
            self._read_all()
        kept, read_at = self._all
        return self._accepted_as(kept.get(prefix_in(text) or ""), text, as_of=read_at)

    def _read_all(self) -> None:
        """Read all keys, one thread at a time; others go by what was read, unless a revoked key might open too long."""
        if not self._reading.acquire(blocking=not self._all_were_read(within=REMEMBERED_FOR)):
            return
        try:
            if not self._all_were_read(within=ALL_READ_EVERY):
                began = self._clock.now()
                self._all = self._key_ring.all(), began
        finally:
            self._reading.release()

    def _all_were_read(self, *, within: timedelta) -> bool:
        return timedelta() <= self._clock.now() - self._all[1] < within

    def _accepted_as(self, kept: KeptKey | None, text: str, *, as_of: datetime) -> ApiKey:
        if not is_digest_of(kept.digest if kept else _NOBODYS, text) or kept is None:
            raise NotAuthenticated("The API key is not accepted.")
        self._note_use(kept.key, self._clock.now())
        if len(self._accepted) >= _MOST_REMEMBERED:
            self._accepted.clear()
        self._accepted[digest_of(text)] = (kept.key, as_of)
        return kept.key

    def _note_use(self, key: ApiKey, now: datetime) -> None:
        if key.last_used_at and now - key.last_used_at < USE_NOTED_EVERY:
            return
        # That the key is accepted matters more than that its use is noted.
        with suppress(TryAgain), self._storage.transaction() as work:
            work.api_keys.note_use(key.prefix, now=now)
