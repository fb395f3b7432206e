"""Withdraw orders: delete them in the accounting system while they are no invoices, each exactly once.

The order is read before anything is done, and again whenever an earlier call to delete it had no answer. Source:
docs/exactly-once.md, "Withdrawing".
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from core.audit import Action
from core.auditor import Auditor
from core.errors import AccessRefused, KvittError, LeaseLost, OrderThere, Rejected, TryAgain
from core.event import AccessUse
from core.intent import CLOCKS_DIFFER, Intent, IntentKind, declared
from core.payment import OrderState, PaymentReason, PaymentReport, PaymentStatusValue
from core.ports.accounting import AccountingSystems
from core.ports.clock import Clock
from core.ports.invoice_stores import Step
from core.ports.storage import Storage, UnitOfWork
from core.sending.books import invoices_elsewhere, note_books
from core.sending.create_once import NOTHING_WRITTEN
from core.sending.fence import FencedSession, Hold
from core.sending.reading import read_state
from core.sending.restore_watch import RestoreWatch
from core.sending.telling import tell_ends, tell_finished, tell_no_access, tell_payments
from core.stored import require_business, require_transfer
from core.transfer import RetryPolicy, Transfer, TransferState, new_transfer, superseded
from core.withdrawal import cannot_delete, failed, not_ours, published, withdrawn


class WithdrawOrders:
    """Makes attempts at withdrawals. `settling` and `chance` are as for sending.

    Where the invoice was asked to be sent again, that begins in the transaction that notes that its order is gone: it
    never ends without an order for want of a worker.
    """

    def __init__(
        self,
        *,
        storage: Storage,
        systems: AccountingSystems,
        clock: Clock,
        auditor: Auditor,
        retry_policy: RetryPolicy,
        watch: RestoreWatch,
        settling: timedelta,
        chance: Callable[[], float],
        new_id: Callable[[], str],
    ) -> None:
        self._storage = storage
        self._systems = systems
        self._clock = clock
        self._auditor = auditor
        self._retry_policy = retry_policy
        self._watch = watch
        self._settling = settling
        self._chance = chance
        self._new_id = new_id

    def attempt(self, transfer: Transfer, hold: Hold) -> Transfer:
        """Make one attempt, and store what came of it: withdrawn, to be tried again, or given up.

        Errors: LeaseLost, when another worker has taken over; nothing more is stored then.
        """
        hold.work_on([transfer.id])
        hold.tell(f"Attempt {transfer.attempts} to withdraw order {transfer.order_id} began.")
        try:
            told = self._withdraw(transfer, hold)
        except LeaseLost:
            raise
        except KvittError as error:
            return self._store_trouble(transfer, hold, error)
        return self._store_end(transfer, hold, told)

    def _withdraw(self, transfer: Transfer, hold: Hold) -> str:
        """See to it that the order is gone, and return how that came."""
        number, order_id = transfer.invoice, transfer.order_id or ""
        with self._storage.transaction() as work:
            business = require_business(work, hold.business)
            shut = self._watch.recovery_needed(work, business.name)
            intent = work.intents.get(business.name, IntentKind.WITHDRAWAL, number)
        if shut:
            raise shut
        session = FencedSession(self._systems.open(business), hold)
        here = session.identity()
        with self._storage.transaction() as work:
            note_books(work, business, here)
            elsewhere = invoices_elsewhere(work, business.name, [transfer], here=here)
        if number in elsewhere:
            raise elsewhere[number]
        asked_at = self._clock.now()
        state = read_state(session, order_id)
        if self._is_gone(transfer, state, intent, session, asked_at=asked_at):
            return f"Order {order_id} is gone from the accounting system."
        if not session.limits.deletes_orders:
            raise cannot_delete(number, order_id)
        self._declare(transfer, intent, session)
        try:
            with session.call(f"Deleting order {order_id}", marks=(IntentKind.WITHDRAWAL, [number])) as call:
                was_there = call.system.orders.delete(order_id)
                call.tell("deleted" if was_there else "gone already")
        except NOTHING_WRITTEN as refusal:
            self._take_back_mark(number, hold)
            if not isinstance(refusal, Rejected):
                raise
            state = read_state(session, order_id)  # what it was refused for is seen in the order, most likely
            if self._is_gone(transfer, state, None, session, asked_at=asked_at):
                return f"Order {order_id} is gone from the accounting system."
            raise
        return f"Order {order_id} was deleted in the accounting system."

    def _is_gone(
        self,
        transfer: Transfer,
        state: OrderState | None,
        intent: Intent | None,
        session: FencedSession,
        *,
        asked_at: datetime,
    ) -> bool:
        """Whether the order is gone; False where it is there and may be deleted now. `intent` is of an earlier call.

        Errors: OrderThere, codes `order_published`, `not_ours` and `order_exists`; Unsettled, while that earlier call
        may still take effect.
        """
        sent = transfer.sent_order
        if sent is None:
            raise KvittError(f"Transfer {transfer.id} has no order.", code="internal_error")
        if state is None or (intent and sent.is_another(state)):
            if intent is None:
                self._require_no_other(transfer, session)
            return True
        if sent.is_still(state) and state.invoice_number is not None:
            raise published(transfer.invoice, state)  # the accounting system deletes it no more, whoever may still ask
        if intent:
            intent.require_settled(settling=self._settling, now=asked_at)
        if not sent.is_still(state):
            raise not_ours(transfer.invoice, state, sent)
        return False

    def _require_no_other(self, transfer: Transfer, session: FencedSession) -> None:
        """Look for other orders of the invoice's number, where somebody else deleted the one that it was sent as."""
        number, since = transfer.invoice, transfer.created_at - CLOCKS_DIFFER
        with session.call("Looking for other orders with the invoice's number") as call:
            found = call.system.orders.find([number], customer_ids=[transfer.customer_id or ""], since=since)
            others = [receipt.order_id for receipt in found.get(number, ())]
            call.tell(f"found order {', '.join(others)}" if others else "none")
        if others:
            raise OrderThere(
                f"Order {transfer.order_id} is gone, but order {', '.join(others)} carries the number of invoice "
                f"{number}.",
                code="order_exists",
                hint="Adopt that order if it is the invoice's (invoice adopt), or delete it in the accounting system.",
            )

    def _declare(self, transfer: Transfer, earlier: Intent | None, session: FencedSession) -> None:
        """Mark, before the call, that the order is about to be deleted."""
        hold, books = session.hold, session.identity().key
        with self._storage.transaction() as work:
            hold.tell("Noted that the order is about to be deleted.")
            hold.renew(work)
            noting = self._watch.note(work, hold.business)
            if noting.number is not None:
                mark = declared(
                    earlier,
                    kind=IntentKind.WITHDRAWAL,
                    key=transfer.invoice,
                    customer_id=transfer.customer_id,
                    books=books,
                    now=self._clock.now(),
                )
                work.intents.put(hold.business, mark)
        try:
            self._watch.keep_mark(noting)
        except NOTHING_WRITTEN:
            self._take_back_mark(transfer.invoice, hold)
            raise

    def _take_back_mark(self, number: str, hold: Hold) -> None:
        """Forget the mark of a call that certainly deleted nothing; whatever went before it has settled."""
        with self._storage.transaction() as work:
            hold.renew(work)
            work.intents.remove(hold.business, IntentKind.WITHDRAWAL, number)

    def _store_end(self, transfer: Transfer, hold: Hold, told: str) -> Transfer:
        now, number = self._clock.now(), transfer.invoice
        hold.tell(f"{told} The invoice is withdrawn.")
        with self._storage.transaction() as work:
            hold.renew(work)
            live = _locked(work, transfer)
            work.intents.remove(hold.business, IntentKind.WITHDRAWAL, number)
            tell_payments(work, hold.business, [_deleted(transfer, now=now)])
            ended = work.transfers.save(withdrawn(live, now=now))
            tell_ends(work, self._auditor, [ended], now=now)
            if replacement := work.invoices.replacement(hold.business, number):
                work.invoices.set_replacement(hold.business, number, None)
                work.invoices.put(hold.business, replacement)
                ended = self._send_anew(work, ended, now=now)
        return ended

    def _send_anew(self, work: UnitOfWork, ended: Transfer, *, now: datetime) -> Transfer:
        history = work.transfers.save(superseded(ended))
        new = new_transfer(self._new_id(), business=ended.business, invoice=ended.invoice, now=now)
        work.transfers.add(new)
        story = f"Sent anew: order {ended.order_id} of transfer {ended.id} was withdrawn."
        work.journal.add([(new.id, Step(at=now, text=story))])
        about = {"business": ended.business, "invoice": ended.invoice, "subject": new.id}
        self._auditor.done(work, Action.INVOICE_SENT_AGAIN, **about)
        return history

    def _store_trouble(self, transfer: Transfer, hold: Hold, error: KvittError) -> Transfer:
        now, number = self._clock.now(), transfer.invoice
        with self._storage.transaction() as work:
            hold.renew(work)
            live = _locked(work, transfer)
            intent = work.intents.get(hold.business, IntentKind.WITHDRAWAL, number)
            stored = failed(
                live,
                error,
                policy=self._retry_policy,
                now=now,
                chance=self._chance(),
                call_open=intent is not None and not isinstance(error, OrderThere),  # those have seen the order
            )
            hold.tell(_story_end(stored, error))
            hold.renew(work)
            if isinstance(error, TryAgain) and error.for_everyone and error.not_before and error.not_before > now:
                work.pauses.put(require_business(work, hold.business).accounting.system, error.not_before)
            stored = work.transfers.save(stored)
            if isinstance(error, AccessRefused):
                tell_no_access(work, hold.business, AccessUse.SENDING, error, now=now)
            tell_finished(work, [stored], now=now)
            if stored.state is TransferState.TRANSFERRED:
                work.intents.remove(hold.business, IntentKind.WITHDRAWAL, number)
                work.invoices.set_replacement(hold.business, number, None)
                work.audit.add(
                    self._auditor.entry(
                        Action.TRANSFER_WITHDRAWN,
                        business=hold.business,
                        invoice=number,
                        subject=stored.id,
                        refused=error.code,
                    )
                )
        return stored


def _locked(work: UnitOfWork, transfer: Transfer) -> Transfer:
    """Return the transfer as it is now: it may have been asked for once more meanwhile.

    Invoices are locked before transfers, by all, so that nobody deadlocks.
    """
    work.invoices.of_numbers(transfer.business, [transfer.invoice], for_update=True)
    return require_transfer(work, transfer.id, for_update=True)


def _deleted(transfer: Transfer, *, now: datetime) -> PaymentReport:
    """What is known of the order's payment from now on, so that nobody asks about it any more."""
    return PaymentReport(
        invoice=transfer.invoice,
        status=PaymentStatusValue.NOT_PAID,
        reason=PaymentReason.DELETED,
        order_id=transfer.order_id or "",
        checked_at=now,
        books=transfer.books,
    )


def _story_end(transfer: Transfer, error: KvittError) -> str:
    said = f"{error.message} [{error.code}]"
    if transfer.state is TransferState.TRANSFERRED:
        return f"Not withdrawn, the order stays: {said}"
    if transfer.next_attempt_at is None:
        return f"The withdrawal is parked: {said}"
    return f"The withdrawal waits until {transfer.next_attempt_at:%H:%M:%S} UTC: {said}"
