"""Our own stores, in memory, with real transactions.

A transaction works on a copy that takes the place of the whole when the block ends well. Transactions are serialized
over threads. One inside another on the same thread is a fault of the code under test (with a database it would wait
for itself), and so is a call of the accounting system from within one; the fakes raise for both.
"""

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from core.api_key import ApiKey
from core.audit import AuditEntry, KeptEntry
from core.batch import Batch, BatchCounts, BatchItem, BatchMember, counts_of
from core.books import Books
from core.business import Business
from core.customer import CustomerEntry
from core.customer_choice import CustomerLink, claimed_link_key
from core.errors import Conflict, LeaseLost
from core.event import AccessUse, Event, EventType, Happening, Seen
from core.fields import plain
from core.follow_up import LOOKED_AT_WHEN_PAID, Candidate, Round, is_wanted, next_look
from core.identity import emails_in, search_number
from core.intent import CLOCKS_DIFFER, Intent, IntentKind, intent_key
from core.invoice import Invoice, InvoiceType
from core.invoice_filter import FoundInvoices, InvoiceFilter, is_of, known_sum
from core.invoice_filter import Place as ListingPlace
from core.norwegian_time import norwegian_date
from core.overview import ErrorCount
from core.passkey import Challenge, Passkey
from core.payment import PaymentReason, PaymentReport, PaymentStatusValue, joined
from core.ports.access_stores import KeptAnswer, KeptKey
from core.ports.clock import Clock
from core.ports.invoice_stores import Step
from core.ports.personal_data_stores import Place, Record, RecordKind
from core.ports.turns import Lease
from core.ports.user_stores import KeptSession
from core.ports.webhook_stores import EndpointLease
from core.reasons import Reason, Verdict, reason_of, reasons_of
from core.recovery import Installation, Recovery
from core.session import Session, SignInLink
from core.sign_in_limit import Attempts
from core.sums import ArrivedSum, Sum, TypeSum, added, added_by_type
from core.transfer import Transfer, TransferError, TransferState
from core.unpaid import Age, DueDates, DuePlace, UnpaidSum, age_of
from core.user import User
from core.webhook import Attempt, Delivery, Endpoint, EndpointSecrets
from tests.fakes.users import FakePasskeys, FakeSignIns, FakeUsers
from tests.fakes.webhooks import FakeDeliveries, FakeEndpointLeases, FakeEndpoints

_PENDING = (TransferState.QUEUED, TransferState.WAITING, TransferState.WITHDRAWING)


@dataclass(frozen=True)
class _HeldLease:
    lease: Lease
    until: datetime


@dataclass
class _Tables:
    businesses: dict[str, Business] = field(default_factory=dict)
    invoices: dict[tuple[str, str], Invoice] = field(default_factory=dict)
    credits: dict[tuple[str, str], str | None] = field(default_factory=dict)
    sent: set[tuple[str, str]] = field(default_factory=set)
    batches: dict[str, Batch] = field(default_factory=dict)
    batch_members: dict[tuple[str, str], BatchMember] = field(default_factory=dict)
    transfers: dict[str, Transfer] = field(default_factory=dict)
    intents: dict[tuple[str, IntentKind, str], Intent] = field(default_factory=dict)
    books: dict[tuple[str, str], Books] = field(default_factory=dict)
    links: dict[tuple[str, str], CustomerLink] = field(default_factory=dict)
    directories: dict[tuple[str, str], datetime] = field(default_factory=dict)
    directory: dict[tuple[str, str, str], CustomerEntry] = field(default_factory=dict)
    references: dict[tuple[str, str], tuple[str, datetime]] = field(default_factory=dict)
    statuses: list[tuple[str, PaymentReport]] = field(default_factory=list)
    settled: set[str] = field(default_factory=set)
    seen: dict[tuple[str, str], PaymentReport] = field(default_factory=dict)
    paid_seen_at: dict[tuple[str, str], datetime] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    access_troubles: dict[str, set[AccessUse]] = field(default_factory=dict)
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    endpoint_secrets: dict[str, EndpointSecrets] = field(default_factory=dict)
    endpoint_leases: dict[str, tuple[EndpointLease, datetime]] = field(default_factory=dict)
    deliveries: dict[tuple[str, str], Delivery] = field(default_factory=dict)
    attempts: dict[tuple[str, str], list[Attempt]] = field(default_factory=dict)
    replacements: dict[tuple[str, str], Invoice] = field(default_factory=dict)
    follow_ups: dict[str, Round] = field(default_factory=dict)
    journal: list[tuple[str, Step]] = field(default_factory=list)
    pauses: dict[str, datetime] = field(default_factory=dict)
    answers: dict[str, tuple[KeptAnswer, datetime]] = field(default_factory=dict)
    api_keys: dict[str, KeptKey] = field(default_factory=dict)
    audit: list[KeptEntry] = field(default_factory=list)
    users: dict[str, User] = field(default_factory=dict)
    passwords: dict[str, str | None] = field(default_factory=dict)
    forgotten_logins: list[str] = field(default_factory=list)
    console_sessions: dict[str, Session] = field(default_factory=dict)
    sign_in_links: dict[str, SignInLink] = field(default_factory=dict)
    passkeys: dict[str, Passkey] = field(default_factory=dict)
    passkey_challenges: dict[str, Challenge] = field(default_factory=dict)
    sign_in_attempts: dict[str, Attempts] = field(default_factory=dict)
    leases: dict[str, _HeldLease] = field(default_factory=dict)
    lease_tokens: dict[str, int] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)
    noted: dict[str, int] = field(default_factory=dict)
    installation: list[Installation] = field(default_factory=list)
    recoveries: dict[str, Recovery] = field(default_factory=dict)

    def copy(self) -> "_Tables":
        return _Tables(**{name: copy(table) for name, table in vars(self).items()})


