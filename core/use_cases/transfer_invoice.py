"""Move one invoice: an attempt at a transfer, from the stored invoice to the receipt.

Source: documented behaviour, "What happens in 24Seven?"; DESIGN, "Sending an invoice", steps 3 to 5.
"""

from collections.abc import Callable

from core.business import Business
from core.completeness import require_sendable
from core.errors import HandedBack, KvittError, LeaseLost, Rejected, TryAgain
from core.intent import IntentKind
from core.invoice import Invoice
from core.payment import total_differences
from core.ports.accounting_system import AccountingSystem, AccountingSystems
from core.ports.clock import Clock
from core.ports.storage import Storage
from core.references import References
from core.transfer import RetryPolicy, Transfer, TransferState, arrived, failed, handed_back
from core.use_cases.find_customer import FindCustomer
from core.use_cases.hold import Hold
from core.use_cases.look_up import require_business, require_invoice
from core.use_cases.place_order import PlacedOrder, PlaceOrder
from core.use_cases.prepare_order import prepared_order
from core.use_cases.reference_data import ReferenceData
from core.use_cases.watched_system import WatchedSystem


class TransferInvoice:
    """Makes attempts at transfers. `chance` gives a number between 0 and 1, to spread retries."""

    def __init__(
        self,
        *,
        storage: Storage,
        systems: AccountingSystems,
        clock: Clock,
        retry_policy: RetryPolicy,
        reference_data: ReferenceData,
        find_customer: FindCustomer,
        place_order: PlaceOrder,
        chance: Callable[[], float],
    ) -> None:
        self._storage = storage
        self._systems = systems
        self._clock = clock
        self._retry_policy = retry_policy
        self._reference_data = reference_data
        self._find_customer = find_customer
        self._place_order = place_order
        self._chance = chance

    def attempt(self, transfer: Transfer, hold: Hold) -> Transfer:
        """Make one attempt at a running transfer and store what came of it.

        Errors: LeaseLost, when another worker has taken over; nothing is stored then.
        """
        hold.tell(f"Attempt {transfer.attempts} began.")
        try:
            order = self._order(transfer, hold)
        except LeaseLost:
            raise
        except HandedBack:
            hold.tell("The worker was asked to stop; the transfer went back to the queue.")
            return self._ended(handed_back(transfer, now=self._clock.now()), hold)
        except KvittError as error:
            return self._failed(transfer, error, hold)
        except Exception:
            fault = KvittError(
                "Kvitt itself failed while moving this invoice.",
                code="internal_error",
                hint="Report this with the transfer's id and the time; retry the transfer when it is mended.",
            )
            self._failed(transfer, fault, hold)
            raise
        hold.tell(f"Transferred as order {order.receipt.order_id}.")
        return self._ended(
            arrived(transfer, order.receipt, warnings=order.warnings, now=self._clock.now()), hold, has_order=True
        )

    def _failed(self, transfer: Transfer, error: KvittError, hold: Hold) -> Transfer:
        after = failed(transfer, error, policy=self._retry_policy, now=self._clock.now(), chance=self._chance())
        hold.tell(_told(after))
        return self._ended(after, hold, pause=error if isinstance(error, TryAgain) and error.for_everyone else None)

    def _order(self, transfer: Transfer, hold: Hold) -> PlacedOrder:
        with self._storage.transaction() as work:
            business = require_business(work, transfer.business)
            invoice = require_invoice(work, transfer.business, transfer.invoice)
        system = WatchedSystem(self._systems.open(business), hold, self._clock)
        order = self._place_order.earlier(hold, invoice.number, system.orders)
        if order is None:
            require_sendable(invoice, limits=system.limits)
            order = self._new_order(business, invoice, system, hold)
        differences = total_differences(invoice, order.receipt.totals)
        return order.model_copy(update={"warnings": (*order.warnings, *differences)})

    def _new_order(self, business: Business, invoice: Invoice, system: AccountingSystem, hold: Hold) -> PlacedOrder:
        """Decide everything before the first write, so that an invoice that can't be booked leaves no trace."""
        references = self._reference_data.fitting(invoice, business, system)
        decision = self._find_customer.decide(business.name, invoice.customer, system)
        customer_id = self._find_customer.carry_out(decision, invoice.customer, system, hold=hold)
        references = self._reference_data.with_product(references, business, system, hold=hold)
        try:
            return self._placed(business, invoice, system, hold, references, customer_id)
        except Rejected:
            # What was kept may be gone since: the product, say.
            fresh = self._reference_data.read_anew(invoice, business, system) if references.kept else references
            if fresh.says_the_same(references):
                raise
            fresh = self._reference_data.with_product(fresh, business, system, hold=hold)
            return self._placed(business, invoice, system, hold, fresh, customer_id)

    def _placed(
        self,
        business: Business,
        invoice: Invoice,
        system: AccountingSystem,
        hold: Hold,
        references: References,
        customer_id: str,
    ) -> PlacedOrder:
        order = prepared_order(invoice, business, references, customer_id=customer_id, limits=system.limits)
        receipt = self._place_order.create(hold, invoice, order.draft, system.orders)
        return PlacedOrder(receipt=receipt, warnings=order.warnings)

    def _ended(
        self, transfer: Transfer, hold: Hold, *, has_order: bool = False, pause: TryAgain | None = None
    ) -> Transfer:
        with self._storage.transaction() as work:
            hold.renew(work)
            if has_order:
                work.intents.remove(transfer.business, IntentKind.ORDER, transfer.invoice)
            if pause and pause.not_before:
                work.pauses.put(require_business(work, transfer.business).accounting.system, pause.not_before)
            return work.transfers.save(transfer)


def _told(transfer: Transfer) -> str:
    """Say what became of a transfer that did not arrive."""
    said = f"{transfer.error.message} [{transfer.error.code}]" if transfer.error else ""
    if transfer.state is TransferState.REJECTED:
        return f"Rejected: {said}"
    if transfer.next_attempt_at is None:
        return f"Parked until the connection is mended: {said}"
    return f"Waits until {transfer.next_attempt_at:%H:%M:%S} UTC: {said}"
