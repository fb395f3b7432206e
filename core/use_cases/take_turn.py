"""Take a turn: hold a business's lease and work off its due transfers, one or a thousand."""

from collections.abc import Callable
from datetime import timedelta

from core.errors import KvittError
from core.ports.clock import Clock
from core.ports.storage import Storage, UnitOfWork
from core.transfer import RetryPolicy, Transfer, TransferState, failed, parked, started
from core.use_cases.hold import Hold
from core.use_cases.look_up import require_business
from core.use_cases.transfer_invoice import TransferInvoice

_MOST_DEATHS = 20
"""So many workers may die at one transfer before it is set aside: it must not keep a business's others waiting."""


class TakeTurn:
    """A worker's go at one business.

    `lease` is how long the business is held at a time; `new_holder` names each turn, and no two alike; `stopping`
    says whether this process was asked to stop.
    """

    def __init__(
        self,
        *,
        storage: Storage,
        clock: Clock,
        transfer_invoice: TransferInvoice,
        lease: timedelta,
        new_holder: Callable[[], str],
        stopping: Callable[[], bool],
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._transfer_invoice = transfer_invoice
        self._lease = lease
        self._new_holder = new_holder
        self._stopping = stopping

    def take(self, business: str) -> None:
        """Work off what is due, unless another worker holds the business; look once more before it ends.

        What is put while a turn ends is either seen by it or finds the lease free. While the business's accounting
        system is paused, or this process stops, nothing is taken.
        Errors: LeaseLost, when the turn took too long and another worker has taken over.
        """
        while (hold := self._held(business)) is not None:
            try:
                while transfer := self._next(hold):
                    self._worked(self._transfer_invoice.attempt(transfer, hold))
            finally:
                hold.release()
            with self._storage.transaction() as work:
                if self._due(work, business) is None:
                    return

    def _held(self, business: str) -> Hold | None:
        with self._storage.transaction() as work:
            if self._due(work, business) is None:
                return None
            lease = work.leases.acquire(business, holder=self._new_holder(), length=self._lease)
        if lease is None:
            return None
        return Hold(lease, storage=self._storage, clock=self._clock, length=self._lease, stopping=self._stopping)

    def _next(self, hold: Hold) -> Transfer | None:
        with self._storage.transaction() as work:
            hold.renew(work)  # the lease first and then the transfer, here and wherever both are locked
            while transfer := self._due(work, hold.business, for_update=True):
                hold.work_on(transfer.id)
                if transfer.state is not TransferState.RUNNING or transfer.attempts < _MOST_DEATHS:
                    return work.transfers.save(started(transfer))
                work.transfers.save(failed(transfer, _deadly(transfer), policy=RetryPolicy(), now=self._clock.now()))
            return None

    def _due(self, work: UnitOfWork, business: str, *, for_update: bool = False) -> Transfer | None:
        if self._stopping():
            return None
        now = self._clock.now()
        paused_until = work.pauses.until(require_business(work, business).accounting.system)
        if paused_until and now < paused_until:
            return None
        return next(iter(work.transfers.due(business, now=now, limit=1, for_update=for_update)), None)

    def _worked(self, transfer: Transfer) -> None:
        """Park the business's other transfers too when there is no way into the account: none would fare better."""
        if not transfer.is_parked or transfer.error is None:
            return
        with self._storage.transaction() as work:
            for other in work.transfers.live(transfer.business):
                if not other.is_parked and other.state is not TransferState.RUNNING:
                    work.transfers.save(parked(other, transfer.error))


def _deadly(transfer: Transfer) -> KvittError:
    return KvittError(
        f"{transfer.attempts} workers died or were stopped hard while they moved this invoice.",
        code="worker_died",
        hint="See the server's log and memory; then retry the transfer: it is looked for before anything is created.",
    )
