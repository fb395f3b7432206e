"""Send many invoices in one go: each is judged and recorded as a single send would do it, and one batch tells of all.

In pieces, each a transaction of its own, so that neither memory nor the others' waiting grows with their number.
Source: docs/behaviour.md, "Sending an invoice", steps 1 and 2.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice

from core.audit import Action
from core.auditor import Auditor
from core.batch import Batch, BatchMember, Refusal
from core.errors import KvittError
from core.event import batch_finished
from core.invoice import InvoiceType
from core.invoice_filter import InvoiceFilter, Place, require_usable
from core.limits import Limits
from core.ports.accounting import AccountingSystems
from core.ports.clock import Clock
from core.ports.storage import Storage, UnitOfWork
from core.ports.turns import TransferQueue
from core.reasons import Verdict
from core.sending.record import Recorded, in_transaction, record_transfers
from core.stored import require_batch, require_business
from core.transfer import Transfer, TransferState

PIECE = 500
"""How many invoices are recorded in one transaction."""

_TRIES = 20
"""How often a piece is begun anew because others change its transfers at the same moment: each time one got done."""

_NOT_ARRIVED = [state for state in TransferState if not state.has_order]


class SendMany:
    """Makes sure that each of many invoices has its one transfer, and that it is due."""

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
        self._queue = queue
        self._clock = clock
        self._auditor = auditor
        self._new_id = new_id

    def send(self, business: str, numbers: Iterable[str]) -> Batch:
        """Send these invoices; a number that is given twice counts once.

        Each is a transfer as if it had been sent by itself: one that has arrived stays as it is, one that waits or was
        rejected is tried again. What can't be sent is refused item by item, in the batch.
        Errors: NotFound for an unknown business.
        """
        recording = self._begin(business)
        for piece in _pieces(numbers):
            recording.record(piece)
        return self._queue_batch(recording)

    def send_all(self, business: str) -> Batch:
        """Send every invoice that is data for accounting and has not arrived.

        Left out, and counted, are printed ones and those whose transfer a person has cancelled.
        Some that others begin to send at this very moment may be left to them.
        Errors: NotFound for an unknown business.
        """
        recording = self._begin(business)
        for state in _NOT_ARRIVED:
            recording.record_transfers(state)
        recording.record_unsent()
        return self._queue_batch(recording)

    def send_wanted(self, business: str, wanted: InvoiceFilter) -> Batch:
        """Send every invoice that is wanted, is data for accounting and has not arrived; the rest as send_all does.

        Errors: InvalidInput, code `bad_parameter`, for a filter that can't be used; NotFound for an unknown business.
        """
        require_usable(wanted)
        recording = self._begin(business)
        recording.record_wanted(wanted)
        return self._queue_batch(recording)

    def send_group(self, business: str, batch_id: str, verdict: Verdict, code: str) -> Batch:
        """Send those of a batch's invoices again that were rejected or refused for this reason, in a batch.

        Errors: NotFound, also for a batch that is another business's.
        """
        with self._storage.transaction() as work:
            require_batch(work, batch_id, business=business)
        recording = self._begin(business)
        recording.record_group(batch_id, verdict, code)
        return self._queue_batch(recording)

    def send_rejected(self, business: str, code: str) -> Batch:
        """Send every invoice of the business again that was rejected for this reason. Errors: NotFound."""
        recording = self._begin(business)
        recording.record_rejected(code)
        return self._queue_batch(recording)

    def _begin(self, name: str) -> "_Recording":
        now = self._clock.now()
        batch = Batch(id=self._new_id(), business=name, created_at=now)
        with self._auditor.refusals(Action.INVOICES_SENT, business=name), self._storage.transaction() as work:
            business = require_business(work, name)
            work.batches.put(batch)
            self._auditor.done(work, Action.INVOICES_SENT, business=name, subject=batch.id)
        limits = self._systems.open(business).limits
        return _Recording(batch, limits, storage=self._storage, clock=self._clock, new_id=self._new_id)

    def _queue_batch(self, recording: "_Recording") -> Batch:
        """Store what was left out, and have the batch worked on, unless all of it has ended."""
        with self._storage.transaction() as work:
            is_finished = work.batches.finish_recorded(recording.batch, now=self._clock.now())
            counts = work.batches.counts(recording.batch.id)
            if is_finished:
                work.events.add(batch_finished(recording.batch, counts))
        if counts.may_end:
            self._queue.put(recording.batch.business)
        return recording.batch


class _Recording:
    """Records a batch, piece by piece."""

    def __init__(
        self, batch: Batch, limits: Limits, *, storage: Storage, clock: Clock, new_id: Callable[[], str]
    ) -> None:
        self.batch = batch
        self._limits = limits
        self._storage = storage
        self._clock = clock
        self._new_id = new_id

    def record(self, numbers: Sequence[str]) -> None:
        """Judge and record the invoices of one piece."""
        in_transaction(self._storage, partial(self._record, numbers=numbers), tries=_TRIES)

    def record_transfers(self, state: TransferState) -> None:
        """Record the invoices whose transfers stand so; those that were taken back and printed ones are left out."""
        after: str | None = None
        while True:
            with self._storage.transaction() as work:
                listed = work.transfers.list(self.batch.business, state=state, limit=PIECE, after=after)
                current = [transfer for transfer in listed if not transfer.superseded]
                work.invoices.mark_sent(self.batch.business, [transfer.invoice for transfer in current])
            if not listed:
                return
            after = listed[-1].id
            wanted = [] if state.is_taken_back else sorted(transfer.invoice for transfer in current)
            printed = in_transaction(self._storage, partial(self._record_unprinted, numbers=wanted), tries=_TRIES)
            self._leave_out(printed=printed, cancelled=len(current) - len(wanted))

    def record_unsent(self) -> None:
        """Record the invoices that were never sent."""
        after: str | None = None
        while True:
            with self._storage.transaction() as work:
                numbers = work.invoices.unsent(self.batch.business, limit=PIECE, after=after)
            if not numbers:
                break
            after = numbers[-1]
            in_transaction(self._storage, partial(self._record_unsent, numbers=numbers), tries=_TRIES)
        with self._storage.transaction() as work:
            self._leave_out(printed=work.invoices.count_unsent_printed(self.batch.business))

    def record_wanted(self, wanted: InvoiceFilter) -> None:
        """Record the invoices that are wanted and have not arrived; those taken back and printed ones are left out."""
        after: Place | None = None
        while True:
            with self._storage.transaction() as work:
                found = work.invoices.find(self.batch.business, wanted, limit=PIECE, after=after)
                transfers = work.transfers.of_invoices(self.batch.business, found.numbers)
            numbers = [number for number in found.numbers if not _is_over(transfers.get(number))]
            printed = in_transaction(self._storage, partial(self._record_unprinted, numbers=numbers), tries=_TRIES)
            taken_back = sum(transfer.state.is_taken_back for transfer in transfers.values())
            self._leave_out(printed=printed, cancelled=taken_back)
            if found.then is None:
                return
            after = found.then

    def record_group(self, batch_id: str, verdict: Verdict, code: str) -> None:
        """Record the invoices of another batch that were rejected or refused for this reason."""
        after: int | None = None
        while True:
            with self._storage.transaction() as work:
                items = work.batches.of_reason(batch_id, verdict, code, limit=PIECE, after=after)
            if not items:
                return
            after = items[-1].position
            self.record([item.invoice for item in items])

    def record_rejected(self, code: str) -> None:
        """Record the invoices whose transfers were rejected for this reason."""
        after: str | None = None
        while True:
            with self._storage.transaction() as work:
                rejected = work.transfers.list(
                    self.batch.business, state=TransferState.REJECTED, limit=PIECE, after=after
                )
            if not rejected:
                return
            after = rejected[-1].id
            alike = (one for one in rejected if one.error and one.error.code == code and not one.superseded)
            self.record([one.invoice for one in alike])

    def _leave_out(self, *, printed: int = 0, cancelled: int = 0) -> None:
        self.batch = self.batch.model_copy(
            update={"printed": self.batch.printed + printed, "cancelled": self.batch.cancelled + cancelled}
        )

    def _record_unprinted(self, work: UnitOfWork, numbers: Sequence[str]) -> int:
        """Record those that are not printed, and return how many are."""
        invoices = work.invoices.of_numbers(self.batch.business, numbers)
        printed = {number for number, invoice in invoices.items() if invoice.type is InvoiceType.PRINTED}
        self._record(work, [number for number in numbers if number not in printed])
        return len(printed)

    def _record_unsent(self, work: UnitOfWork, numbers: Sequence[str]) -> None:
        """Record those that were never sent; one that turns out to have arrived, or to be cancelled, is marked only."""
        transfers = work.transfers.of_invoices(self.batch.business, numbers)
        work.invoices.mark_sent(self.batch.business, list(transfers))
        self._record(work, [number for number in numbers if not _is_over(transfers.get(number))])

    def _record(self, work: UnitOfWork, numbers: Sequence[str]) -> None:
        """Judge each invoice, and record its transfer or its refusal."""
        recorded = record_transfers(
            work,
            self.batch.business,
            numbers,
            limits=lambda: self._limits,
            bulk=True,
            now=self._clock.now(),
            new_id=self._new_id,
        )
        work.batches.add_members(self.batch.id, [_member(number, recorded) for number in numbers])


def _is_over(transfer: Transfer | None) -> bool:
    return transfer is not None and (transfer.state.has_order or transfer.state.is_taken_back)


def _member(number: str, recorded: Recorded) -> BatchMember:
    answer = recorded[number]
    if isinstance(answer, KvittError):
        return BatchMember(invoice=number, refusal=Refusal.of(answer))
    return BatchMember(invoice=number, transfer_id=answer.id)


def _pieces(numbers: Iterable[str]) -> Iterator[Sequence[str]]:
    """Cut into pieces of invoices that are each there once."""
    left = iter(dict.fromkeys(numbers))
    while piece := list(islice(left, PIECE)):
        yield piece
