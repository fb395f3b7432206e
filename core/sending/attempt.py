"""Move invoices: an attempt at the transfers that are due together, from the stored invoices to the receipts.

One or a thousand go the same way. What stops one of them never stops the others.
Source: docs/behaviour.md, "Sending an invoice", steps 3 to 5.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from core.auditor import Auditor
from core.books import Books
from core.business import Business
from core.completeness import require_sendable
from core.customer_plan import CustomerNotes, customer_notes
from core.errors import HandedBack, InvalidInvoice, KvittError, LeaseLost, Outcome, RecoveryNeeded, Rejected, TryAgain
from core.intent import Intent, IntentKind
from core.invoice import Invoice
from core.limits import Limits
from core.order_fields import OrderField, field_warnings, not_written
from core.payment import total_differences
from core.ports.accounting import AccountingSystem, AccountingSystems
from core.ports.clock import Clock
from core.ports.storage import Storage
from core.ports.work_observer import WorkObserver
from core.sending.books import note_books, orders_begun_elsewhere
from core.sending.create_once import NOTHING_WRITTEN
from core.sending.customers import FindCustomers
from core.sending.hold import Hold
from core.sending.orders import Outcomes, PlacedOrder, PlaceOrders, orders_that_may_exist
from core.sending.references import Fitting, ReferenceData
from core.sending.restore_watch import RestoreWatch
from core.sending.watched_system import WatchedSystem
from core.stored import require_business
from core.transfer import RetryPolicy, Transfer, TransferState, arrived, failed, handed_back, singled_out, warned
from core.unobserved import NOBODY

_PUT_OFF = HandedBack("An invoice before it changes the same customer's record; this one is decided anew after that.")

_CREDITED_FIRST = HandedBack("The invoice that this one credits goes first: its order is named on the credit.")


class Attempt:
    """The transfers of one attempt: those still on their way, by invoice number, and those that have come to an end.

    `system` names the accounting system, once that is known. `begun` are the invoices of which an order lies there
    unfinished, as far as this attempt has seen. `notes` tell of their customers, once these are found and written.
    """

    def __init__(self, transfers: Sequence[Transfer], hold: Hold) -> None:
        self.left = {transfer.invoice: transfer for transfer in transfers}
        self.ended: list[Transfer] = []
        self.hold = hold
        self.system = ""
        self.begun: set[str] = set()
        self.notes: Mapping[str, CustomerNotes] = {}
        self._here: Books | None = None

    @property
    def is_bulk(self) -> bool:
        """Whether nobody waits for these: calls and time are left to single sends where they are short."""
        return all(transfer.bulk for transfer in self.left.values())

    @property
    def here(self) -> Books:
        """The books that the login leads to: nothing is asked or written before they are known."""
        if self._here is None:
            raise RuntimeError("nobody has logged in yet")
        return self._here

    def logged_in(self, books: Books) -> None:
        """The login leads to these books."""
        self._here = books

    def work_on(self, numbers: Iterable[str]) -> None:
        """Tell the steps from here on in the stories of these invoices' transfers."""
        self.hold.work_on([self.left[number].id for number in numbers if number in self.left])


