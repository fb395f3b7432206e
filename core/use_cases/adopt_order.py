"""Adopt an order: a person says that an order in the books is an invoice's, and that is looked into first."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from core.audit import Action
from core.auditor import Auditor
from core.errors import Conflict, InvalidInput, OrderOpen, OrderThere, TryAgain, Underway
from core.intent import Intent, IntentKind
from core.invoice import Invoice
from core.payment import SentOrder, total_differences
from core.ports.accounting import AccountingSystems
from core.ports.clock import Clock
from core.ports.storage import Storage, UnitOfWork
from core.ports.turns import Lease
from core.recovery import FoundOrder, other_customer
from core.sending.books import note_books, require_here
from core.sending.fence import FencedSession, Hold, Session
from core.sending.reading import read_state
from core.sending.stories import orders_found
from core.sending.tie_order import TieOrder
from core.stored import require_business, require_invoice, unknown_invoice
from core.transfer import Transfer, TransferState, superseded


class AdoptOrder:
    """Ties one order to one invoice. `settling` is how long a call may still take effect after it began."""

    def __init__(
        self,
        *,
        storage: Storage,
        systems: AccountingSystems,
        clock: Clock,
        auditor: Auditor,
        tie_order: TieOrder,
        settling: timedelta,
        lease: timedelta,
        new_holder: Callable[[], str],
    ) -> None:
        self._storage = storage
        self._systems = systems
        self._clock = clock
        self._auditor = auditor
        self._tie_order = tie_order
        self._settling = settling
        self._lease = lease
        self._new_holder = new_holder

    def adopt(self, business: str, number: str, order_id: str, *, accept_differences: bool = False) -> Transfer:
        """Tie the order to the invoice and return the transfer, which has arrived; what differs is among its warnings.

        Adopting the order that is the invoice's already changes nothing, unless its number or customer was changed
        since: then it is known by what it carries now. Published and paid orders are taken too.
        Errors: NotFound; InvalidInput, code `unknown_order`; Conflict, codes `order_taken` (it is another invoice's),
        `order_exists` (the invoice has another order), `withdrawing`, `order_unfinished`, and `order_differs`, saying
        what differs, unless that is accepted; TryAgain, codes `business_busy`, and `settling` while it is open whether
        an order of the invoice's is being created; OtherBooks where its order lies, or may lie, in other books;
        AccessRefused.
        """
        with self._auditor.refusals(Action.ORDER_ADOPTED, business=business, invoice=number):
            lease = self._acquire(business, number)
            hold = Hold(lease, storage=self._storage, clock=self._clock, length=self._lease)
            try:
                return self._adopt(hold, number, order_id, accept_differences=accept_differences)
            finally:
                hold.release()

    def _acquire(self, business: str, number: str) -> Lease:
        with self._storage.transaction() as work:
            require_business(work, business)
            require_invoice(work, business, number)
            lease = work.leases.acquire(business, holder=self._new_holder(), length=self._lease)
        if lease is None:
            raise TryAgain(f'A worker is sending invoices of "{business}" right now.', code="business_busy")
        return lease

    def _adopt(self, hold: Hold, number: str, order_id: str, *, accept_differences: bool) -> Transfer:
        with self._storage.transaction() as work:
            business = require_business(work, hold.business)
            invoice = require_invoice(work, hold.business, number)
            old = work.transfers.of_invoice(hold.business, number)
            intent = work.intents.get(hold.business, IntentKind.ORDER, number)
        _require_not_withdrawing(old)
        session = FencedSession(self._systems.open(business), hold)
        here = session.identity()
        with self._storage.transaction() as work:
            note_books(work, business, here)
            require_here(work, hold.business, number, here=here)
            _require_free(work, hold.business, number, order_id, books=here.key)
        sent = old.sent_order if old else None
        if old and sent and sent.order_id == order_id:
            state = read_state(session, order_id)
            if state is None or sent.is_still(state):
                return old
        else:
            self._require_no_other(number, order_id, sent, intent, session)
        with session.call(f"Reading order {order_id}") as call:
            order = call.system.orders.read(order_id)
            call.tell("there" if order else "gone")
        if order is None:
            raise InvalidInput(
                f'The accounting system has no order with the id "{order_id}".',
                code="unknown_order",
                hint="Take the id from the order's page in the accounting system.",
            )
        differences = self._differences(hold.business, invoice, order, session)
        if differences and not accept_differences:
            raise Conflict(
                f"Order {order_id} is not what invoice {number} says. {' '.join(differences)}",
                code="order_differs",
                hint='If it is the right order anyway, adopt it with --yes (HTTP: "accept_differences": true).',
            )
        return self._tie(hold, number, order, old, differences, books=here.key)

    def _tie(
        self,
        hold: Hold,
        number: str,
        order: FoundOrder,
        old: Transfer | None,
        differences: Sequence[str],
        *,
        books: str,
    ) -> Transfer:
        receipt, now = order.receipt, self._clock.now()
        with self._storage.transaction() as work:
            if not work.invoices.of_numbers(hold.business, [number], for_update=True):  # deleted since it was read
                raise unknown_invoice(hold.business, number)
            hold.renew(work)
            _require_free(work, hold.business, number, receipt.order_id, books=books)
            live = work.transfers.of_invoice(hold.business, number, for_update=True)
            _require_not_withdrawing(live)
            has_arrived = live is not None and live.state is TransferState.TRANSFERRED
            if live and has_arrived and (old is None or live.order_id != old.order_id):
                raise _has_order(number, live.order_id or "")
            if live and has_arrived and live.order_id != receipt.order_id:
                work.transfers.save(superseded(live))
                live = None
            if live and live.state is TransferState.WITHDRAWN:
                work.transfers.save(superseded(live))
                live = None
            return self._tie_order.tie(
                work,
                hold.business,
                number,
                receipt,
                transfer=live,
                warnings=differences,
                books=books,
                now=now,
                order_reference=None if order.reference == number else order.reference or "",
            )

    def _require_no_other(
        self, number: str, order_id: str, sent: SentOrder | None, intent: Intent | None, session: Session
    ) -> None:
        """Ask for the order that the invoice was sent as, and for what an earlier attempt may have created."""
        if sent and (state := read_state(session, sent.order_id)) and sent.is_still(state):
            raise _has_order(number, sent.order_id)
        if intent and intent.is_open:
            asked_at = self._clock.now()
            ids = list(intent.customer_ids)
            with session.call("Looking whether the order is there already") as call:
                found_by_number = call.system.orders.find([number], customer_ids=ids, since=intent.look_since)
                call.tell(orders_found(found_by_number, [number]))
            found = found_by_number.get(number, [])
            others = [receipt.order_id for receipt in found if receipt.order_id != order_id]
            if others:
                raise _has_order(number, ", ".join(others))
            if not found:
                intent.require_settled(settling=self._settling, now=asked_at)

    def _differences(self, business: str, invoice: Invoice, order: FoundOrder, session: Session) -> Sequence[str]:
        receipt, number = order.receipt, invoice.number
        if not receipt.is_whole:
            raise OrderOpen(
                f"Order {receipt.order_id} was begun and never finished.",
                code="order_unfinished",
                hint="Send the invoice (again, if it was sent before) to complete the order.",
            )
        said = f'carries the number "{order.reference}"' if order.reference else "carries no number"
        others = self._tie_order.other_customers(business, {number: [receipt.customer_id]}, session)
        return [
            *([] if order.reference == number else [f"Order {receipt.order_id} {said}."]),
            *([other_customer(receipt)] if others.get(number) else []),
            *total_differences(invoice, receipt.totals),
        ]


def _require_free(work: UnitOfWork, business: str, number: str, order_id: str, *, books: str) -> None:
    owner = work.transfers.of_order(business, order_id, books=books)
    if owner and owner.invoice != number:
        raise Conflict(
            f"Order {order_id} belongs to invoice {owner.invoice}.",
            code="order_taken",
            hint="See that invoice's transfer (transfer list); an order can belong to one invoice only.",
        )


def _require_not_withdrawing(transfer: Transfer | None) -> None:
    if transfer and transfer.state is TransferState.WITHDRAWING:
        raise Underway(
            f"Order {transfer.order_id} of invoice {transfer.invoice} is being withdrawn.",
            code="withdrawing",
            hint="Wait until it is withdrawn (invoice show), then adopt the other one.",
        )


def _has_order(number: str, order_id: str) -> OrderThere:
    return OrderThere(
        f"Invoice {number} has order {order_id}, which is still in the accounting system.",
        code="order_exists",
        hint="First delete one of the two there, if the other is to be the invoice's.",
    )
