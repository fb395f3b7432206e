"""Take a turn: hold a business's lease and work off its due transfers, one or a thousand."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from core.auditor import Auditor
from core.errors import AccessRefused, KvittError
from core.ports.clock import Clock
from core.ports.observers import NOBODY, WorkObserver
from core.ports.storage import Storage, UnitOfWork
from core.sending.attempt import TransferInvoices
from core.sending.fence import Hold
from core.sending.orders import orders_that_may_exist
from core.sending.restore_watch import RestoreWatch
from core.sending.telling import tell_ends
from core.sending.withdraw import WithdrawOrders
from core.transfer import RetryPolicy, Transfer, TransferState, failed, parked, started
from core.withdrawal import attempted

MOST_TOGETHER = 1000
"""So many transfers are moved together, at most: as many as one call reads, and little enough to hold in memory."""

_SUSPICIOUS_DEATHS = 3
"""So many workers may die at transfers before each of them is moved alone: one of them may be what kills them."""

_MOST_DEATHS = 20
"""So many workers may die at one transfer before it is set aside: it must not keep a business's others waiting."""


class TakeTurn:
    """A worker's go at one business.

    `lease` is how long the business is held at a time; `new_holder` names each turn, and no two alike; `stopping`
    says whether this process was asked to stop; `observer` looks on.
    """

    def __init__(
        self,
        *,
        storage: Storage,
        clock: Clock,
        auditor: Auditor,
        transfer_invoices: TransferInvoices,
        withdraw_orders: WithdrawOrders,
        retry_policy: RetryPolicy,
        watch: RestoreWatch,
        lease: timedelta,
        new_holder: Callable[[], str],
        stopping: Callable[[], bool],
        observer: WorkObserver = NOBODY,
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._auditor = auditor
        self._transfer_invoices = transfer_invoices
        self._withdraw_orders = withdraw_orders
        self._retry_policy = retry_policy
        self._watch = watch
        self._lease = lease
        self._new_holder = new_holder
        self._stopping = stopping
        self._observer = observer

    def take(self, business: str) -> None:
        """Work off what is due, unless another worker holds the business; look once more before it ends.

        Withdrawals go first.

        What is put while a turn ends is either seen by it or finds the lease free. While the business's accounting
        system is paused, or this process stops, nothing is taken.
        Errors: LeaseLost, when the turn took too long and another worker has taken over.
        """
        self._watch.check()
        while (hold := self._acquire(business)) is not None:
            with self._observer.turn(business):
                try:
                    while transfers := self._take_due(hold):
                        if transfers[0].state is TransferState.WITHDRAWING:
                            self._withdraw_orders.attempt(transfers[0], hold)
                        else:
                            self._park_others(self._transfer_invoices.attempt(transfers, hold))
                finally:
                    hold.release()
            with self._storage.transaction() as work:
                if not self._due(work, business, limit=1):
                    return

    def _acquire(self, business: str) -> Hold | None:
        with self._storage.transaction() as work:
            if not self._due(work, business, limit=1):
                return None
            lease = work.leases.acquire(business, holder=self._new_holder(), length=self._lease)
        if lease is None:
            return None
        return Hold(lease, storage=self._storage, clock=self._clock, length=self._lease, stopping=self._stopping)

    def _take_due(self, hold: Hold) -> Sequence[Transfer]:
        with self._storage.transaction() as work:
            hold.renew(work)  # the lease first and then the transfers, here and wherever both are locked
            while due := self._due(work, hold.business, limit=MOST_TOGETHER, for_update=True):
                if withdrawing := [one for one in due if one.state is TransferState.WITHDRAWING]:
                    now = self._clock.now()
                    return [work.transfers.save(attempted(withdrawing[0], policy=self._retry_policy, now=now))]
                if deadly := [transfer for transfer in due if _deaths(transfer) >= _MOST_DEATHS]:
                    self._set_aside(work, deadly)
                    continue
                taken = _together(due)
                if left := [transfer for transfer in taken if transfer.state is TransferState.RUNNING]:
                    self._observer.took_over(hold.business, left)
                return work.transfers.save_all([started(transfer) for transfer in taken])
            return []

    def _set_aside(self, work: UnitOfWork, deadly: Sequence[Transfer]) -> None:
        policy, now, orders = RetryPolicy(), self._clock.now(), orders_that_may_exist(work, deadly)
        ended = [
            failed(transfer, _deadly(transfer), policy=policy, now=now, order_open=transfer.invoice in orders)
            for transfer in deadly
        ]
        tell_ends(work, self._auditor, work.transfers.save_all(ended), now=now)

    def _due(self, work: UnitOfWork, business: str, *, limit: int, for_update: bool = False) -> Sequence[Transfer]:
        if self._stopping():
            return []
        now = self._clock.now()
        paused_until = work.pauses.until_for(business)
        if paused_until and now < paused_until:
            return []
        return work.transfers.due(business, now=now, limit=limit, for_update=for_update)

    def _park_others(self, ended: Sequence[Transfer]) -> None:
        """Park the business's other transfers too when there is no way into the account: none would fare better."""
        told = next((transfer.error for transfer in ended if transfer.is_shut_out), None)
        if told is None:
            return
        error = told.model_copy(update={"outcome": AccessRefused.outcome})  # of the others; that of theirs is looked up
        with self._storage.transaction() as work:
            while others := work.transfers.not_begun(ended[0].business, parked=False, limit=MOST_TOGETHER):
                orders = orders_that_may_exist(work, others)
                work.transfers.save_all(
                    [parked(other, error.while_order(is_open=other.invoice in orders)) for other in others]
                )


def _together(due: Sequence[Transfer]) -> Sequence[Transfer]:
    """Return those of the due ones that are moved together, the first one among them unless it is suspicious."""
    if due[0].alone:
        return due[:1]
    trusted = [transfer for transfer in due if not transfer.alone and _deaths(transfer) < _SUSPICIOUS_DEATHS]
    return trusted or sorted(due, key=_deaths)[:1]


def _deaths(transfer: Transfer) -> int:
    """At how many attempts the worker may have died: one that was left running has as many as it had attempts."""
    return transfer.attempts if transfer.state is TransferState.RUNNING else 0


def _deadly(transfer: Transfer) -> KvittError:
    return KvittError(
        f"{transfer.attempts} workers died or were stopped hard while they moved this invoice.",
        code="worker_died",
        hint="See the server's log and memory; then retry the transfer: it is looked for before anything is created.",
    )