class TransferInvoices:
    """Makes attempts at transfers. `chance` gives a number between 0 and 1, to spread retries; `observer` looks on."""

    def __init__(
        self,
        *,
        storage: Storage,
        systems: AccountingSystems,
        clock: Clock,
        auditor: Auditor,
        retry_policy: RetryPolicy,
        reference_data: ReferenceData,
        find_customers: FindCustomers,
        place_orders: PlaceOrders,
        watch: RestoreWatch,
        chance: Callable[[], float],
        observer: WorkObserver = NOBODY,
    ) -> None:
        self._storage = storage
        self._systems = systems
        self._clock = clock
        self._auditor = auditor
        self._retry_policy = retry_policy
        self._reference_data = reference_data
        self._find_customers = find_customers
        self._place_orders = place_orders
        self._watch = watch
        self._chance = chance
        self._observer = observer

    def attempt(self, transfers: Sequence[Transfer], hold: Hold) -> Sequence[Transfer]:
        """Make one attempt at running transfers of one business, and store what came of each.

        Errors: LeaseLost, when another worker has taken over; nothing more is stored then.
        """
        with self._observer.attempt(transfers):
            return self._attempted(Attempt(transfers, hold), transfers)

    def _attempted(self, attempt: Attempt, transfers: Sequence[Transfer]) -> Sequence[Transfer]:
        for transfer in transfers:
            attempt.hold.tell(f"Attempt {transfer.attempts} began.", of=transfer.id)
        try:
            self._move(attempt)
        except LeaseLost:
            raise
        except KvittError as error:
            self._end(attempt, dict.fromkeys(attempt.left, error))
        except Exception:
            if len(attempt.left) == 1:
                self._end(attempt, dict.fromkeys(attempt.left, _fault()))
                raise
            self._single_out(attempt)
        return attempt.ended

    def _move(self, attempt: Attempt) -> None:
        """Decide everything before the first write, so that an invoice that can't be booked leaves no trace."""
        attempt.work_on(attempt.left)
        numbers = list(attempt.left)
        with self._storage.transaction() as work:
            business = require_business(work, attempt.hold.business)
            attempt.system = business.accounting.system
            self._watch.require_open(work, business.name)
            invoices = work.invoices.of_numbers(business.name, numbers)
            intents = work.intents.of_keys(business.name, IntentKind.ORDER, numbers)
            kept = work.references.all(business.name)
        system = WatchedSystem(self._systems.open(business), attempt.hold, self._clock, is_bulk=attempt.is_bulk)
        self._end(attempt, _incomplete((invoices[one] for one in numbers if one not in intents), system.limits))
        if not attempt.left:
            return
        attempt.logged_in(system.identity())
        customers = {number: invoices[number].customer for number in attempt.left}
        with self._storage.transaction() as work:
            note_books(work, business, attempt.here)
            elsewhere = orders_begun_elsewhere(work, business.name, intents.values(), attempt.left, here=attempt.here)
            links = self._find_customers.remembered(work, business.name, customers, books=attempt.here.key)
        self._end(attempt, elsewhere)
        earlier = self._place_orders.earlier(_of_these_books(attempt, intents), system.orders)
        attempt.begun |= earlier.begun.keys()
        self._end(attempt, _with_differences(_with_left_out(earlier.outcomes, invoices, system.limits), invoices))
        self._end(attempt, _incomplete((invoices[number] for number in attempt.left), system.limits))
        if not attempt.left:
            return
        if OrderField.CREDITS in system.limits.order_fields:
            self._end(attempt, dict.fromkeys(_credits_of_these(attempt.left, invoices), _CREDITED_FIRST))
        left = [invoices[number] for number in attempt.left]
        prepared = self._reference_data.fitting(left, business, system, kept=kept)
        self._end(attempt, prepared.refused)
        customers = {number: customers[number] for number in attempt.left}
        updates = business.customer_updates
        found = self._find_customers.decide(business.name, customers, system, links=links, updates=updates)
        self._end(attempt, {**found.plan.undecided, **dict.fromkeys(found.plan.put_off, _PUT_OFF)})
        ids = self._find_customers.carry_out(found, customers, system, hold=attempt.hold)
        attempt.notes = {
            number: customer_notes(customers[number], found.plan.decisions[number], customer_id=answer)
            for number, answer in ids.items()
            if isinstance(answer, str)
        }
        self._end(attempt, {number: answer for number, answer in ids.items() if isinstance(answer, KvittError)})
        left = [invoices[number] for number in attempt.left]
        prepared = self._reference_data.with_product(prepared, left, business, system, hold=attempt.hold)
        customer_ids = {number: answer for number, answer in ids.items() if isinstance(answer, str)}
        self._order(attempt, business, system, invoices, prepared, customer_ids, earlier.begun)

    def _order(
        self,
        attempt: Attempt,
        business: Business,
        system: AccountingSystem,
        invoices: Mapping[str, Invoice],
        prepared: Fitting,
        customer_ids: Mapping[str, str],
        begun: Mapping[str, str],
    ) -> None:
        """Create the orders, call by call, and store what became of each call's at once; complete what was begun."""
        may_be_old = prepared.references.kept
        drafts = [
            prepared.orders[number].for_customer(
                customer_ids[number], person=attempt.notes[number].person, begun_as=begun.get(number)
            )
            for number in attempt.left
        ]
        for piece in self._place_orders.pieces(drafts, system.limits):
            if attempt.is_bulk and self._gives_way(attempt):
                return
            attempt.work_on(draft.reference for draft in piece)
            outcomes = self._place_orders.create(attempt.hold, invoices, piece, system.orders, books=attempt.here.key)
            refused = {number: outcome for number, outcome in outcomes.items() if isinstance(outcome, Rejected)}
            if refused and may_be_old:
                # What was kept may be gone since: the product, say. That is looked at once.
                may_be_old = False
                attempt.work_on(attempt.left)
                attempt.begun |= {one for one, said in refused.items() if said.outcome is not Outcome.NOTHING_WRITTEN}
                fresh = self._reference_data.fitting_anew([invoices[one] for one in attempt.left], business, system)
                if not fresh.references.says_the_same(prepared.references):
                    done = {number: outcome for number, outcome in outcomes.items() if number not in refused}
                    self._end_created(attempt, done, invoices, prepared)
                    self._note_refused(attempt, refused)
                    self._end(attempt, fresh.refused)
                    left = [invoices[number] for number in attempt.left]
                    fresh = self._reference_data.with_product(fresh, left, business, system, hold=attempt.hold)
                    begun = self._begun(attempt, system, invoices)
                    self._order(attempt, business, system, invoices, fresh, customer_ids, begun)
                    return
            self._end_created(attempt, outcomes, invoices, prepared)

    def _begun(self, attempt: Attempt, system: AccountingSystem, invoices: Mapping[str, Invoice]) -> Mapping[str, str]:
        """Look once more for what was begun: an order that was refused halfway may lie there unfinished."""
        with self._storage.transaction() as work:
            intents = work.intents.of_keys(attempt.hold.business, IntentKind.ORDER, list(attempt.left))
        earlier = self._place_orders.earlier(_of_these_books(attempt, intents), system.orders)
        self._end(attempt, _with_differences(_with_left_out(earlier.outcomes, invoices, system.limits), invoices))
        return earlier.begun

    def _gives_way(self, attempt: Attempt) -> bool:
        """Put the rest back where a single send waits: somebody looks on there."""
        with self._storage.transaction() as work:
            waits = work.transfers.is_single_due(attempt.hold.business, now=self._clock.now())
        if waits:
            first = HandedBack("A single send goes first; this one goes on right after it.")
            self._end(attempt, dict.fromkeys(attempt.left, first))
        return waits

    def _single_out(self, attempt: Attempt) -> None:
        """Have the rest moved one by one, so that only the invoice at which Kvitt fails is stopped by that."""
        attempt.work_on(attempt.left)
        attempt.hold.tell("Kvitt itself failed while moving several invoices; from here on they are moved one by one.")
        now = self._clock.now()
        with self._storage.transaction() as work:
            attempt.hold.renew(work)
            work.transfers.save_all([singled_out(transfer, now=now) for transfer in attempt.left.values()])

    def _end_created(
        self, attempt: Attempt, outcomes: Outcomes, invoices: Mapping[str, Invoice], prepared: Fitting
    ) -> None:
        """End the transfers of orders that were asked for."""
        warned = {
            number: outcome.warned_of(prepared.orders[number].warnings) if isinstance(outcome, PlacedOrder) else outcome
            for number, outcome in outcomes.items()
        }
        self._end(attempt, _with_differences(warned, invoices), were_asked_for=True)

    def _note_refused(self, attempt: Attempt, refused: Outcomes) -> None:
        with self._storage.transaction() as work:
            attempt.hold.renew(work)
            self._place_orders.conclude(work, attempt.hold.business, refused)

    def _end(self, attempt: Attempt, outcomes: Outcomes, *, were_asked_for: bool = False) -> None:
        """Store what became of transfers that are on their way; nothing when there are none.

        `were_asked_for` says that the outcomes are those of create calls, so that their intents have to follow.
        """
        if not outcomes:
            return
        now, ended, pause = self._clock.now(), list[Transfer](), None
        there = {number: outcome for number, outcome in outcomes.items() if isinstance(outcome, PlacedOrder)}
        with self._storage.transaction() as work:
            may_exist = orders_that_may_exist(work, [attempt.left[number] for number in outcomes.keys() - there.keys()])
            for number, outcome in outcomes.items():
                said_no = were_asked_for and isinstance(outcome, NOTHING_WRITTEN)
                order_open = not said_no and (number in may_exist or number in attempt.begun)
                transfer = self._after(attempt, number, outcome, order_open=order_open)
                attempt.hold.tell(_told(transfer, outcome), of=transfer.id)
                ended.append(transfer)
                if isinstance(outcome, TryAgain) and outcome.for_everyone:
                    pause = outcome.not_before
            attempt.hold.renew(work)
            self._place_orders.conclude(work, attempt.hold.business, outcomes if were_asked_for else there)
            if pause and pause > now:
                work.pauses.put(require_business(work, attempt.hold.business).accounting.system, pause)
            stored = work.transfers.save_all(ended)
            self._auditor.ended(work, ended)
        attempt.ended += stored
        self._observer.ended(attempt.system, stored)
        for number in outcomes:
            del attempt.left[number]

    def _after(self, attempt: Attempt, number: str, outcome: PlacedOrder | KvittError, *, order_open: bool) -> Transfer:
        transfer, now = attempt.left[number], self._clock.now()
        if number in attempt.notes:
            transfer = warned(transfer, attempt.notes[number].warnings)
        if isinstance(outcome, PlacedOrder):
            return arrived(transfer, outcome.receipt, warnings=outcome.warnings, books=attempt.here.key, now=now)
        if isinstance(outcome, HandedBack):
            return handed_back(transfer, now=now)
        chance = self._chance()
        return failed(transfer, outcome, policy=self._retry_policy, now=now, chance=chance, order_open=order_open)