class FakeStorage:
    """Everything that is kept; leases are timed by the given clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tables = _Tables()
        self._lock = threading.Lock()
        self._owner: int | None = None
        self._rival: Transfer | None = None
        self.transactions = 0

    @property
    def is_in_transaction(self) -> bool:
        """Whether this thread is within a transaction."""
        return self._owner == threading.get_ident()

    def beaten_by(self, rival: Transfer) -> None:
        """Let somebody else's transfer of the same invoice be committed just before the next one is added."""
        self._rival = rival

    def backup(self) -> "_Tables":
        """Return all that is kept now."""
        return self._tables.copy()

    def restore(self, backup: "_Tables") -> None:
        """Put a backup in the place of all that is kept."""
        self._tables = backup.copy()

    @contextmanager
    def transaction(self) -> Iterator["FakeUnitOfWork"]:
        """Work on a copy; keep it at the end of the block, drop it when the block raises."""
        if self.is_in_transaction:
            raise RuntimeError("a transaction was begun within a transaction")
        with self._lock:
            self._owner = threading.get_ident()
            self.transactions += 1
            work = FakeUnitOfWork(self._tables.copy(), self._clock, meanwhile=self._meanwhile)
            try:
                yield work
                self._tables = work.tables
            finally:
                work.end()
                self._owner = None

    @contextmanager
    def reading(self) -> Iterator["FakeUnitOfWork"]:
        """Look at a copy, which is dropped."""
        if self.is_in_transaction:
            raise RuntimeError("a transaction was begun within a transaction")
        work = FakeUnitOfWork(self._tables.copy(), self._clock, meanwhile=self._meanwhile)
        try:
            yield work
        finally:
            work.end()

    def find(self, prefix: str) -> KeptKey | None:
        """The KeyRing port."""
        kept = self._tables.api_keys.get(prefix)
        return kept if kept and kept.key.revoked_at is None else None

    def all(self) -> Mapping[str, KeptKey]:
        """The KeyRing port."""
        return {prefix: kept for prefix, kept in self._tables.api_keys.items() if kept.key.revoked_at is None}

    def is_empty(self) -> bool:
        """The KeyRing port."""
        return all(kept.key.revoked_at for kept in self._tables.api_keys.values())

    def find_session(self, digest: str) -> KeptSession | None:
        """The SessionRing port."""
        session = self._tables.console_sessions.get(digest)
        return KeptSession(session, self._tables.users[session.user]) if session else None

    def _meanwhile(self) -> None:
        """Commit the rival's transfer, whatever becomes of the transaction that is open."""
        if self._rival is not None:
            rival, self._rival = self._rival, None
            self._tables.transfers[rival.id] = rival
            raise _has_one(rival)


class FakeUnitOfWork:
    """The stores within one transaction; unusable once it has ended."""

    def __init__(self, tables: _Tables, clock: Clock, *, meanwhile: Callable[[], None]) -> None:
        self._tables: _Tables | None = tables
        self.businesses = _Businesses(self)
        self.invoices = _Invoices(self)
        self.transfers = _Transfers(self, clock, meanwhile)
        self.batches = _Batches(self)
        self.intents = _Intents(self)
        self.books = _Books(self)
        self.links = _Links(self)
        self.directory = _Directory(self)
        self.references = _References(self)
        self.statuses = _Statuses(self)
        self.follow_ups = _FollowUps(self)
        self.sums = _Sums(self)
        self.journal = _Journal(self)
        self.pauses = _Pauses(self)
        self.answers = _Answers(self)
        self.api_keys = _ApiKeys(self)
        self.audit = _Audit(self)
        self.users = FakeUsers(self)
        self.sign_ins = FakeSignIns(self)
        self.passkeys = FakePasskeys(self)
        self.leases = _Leases(self, clock)
        self.events = _Events(self, clock)
        self.access = _Access(self)
        self.endpoints = FakeEndpoints(self)
        self.deliveries = FakeDeliveries(self)
        self.endpoint_leases = FakeEndpointLeases(self, clock)
        self.installation = _Installation(self, clock)
        self.records = _Records(self)
        self.forgetting = _Forgetting(self)

    @property
    def tables(self) -> _Tables:
        if self._tables is None:
            raise RuntimeError("the transaction has ended")
        return self._tables

    def end(self) -> None:
        self._tables = None


class _Store:
    def __init__(self, work: FakeUnitOfWork) -> None:
        self._work = work

    @property
    def _tables(self) -> _Tables:
        return self._work.tables


def _has_one(transfer: Transfer) -> Conflict:
    return Conflict(f"Invoice {transfer.invoice} has a transfer.", code="transfer_exists")


def _page(rows: dict[str, Any], *, limit: int, after: str | None) -> list[Any]:
    """Return rows by key, those after the given one."""
    keys = sorted(key for key in rows if after is None or key > after)
    return [rows[key] for key in keys[:limit]]


class _Businesses(_Store):
    def get(self, name: str, *, for_update: bool = False) -> Business | None:
        return None if name in self._tables.erased else self._tables.businesses.get(name)

    def has(self, name: str) -> bool:
        return self.get(name) is not None

    def names(self, *, limit: int, after: str | None = None, among: Collection[str] | None = None) -> Sequence[str]:
        there = (name for name in sorted(self._tables.businesses) if among is None or name in among)
        return [name for name in there if self.has(name) and (after is None or name > after)][:limit]

    def put(self, business: Business) -> None:
        self._tables.businesses[business.name] = business
        self._tables.erased.discard(business.name)

    def forget_login(self, name: str) -> None:
        self._tables.forgotten_logins.append(name)

    def list(self, *, limit: int, after: str | None = None) -> Sequence[Business]:
        there = {name: one for name, one in self._tables.businesses.items() if name not in self._tables.erased}
        return _page(there, limit=limit, after=after)


