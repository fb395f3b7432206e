"""API keys: make, list and revoke them; tell who calls by one."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Lock

from pydantic import ValidationError

from core.api_key import ApiKey, digest_of, is_digest_of, prefix_in
from core.audit import Action
from core.auditor import Auditor
from core.errors import Conflict, InvalidInput, NotAuthenticated, NotFound, TryAgain
from core.ports.access_stores import KeptKey, KeyRing
from core.ports.clock import Clock
from core.ports.storage import Storage, UnitOfWork
from core.rights import Role
from core.stored import require_business


class ManageApiKeys:
    """What the operator does with keys. `new_text` makes the text of a key, by chance and no two alike."""

    def __init__(self, *, storage: Storage, clock: Clock, auditor: Auditor, new_text: Callable[[], str]) -> None:
        self._storage = storage
        self._clock = clock
        self._auditor = auditor
        self._new_text = new_text

    def create(self, name: str, *, business: str | None, role: Role) -> tuple[ApiKey, str]:
        """Make a key for one business, or an administrator's (None), and return it with its text.

        This is the only time that the text is seen: no more than its digest is kept.
        Errors: NotFound for an unknown business; InvalidInput, code `bad_key_name`.
        """
        text = self._new_text()
        prefix = prefix_in(text) or ""
        about = {"business": business, "subject": prefix}
        with self._auditor.refusals(Action.API_KEY_CREATED, **about), self._storage.transaction() as work:
            if business is not None:
                require_business(work, business, for_update=True)  # which nobody erases meanwhile
            try:
                key = ApiKey(prefix=prefix, name=name, role=role, business=business, created_at=self._clock.now())
            except ValidationError:
                raise InvalidInput(
                    "A key's name is 1 to 50 printable characters, with no space at either end.",
                    code="bad_key_name",
                    hint="Choose a name that says who uses the key.",
                ) from None
            work.api_keys.add(key, digest=digest_of(text))
            self._auditor.done(work, Action.API_KEY_CREATED, **about)
        return key, text

    def list(self, *, limit: int, after: str | None = None) -> Sequence[ApiKey]:
        """Return keys by prefix, revoked ones too, those after the given one."""
        with self._storage.transaction() as work:
            return work.api_keys.list(limit=limit, after=after)

    def get(self, prefix: str) -> ApiKey:
        """Return a key, revoked or not. Errors: NotFound."""
        with self._storage.transaction() as work:
            return _require_key(work, prefix)

    def revoke(self, prefix: str, *, own: str | None = None) -> ApiKey:
        """Have a key open nothing any more, and return it; revoking it again changes nothing.

        Its whole text will do too. `own` is the prefix of the key with which this is asked, which is not revoked by
        itself: an administrator who has replaced it is let in by another, so that nobody locks himself out.
        Errors: NotFound; Conflict, code `own_api_key`.
        """
        prefix = prefix_in(prefix) or prefix
        # What is given in place of a prefix may be a part of a key, so a refusal is noted without it.
        with self._auditor.refusals(Action.API_KEY_REVOKED), self._storage.transaction() as work:
            key = _require_key(work, prefix)
            if prefix == own:
                raise Conflict(
                    f'The key "{key.name}" ({prefix}) is the one that this request was made with.',
                    code="own_api_key",
                    hint="Create another administrator's key, and revoke this one with that.",
                )
            if key.revoked_at is not None:
                return key
            work.api_keys.revoke(prefix, now=self._clock.now())
            self._auditor.done(work, Action.API_KEY_REVOKED, business=key.business, subject=prefix)
            return work.api_keys.get(prefix) or key


def _require_key(work: UnitOfWork, prefix: str) -> ApiKey:
    if key := work.api_keys.get(prefix):
        return key
    raise NotFound(
        "There is no API key with this prefix.",
        code="unknown_api_key",
        hint="Run api-key list; the prefix is the part of a key between kvitt_ and the next _.",
    )


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
