"""A business's login, whichever API it opens: got by one thread while the others wait, and kept between processes.

What a login is, how it is got, and what a call does when its login has ended is each API's own.
"""

import time
from collections.abc import Callable
from threading import Lock
from typing import Generic, Protocol, TypeVar

from core.errors import TryAgain
from core.ports.surroundings import SessionStore

MOST_TRIES = 3
"""A call is tried with the login at hand, one that another process kept meanwhile, and a new one."""

_LONG_WAIT = 5.0  # seconds; far below what is left between the longest call and the settling time


class Login(Protocol):
    """What logging in gave. `fingerprint` tells for which connection: another connection never uses it."""

    @property
    def fingerprint(self) -> str:
        """A digest of the connection."""

    def to_text(self) -> str:
        """Write it down."""


Given = TypeVar("Given", bound=Login)


class KeptLogin(Generic[Given]):
    """One business's login. Safe to use from many threads: they log in once.

    `read` makes a login of what was written down, and None of what it does not understand.
    """

    def __init__(
        self, business: str, store: SessionStore, *, fingerprint: str, read: Callable[[str | None], Given | None]
    ) -> None:
        self._business = business
        self._store = store
        self._fingerprint = fingerprint
        self._read = read
        self._lock = Lock()
        self._at_hand: Given | None = None

    @property
    def at_hand(self) -> Given | None:
        """The last one that this process used."""
        return self._at_hand

    def live(self, *, is_live: Callable[[Given], bool], log_in: Callable[[Given | None], Given]) -> tuple[Given, bool]:
        """Return a login that is not known to have ended, and whether this call has got it.

        `log_in` gets a new one, and is told the last.
        Errors: those of `log_in`.
        """
        with self._lock:
            if self._at_hand and is_live(self._at_hand):
                return self._at_hand, False
            self._at_hand = self._load() or self._at_hand
            if self._at_hand and is_live(self._at_hand):
                return self._at_hand, False
            return self._keep(log_in(self._at_hand)), True

    def put_in_place_of(self, login: Given, other: Given) -> None:
        """Keep the other one from now on, unless there is a newer one already."""
        with self._lock:
            if self._at_hand is login:
                self._keep(other)

    def _load(self) -> Given | None:
        kept = self._read(self._store.load(self._business))
        return kept if kept and kept.fingerprint == self._fingerprint else None

    def _keep(self, login: Given) -> Given:
        self._at_hand = login
        self._store.save(self._business, login.to_text())
        return login


def waited_long(since: float) -> bool:
    """Whether a call has waited so long for its login, since then (time.monotonic), that a write must not follow.

    Logging in takes time, and who writes has its intent and its hold to renew before.
    """
    return time.monotonic() - since > _LONG_WAIT


def too_late(where: str) -> TryAgain:
    """The error for a write that is not made because it had to wait long: it may be made again now."""
    return TryAgain(f"{where}: it took too long to get a call through.", code="session_lost", at_once=True)
