"""Sweep: find the businesses whose due transfers nobody works on, and have them worked on.

What a dead worker left behind, what waits for a time that has come, and what was put while a turn ended.
"""

from core.ports.clock import Clock
from core.ports.storage import Storage
from core.ports.turns import TransferQueue


class Sweep:
    """Puts such businesses into the queue."""

    def __init__(self, *, storage: Storage, queue: TransferQueue, clock: Clock) -> None:
        self._storage = storage
        self._queue = queue
        self._clock = clock

    def run(self) -> int:
        """Do it once; return how many businesses were put."""
        with self._storage.transaction() as work:
            businesses = work.transfers.businesses_due(now=self._clock.now())
        for business in businesses:
            self._queue.put_anew(business)
        return len(businesses)
