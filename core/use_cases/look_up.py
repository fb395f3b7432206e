"""Look up what is stored; whoever asks for something that is not there is told so."""

from collections.abc import Collection, Sequence
from datetime import datetime

from core.already_sent import AlreadySent, already_sent
from core.audit import KeptEntry
from core.batch import Batch, BatchCounts, BatchItem
from core.business import Business
from core.credit_balance import CreditedBy, Crediting, left_of
from core.errors import Fault, InvalidInput, NotFound
from core.event import Event, EventType
from core.invoice import Invoice
from core.invoice_filter import InvoiceFilter, ListedInvoice, Place, listed, require_usable
from core.ports.invoice_stores import Step
from core.ports.storage import Storage, UnitOfWork
from core.reasons import Reason, Verdict
from core.stored import require_batch, require_business, require_invoice, require_known, require_transfer
from core.sums import TypeSum, added_by_type
from core.totals import totals_of
from core.transfer import Transfer, TransferState

_PIECE = 500


class LookUp:
    """Reading for those who explain what happened."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def business(self, name: str) -> Business:
        """Return a business. Errors: NotFound."""
        with self._storage.reading() as work:
            return require_business(work, name)

    def require(self, business: str) -> None:
        """Make sure that there is such a business. Errors: NotFound."""
        with self._storage.reading() as work:
            require_known(work, business)

    def businesses(self, *, limit: int, after: str | None = None, only: str | None = None) -> Sequence[Business]:
        """Return businesses by name, those after the given one; of whoever may see one alone, that one."""
        with self._storage.reading() as work:
            if only is None:
                return work.businesses.list(limit=limit, after=after)
            business = work.businesses.get(only) if after is None or only > after else None
        return [business] if business else []

    def business_names(
        self, *, limit: int, after: str | None = None, among: Collection[str] | None = None
    ) -> Sequence[str]:
        """Return the names of businesses, of all or of those given, those after the given one."""
        with self._storage.reading() as work:
            return work.businesses.names(limit=limit, after=after, among=among)

    def invoice(self, business: str, number: str) -> Invoice:
        """Return an invoice. Errors: NotFound."""
        with self._storage.reading() as work:
            return require_invoice(work, business, number)

    def crediting(self, business: str, number: str) -> tuple[ListedInvoice, Crediting]:
        """Return an invoice as it stands, what credits it and what is left of it to be credited. Errors: NotFound."""
        with self._storage.reading() as work:
            invoice = require_invoice(work, business, number)
            (standing,) = _as_they_stand(work, business, [invoice])
            earlier = work.invoices.credits_of(business, number)
            transfers = work.transfers.of_invoices(business, [credit.number for credit in earlier])
        orders = {one: sent.order_id for one, sent in transfers.items() if sent.state.has_order}
        return standing, Crediting(
            credited_by=tuple(
                CreditedBy(
                    invoice=credit.number,
                    gross=totals_of(credit).gross if credit.rows else None,
                    order_id=orders.get(credit.number),
                )
                for credit in earlier
            ),
            left=left_of(invoice, earlier) if standing.transfer and standing.transfer.state.has_order else None,
        )

    def invoices(self, business: str, *, limit: int, after: str | None = None) -> Sequence[Invoice]:
        """Return a business's invoices by number, those after the given one. Errors: NotFound."""
        with self._storage.reading() as work:
            require_known(work, business)
            return work.invoices.list(business, limit=limit, after=after)

    def find_invoices(
        self, business: str, wanted: InvoiceFilter, *, limit: int, after: Place | None = None
    ) -> tuple[Sequence[ListedInvoice], Place | None]:
        """Return a page of the invoices that are wanted, and the place to go on after, None at the end.

        A page may hold fewer than `limit`, or none, though there is more.
        Errors: InvalidInput, code `bad_parameter`, for a filter that can't be used; NotFound.
        """
        require_usable(wanted)
        with self._storage.reading() as work:
            require_known(work, business)
            found = work.invoices.find(business, wanted, limit=limit, after=after)
            invoices = work.invoices.of_numbers(business, found.numbers)
            here = [invoices[number] for number in found.numbers if number in invoices]
            return _as_they_stand(work, business, here), found.then

    def sums(self, business: str, wanted: InvoiceFilter) -> Sequence[TypeSum]:
        """Count all invoices that are wanted, and add them up, by type and currency.

        Errors: as find_invoices.
        """
        require_usable(wanted)
        sums: Sequence[TypeSum] = []
        after: Place | None = None
        while True:
            with self._storage.reading() as work:
                require_known(work, business)
                found = work.invoices.find(business, wanted, limit=_PIECE, after=after)
                sums = added_by_type([*sums, *work.invoices.sums(business, found.numbers)])
            if found.then is None:
                return sums
            after = found.then

    def transfer(self, transfer_id: str, *, business: str | None = None) -> Transfer:
        """Return a transfer. Errors: NotFound, also when it is another business's than the one named."""
        with self._storage.reading() as work:
            return require_transfer(work, transfer_id, business=business)

    def latest(self, transfer_id: str) -> Transfer:
        """Return a transfer, or the one that its invoice has in its place by now. Errors: NotFound."""
        with self._storage.reading() as work:
            transfer = require_transfer(work, transfer_id)
            live = work.transfers.of_invoice(transfer.business, transfer.invoice) if transfer.superseded else None
        return live or transfer

    def transfer_named(self, name: str, *, business: str | None = None) -> Transfer:
        """Return the transfer of this id, or the one of the invoice of this number, in whichever business it is.

        Of an invoice's transfers that is the one that counts; superseded ones are found by their ids.
        Errors: NotFound; InvalidInput, code `ambiguous_transfer`, where it may be several.
        """
        with self._storage.reading() as work:
            if business is not None:
                require_known(work, business)
            by_id = work.transfers.get(name)
            found = [by_id] if by_id and business in (None, by_id.business) else []
            owners = [business] if business is not None else _names(work)
            found += [transfer for owner in owners if (transfer := work.transfers.of_invoice(owner, name))]
            is_known = bool(found) or any(work.invoices.get(owner, name) for owner in owners)
        if len(found) > 1:
            named = "; ".join(
                f"{transfer.id} of invoice {transfer.invoice} of {transfer.business}" for transfer in found
            )
            raise InvalidInput(
                f'"{name}" may be several transfers: {named}.',
                code="ambiguous_transfer",
                hint="Give the transfer's id, or name the business.",
            )
        if found:
            return found[0]
        raise NotFound(
            f"Invoice {name} was never sent, so it has no transfer."
            if is_known
            else f'There is no transfer of the id "{name}", and none of an invoice of that number.',
            code="unknown_transfer",
            hint="Send the invoice (invoice send)." if is_known else "Run transfer list for the ids.",
        )

    def steps(self, transfer_id: str) -> Sequence[Step]:
        """Return a transfer's story so far; empty when nothing has been told of it."""
        with self._storage.reading() as work:
            return work.journal.of(transfer_id)

    def transfer_of(self, business: str, number: str) -> Transfer | None:
        """Return an invoice's transfer, or None when it was never sent."""
        with self._storage.reading() as work:
            return work.transfers.of_invoice(business, number)

    def already_sent(self, business: str, number: str) -> AlreadySent | None:
        """Return the order that an invoice was sent as, and what was last seen of it; None where it has not arrived."""
        with self._storage.reading() as work:
            return already_sent(work, business, number)

    def transfers(
        self,
        business: str | None,
        *,
        state: TransferState | None = None,
        invoice: str | None = None,
        limit: int,
        after: str | None = None,
    ) -> Sequence[Transfer]:
        """Return transfers, the oldest first, those after the given id; `invoice`: of this invoice alone.

        Errors: NotFound for an unknown business.
        """
        with self._storage.reading() as work:
            if business is not None:
                require_known(work, business)
            return work.transfers.list(business, state=state, invoice=invoice, limit=limit, after=after)

    def batch(self, batch_id: str, *, business: str) -> Batch:
        """Return a batch. Errors: NotFound, also when it is another business's than the one named."""
        with self._storage.reading() as work:
            return require_batch(work, batch_id, business=business)

    def batch_counts(self, batch_id: str) -> BatchCounts:
        """Count a batch's invoices by where they stand."""
        with self._storage.reading() as work:
            return work.batches.counts(batch_id)

    def batch_reasons(self, batch_id: str) -> Sequence[Reason]:
        """Count why a batch's invoices were rejected or refused, the most frequent reason first."""
        with self._storage.reading() as work:
            return work.batches.reasons(batch_id)

    def batch_items(self, batch_id: str, *, limit: int, after: int | None = None) -> Sequence[BatchItem]:
        """Return a batch's invoices as they stand, those after the given position."""
        with self._storage.reading() as work:
            return work.batches.items(batch_id, limit=limit, after=after)

    def batch_group(
        self, batch_id: str, verdict: Verdict, code: str, *, limit: int, after: int | None = None
    ) -> Sequence[BatchItem]:
        """Return those of a batch's invoices that were rejected or refused for a reason, those after the position."""
        with self._storage.reading() as work:
            return work.batches.of_reason(batch_id, verdict, code, limit=limit, after=after)

    def batches(self, business: str, *, limit: int, before: str | None = None) -> Sequence[tuple[Batch, BatchCounts]]:
        """Return a business's batches as they stand, the newest first, those before the given id. Errors: NotFound."""
        with self._storage.reading() as work:
            require_known(work, business)
            batches = work.batches.list(business, limit=limit, before=before)
            return [(batch, work.batches.counts(batch.id)) for batch in batches]

    def events(
        self,
        business: str,
        *,
        types: Collection[EventType] = (),
        since: datetime | None = None,
        limit: int,
        after: str | None = None,
    ) -> Sequence[Event]:
        """Return a business's events in the order in which they happened, those after the given one.

        Errors: NotFound; InvalidInput, code `bad_parameter`, for an event that the business does not have.
        """
        with self._storage.reading() as work:
            require_known(work, business)
            if after is not None:
                _require_event(work, business, after)
            return work.events.list(business, types=types, since=since, limit=limit, after=after)

    def newest_events(
        self,
        business: str,
        *,
        types: Collection[EventType] = (),
        since: datetime | None = None,
        limit: int,
        before: str | None = None,
    ) -> Sequence[Event]:
        """Return a business's latest events of these types, in the order in which they happened.

        From the instant `since` on, and those before the event of that id, where they are given.
        Errors: NotFound; InvalidInput, code `bad_parameter`, for an event that the business does not have.
        """
        with self._storage.reading() as work:
            require_known(work, business)
            if before is not None:
                _require_event(work, business, before)
            return work.events.newest(business, types=types, since=since, limit=limit, before=before)

    def audit(
        self,
        *,
        business: str | None = None,
        invoice: str | None = None,
        since: datetime | None = None,
        limit: int,
        after: int | None = None,
    ) -> Sequence[KeptEntry]:
        """Return entries of the audit trail, the oldest first, those after the given id.

        Errors: NotFound for a business that there is not and that nothing is told of.
        """
        with self._storage.reading() as work:
            entries = work.audit.list(business=business, invoice=invoice, since=since, limit=limit, after=after)
            if not entries:
                _require_told_of(work, business)
        return entries

    def newest_audit(
        self,
        *,
        business: str | None = None,
        invoice: str | None = None,
        since: datetime | None = None,
        limit: int,
        before: int | None = None,
    ) -> Sequence[KeptEntry]:
        """Return entries of the audit trail, the newest first, those before the given id.

        Errors: NotFound for a business that there is not and that nothing is told of.
        """
        with self._storage.reading() as work:
            entries = work.audit.newest(business=business, invoice=invoice, since=since, limit=limit, before=before)
            if not entries:
                _require_told_of(work, business)
        return entries


def _require_told_of(work: UnitOfWork, business: str | None) -> None:
    if business is not None and not work.audit.list(business=business, limit=1):
        require_known(work, business)


def _names(work: UnitOfWork) -> Sequence[str]:
    names: list[str] = []
    while page := work.businesses.list(limit=_PIECE, after=names[-1] if names else None):
        names += [business.name for business in page]
    return names


def _as_they_stand(work: UnitOfWork, business: str, invoices: Sequence[Invoice]) -> Sequence[ListedInvoice]:
    numbers = [invoice.number for invoice in invoices]
    transfers = work.transfers.of_invoices(business, numbers)
    payments = work.statuses.latest_of(business, [number for number in numbers if number in transfers])
    known = work.books.of(business) if any(transfer.books for transfer in transfers.values()) else {}
    return [listed(invoice, transfers, payments, known) for invoice in invoices]


def _require_event(work: UnitOfWork, business: str, event_id: str) -> None:
    event = work.events.get(event_id)
    if event is None or event.business != business:
        wrong = "The business has no event of this id, or it is no longer kept"
        raise InvalidInput(
            f"A parameter can't be used. after: {wrong}.", code="bad_parameter", faults=[Fault("after", wrong)]
        )
