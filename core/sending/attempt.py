"""Move invoices: an attempt at the transfers that are due together, from the stored invoices to the receipts.

One or a thousand go the same way. What stops one of them never stops the others.
Source: docs/behaviour.md, "Sending an invoice", steps 3 to 5.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from core.auditor import Auditor
from core.business import Business
from core.completeness import require_sendable
from core.customer_choice import CustomerLink
from core.customer_plan import customer_notes
from core.errors import (
    AccessRefused,
    HandedBack,
    InvalidInvoice,
    KvittError,
    LeaseLost,
    Outcome,
    RecoveryNeeded,
    Rejected,
    TryAgain,
)
from core.event import AccessUse
from core.intent import Intent, IntentKind
from core.invoice import Invoice
from core.limits import Limits, OrderField, field_warnings, not_written
from core.order_draft import OrderDraft
from core.payment import total_differences
from core.ports.accounting import AccountingSystems
from core.ports.clock import Clock
from core.ports.observers import NOBODY, WorkObserver
from core.ports.storage import Storage
from core.sending.books import note_books, orders_begun_elsewhere
from core.sending.create_once import NOTHING_WRITTEN
from core.sending.customers import FindCustomers
from core.sending.fence import FencedSession, Hold
from core.sending.orders import Earlier, Outcomes, PlacedOrder, PlaceOrders, orders_that_may_exist
from core.sending.progress import Progress, story_end
from core.sending.references import Entries, Fitting, ReferenceData
from core.sending.restore_watch import RestoreWatch
from core.sending.telling import tell_ends, tell_no_access
from core.stored import require_business
from core.transfer import RetryPolicy, Transfer, arrived, failed, handed_back, singled_out, warned

_PUT_OFF = HandedBack("An invoice before it changes the same customer's record; this one is decided anew after that.")

_CREDITED_FIRST = HandedBack("The invoice that this one credits goes first: its order is named on the credit.")

_SINGLE_FIRST = HandedBack("A single send goes first; this one goes on right after it.")


@dataclass(frozen=True)
class _Stored:
    """What is stored of a business and its invoices when an attempt begins; `shut` keeps everything from being sent."""

    business: Business
    invoices: Mapping[str, Invoice]
    intents: Mapping[str, Intent]
    references: Entries
    shut: RecoveryNeeded | None

    def invoices_of(self, progress: Progress) -> list[Invoice]:
        """Return the invoices that are still on their way."""
        return [self.invoices[number] for number in progress.open]


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
        progress = Progress({transfer.invoice: transfer for transfer in transfers})
        with self._observer.attempt(transfers):
            for transfer in transfers:
                hold.tell(f"Attempt {transfer.attempts} began.", of=transfer.id)
            try:
                for reached in self._steps(progress, hold):
                    progress = reached
                    if not progress.open:
                        break
            except LeaseLost:
                raise
            except KvittError as error:
                progress = self._end_all(progress, hold, error)
            except Exception:
                if len(progress.open) == 1:
                    self._end_all(progress, hold, _fault())
                    raise
                self._single_out(progress, hold)
        return progress.ended

    def _steps(self, progress: Progress, hold: Hold) -> Iterator[Progress]:
        """Yield how far it has come after each step; whoever iterates stops when nothing is on its way any more.

        Everything is decided before the first write, so that an invoice that can't be booked leaves no trace.
        """
        hold.work_on(progress.ids(progress.open))
        stored = self._read_stored(progress, hold)
        business, invoices = stored.business, stored.invoices
        yield (progress := replace(progress, system=business.accounting.system))

        session = self._open(stored, hold, is_bulk=progress.is_bulk)
        never_begun = [invoice for invoice in stored.invoices_of(progress) if invoice.number not in stored.intents]
        yield (progress := self._end(progress, hold, _incomplete(never_begun, session.limits)))

        links, elsewhere = self._log_in(progress, stored, session)
        yield (progress := self._end(progress, hold, elsewhere))

        earlier = self._place_orders.find_earlier(_of_open(stored.intents, progress), session)
        yield (progress := progress.with_half_written(earlier.begun))
        yield (progress := self._end(progress, hold, _warned_of_left_out(earlier.outcomes, invoices, session.limits)))
        yield (progress := self._end(progress, hold, _incomplete(stored.invoices_of(progress), session.limits)))
        if OrderField.CREDITS in session.limits.order_fields:
            later = _credits_of_these(stored.invoices_of(progress))
            yield (progress := self._end(progress, hold, dict.fromkeys(later, _CREDITED_FIRST)))

        fitting = self._reference_data.fit(stored.invoices_of(progress), business, session, kept=stored.references)
        yield (progress := self._end(progress, hold, fitting.refused))

        customers = {invoice.number: invoice.customer for invoice in stored.invoices_of(progress)}
        updates = business.customer_updates
        found = self._find_customers.decide(business.name, customers, session, links=links, updates=updates)
        undecided = {**found.plan.undecided, **dict.fromkeys(found.plan.put_off, _PUT_OFF)}
        yield (progress := self._end(progress, hold, undecided))

        answers = self._find_customers.carry_out(found, customers, session)
        customer_ids = {number: answer for number, answer in answers.items() if isinstance(answer, str)}
        notes = {
            number: customer_notes(customers[number], found.plan.decisions[number], customer_id=customer_id)
            for number, customer_id in customer_ids.items()
        }
        yield (progress := replace(progress, notes=notes))
        yield (progress := self._end(progress, hold, _errors_in(answers)))

        yield from self._order(progress, stored, session, fitting, customer_ids, earlier.begun)

    def _order(
        self,
        progress: Progress,
        stored: _Stored,
        session: FencedSession,
        fitting: Fitting,
        customer_ids: Mapping[str, str],
        begun: Mapping[str, str],
    ) -> Iterator[Progress]:
        """Create the orders, call by call, and store what became of each call's at once; complete what was begun.

        Where one is refused, what was kept of the account may be stale: the product may be gone, say. It is read anew,
        once, and where it has changed, the rest is ordered by what it says now.
        """
        hold, may_be_stale = session.hold, fitting.references.kept
        fitting = self._create_missing_product(fitting, progress, stored, session)
        yield (progress := self._end(progress, hold, fitting.refused))
        pieces = self._pieces(progress, session, fitting, customer_ids, begun)
        while piece := next(pieces, None):
            if progress.is_bulk and self._a_single_send_waits(hold):
                yield self._end_all(progress, hold, _SINGLE_FIRST)
                return
            hold.work_on(progress.ids(draft.reference for draft in piece))
            outcomes = self._place_orders.create(session, piece, stored.invoices)
            refused = {number: outcome for number, outcome in outcomes.items() if isinstance(outcome, Rejected)}
            if refused and may_be_stale:
                may_be_stale = False
                done = {number: outcome for number, outcome in outcomes.items() if number not in refused}
                yield (progress := self._end_created(progress, hold, done, stored, fitting))
                outcomes = refused
                hold.work_on(progress.ids(progress.open))
                yield (progress := progress.with_half_written(_left_lying(refused)))
                fresh = self._reference_data.fit_anew(stored.invoices_of(progress), stored.business, session)
                if not fresh.references.says_the_same(fitting.references):
                    self._note_refused(hold, refused)
                    yield (progress := self._end(progress, hold, fresh.refused))
                    fitting = self._create_missing_product(fresh, progress, stored, session)
                    yield (progress := self._end(progress, hold, fitting.refused))
                    earlier = self._find_what_was_begun(progress, session)
                    found = _warned_of_left_out(earlier.outcomes, stored.invoices, session.limits)
                    yield (progress := self._end(progress, hold, found))
                    pieces = self._pieces(progress, session, fitting, customer_ids, earlier.begun)
                    continue
            yield (progress := self._end_created(progress, hold, outcomes, stored, fitting))

    def _read_stored(self, progress: Progress, hold: Hold) -> _Stored:
        numbers = list(progress.open)
        with self._storage.transaction() as work:
            business = require_business(work, hold.business)
            return _Stored(
                business=business,
                invoices=work.invoices.of_numbers(business.name, numbers),
                intents=work.intents.of_keys(business.name, IntentKind.ORDER, numbers),
                references=work.references.all(business.name),
                shut=self._watch.recovery_needed(work, business.name),
            )

    def _open(self, stored: _Stored, hold: Hold, *, is_bulk: bool) -> FencedSession:
        if stored.shut:
            raise stored.shut
        return FencedSession(self._systems.open(stored.business), hold, is_bulk=is_bulk)

    def _log_in(
        self, progress: Progress, stored: _Stored, session: FencedSession
    ) -> tuple[Mapping[str, CustomerLink], Outcomes]:
        """Learn whose books these are; return who is remembered in them, and whose order lies in others."""
        here, name = session.identity(), stored.business.name
        customers = {invoice.number: invoice.customer for invoice in stored.invoices_of(progress)}
        with self._storage.transaction() as work:
            note_books(work, stored.business, here)
            intents = _of_open(stored.intents, progress)
            elsewhere = orders_begun_elsewhere(work, name, intents, progress.open, here=here)
            links = self._find_customers.read_links(work, name, customers, books=here.key)
        return links, elsewhere

    def _create_missing_product(
        self, fitting: Fitting, progress: Progress, stored: _Stored, session: FencedSession
    ) -> Fitting:
        invoices = stored.invoices_of(progress)
        return self._reference_data.create_missing_product(fitting, invoices, stored.business, session)

    def _pieces(
        self,
        progress: Progress,
        session: FencedSession,
        fitting: Fitting,
        customer_ids: Mapping[str, str],
        begun: Mapping[str, str],
    ) -> Iterator[Sequence[OrderDraft]]:
        drafts = [
            fitting.orders[number].for_customer(
                customer_ids[number], person=progress.notes[number].person, begun_as=begun.get(number)
            )
            for number in progress.open
        ]
        return self._place_orders.pieces(drafts, session)

    def _find_what_was_begun(self, progress: Progress, session: FencedSession) -> Earlier:
        """Look once more for what was begun: an order that was refused halfway may lie there unfinished."""
        with self._storage.transaction() as work:
            intents = work.intents.of_keys(session.hold.business, IntentKind.ORDER, list(progress.open))
        return self._place_orders.find_earlier(_of_open(intents, progress), session)

    def _a_single_send_waits(self, hold: Hold) -> bool:
        """Whether somebody looks on at a single send: the rest of a batch is put back, and goes on after it."""
        with self._storage.transaction() as work:
            return work.transfers.is_single_due(hold.business, now=self._clock.now())

    def _single_out(self, progress: Progress, hold: Hold) -> None:
        """Have the rest moved one by one, so that only the invoice at which Kvitt fails is stopped by that."""
        hold.work_on(progress.ids(progress.open))
        hold.tell("Kvitt itself failed while moving several invoices; from here on they are moved one by one.")
        now = self._clock.now()
        with self._storage.transaction() as work:
            hold.renew(work)
            work.transfers.save_all([singled_out(transfer, now=now) for transfer in progress.open.values()])

    def _note_refused(self, hold: Hold, refused: Outcomes) -> None:
        with self._storage.transaction() as work:
            hold.renew(work)
            self._place_orders.conclude(work, hold.business, refused)

    def _end_all(self, progress: Progress, hold: Hold, error: KvittError) -> Progress:
        """End everything that is still on its way with what stops all of it."""
        return self._end(progress, hold, dict.fromkeys(progress.open, error))

    def _end_created(
        self, progress: Progress, hold: Hold, outcomes: Outcomes, stored: _Stored, fitting: Fitting
    ) -> Progress:
        """End the transfers of orders that were asked for."""
        warned_of = {
            number: outcome.warned_of(fitting.orders[number].warnings) if isinstance(outcome, PlacedOrder) else outcome
            for number, outcome in outcomes.items()
        }
        return self._end(progress, hold, _with_differences(warned_of, stored.invoices), were_asked_for=True)

    def _end(self, progress: Progress, hold: Hold, outcomes: Outcomes, *, were_asked_for: bool = False) -> Progress:
        """Store what became of transfers that are on their way; nothing when there are none.

        `were_asked_for` says that the outcomes are those of create calls, so that their intents have to follow.
        """
        if not outcomes:
            return progress
        now, ended, pause = self._clock.now(), list[Transfer](), None
        there = {number: outcome for number, outcome in outcomes.items() if isinstance(outcome, PlacedOrder)}
        with self._storage.transaction() as work:
            missing = [progress.open[number] for number in outcomes.keys() - there.keys()]
            may_exist = orders_that_may_exist(work, missing)
            for number, outcome in outcomes.items():
                said_no = were_asked_for and isinstance(outcome, NOTHING_WRITTEN)
                order_open = not said_no and (number in may_exist or number in progress.half_written)
                transfer = self._after(progress, number, outcome, order_open=order_open)
                hold.tell(story_end(transfer, outcome), of=transfer.id)
                ended.append(transfer)
                if isinstance(outcome, TryAgain) and outcome.for_everyone:
                    pause = outcome.not_before
            hold.renew(work)
            self._place_orders.conclude(work, hold.business, outcomes if were_asked_for else there)
            if pause and pause > now:
                work.pauses.put(require_business(work, hold.business).accounting.system, pause)
            stored = work.transfers.save_all(ended)
            tell_ends(work, self._auditor, ended, now=now)
            if refused := next((one for one in outcomes.values() if isinstance(one, AccessRefused)), None):
                tell_no_access(work, hold.business, AccessUse.SENDING, refused, now=now)
        hold.leave({transfer.id for transfer in stored})
        self._observer.ended(progress.system, stored)
        return progress.with_ended(stored)

    def _after(
        self, progress: Progress, number: str, outcome: PlacedOrder | KvittError, *, order_open: bool
    ) -> Transfer:
        transfer, now = progress.open[number], self._clock.now()
        if number in progress.notes:
            transfer = warned(transfer, progress.notes[number].warnings)
        if isinstance(outcome, PlacedOrder):
            return arrived(transfer, outcome.receipt, warnings=outcome.warnings, books=outcome.books, now=now)
        if isinstance(outcome, HandedBack):
            return handed_back(transfer, now=now)
        chance = self._chance()
        return failed(transfer, outcome, policy=self._retry_policy, now=now, chance=chance, order_open=order_open)


def _of_open(intents: Mapping[str, Intent], progress: Progress) -> list[Intent]:
    return [intent for number, intent in intents.items() if number in progress.open]


def _errors_in(answers: Mapping[str, str | KvittError]) -> dict[str, KvittError]:
    return {number: answer for number, answer in answers.items() if isinstance(answer, KvittError)}


def _left_lying(refused: Mapping[str, Rejected]) -> list[str]:
    """Return those that were refused halfway, so that something of their orders lies there."""
    return [number for number, refusal in refused.items() if refusal.outcome is not Outcome.NOTHING_WRITTEN]


def _credits_of_these(invoices: Iterable[Invoice]) -> list[str]:
    """Return those that credit one that stands before them: sent one after the other they would know its order."""
    seen, later = set[str](), list[str]()
    for invoice in invoices:
        if invoice.credits in seen:
            later.append(invoice.number)
        seen.add(invoice.number)
    return later


def _incomplete(invoices: Iterable[Invoice], limits: Limits) -> dict[str, InvalidInvoice]:
    faults: dict[str, InvalidInvoice] = {}
    for invoice in invoices:
        try:
            require_sendable(invoice, limits=limits)
        except InvalidInvoice as incomplete:
            faults[invoice.number] = incomplete
    return faults


def _warned_of_left_out(outcomes: Outcomes, invoices: Mapping[str, Invoice], limits: Limits) -> Outcomes:
    """Warn, of each order that an earlier attempt created, of what its invoice says and an order has no place for."""
    left_out = {
        number: outcome.warned_of(
            field_warnings(not_written(invoices[number], limits.order_fields, knows_credited=True))
        )
        if isinstance(outcome, PlacedOrder)
        else outcome
        for number, outcome in outcomes.items()
    }
    return _with_differences(left_out, invoices)


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
        hint="Report this with the transfer's id and the time; retry the transfer when it is fixed.",
    )
