"""Send an invoice again whose order is gone from the accounting system.

Source: the promise of exactly one order: a second one only where the first is no more.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from core.audit import Action
from core.auditor import Auditor
from core.errors import Conflict, KvittError, OrderThere
from core.intent import CLOCKS_DIFFER, IntentKind
from core.payment import how_to_mend, what_differs
from core.ports.accounting import AccountingSystem, AccountingSystems
from core.ports.clock import Clock
from core.ports.invoice_stores import Step
from core.ports.storage import Storage
from core.ports.turns import TransferQueue
from core.recovery import look_first_intent
from core.sending.books import note_books, require_here
from core.stored import require_business, require_invoice, require_transfer
from core.transfer import Receipt, Transfer, TransferState, new_transfer, superseded


class SendAgain:
    """Makes a new transfer in place of one whose order was deleted; the old one stays as history."""

    def __init__(
        self,
        *,
        storage: Storage,
        systems: AccountingSystems,
        queue: TransferQueue,
        clock: Clock,
        auditor: Auditor,
        new_id: Callable[[], str],
    ) -> None:
        self._storage = storage
        self._systems = systems
        self._clock = clock
        self._auditor = auditor
        self._queue = queue
        self._new_id = new_id

    def send(self, business_name: str, number: str) -> Transfer:
        """Send the invoice again, once the accounting system itself says that the order is gone.

        An order of the invoice's that was begun and never finished is completed instead of creating another.
        Errors: NotFound; Conflict, code `not_sent`, when it has not arrived before (send it as usual); Conflict, code
        `order_exists`, naming the order that is still there; OtherBooks, when it lies in others than the business is
        connected to now; AccessRefused; TryAgain.
        """
        with self._auditor.refusals(Action.INVOICE_SENT_AGAIN, business=business_name, invoice=number):
            new = self._record(business_name, number)
        self._queue.put(business_name)
        with self._storage.transaction() as work:
            return require_transfer(work, new.id)

    def _record(self, business_name: str, number: str) -> Transfer:
        with self._storage.transaction() as work:
            business = require_business(work, business_name)
            require_invoice(work, business_name, number)
            old = work.transfers.of_invoice(business_name, number)
        if old is None or old.state is not TransferState.TRANSFERRED:
            raise Conflict(
                f"Invoice {number} has not arrived before, so there is nothing to send again.",
                code="not_sent",
                hint="Send it as usual. That also retries a waiting or rejected transfer.",
            )
        system = self._systems.open(business)
        here = system.identity()
        with self._storage.transaction() as work:
            note_books(work, business, here)
            require_here(work, business_name, number, here=here)
        since = old.created_at - CLOCKS_DIFFER
        begun = _require_gone(old, system, since=since)
        now = self._clock.now()
        new = new_transfer(self._new_id(), business=business_name, invoice=number, now=now)
        story = [f"Sent again: order {old.order_id} of transfer {old.id} is gone from the accounting system."]
        with self._storage.transaction() as work:
            if begun:
                earlier = work.intents.get(business_name, IntentKind.ORDER, number)
                ids = [receipt.customer_id for receipt in begun]
                mark = look_first_intent(earlier, number, since=since, customer_ids=ids, books=here.key, now=now)
                work.intents.put(business_name, mark)
                story.append(f"Order {begun[0].order_id} was begun and never finished; it is completed.")
            work.transfers.save(superseded(old))
            work.transfers.add(new)
            work.journal.add([(new.id, Step(at=now, text=text)) for text in story])
            about = {"business": business_name, "invoice": number, "subject": new.id}
            self._auditor.done(work, Action.INVOICE_SENT_AGAIN, **about)
        return new


def _require_gone(old: Transfer, system: AccountingSystem, *, since: datetime) -> Sequence[Receipt]:
    """Ask for the order by its id, and for any other that carries the invoice's number and was changed since then.

    Returns those that were begun and never finished: a send completes the first.

    What has the id now and neither the order's number nor its customer is another order. One that has either may be
    ours, changed by hand: a person has to say.
    """
    order_id, customer_id = old.order_id or "", old.customer_id or ""
    sent, state = old.sent_order, system.payments.states([order_id]).get(order_id)
    if isinstance(state, KvittError):
        raise state
    if state and sent and not sent.is_still(state):
        if not sent.is_another(state):
            raise OrderThere(
                f"Whether the order of invoice {old.invoice} is gone can't be told. {what_differs(state, sent)}",
                code="order_exists",
                hint=how_to_mend(old.invoice, state, sent),
            )
        state = None
    if state and state.invoice_number is not None:
        raise OrderThere(
            f"Order {order_id} of invoice {old.invoice} is still in the accounting system, published as invoice "
            f"{state.invoice_number}.",
            code="order_exists",
            hint="Credit it (invoice credit), and send what is to be invoiced instead as a new invoice.",
        )
    others = system.orders.find([old.invoice], customer_ids=[customer_id], since=since).get(old.invoice, [])
    there = [order_id] if state else [receipt.order_id for receipt in others if receipt.is_whole]
    if there:
        raise OrderThere(
            f"Order {', '.join(there)} of invoice {old.invoice} is still in the accounting system.",
            code="order_exists",
            hint="Delete the order there first, if the invoice is really to be sent again.",
        )
    return others