class _Invoices(_Store):
    def get(self, business: str, number: str) -> Invoice | None:
        return self._tables.invoices.get((business, number))

    def of_numbers(self, business: str, numbers: Collection[str], *, for_update: bool = False) -> Mapping[str, Invoice]:
        return {number: invoice for number in numbers if (invoice := self.get(business, number))}

    def add_new(self, given: Collection[tuple[str, Invoice]]) -> Collection[tuple[str, str]]:
        new = {(business, invoice.number): invoice for business, invoice in given}
        new = {key: invoice for key, invoice in new.items() if key not in self._tables.invoices}
        self._tables.invoices |= new
        self._tables.credits |= {key: invoice.credits for key, invoice in new.items()}
        return list(new)

    def credits_of(self, business: str, number: str) -> Sequence[Invoice]:
        found = ((other, one) for (owner, other), one in self._tables.invoices.items() if owner == business)
        return [one for other, one in sorted(found) if self._tables.credits.get((business, other)) == number]

    def credited_by(self, business: str, numbers: Collection[str]) -> Mapping[str, str]:
        found = {number: self._tables.credits.get((business, number)) for number in numbers}
        return {number: credited for number, credited in found.items() if credited is not None}

    def put(self, business: str, invoice: Invoice) -> None:
        self._tables.invoices[business, invoice.number] = invoice
        self._tables.credits[business, invoice.number] = invoice.credits

    def remove(self, business: str, number: str) -> None:
        self._tables.invoices.pop((business, number), None)
        self._tables.sent.discard((business, number))
        self._tables.replacements.pop((business, number), None)

    def replacement(self, business: str, number: str) -> Invoice | None:
        return self._tables.replacements.get((business, number))

    def set_replacement(self, business: str, number: str, replacement: Invoice | None) -> None:
        if replacement is None:
            self._tables.replacements.pop((business, number), None)
        elif (business, number) in self._tables.invoices:
            self._tables.replacements[business, number] = replacement

    def list(self, business: str, *, limit: int, after: str | None = None) -> Sequence[Invoice]:
        mine = {number: invoice for (owner, number), invoice in self._tables.invoices.items() if owner == business}
        return _page(mine, limit=limit, after=after)

    def find(
        self, business: str, wanted: InvoiceFilter, *, limit: int, after: ListingPlace | None = None
    ) -> FoundInvoices:
        found = wanted.in_order(
            wanted.place_of(invoice)
            for (owner, number), invoice in self._tables.invoices.items()
            if owner == business and self._is_listed(owner, invoice, wanted)
        )
        left = [place for place in found if wanted.is_after(place, after)]
        return FoundInvoices([place.number for place in left[:limit]], left[limit - 1] if len(left) > limit else None)

    def _is_listed(self, business: str, invoice: Invoice, wanted: InvoiceFilter) -> bool:
        transfer = self._work.transfers.of_invoice(business, invoice.number)
        report = self._work.statuses.latest(business, invoice.number)
        is_paid = bool(transfer and report and is_of(report, transfer) and report.status is PaymentStatusValue.PAID)
        return wanted.takes(invoice, transfer, is_paid=is_paid)

    def sums(self, business: str, numbers: Collection[str]) -> Sequence[TypeSum]:
        known = self.of_numbers(business, numbers).values()
        return added_by_type(
            TypeSum(
                one.type,
                Sum(currency=one.currency if one.rows else None, count=1, total=known_sum(one) or Decimal("0.00")),
            )
            for one in known
        )

    def unsent(self, business: str, *, limit: int, after: str | None = None) -> Sequence[str]:
        numbers = self._unsent(business, InvoiceType.DATA_FOR_ACCOUNTING)
        return _page({number: number for number in numbers}, limit=limit, after=after)

    def count_unsent_printed(self, business: str) -> int:
        return len(self._unsent(business, InvoiceType.PRINTED))

    def mark_sent(self, business: str, numbers: Collection[str]) -> None:
        self._tables.sent.update((business, number) for number in numbers)

    def _unsent(self, business: str, kind: InvoiceType) -> Collection[str]:
        return [
            number
            for (owner, number), invoice in self._tables.invoices.items()
            if owner == business and invoice.type is kind and (owner, number) not in self._tables.sent
        ]


class _Transfers(_Store):
    def __init__(self, work: FakeUnitOfWork, clock: Clock, meanwhile: Callable[[], None]) -> None:
        super().__init__(work)
        self._clock = clock
        self._meanwhile = meanwhile

    def get(self, transfer_id: str, *, for_update: bool = False) -> Transfer | None:
        return self._tables.transfers.get(transfer_id)

    def of_invoice(self, business: str, number: str, *, for_update: bool = False) -> Transfer | None:
        return next((one for one in self._of(business) if one.invoice == number and not one.superseded), None)

    def of_order(self, business: str, order_id: str, *, books: str) -> Transfer | None:
        ours = (one for one in self._of(business) if one.order_id == order_id and not one.is_elsewhere(books))
        return next((one for one in ours if not one.superseded and one.state is not TransferState.WITHDRAWN), None)

    def of_invoices(
        self, business: str, numbers: Collection[str], *, for_update: bool = False
    ) -> Mapping[str, Transfer]:
        return {number: transfer for number in numbers if (transfer := self.of_invoice(business, number))}

    def all_of_invoice(self, business: str, number: str) -> Sequence[Transfer]:
        return sorted((one for one in self._of(business) if one.invoice == number), key=lambda one: one.id)

    def add_all(self, transfers: Sequence[Transfer]) -> Collection[str]:
        fresh = [one for one in transfers if not self.of_invoice(one.business, one.invoice)]
        for one in fresh:
            self.add(one)
        return [one.id for one in fresh]

    def add(self, transfer: Transfer) -> None:
        self._meanwhile()
        if self.of_invoice(transfer.business, transfer.invoice) or transfer.id in self._tables.transfers:
            raise _has_one(transfer)
        self._tables.transfers[transfer.id] = transfer

    def save(self, transfer: Transfer) -> Transfer:
        stored = self._tables.transfers.get(transfer.id)
        if stored is None or stored.version != transfer.version:
            raise Conflict(f"Transfer {transfer.id} was changed by somebody else.", code="transfer_changed")
        saved = transfer.model_copy(update={"version": transfer.version + 1})
        self._tables.transfers[transfer.id] = saved
        return saved

    def save_all(self, transfers: Sequence[Transfer]) -> Sequence[Transfer]:
        return [self.save(transfer) for transfer in transfers]

    def due(self, business: str, *, now: datetime, limit: int, for_update: bool = False) -> Sequence[Transfer]:
        mine = self._of(business)
        if running := [one for one in mine if one.state is TransferState.RUNNING]:
            return running[:limit]
        due = [
            (one.bulk, one.next_attempt_at, one.id, one)
            for one in mine
            if one.state in _PENDING and one.next_attempt_at is not None and one.next_attempt_at <= now
        ]
        return [one for bulk, _, _, one in sorted(due) if bulk == min(due)[0]][:limit]

    def is_single_due(self, business: str, *, now: datetime) -> bool:
        return any(
            not one.bulk and one.state in _PENDING and one.next_attempt_at is not None and one.next_attempt_at <= now
            for one in self._of(business)
        )

    def businesses_due(self, *, now: datetime) -> Sequence[str]:
        held = {name for name, lease in self._tables.leases.items() if lease.until > self._clock.now()}
        paused = {system for system, until in self._tables.pauses.items() if until > now}
        return [
            name
            for name, business in sorted(self._tables.businesses.items())
            if name not in held and business.accounting.system not in paused and self.due(name, now=now, limit=1)
        ]

    def next_attempt_at(self, business: str) -> datetime | None:
        times = [
            one.next_attempt_at
            for one in self._of(business)
            if one.state in (TransferState.WAITING, TransferState.WITHDRAWING) and one.next_attempt_at is not None
        ]
        return min(times, default=None)

    def not_begun(self, business: str, *, parked: bool, limit: int) -> Sequence[Transfer]:
        of_a_person = None if parked else TransferState.WITHDRAWING
        pending = [one for one in self._of(business) if one.state in _PENDING and one.state is not of_a_person]
        return [one for one in pending if one.is_parked == parked][:limit]

    def list(
        self,
        business: str | None,
        *,
        state: TransferState | None = None,
        invoice: str | None = None,
        limit: int,
        after: str | None = None,
    ) -> Sequence[Transfer]:
        rows = {
            one.id: one
            for one in self._tables.transfers.values()
            if business in (None, one.business) and state in (None, one.state) and invoice in (None, one.invoice)
        }
        return _page(rows, limit=limit, after=after)

    def _of(self, business: str) -> Sequence[Transfer]:
        return [one for _, one in sorted(self._tables.transfers.items()) if one.business == business]


