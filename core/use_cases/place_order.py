"""Place the order of a transfer, unless an earlier attempt already did.

Source: DESIGN, "Sending an invoice", steps 4 and 5.
"""

from datetime import timedelta

from core.errors import TryAgain
from core.fields import Document
from core.intent import Intent, IntentKind, declared
from core.invoice import Invoice
from core.order_draft import OrderDraft
from core.outcome import only
from core.ports.clock import Clock
from core.ports.order_sink import OrderSink
from core.ports.storage import Storage
from core.transfer import Receipt
from core.use_cases.create_once import NOTHING_WRITTEN
from core.use_cases.hold import Hold
from core.use_cases.once_more import once_more


class PlacedOrder(Document):
    """An order that exists now: just created, or by an earlier attempt whose answer was lost."""

    receipt: Receipt
    warnings: tuple[str, ...] = ()


class PlaceOrder:
    """Creates orders, each at most once.

    `settling` is how long a call may still be running on the accounting system's side, from its start.
    """

    def __init__(self, *, storage: Storage, clock: Clock, settling: timedelta) -> None:
        self._storage = storage
        self._clock = clock
        self._settling = settling

    def earlier(self, hold: Hold, number: str, orders: OrderSink) -> PlacedOrder | None:
        """Look for the order of an earlier attempt: at once, and again when the call can no longer be running.

        Return None when it is certain that there is none.
        Errors: TryAgain, code `settling`, with the time to look again.
        """
        with self._storage.transaction() as work:
            intent = work.intents.get(hold.business, IntentKind.ORDER, number)
        if intent is None:
            return None
        asked_at = self._clock.now()
        found = orders.find([number], customer_ids=intent.customer_ids, since=intent.look_since).get(number, [])
        if not found:
            intent.require_settled(settling=self._settling, now=asked_at)
            return None
        return PlacedOrder(receipt=found[0], warnings=_several(found))

    def create(self, hold: Hold, invoice: Invoice, draft: OrderDraft, orders: OrderSink) -> Receipt:
        """Write the intent, then create the order.

        Errors: those of OrderSink.create; OutcomeUnknown leaves the intent standing. LeaseLost. TryAgain, code
        `invoice_changed`, when the invoice was replaced while its order was being prepared.
        """
        return once_more(lambda: self._created(hold, invoice, draft, orders))

    def _created(self, hold: Hold, invoice: Invoice, draft: OrderDraft, orders: OrderSink) -> Receipt:
        intent = self._declare(hold, invoice, draft)
        try:
            return only(orders.create([draft]))
        except NOTHING_WRITTEN:
            with self._storage.transaction() as work:
                hold.renew(work)  # another worker's intent may stand here by now
                work.intents.put(hold.business, intent.model_copy(update={"refused": True}))
            raise

    def _declare(self, hold: Hold, invoice: Invoice, draft: OrderDraft) -> Intent:
        with self._storage.transaction() as work:
            stored = work.invoices.get(hold.business, invoice.number, for_update=True)
            if stored is None or stored.fingerprint != invoice.fingerprint:
                raise TryAgain(
                    f"Invoice {invoice.number} was replaced while its order was being prepared.",
                    code="invoice_changed",
                )
            hold.tell("Noted that the order is about to be created.")
            hold.renew(work)  # last of what may raise: steps are flushed by it, and lost with the transaction
            intent = declared(
                work.intents.get(hold.business, IntentKind.ORDER, invoice.number),
                kind=IntentKind.ORDER,
                key=invoice.number,
                customer_id=draft.customer_id,
                now=self._clock.now(),
            )
            work.intents.put(hold.business, intent)
        return intent


def _several(found: list[Receipt]) -> tuple[str, ...]:
    if len(found) < 2:
        return ()
    others = ", ".join(receipt.order_id for receipt in found[1:])
    return (
        f"Several orders carry this invoice's number; the oldest, {found[0].order_id}, was taken. "
        f"Look at {others} and delete what is double.",
    )