def _credits_of_these(numbers: Iterable[str], invoices: Mapping[str, Invoice]) -> list[str]:
    """Return those that credit one that stands before them: sent one after the other they would know its order."""
    seen, later = set[str](), list[str]()
    for number in numbers:
        if invoices[number].credits in seen:
            later.append(number)
        seen.add(number)
    return later


def _of_these_books(attempt: Attempt, intents: Mapping[str, Intent]) -> list[Intent]:
    """Leave out what was refused in other books: an order of theirs can't be looked for here."""
    return [one for number, one in intents.items() if number in attempt.left and not one.is_elsewhere(attempt.here.key)]


def _incomplete(invoices: Iterable[Invoice], limits: Limits) -> dict[str, InvalidInvoice]:
    faults: dict[str, InvalidInvoice] = {}
    for invoice in invoices:
        try:
            require_sendable(invoice, limits=limits)
        except InvalidInvoice as incomplete:
            faults[invoice.number] = incomplete
    return faults


def _with_left_out(outcomes: Outcomes, invoices: Mapping[str, Invoice], limits: Limits) -> Outcomes:
    """Warn, of each order that an earlier attempt created, of what its invoice says and an order has no place for."""
    return {
        number: outcome.warned_of(
            field_warnings(not_written(invoices[number], limits.order_fields, knows_credited=True))
        )
        if isinstance(outcome, PlacedOrder)
        else outcome
        for number, outcome in outcomes.items()
    }