class _Batches(_Store):
    def put(self, batch: Batch) -> None:
        self._tables.batches[batch.id] = batch

    def get(self, batch_id: str) -> Batch | None:
        return self._tables.batches.get(batch_id)

    def add_members(self, batch_id: str, members: Sequence[BatchMember]) -> None:
        for member in members:
            self._tables.batch_members.setdefault((batch_id, member.invoice), member)

    def items(self, batch_id: str, *, limit: int, after: int | None = None) -> Sequence[BatchItem]:
        items = [
            BatchItem(
                position=position,
                invoice=member.invoice,
                transfer=self._tables.transfers[member.transfer_id] if member.transfer_id else None,
                refusal=member.refusal,
            )
            for position, ((batch, _), member) in enumerate(self._tables.batch_members.items(), start=1)
            if batch == batch_id and (after is None or position > after)
        ]
        return items[:limit]

    def counts(self, batch_id: str) -> BatchCounts:
        items = self.items(batch_id, limit=len(self._tables.batch_members))
        transfers = [item.transfer for item in items if item.transfer]
        return counts_of(transfers, refused=len(items) - len(transfers))

    def finish(self, transfer_ids: Collection[str], *, now: datetime) -> Sequence[Batch]:
        touched = {batch for (batch, _), one in self._tables.batch_members.items() if one.transfer_id in transfer_ids}
        unfinished = [one for id_ in sorted(touched) if (one := self._tables.batches[id_]).finished_at is None]
        return [batch for batch in unfinished if batch.recorded and self._finish(batch, now=now)]

    def finish_recorded(self, batch: Batch, *, now: datetime) -> bool:
        recorded = batch.model_copy(update={"recorded": True})
        self.put(recorded)
        return self._finish(recorded, now=now)

    def _finish(self, batch: Batch, *, now: datetime) -> bool:
        if not self.counts(batch.id).is_finished:
            return False
        self.put(batch.model_copy(update={"finished_at": now}))
        return True

    def reasons(self, batch_id: str) -> Sequence[Reason]:
        return reasons_of(self.items(batch_id, limit=len(self._tables.batch_members)))

    def of_reason(
        self, batch_id: str, verdict: Verdict, code: str, *, limit: int, after: int | None = None
    ) -> Sequence[BatchItem]:
        items = self.items(batch_id, limit=len(self._tables.batch_members), after=after)
        found = [item for item in items if (why := reason_of(item)) and (why.verdict, why.code) == (verdict, code)]
        return found[:limit]

    def list(self, business: str, *, limit: int, before: str | None = None) -> Sequence[Batch]:
        ids = sorted((one.id for one in self._tables.batches.values() if one.business == business), reverse=True)
        return [self._tables.batches[id_] for id_ in ids if before is None or id_ < before][:limit]


class _Intents(_Store):
    def get(self, business: str, kind: IntentKind, key: str) -> Intent | None:
        return self._tables.intents.get((business, kind, key))

    def of_keys(self, business: str, kind: IntentKind, keys: Collection[str]) -> Mapping[str, Intent]:
        return {key: intent for key in keys if (intent := self.get(business, kind, key))}

    def open_orders(self, business: str, *, limit: int) -> Sequence[str]:
        return sorted(
            key
            for (whose, kind, key), intent in self._tables.intents.items()
            if (whose, kind) == (business, IntentKind.ORDER) and not intent.refused
        )[:limit]

    def open_withdrawals(self, business: str, *, limit: int) -> Sequence[str]:
        begun = (business, IntentKind.WITHDRAWAL)
        return sorted(key for whose, kind, key in self._tables.intents if (whose, kind) == begun)[:limit]

    def put(self, business: str, *intents: Intent) -> None:
        for intent in intents:
            self._tables.intents[business, intent.kind, intent.key] = intent

    def remove(self, business: str, kind: IntentKind, *keys: str) -> None:
        for key in keys:
            self._tables.intents.pop((business, kind, key), None)


class _Books(_Store):
    def of(self, business: str) -> Mapping[str, Books]:
        return {key: books for (owner, key), books in self._tables.books.items() if owner == business}

    def put(self, business: str, books: Books) -> None:
        self._tables.books[business, books.key] = books

    def has_unclaimed(self, business: str) -> bool:
        mine = [one for one in self._tables.transfers.values() if one.business == business]
        return any(one.order_id and one.books is None for one in mine)

    def claim(self, business: str, books: Books, *, settings: Collection[str]) -> None:
        tables, claimed = self._tables, {"books": books.key}
        for one in list(tables.transfers.values()):
            if one.business == business and one.order_id and one.books is None:
                tables.transfers[one.id] = one.model_copy(update=claimed)
        tables.statuses = [
            (owner, report.model_copy(update=claimed) if owner == business and report.books is None else report)
            for owner, report in tables.statuses
        ]
        for (owner, kind, key), intent in list(tables.intents.items()):
            if owner == business and intent.books is None:
                del tables.intents[owner, kind, key]
                new = key if kind is IntentKind.ORDER else intent_key(key, books=books.key)
                tables.intents[owner, kind, new] = intent.model_copy(update={**claimed, "key": new})
        for (owner, former), link in sorted(tables.links.items(), key=lambda one: one[1].chosen):
            if owner == business and (mine := claimed_link_key(former, books=books.key, settings=settings)):
                del tables.links[owner, former]
                tables.links[owner, mine] = link.model_copy(update={"key": mine})


class _Links(_Store):
    def of_keys(self, business: str, keys: Collection[str]) -> Mapping[str, CustomerLink]:
        return {key: link for key in keys if (link := self._tables.links.get((business, key)))}

    def put(self, business: str, *links: CustomerLink) -> None:
        for link in links:
            self._tables.links[business, link.key] = link

    def remove(self, business: str, keys: Collection[str]) -> None:
        for key in keys:
            self._tables.links.pop((business, key), None)


