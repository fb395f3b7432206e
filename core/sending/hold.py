"""A worker's hold on a business while it works: the fence before every call, and the stories of what it does."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from core.errors import HandedBack
from core.journal import Step
from core.lease import Lease
from core.ports.clock import Clock
from core.ports.storage import Storage, UnitOfWork

_FRESH = timedelta(seconds=1)
"""A lease renewed so short a time ago is not renewed once more: it is far longer than that."""


class Hold:
    """The lease of a turn, renewed before each call to the accounting system.

    `length` is longer than the longest such call. `stopping` says whether the worker was asked to stop: the call in
    hand is finished, the next one is not begun. Steps told are written with the next transaction that renews.
    """

    def __init__(
        self,
        lease: Lease,
        *,
        storage: Storage,
        clock: Clock,
        length: timedelta,
        stopping: Callable[[], bool],
    ) -> None:
        self.business = lease.business
        self._lease = lease
        self._storage = storage
        self._clock = clock
        self._length = length
        self._stopping = stopping
        self._renewed_at: datetime | None = None
        self._transfer_ids: Collection[str] = ()
        self._told: list[tuple[str, Step]] = []

    def work_on(self, transfer_ids: Collection[str]) -> None:
        """Say whose story the steps from here on belong to."""
        self._transfer_ids = tuple(transfer_ids)

    def tell(self, text: str, *, of: str | None = None, since: datetime | None = None) -> None:
        """Note a step in the stories of all that are worked on, or of one transfer.

        `since` is when it began, where it took the accounting system's time.
        """
        now = self._clock.now()
        duration = round((now - since).total_seconds() * 1000) if since else None
        step = Step(at=now, text=text, duration_ms=duration)
        self._told += [(transfer_id, step) for transfer_id in ([of] if of else self._transfer_ids)]

    def renew(self, work: UnitOfWork) -> None:
        """Renew within a transaction, so that what it writes is written by the holder or not at all.

        Errors: LeaseLost.
        """
        work.leases.renew(self._lease, length=self._length)
        self._renewed_at = self._clock.now()
        work.journal.add(self._told)
        self._told = []

    def before_call(self) -> None:
        """Make sure, before a call to the accounting system, that the business is still held and work is to go on.

        Errors: LeaseLost; HandedBack when the worker was asked to stop.
        """
        if self._stopping():
            raise HandedBack("The worker was asked to stop; what is left is taken up by another.")
        if self._renewed_at and self._clock.now() - self._renewed_at < _FRESH:
            return
        with self._storage.transaction() as work:
            self.renew(work)

    def release(self) -> None:
        """Give the business up."""
        with self._storage.transaction() as work:
            work.leases.release(self._lease)
