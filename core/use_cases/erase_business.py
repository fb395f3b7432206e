"""Erase a business: its secrets and all that is personal are gone; that its invoices were sent is not forgotten.

What stays and why is told in docs/personal-data.md.
"""

from collections.abc import Callable
from datetime import timedelta

from core.audit import Action
from core.auditor import Auditor
from core.errors import NotFound, OrderOpen, Underway
from core.fields import Document
from core.ports.clock import Clock
from core.ports.storage import Storage, UnitOfWork
from core.stored import require_business
from core.transfer import TransferState

_MOST_NAMED = 20


class Erasure(Document):
    """What was erased. `open_orders`: numbers of invoices whose orders may exist, which nobody looks for any more."""

    business: str
    open_orders: tuple[str, ...] = ()


class EraseBusiness:
    """Erases businesses. `lease` is how long a business is held for it; `new_holder` names each holder."""

    def __init__(
        self, *, storage: Storage, clock: Clock, auditor: Auditor, lease: timedelta, new_holder: Callable[[], str]
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._auditor = auditor
        self._lease = lease
        self._new_holder = new_holder

    def require_erasable(self, name: str, *, force: bool) -> None:
        """Say beforehand what erasing would say. Errors: those of erase."""
        with self._storage.transaction() as work:
            self._judged(work, name, force=force)

    def erase(self, name: str, *, force: bool) -> Erasure:
        """Erase the business, whole or not at all. One that was erased is cleared of what came in at the same time.

        Its API keys are revoked and no user has a role for it any more: what is given the name later is another's.

        Errors: NotFound; Conflict, code `business_busy`, while a worker is at it, `transfers_live` while transfers
        have not ended, or, unless `force`, `orders_open` while orders may exist that are still to be looked for.
        """
        with self._auditor.refusals(Action.BUSINESS_ERASED, business=name), self._storage.transaction() as work:
            open_orders = self._judged(work, name, force=force)
            lease = work.leases.acquire(name, holder=self._new_holder(), length=self._lease)
            if lease is None:
                raise Underway(
                    f"A worker is working for the business {name} right now.",
                    code="business_busy",
                    hint="Wait until its transfers have finished (transfer list), then erase it.",
                )
            now = self._clock.now()
            work.forgetting.erase(name, at=now)
            work.api_keys.revoke_of(name, now=now)
            work.users.forget_business(name)
            self._auditor.done(work, Action.BUSINESS_ERASED, business=name)
            work.leases.release(lease)
        return Erasure(business=name, open_orders=open_orders)

    def _judged(self, work: UnitOfWork, name: str, *, force: bool) -> tuple[str, ...]:
        try:
            require_business(work, name)
        except NotFound:
            if not work.forgetting.was_erased(name):
                raise
        for state in TransferState:
            if not state.is_final and (live := work.transfers.list(name, state=state, limit=1)):
                raise Underway(
                    f"Transfers of the business {name} have not finished: {live[0].id} is {state}.",
                    code="transfers_live",
                    hint="Let them finish, or cancel them (transfer cancel), then erase the business.",
                )
        open_orders = tuple(work.intents.open_orders(name, limit=_MOST_NAMED))
        if open_orders and not force:
            raise OrderOpen(
                f"Orders of the business {name} may exist that Kvitt has not found yet: invoices "
                f"{', '.join(open_orders)}.",
                code="orders_open",
                hint="Retry their transfers, so that Kvitt looks for the orders; or erase with --force and look for "
                "them in the accounting system yourself.",
            )
        return open_orders