class _Directory(_Store):
    def read_at(self, business: str, books: str) -> datetime | None:
        return self._tables.directories.get((business, books))

    def mark_read(self, business: str, books: str, *, at: datetime) -> None:
        self._tables.directories[business, books] = at

    def put(self, business: str, books: str, entries: Sequence[CustomerEntry]) -> None:
        for entry in entries:
            self._tables.directory[business, books, entry.id] = entry

    def remove(self, business: str, books: str, customer_ids: Collection[str]) -> None:
        for customer_id in customer_ids:
            self._tables.directory.pop((business, books, customer_id), None)

    def find(self, business: str, books: str, *, numbers: Collection[str], emails: Collection[str]) -> Sequence[str]:
        return [
            entry.id
            for (owner, account, _), entry in self._tables.directory.items()
            if (owner, account) == (business, books)
            and (
                search_number(entry.organization_number) in numbers
                or any(email in emails for email in emails_in(entry.emails))
            )
        ]

    def drop(self, business: str, books: str) -> None:
        self._tables.directories.pop((business, books), None)
        for key in [key for key in self._tables.directory if key[:2] == (business, books)]:
            del self._tables.directory[key]


class _References(_Store):
    def all(self, business: str) -> Mapping[str, tuple[str, datetime]]:
        return {name: kept for (owner, name), kept in self._tables.references.items() if owner == business}

    def put(self, business: str, name: str, value: str, *, now: datetime) -> None:
        self._tables.references[business, name] = (value, now)

    def drop(self, business: str) -> None:
        for key in [key for key in self._tables.references if key[0] == business]:
            del self._tables.references[key]


class _Statuses(_Store):
    def add(self, business: str, *reports: PaymentReport) -> Sequence[Seen]:
        news = []
        for report in reports:
            self._keep(business, report)
            transfer = self._work.transfers.of_invoice(business, report.invoice)
            if transfer is None or transfer.order_id != report.order_id:
                continue
            before = self._tables.seen.get((transfer.id, report.order_id))
            if before and report.checked_at < before.checked_at:
                continue
            self._tables.seen[transfer.id, report.order_id] = report
            if report.status is PaymentStatusValue.PAID:
                self._tables.paid_seen_at.setdefault((transfer.id, report.order_id), report.checked_at)
            else:
                self._tables.paid_seen_at.pop((transfer.id, report.order_id), None)
            (self._tables.settled.add if report.is_settled else self._tables.settled.discard)(transfer.id)
            if before is None or before.reason is not report.reason:
                news.append(Seen(before=before.reason if before else None, report=report))
        return news

    def _keep(self, business: str, report: PaymentReport) -> None:
        *_, before, newest = (None, None, *self.of_invoice(business, report.invoice))
        statuses = self._tables.statuses
        if before and newest and newest.checked_at <= report.checked_at:
            if together := joined(report, before=before, newest=newest):
                del statuses[max(nth for nth, kept in enumerate(statuses) if kept == (business, newest))]
            report = together or report
        statuses.append((business, report))

    def latest(self, business: str, invoice: str) -> PaymentReport | None:
        mine = [one for owner, one in self._tables.statuses if owner == business and one.invoice == invoice]
        return max(reversed(mine), key=lambda one: one.checked_at, default=None)

    def of_invoice(self, business: str, invoice: str) -> Sequence[PaymentReport]:
        mine = [one for owner, one in self._tables.statuses if owner == business and one.invoice == invoice]
        return sorted(mine, key=lambda one: one.checked_at)

    def latest_of(self, business: str, numbers: Collection[str]) -> Mapping[str, PaymentReport]:
        return {number: report for number in numbers if (report := self.latest(business, number))}

    def open_invoices(self, business: str, *, limit: int, after: str | None = None) -> Sequence[str]:
        mine = {
            one.invoice: one.invoice
            for one in self._tables.transfers.values()
            if one.business == business and one.order_id and not one.superseded and one.id not in self._tables.settled
        }
        return _page(mine, limit=limit, after=after)

    def to_follow_up(self, business: str, *, now: datetime, limit: int, after: str | None = None) -> Sequence[str]:
        found = dict.fromkeys(self.open_invoices(business, limit=limit, after=after))
        for one in self._tables.transfers.values():
            if one.business != business or one.superseded or one.order_id is None:
                continue
            paid_seen_at = self._tables.paid_seen_at.get((one.id, one.order_id))
            if paid_seen_at is None or paid_seen_at <= now - LOOKED_AT_WHEN_PAID:
                continue
            seen_at = self._tables.seen[one.id, one.order_id].checked_at
            look = next_look(one.id, paid_seen_at=paid_seen_at, now=seen_at)
            if look and look <= now:
                found[one.invoice] = None
        return _page({number: number for number in found}, limit=limit, after=after)


class _Sums(_Store):
    def counts(self, business: str) -> Mapping[TransferState, int]:
        return Counter(one.state for one in self._of(business) if not one.state.is_final)

    def errors(self, business: str) -> Sequence[ErrorCount]:
        standing = Counter(
            (one.state, one.error.code)
            for one in self._of(business)
            if one.error and (one.state is TransferState.REJECTED or not one.state.is_final)
        )
        return [ErrorCount(state, code, count) for (state, code), count in sorted(standing.items())]

    def newest(self, business: str, state: TransferState, code: str, *, limit: int) -> Sequence[Transfer]:
        these = [one for one in self._of(business) if one.state is state and one.error and one.error.code == code]
        return these[::-1][:limit]

    def arrived(self, business: str, *, since: date) -> Sequence[ArrivedSum]:
        days: dict[date, list[Sum]] = {}
        for one in self._of(business):
            if one.state.has_order and (day := self._day(one)) >= since:
                days.setdefault(day, []).append(self._sum(one))
        return [ArrivedSum(day, of) for day in sorted(days) for of in _by_currency(days[day])]

    def unpaid(self, business: str, *, today: date) -> Sequence[UnpaidSum]:
        found: dict[tuple[Age, PaymentReason | None], list[Sum]] = {}
        for one in self._unpaid(business):
            seen = self._tables.seen.get((one.id, one.order_id or ""))
            age, left = age_of(self._due_on(one), today=today), seen.open_amount if seen else None
            of = self._sum(one) if left is None else self._sum(one).model_copy(update={"total": left})
            found.setdefault((age, seen.reason if seen else None), []).append(of)
        rows = [UnpaidSum(age, seen, of) for (age, seen), sums in found.items() for of in _by_currency(sums)]
        return sorted(rows, key=lambda one: (list(Age).index(one.age), one.of.currency or "", one.seen or ""))

    def find_unpaid(
        self, business: str, due: DueDates, *, limit: int, after: DuePlace | None = None
    ) -> Sequence[DuePlace]:
        places = sorted(DuePlace(self._due_on(one), one.invoice) for one in self._unpaid(business))
        first, last = due.first or date.min, due.last or date.max
        return [one for one in places if first <= one.due_on <= last and (after is None or one > after)][:limit]

    def _of(self, business: str) -> Sequence[Transfer]:
        return [
            one for _, one in sorted(self._tables.transfers.items()) if one.business == business and not one.superseded
        ]

    def _unpaid(self, business: str) -> Sequence[Transfer]:
        return [one for one in self._of(business) if one.state.has_order and one.id not in self._tables.settled]

    def _day(self, transfer: Transfer) -> date:
        return norwegian_date(transfer.finished_at or transfer.created_at)

    def _due_on(self, transfer: Transfer) -> date:
        invoice = self._work.invoices.get(transfer.business, transfer.invoice)
        stated = (invoice.due_date or invoice.issue_date) if invoice else None
        return stated or self._day(transfer)

    def _sum(self, transfer: Transfer) -> Sum:
        invoice = self._work.invoices.get(transfer.business, transfer.invoice)
        total = known_sum(invoice) if invoice else None
        return Sum(currency=invoice.currency if invoice else None, count=1, total=total or Decimal("0.00"))


