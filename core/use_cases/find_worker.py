"""Find out whether a worker is there: what waits is tried again by itself only where one is."""

from datetime import timedelta

from core.ports.clock import Clock
from core.ports.storage import Storage

SILENT_FOR_LONG = timedelta(seconds=30)
"""A worker says every few seconds that it is there; in a busy database it may have to wait for its turn."""


class FindWorker:
    """Looks for a worker of the installation, on this machine or another."""

    def __init__(self, *, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def is_there(self) -> bool:
        """Whether a worker has said lately that it is there. One that ended is taken to be there for a while."""
        with self._storage.transaction() as work:
            alive_at = work.installation.get().alive_at
        return alive_at is not None and self._clock.now() - alive_at < SILENT_FOR_LONG
