"""Retry a transfer, or take it back."""

from core.audit import Action
from core.auditor import Auditor
from core.errors import OrderOpen, OrderThere
from core.intent import IntentKind
from core.ports.clock import Clock
from core.ports.storage import Storage, UnitOfWork
from core.ports.turns import TransferQueue
from core.sending.telling import tell_finished
from core.stored import require_transfer, unknown_invoice
from core.transfer import Transfer, TransferState, cancelled, due_now, order_may_exist


class ManageTransfers:
    """What a person does with a transfer that did not go through by itself."""

    def __init__(self, *, storage: Storage, queue: TransferQueue, clock: Clock, auditor: Auditor) -> None:
        self._storage = storage
        self._queue = queue
        self._clock = clock
        self._auditor = auditor

    def retry(self, transfer_id: str, *, business: str | None = None) -> Transfer:
        """Try a waiting, rejected or cancelled transfer again now, or as early as it may be.

        One that arrived stays as it is.

        Errors: NotFound, also where its invoice was deleted.
        """
        with (
            self._auditor.refusals(Action.TRANSFER_RETRIED, business=business, subject=transfer_id),
            self._storage.transaction() as work,
        ):
            of = require_transfer(work, transfer_id, business=business)
            is_there = work.invoices.of_numbers(of.business, [of.invoice], for_update=True)  # as whoever deletes it
            transfer = require_transfer(work, transfer_id, business=business, for_update=True)
            due = due_now(transfer, now=self._clock.now())
            if due != transfer:
                if not is_there:
                    raise unknown_invoice(transfer.business, transfer.invoice)
                transfer = work.transfers.save(due)
                self._done(work, Action.TRANSFER_RETRIED, transfer)
        if transfer.state is TransferState.TRANSFERRED:
            return transfer
        self._queue.put(transfer.business)
        with self._storage.transaction() as work:
            return require_transfer(work, transfer_id)

    def cancel(self, transfer_id: str, *, business: str | None = None) -> Transfer:
        """Take back a transfer that has not begun to create its order: it ends as `cancelled`.

        One that was rejected or taken back stays as it is.

        Errors: NotFound; Conflict when it has arrived, is being worked on, or may have created its order.
        """
        with (
            self._auditor.refusals(Action.TRANSFER_CANCELLED, business=business, subject=transfer_id),
            self._storage.transaction() as work,
        ):
            transfer = require_transfer(work, transfer_id, business=business, for_update=True)
            if transfer.state.is_final and transfer.state is not TransferState.TRANSFERRED:
                return transfer
            intent = work.intents.get(transfer.business, IntentKind.ORDER, transfer.invoice)
            if transfer.state.has_order or transfer.state is TransferState.RUNNING or (intent and intent.is_open):
                stands_in_the_way = OrderThere if transfer.state is TransferState.TRANSFERRED else OrderOpen
                raise stands_in_the_way(
                    f"Transfer {transfer.id} can't be cancelled: its order exists, or may exist.",
                    code="not_cancellable",
                    hint="Wait until it has finished; then withdraw the invoice (invoice withdraw) if you do not want "
                    "the order.",
                )
            self._done(work, Action.TRANSFER_CANCELLED, transfer)
            may_exist = order_may_exist(transfer, intent)
            now = self._clock.now()
            taken_back = work.transfers.save(cancelled(transfer, now=now, order_open=may_exist))
            tell_finished(work, [taken_back], now=now)
            return taken_back

    def _done(self, work: UnitOfWork, action: Action, transfer: Transfer) -> None:
        about = {"business": transfer.business, "invoice": transfer.invoice, "subject": transfer.id}
        self._auditor.done(work, action, **about)