def _by_currency(sums: Sequence[Sum]) -> Sequence[Sum]:
    return sorted(added(sums), key=lambda one: one.currency or "")


class _Events(_Store):
    def __init__(self, work: FakeUnitOfWork, clock: Clock) -> None:
        super().__init__(work)
        self._clock = clock

    def add(self, *happened: Happening) -> None:
        now = self._clock.now()
        added = [Event(id=uuid4().hex, timestamp=now, **dict(one)) for one in happened]
        self._tables.events += added
        self._work.deliveries.put_on_their_way(added)

    def get(self, event_id: str) -> Event | None:
        return next((one for one in self._tables.events if one.id == event_id), None)

    def list(
        self,
        business: str,
        *,
        types: Collection[EventType] = (),
        since: datetime | None = None,
        limit: int,
        after: str | None = None,
    ) -> Sequence[Event]:
        mine = [one for one in self._tables.events if one.business == business]
        if after is not None:
            ids = [one.id for one in mine]
            mine = mine[ids.index(after) + 1 :] if after in ids else []
        return [one for one in mine if (not types or one.type in types) and (since is None or one.timestamp >= since)][
            :limit
        ]

    def of_invoice(self, business: str, invoice: str) -> Sequence[Event]:
        return [one for one in self._tables.events if (one.business, one.invoice) == (business, invoice)]

    def newest(
        self,
        business: str,
        *,
        types: Collection[EventType] = (),
        since: datetime | None = None,
        limit: int,
        before: str | None = None,
    ) -> Sequence[Event]:
        found = list(self.list(business, types=types, since=since, limit=len(self._tables.events)))
        if before is not None:
            ids = [one.id for one in self._tables.events if one.business == business]
            earlier = set(ids[: ids.index(before)] if before in ids else [])
            found = [one for one in found if one.id in earlier]
        return found[-limit:]


class _Access(_Store):
    def shut(self, business: str, use: AccessUse, *, code: str, now: datetime) -> bool:
        is_news = business not in self._tables.access_troubles
        self._tables.access_troubles[business] = {use, *self._tables.access_troubles.get(business, ())}
        return is_news

    def open(self, business: str, uses: Collection[AccessUse]) -> bool:
        shut = self._tables.access_troubles.pop(business, None)
        if shut is None:
            return False
        if left := shut - set(uses):
            self._tables.access_troubles[business] = left
        return not left


class _FollowUps(_Store):
    def candidates(self, *, now: datetime) -> Sequence[Candidate]:
        paused = {system for system, until in self._tables.pauses.items() if until > now}
        return [
            Candidate(
                business=name,
                system=business.accounting.system,
                own_seconds=business.follow_up_seconds,
                is_told=bool(business.notify)
                or any(
                    endpoint.is_enabled and is_wanted(business=endpoint.business, types=endpoint.types, of=name)
                    for endpoint in self._tables.endpoints.values()
                ),
                last=self._tables.follow_ups.get(name),
            )
            for name, business in sorted(self._tables.businesses.items())
            if business.accounting.system not in paused and self._work.statuses.to_follow_up(name, now=now, limit=1)
        ]

    def put(self, business: str, held: Round, *, instead_of: Round | None) -> bool:
        if self._tables.follow_ups.get(business) != instead_of:
            return False
        self._tables.follow_ups[business] = held
        return True


class _Journal(_Store):
    def add(self, told: Sequence[tuple[str, Step]]) -> None:
        self._tables.journal += told

    def of(self, transfer_id: str) -> Sequence[Step]:
        return [step for owner, step in self._tables.journal if owner == transfer_id]


class _Pauses(_Store):
    def put(self, system: str, until: datetime) -> None:
        self._tables.pauses[system] = max(until, self._tables.pauses.get(system, until))

    def until_for(self, business: str) -> datetime | None:
        return self.until(self._tables.businesses[business].accounting.system)

    def until(self, system: str) -> datetime | None:
        return self._tables.pauses.get(system)


class _Answers(_Store):
    def begin(self, key: str, fingerprint: str, *, now: datetime, stale_before: datetime) -> KeptAnswer | None:
        kept, begun_at = self._tables.answers.get(key, (None, now))
        if kept and (kept.status is not None or begun_at >= stale_before):
            return kept
        self._tables.answers[key] = (KeptAnswer(fingerprint=fingerprint), now)
        return None

    def finish(self, key: str, answer: KeptAnswer) -> None:
        if key in self._tables.answers:
            self._tables.answers[key] = (answer, self._tables.answers[key][1])

    def forget(self, key: str) -> None:
        self._tables.answers.pop(key, None)

    def forget_older(self, than: datetime) -> None:
        for key in [key for key, (_, begun_at) in self._tables.answers.items() if begun_at < than]:
            del self._tables.answers[key]


class _ApiKeys(_Store):
    def add(self, key: ApiKey, *, digest: str) -> None:
        if key.prefix in self._tables.api_keys:
            raise Conflict(f"There is an API key {key.prefix} already.", code="prefix_taken")
        self._tables.api_keys[key.prefix] = KeptKey(key, digest)

    def get(self, prefix: str) -> ApiKey | None:
        kept = self._tables.api_keys.get(prefix)
        return kept.key if kept else None

    def list(self, *, limit: int, after: str | None = None) -> Sequence[ApiKey]:
        return [kept.key for kept in _page(self._tables.api_keys, limit=limit, after=after)]

    def revoke(self, prefix: str, *, now: datetime) -> None:
        self._change(prefix, lambda key: {} if key.revoked_at else {"revoked_at": now})

    def revoke_of(self, business: str, *, now: datetime) -> None:
        for prefix, kept in list(self._tables.api_keys.items()):
            if kept.key.business == business:
                self.revoke(prefix, now=now)

    def note_use(self, prefix: str, *, now: datetime) -> None:
        self._change(prefix, lambda key: {"last_used_at": max(now, key.last_used_at or now)})

    def _change(self, prefix: str, change: Callable[[ApiKey], dict[str, datetime]]) -> None:
        if kept := self._tables.api_keys.get(prefix):
            key = kept.key.model_copy(update=change(kept.key))
            self._tables.api_keys[prefix] = KeptKey(key, kept.digest)


