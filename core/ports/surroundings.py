"""What an accounting system's adapter is given of ours: its sessions, the count of its calls, time and settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.ports.clock import Clock
from core.ports.observers import NOBODY, CallObserver


class SessionStore(Protocol):
    """A place for what an adapter needs to go on where an earlier process left off; encrypted at rest.

    One entry a business, never shared between businesses. Its form is the adapter's own.
    """

    def load(self, business: str) -> str | None:
        """Return what was kept for the business, or None."""

    def save(self, business: str, session: str) -> None:
        """Keep this for the business instead of what was kept before."""


@dataclass(frozen=True)
class Draw:
    """How many calls were granted, and how many the hour has seen with them."""

    granted: int
    used: int


class CallCounter(Protocol):
    """One count by accounting system and hour for all processes of an installation.

    `hour` is the instant (UTC) at which the hour begins. Every method takes a short transaction of its own, so none is
    for use within a transaction of the storage, which would have to wait for itself.
    Errors of every method: TryAgain, code `storage_busy`.
    """

    def draw(self, system: str, hour: datetime, *, wanted: int, limit: int) -> Draw:
        """Count calls before they are made: all that are wanted, or one where that is too many, or none.

        Whoever draws, however many at once: the hour's count never passes `limit`.
        """

    def fill(self, system: str, hour: datetime, *, limit: int) -> None:
        """Count the hour as used up: the accounting system has said so."""

    def used(self, system: str, hour: datetime) -> int:
        """Return the hour's count; 0 where nothing was counted."""


@dataclass(frozen=True)
class Surroundings:
    """Our side, as an adapter sees it.

    `environment` holds the operator's settings (the process's environment variables): addresses of the vendor are the
    operator's, never a business's. `calls` is for a vendor that limits calls: what is made is counted there, across
    all processes. `observer` looks on at every call that goes out: logs, figures and traces are made there.
    """

    sessions: SessionStore
    calls: CallCounter
    clock: Clock
    environment: Mapping[str, str]
    observer: CallObserver = NOBODY
