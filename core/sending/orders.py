"""Place the orders of transfers, unless an earlier attempt already did.

Source: docs/behaviour.md, "Sending an invoice", steps 4 and 5.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from core.errors import KvittError, TryAgain
from core.fields import Document
from core.intent import Intent, IntentKind, declared
from core.invoice import Invoice
from core.order_draft import OrderDraft
from core.outcome import one_each
from core.ports.clock import Clock
from core.ports.storage import Storage, UnitOfWork
from core.sending.array_write import ArrayWrite
from core.sending.create_once import NOTHING_WRITTEN
from core.sending.fence import FencedSession, Session
from core.sending.restore_watch import Noting, RestoreWatch
from core.sending.stories import creating, orders_found
from core.sending.stories import outcomes as told_outcomes
from core.transfer import Receipt, Transfer, order_may_exist


class PlacedOrder(Document):
    """An order that exists now: just created, or by an earlier attempt whose answer was lost.

    `books` is the key of the books that it lies in.
    """

    receipt: Receipt
    books: str
    warnings: tuple[str, ...] = ()

    def warned_of(self, warnings: Iterable[str]) -> "PlacedOrder":
        """Return the same with more that a person should know about it."""
        return self.model_copy(update={"warnings": (*self.warnings, *warnings)})


Outcomes = Mapping[str, PlacedOrder | KvittError]
"""What became of orders, by invoice number."""


@dataclass(frozen=True)
class Earlier:
    """What there is of earlier attempts, by invoice number.

    `begun` are the ids of orders that were begun and never finished, and that no call is writing any more.
    """

    outcomes: Outcomes = field(default_factory=dict)
    begun: Mapping[str, str] = field(default_factory=dict)


class PlaceOrders:
    """Creates orders, each at most once, `most_at_once` with a call.

    `settling` is how long a call may still be running on the accounting system's side, from its start.
    """

    def __init__(
        self, *, storage: Storage, clock: Clock, watch: RestoreWatch, settling: timedelta, most_at_once: int
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._watch = watch
        self._settling = settling
        self._most_at_once = most_at_once

    def find_earlier(self, intents: Collection[Intent], session: Session) -> Earlier:
        """Look for the orders of earlier attempts, for all with one search: at once, and again when it is due.

        That is when the call can no longer be running; until then the outcome is TryAgain, code `settling`, with the
        time to look again. Those of which it is certain that there is no whole one have no outcome. What was refused
        in other books is left out: an order of theirs can't be looked for here.
        Errors: those of OrderSink.find.
        """
        books = session.identity().key
        intents = [intent for intent in intents if not intent.is_elsewhere(books)]
        if not intents:
            return Earlier()
        asked_at, numbers = self._clock.now(), [intent.key for intent in intents]
        with session.call(
            "Looking whether the order is there already"
            if len(numbers) == 1
            else f"Looking whether any of {len(numbers)} orders is there already"
        ) as call:
            found = call.system.orders.find(
                numbers,
                customer_ids=list(
                    dict.fromkeys(customer_id for intent in intents for customer_id in intent.customer_ids)
                ),
                since=min(intent.look_since for intent in intents),
            )
            call.tell(orders_found(found, numbers))
        outcomes: dict[str, PlacedOrder | KvittError] = {}
        begun: dict[str, str] = {}
        for intent in intents:
            receipts = sorted(found.get(intent.key, []), key=lambda receipt: not receipt.is_whole)
            if receipts and receipts[0].is_whole:
                outcomes[intent.key] = PlacedOrder(receipt=receipts[0], books=books, warnings=_several(receipts))
                continue
            try:
                intent.require_settled(settling=self._settling, now=asked_at)
            except TryAgain as unsettled:
                outcomes[intent.key] = unsettled
                continue
            if receipts:
                begun[intent.key] = receipts[0].order_id
        return Earlier(outcomes, begun)

    def pieces(self, drafts: Sequence[OrderDraft], session: Session) -> Iterator[Sequence[OrderDraft]]:
        """Cut orders into what one call takes by then: so many orders, and so many rows in all."""
        limits, piece, rows = session.limits, list[OrderDraft](), 0
        for draft in drafts:
            most = min(self._most_at_once, limits.items_per_write)
            if piece and (len(piece) >= most or rows + len(draft.rows) > limits.rows_per_write):
                yield piece
                limits, piece, rows = session.limits, [], 0
            piece.append(draft)
            rows += len(draft.rows)
        if piece:
            yield piece

    def create(self, session: FencedSession, drafts: Sequence[OrderDraft], invoices: Mapping[str, Invoice]) -> Outcomes:
        """Write the intents, then create the orders with one call; `invoices` are what the drafts were made from.

        OutcomeUnknown leaves an intent standing. TryAgain, code `invoice_changed`, for an invoice that was replaced
        while its order was being prepared.
        Errors: LeaseLost, and what keeps everything from being created (TryAgain, AccessRefused, HandedBack).
        """
        write = ArrayWrite[OrderDraft, Receipt](drafts)
        for piece in write:
            try:
                write.answer(self._create_together(session, piece, invoices))
            except KvittError as trouble:
                write.fail(trouble)
        books = session.identity().key
        return {
            draft.reference: answer if isinstance(answer, KvittError) else PlacedOrder(receipt=answer, books=books)
            for draft, answer in zip(drafts, write.answers, strict=True)
        }

    def conclude(self, work: UnitOfWork, business: str, outcomes: Outcomes) -> None:
        """Bring the intents in line with what became of the orders, in the transaction that stores it.

        An order that exists needs no mark; a refusal leaves one that locks nothing and need not settle.
        """
        there = [number for number, outcome in outcomes.items() if isinstance(outcome, PlacedOrder)]
        refused = [number for number, outcome in outcomes.items() if isinstance(outcome, NOTHING_WRITTEN)]
        work.intents.remove(business, IntentKind.ORDER, *there)
        if refused:
            _mark_refused(work, business, refused)

    def _create_together(
        self, session: FencedSession, drafts: Sequence[OrderDraft], invoices: Mapping[str, Invoice]
    ) -> Sequence[Receipt | KvittError]:
        unchanged, noting = self._declare(session, drafts, invoices)
        fresh = [draft for draft in drafts if draft.reference in unchanged]
        if noting:
            self._watch.keep_mark(noting)
        answers: Sequence[Receipt | KvittError] = ()
        try:
            if fresh:
                with session.call(creating(fresh), marks=(IntentKind.ORDER, unchanged)) as call:
                    answers = one_each(fresh, call.system.orders.create(fresh))
                    call.tell(told_outcomes(answers))
        except NOTHING_WRITTEN:
            with self._storage.transaction() as work:
                session.hold.renew(work)  # another worker's intents may stand here by now
                _mark_refused(work, session.hold.business, unchanged)
            raise
        following = iter(answers)
        return [next(following) if draft.reference in unchanged else _replaced(draft.reference) for draft in drafts]

    def _declare(
        self, session: FencedSession, drafts: Sequence[OrderDraft], invoices: Mapping[str, Invoice]
    ) -> tuple[Collection[str], Noting | None]:
        """Mark the orders that are about to be created; return the numbers of those whose invoice is still the same.

        Beside them, what came of noting that in a database that may have been put back at this very moment.
        """
        hold, books = session.hold, session.identity().key
        with self._storage.transaction() as work:
            numbers = [draft.reference for draft in drafts]
            stored = work.invoices.of_numbers(hold.business, numbers, for_update=True)
            fresh = {
                draft.reference: draft for draft in drafts if stored.get(draft.reference) == invoices[draft.reference]
            }
            if fresh:
                hold.tell(_noted(len(fresh)))
            hold.renew(work)  # last of what may raise: steps are flushed by it, and lost with the transaction
            noting = self._watch.note(work, hold.business) if fresh else None
            if noting and noting.number is None:
                return fresh.keys(), noting
            earlier, now = work.intents.of_keys(hold.business, IntentKind.ORDER, list(fresh)), self._clock.now()
            marks = [
                declared(
                    earlier.get(number),
                    kind=IntentKind.ORDER,
                    key=number,
                    customer_id=draft.customer_id,
                    books=books,
                    now=now,
                )
                for number, draft in fresh.items()
            ]
            work.intents.put(hold.business, *marks)
        return fresh.keys(), noting


def orders_that_may_exist(work: UnitOfWork, transfers: Sequence[Transfer]) -> Collection[str]:
    """Return the invoices of those transfers, all of one business, of which it is not known that they have no order."""
    if not transfers:
        return ()
    standing = work.intents.of_keys(
        transfers[0].business, IntentKind.ORDER, [transfer.invoice for transfer in transfers]
    )
    return [transfer.invoice for transfer in transfers if order_may_exist(transfer, standing.get(transfer.invoice))]


def _mark_refused(work: UnitOfWork, business: str, numbers: Collection[str]) -> None:
    standing = work.intents.of_keys(business, IntentKind.ORDER, numbers)
    work.intents.put(business, *(intent.model_copy(update={"refused": True}) for intent in standing.values()))


def _replaced(number: str) -> TryAgain:
    return TryAgain(f"Invoice {number} was replaced while its order was being prepared.", code="invoice_changed")


def _noted(orders: int) -> str:
    return (
        "Noted that the order is about to be created."
        if orders == 1
        else f"Noted that the order is about to be created, one of {orders} with the same call."
    )


def _several(found: Sequence[Receipt]) -> tuple[str, ...]:
    if len(found) < 2:
        return ()
    others = ", ".join(receipt.order_id for receipt in found[1:])
    return (
        f"Several orders carry this invoice's number; the oldest, {found[0].order_id}, was taken. "
        f"Look at {others} and delete what is double.",
    )