class _Audit(_Store):
    def add(self, *entries: AuditEntry) -> None:
        for entry in entries:
            number = len(self._tables.audit) + 1
            self._tables.audit.append(KeptEntry(**dict(entry), id=number))

    def list(
        self,
        *,
        business: str | None = None,
        invoice: str | None = None,
        since: datetime | None = None,
        limit: int,
        after: int | None = None,
    ) -> Sequence[KeptEntry]:
        found = [
            entry
            for entry in self._tables.audit
            if business in (None, entry.business)
            and invoice in (None, entry.invoice)
            and (since is None or entry.at >= since)
            and (after is None or entry.id > after)
        ]
        return found[:limit]

    def newest(
        self,
        *,
        business: str | None = None,
        invoice: str | None = None,
        since: datetime | None = None,
        limit: int,
        before: int | None = None,
    ) -> Sequence[KeptEntry]:
        every = self.list(business=business, invoice=invoice, since=since, limit=len(self._tables.audit))
        return [entry for entry in reversed(every) if before is None or entry.id < before][:limit]


class _Leases(_Store):
    def __init__(self, work: FakeUnitOfWork, clock: Clock) -> None:
        super().__init__(work)
        self._clock = clock

    def acquire(self, business: str, *, holder: str, length: timedelta) -> Lease | None:
        now = self._clock.now()
        held = self._tables.leases.get(business)
        if held and held.until > now and held.lease.holder != holder:
            return None
        token = self._tables.lease_tokens.get(business, 0) + 1
        self._tables.lease_tokens[business] = token
        lease = Lease(business=business, holder=holder, token=token)
        self._tables.leases[business] = _HeldLease(lease, now + length)
        return lease

    def renew(self, lease: Lease, *, length: timedelta) -> None:
        now = self._clock.now()
        held = self._tables.leases.get(lease.business)
        if held is None or held.lease != lease or held.until <= now:
            raise LeaseLost(f"The business {lease.business} is held by another worker now.")
        self._tables.leases[lease.business] = _HeldLease(lease, now + length)

    def release(self, lease: Lease) -> None:
        held = self._tables.leases.get(lease.business)
        if held and held.lease == lease:
            del self._tables.leases[lease.business]


class _Installation(_Store):
    def __init__(self, work: FakeUnitOfWork, clock: Clock) -> None:
        super().__init__(work)
        self._clock = clock

    def get(self) -> Installation:
        if not self._tables.installation:
            self._tables.installation.append(Installation(id=uuid4().hex))
        return self._tables.installation[0]

    def put(self, installation: Installation) -> None:
        self._tables.installation[:] = [installation.model_copy(update={"alive_at": self.get().alive_at})]

    def beat(self) -> None:
        self._tables.installation[:] = [self.get().model_copy(update={"alive_at": self._clock.now()})]

    def note_orders(self, business: str) -> int:
        number = self._tables.noted.pop(business, 0) + 1
        self._tables.noted[business] = number
        return number

    def noted(self, businesses: Collection[str]) -> Mapping[str, int]:
        return {one: self._tables.noted[one] for one in businesses if one in self._tables.noted}

    def latest_noted(self, *, limit: int) -> Mapping[str, int]:
        return dict(list(self._tables.noted.items())[-limit:])

    def last_sent_at(self, business: str | None = None) -> datetime | None:
        arrived = [
            one.finished_at
            for one in self._tables.transfers.values()
            if one.state is TransferState.TRANSFERRED and business in (None, one.business)
        ]
        noted = [
            intent.last_at
            for (owner, kind, _), intent in self._tables.intents.items()
            if kind is IntentKind.ORDER and business in (None, owner)
        ]
        return max((at for at in [*arrived, *noted] if at), default=None)

    def shut_all(self) -> Sequence[Recovery]:
        new = []
        for name in self._tables.businesses.keys() - self._tables.erased:
            last = self.last_sent_at(name) or self.last_sent_at()
            earlier = self._tables.recoveries.get(name)
            if earlier is None or not earlier.needed:
                since = last - CLOCKS_DIFFER if last else None
                new.append(Recovery(business=name, since=since))
                self._tables.recoveries[name] = new[-1]
        return new

    def recovery(self, business: str) -> Recovery | None:
        return self._tables.recoveries.get(business)

    def put_recovery(self, recovery: Recovery) -> None:
        self._tables.recoveries[recovery.business] = recovery

    def recoveries(self, *, needed: bool | None = None) -> Sequence[Recovery]:
        every = [self._tables.recoveries[name] for name in sorted(self._tables.recoveries)]
        there = self._tables.businesses.keys() - self._tables.erased
        return [one for one in every if needed in (None, one.needed) and one.business in there]