def _with_differences(outcomes: Outcomes, invoices: Mapping[str, Invoice]) -> Outcomes:
    """Warn, of each order that exists, where its totals are not its invoice's."""
    return {
        number: outcome.warned_of(total_differences(invoices[number], outcome.receipt.totals))
        if isinstance(outcome, PlacedOrder)
        else outcome
        for number, outcome in outcomes.items()
    }


def _fault() -> KvittError:
    return KvittError(
        "Kvitt itself failed while moving this invoice.",
        code="internal_error",
        hint="Report this with the transfer's id and the time; retry the transfer when it is mended.",
    )


def _told(transfer: Transfer, outcome: PlacedOrder | KvittError) -> str:
    """Say what became of a transfer."""
    if isinstance(outcome, PlacedOrder):
        return f"Transferred as order {outcome.receipt.order_id}."
    if isinstance(outcome, HandedBack):
        return f"The transfer went back to the queue: {outcome.message}"
    said = f"{transfer.error.message} [{transfer.error.code}]" if transfer.error else ""
    if transfer.state is TransferState.REJECTED:
        return f"Rejected: {said}"
    if transfer.next_attempt_at is None:
        until = "kvitt recover has run" if isinstance(outcome, RecoveryNeeded) else "the connection is mended"
        return f"Parked until {until}: {said}"
    return f"Waits until {transfer.next_attempt_at:%H:%M:%S} UTC: {said}"