class _Records(_Store):
    def page(self, business: str, kind: RecordKind, *, limit: int, after: Place | None = None) -> Sequence[Record]:
        return [one for one in self._sorted(business, kind) if after is None or one.place > after][:limit]

    def _sorted(self, business: str, kind: RecordKind) -> list[Record]:
        found = [Record(place=place, content=content) for place, content in self._of(business, kind)]
        return sorted(found, key=lambda one: one.place)

    def _of(self, business: str, kind: RecordKind) -> Iterator[tuple[Place, dict[str, Any]]]:
        tables = self._tables
        batches = {one.id for one in tables.batches.values() if one.business == business}
        match kind:
            case RecordKind.STEP:
                for nth, (transfer_id, step) in enumerate(tables.journal):
                    if tables.transfers[transfer_id].business == business:
                        yield (nth,), {"transfer_id": transfer_id, **step.model_dump(mode="json")}
            case RecordKind.STATUS:
                for nth, (owner, report) in enumerate(tables.statuses):
                    if owner == business:
                        yield (
                            (nth,),
                            {
                                **report.model_dump(mode="json"),
                                "books": report.books,
                                "worker_checks": report.worker_checks,
                                "open_amount": None if report.open_amount is None else plain(report.open_amount),
                            },
                        )
            case RecordKind.LINK:
                for (owner, key), link in tables.links.items():
                    if owner == business:
                        yield (key,), link.model_dump(mode="json")
            case RecordKind.INTENT:
                for (owner, intent_kind, key), intent in tables.intents.items():
                    if owner == business:
                        yield (intent_kind, key), intent.model_dump(mode="json")
            case RecordKind.BOOKS:
                for (owner, key), told in tables.books.items():
                    if owner == business:
                        yield (key,), {"key": key, **told.model_dump(mode="json")}
            case RecordKind.BATCH:
                for name in batches:
                    yield (name,), tables.batches[name].model_dump(mode="json", exclude={"business"})
            case RecordKind.BATCH_MEMBER:
                for nth, ((batch, _), member) in enumerate(tables.batch_members.items()):
                    if batch in batches:
                        yield (nth,), {"batch": batch, **member.model_dump(mode="json")}
            case RecordKind.REFERENCE:
                for (owner, name), (value, at) in tables.references.items():
                    if owner == business:
                        yield (name,), {"name": name, "value": value, "stored_at": at.isoformat()}
            case RecordKind.DIRECTORY:
                for (owner, books), at in tables.directories.items():
                    if owner == business:
                        yield (books,), {"books": books, "read_at": at.isoformat()}
            case RecordKind.DIRECTORY_KEY:
                for (owner, books, customer), entry in tables.directory.items():
                    number = search_number(entry.organization_number)
                    emails = emails_in(entry.emails)
                    keys = [f"organization:{number}"] if number else []
                    for key in [*keys, *(f"email:{email}" for email in emails)] if owner == business else ():
                        yield (books, key, customer), {"books": books, "key": key, "customer_id": customer}
            case RecordKind.WEBHOOK:
                for endpoint in tables.endpoints.values():
                    if endpoint.business == business:
                        yield (endpoint.id,), endpoint.model_dump(mode="json", exclude={"business"})
            case RecordKind.WEBHOOK_DELIVERY:
                for one in tables.deliveries.values():
                    if one.business == business:
                        yield (
                            (one.endpoint, one.position),
                            one.model_dump(mode="json", exclude={"business", "position"}),
                        )
            case RecordKind.WEBHOOK_ATTEMPT:
                for (where, event_id), attempts in tables.attempts.items():
                    if tables.deliveries[where, event_id].business == business:
                        whose = {"endpoint": where, "event": event_id}
                        for nth, attempt in enumerate(attempts):
                            yield (where, event_id, nth), whose | attempt.model_dump(mode="json")
            case RecordKind.EVENT:
                for nth, event in enumerate(tables.events):
                    if event.business == business:
                        yield (nth,), event.model_dump(mode="json", exclude={"business"})


class _Forgetting(_Store):
    def was_erased(self, business: str) -> bool:
        return business in self._tables.erased

    def erase(self, business: str, *, at: datetime) -> None:
        tables = self._tables
        open_orders = self._work.intents.open_orders(business, limit=len(tables.intents))
        self._drop_batches({one.id for one in tables.batches.values() if one.business == business})
        tables.journal = [one for one in tables.journal if tables.transfers[one[0]].business != business]
        tables.statuses = [one for one in tables.statuses if one[0] != business]
        per_business: list[dict[Any, Any]] = [
            tables.links,
            tables.directories,
            tables.directory,
            tables.references,
            tables.books,
        ]
        for table in per_business:
            for key in [key for key in table if key[0] == business]:
                del table[key]
        for mark in [one for one in tables.intents if one[0] == business]:
            if mark[1] is not IntentKind.ORDER or mark[2] not in open_orders:
                del tables.intents[mark]
        if recovery := tables.recoveries.get(business):
            tables.recoveries[business] = Recovery(business=business, since=recovery.since)
        tables.follow_ups.pop(business, None)
        self._work.endpoints.forget_business(business)
        for key in [key for key in tables.invoices if key[0] == business]:
            if key not in tables.sent:
                del tables.invoices[key]
        tables.events = [one for one in tables.events if one.business != business]
        tables.access_troubles.pop(business, None)
        self._say_nothing(business, {number for owner, number in tables.invoices if owner == business})
        for one in [one for one in tables.transfers.values() if one.business == business]:
            tables.transfers[one.id] = tables.transfers[one.id].model_copy(update={"customer_id": None})
        tables.erased.add(business)

    def invoices_ended(self, *, before: datetime, limit: int, after: str | None = None) -> str | None:
        found = [
            one
            for _, one in sorted(self._tables.transfers.items())
            if one.finished_at
            and one.finished_at < before
            and not one.superseded
            and one.state is not TransferState.WITHDRAWING
            and (not after or one.id > after)
        ][:limit]
        for one in found:
            self._say_nothing(one.business, {one.invoice})
        return found[-1].id if len(found) == limit else None

    def invoices_unsent(self, *, issued_before: date, limit: int) -> bool:
        found = [
            key
            for key, invoice in self._tables.invoices.items()
            if key not in self._tables.sent and invoice.issue_date and invoice.issue_date < issued_before
        ][:limit]
        for key in found:
            del self._tables.invoices[key]
        return len(found) == limit

    def steps(self, *, before: datetime, limit: int) -> bool:
        old = {nth for nth, (_, step) in enumerate(self._tables.journal[:limit]) if step.at < before}
        self._tables.journal = [one for nth, one in enumerate(self._tables.journal) if nth not in old]
        return len(old) == limit

    def statuses(self, *, before: datetime, limit: int, after: int = 0) -> int | None:
        latest = self._work.statuses.latest
        self._tables.statuses = [
            (owner, one)
            for owner, one in self._tables.statuses
            if one.checked_at >= before or one is latest(owner, one.invoice)
        ]
        return None

    def batches(self, *, before: datetime, limit: int) -> bool:
        old = sorted(one.id for one in self._tables.batches.values() if one.created_at < before)[:limit]
        self._drop_batches(set(old))
        return len(old) == limit

    def events(self, *, before: datetime, limit: int) -> bool:
        old = {one.id for one in self._tables.events[:limit] if one.timestamp < before}
        self._tables.events = [one for one in self._tables.events if one.id not in old]
        self._work.deliveries.keep(lambda one: one.event not in old)
        return len(old) == limit

    def _drop_batches(self, ids: Collection[str]) -> None:
        for name in ids:
            del self._tables.batches[name]
        for key in [key for key in self._tables.batch_members if key[0] in ids]:
            del self._tables.batch_members[key]

    def _say_nothing(self, business: str, numbers: Collection[str]) -> None:
        forgotten = TransferError(code="forgotten", message="The error is no longer kept.", hint="")
        for number in numbers:
            self._tables.invoices[business, number] = Invoice(number=number, type=InvoiceType.DATA_FOR_ACCOUNTING)
            self._tables.replacements.pop((business, number), None)
        for one in [one for one in self._tables.transfers.values() if one.business == business]:
            if one.invoice in numbers:
                error = forgotten if one.error else None
                self._tables.transfers[one.id] = one.model_copy(update={"warnings": (), "error": error})
