"""Our own stores. What one transaction does, it does whole or not at all."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import Protocol

from core.api_key import ApiKey
from core.audit import AuditEntry, KeptEntry
from core.batch import Batch, BatchCounts, BatchItem, BatchMember
from core.books import Books
from core.business import Business
from core.customer_choice import CustomerLink
from core.customer_directory import CustomerEntry
from core.intent import Intent, IntentKind
from core.invoice import Invoice
from core.journal import Step
from core.kept_answer import KeptAnswer
from core.lease import Lease
from core.payment import PaymentReport
from core.records import Place, Record, RecordKind
from core.recovery import Installation, Recovery
from core.transfer import Transfer, TransferState


class BusinessStore(Protocol):
    """The businesses and their settings; what their connections hold is encrypted at rest.

    One that was erased is not there, until it is stored again.
    """

    def get(self, name: str) -> Business | None:
        """Return a business, or None."""

    def has(self, name: str) -> bool:
        """Whether there is such a business. Its secrets stay closed, which costs far less than `get`."""

    def put(self, business: Business) -> None:
        """Store a business, new or changed."""

    def list(self, *, limit: int, after: str | None = None) -> Sequence[Business]:
        """Return businesses by name, those after the given name, at most `limit`."""


class InvoiceStore(Protocol):
    """The invoices as their source stated them."""

    def get(self, business: str, number: str) -> Invoice | None:
        """Return an invoice, or None."""

    def of_numbers(self, business: str, numbers: Collection[str], *, for_update: bool = False) -> Mapping[str, Invoice]:
        """Return those of these invoices that there are, by number.

        `for_update` keeps others from changing them until the transaction ends.
        """

    def add_new(self, given: Collection[tuple[str, Invoice]]) -> Collection[tuple[str, str]]:
        """Store those of these invoices whose business has none of their number; return business and number of each.

        They come with the names of their businesses, none of them twice.
        """

    def put(self, business: str, invoice: Invoice) -> None:
        """Store an invoice, new or in place of the one of this number."""

    def list(self, business: str, *, limit: int, after: str | None = None) -> Sequence[Invoice]:
        """Return a business's invoices by number, those after the given number, at most `limit`."""

    def unsent(self, business: str, *, limit: int, after: str | None = None) -> Sequence[str]:
        """Return the numbers of the invoices that are data for accounting and not marked as sent, at most `limit`.

        By number, those after the given one.
        """

    def count_unsent_printed(self, business: str) -> int:
        """Return how many invoices are of type `printed` and not marked as sent."""

    def mark_sent(self, business: str, numbers: Collection[str]) -> None:
        """Mark invoices that have a transfer, for good: replacing one leaves the mark."""


class TransferStore(Protocol):
    """The transfers. There is at most one for each invoice that is not superseded, which the store itself enforces."""

    def get(self, transfer_id: str, *, for_update: bool = False) -> Transfer | None:
        """Return a transfer, or None. `for_update` keeps others from saving it until the transaction ends."""

    def of_invoice(self, business: str, number: str, *, for_update: bool = False) -> Transfer | None:
        """Return the invoice's transfer, or None; superseded ones are history. `for_update` as in get."""

    def of_order(self, business: str, order_id: str, *, books: str) -> Transfer | None:
        """Return the business's transfer that arrived as this order of these books, or None.

        Superseded ones are history; one of which it was not kept in which books it lies is taken to lie in these.
        """

    def of_invoices(
        self, business: str, numbers: Collection[str], *, for_update: bool = False
    ) -> Mapping[str, Transfer]:
        """Return the transfers of these invoices, by number, as of_invoice does."""

    def add(self, transfer: Transfer) -> None:
        """Store a new transfer.

        Errors: Conflict when the invoice has one.
        """

    def add_all(self, transfers: Sequence[Transfer]) -> Collection[str]:
        """Store those new transfers whose invoice has none, and return their ids."""

    def save(self, transfer: Transfer) -> Transfer:
        """Store a changed transfer and return it with its next version.

        Errors: Conflict when somebody else saved it since it was read.
        """

    def save_all(self, transfers: Sequence[Transfer]) -> Sequence[Transfer]:
        """Store changed transfers, all or none, as save does; in the same order."""

    def due(self, business: str, *, now: datetime, limit: int, for_update: bool = False) -> Sequence[Transfer]:
        """Return the transfers of the business to be worked on next, at most `limit`. `for_update` as in get.

        Those left running come first: no worker can be at them any more (the caller holds the business's lease). Else
        those that are queued or wait for a time that has come, the longest due first: single sends, or else bulk;
        never some of both.
        """

    def is_single_due(self, business: str, *, now: datetime) -> bool:
        """Whether a single send of the business is due."""

    def next_attempt_at(self, business: str) -> datetime | None:
        """Return when the earliest transfer that waits for a time is due, or None."""

    def businesses_due(self, *, now: datetime) -> Sequence[str]:
        """Return the businesses that have something due and that nobody holds."""

    def not_begun(self, business: str, *, parked: bool, limit: int) -> Sequence[Transfer]:
        """Return transfers that are parked, or else those that are queued or wait for a time, at most `limit`.

        Others can't save them meanwhile.
        """

    def list(
        self, business: str | None, *, state: TransferState | None = None, limit: int, after: str | None = None
    ) -> Sequence[Transfer]:
        """Return transfers by id (the newest last), those after the given id, at most `limit`."""


class BatchStore(Protocol):
    """The batches: which invoices were sent in one go."""

    def put(self, batch: Batch) -> None:
        """Store a batch, new or changed."""

    def get(self, batch_id: str) -> Batch | None:
        """Return a batch, or None."""

    def add_members(self, batch_id: str, members: Sequence[BatchMember]) -> None:
        """Add invoices to a batch, in this order; those that belong to it already stay as they are."""

    def items(self, batch_id: str, *, limit: int, after: int | None = None) -> Sequence[BatchItem]:
        """Return a batch's invoices as they stand, in the order in which they were added, at most `limit`.

        Those after the given position.
        """

    def counts(self, batch_id: str) -> BatchCounts:
        """Count a batch's invoices by where they stand."""


class IntentStore(Protocol):
    """The marks of what is about to be created: of orders, one for each invoice, in whichever books."""

    def get(self, business: str, kind: IntentKind, key: str) -> Intent | None:
        """Return the intent, or None."""

    def of_keys(self, business: str, kind: IntentKind, keys: Collection[str]) -> Mapping[str, Intent]:
        """Return those of these intents that there are, by key."""

    def open_orders(self, business: str, *, limit: int) -> Sequence[str]:
        """Return the numbers of invoices of which it is open whether they have an order, at most `limit`.

        Those whose order was refused are left out. By number.
        """

    def put(self, business: str, *intents: Intent) -> None:
        """Store intents, each new or in place of the one of this kind and key."""

    def remove(self, business: str, kind: IntentKind, *keys: str) -> None:
        """Forget intents: what they were about exists and is known."""


class BooksStore(Protocol):
    """The books that each business's login has led to."""

    def of(self, business: str) -> Mapping[str, Books]:
        """Return a business's books, by key; none before its first login."""

    def put(self, business: str, books: Books) -> None:
        """Remember books, in place of what was said of those of the same key."""

    def has_unclaimed(self, business: str) -> bool:
        """Whether an order was created before it was kept in which books, and nobody has claimed it."""

    def claim(self, business: str, books: Books, *, settings: Collection[str]) -> None:
        """Take all of a business that is kept without its books to be these books'.

        `settings` are what its connection says: of the customer links those are claimed that were made for it.
        """


class CustomerLinkStore(Protocol):
    """Who is remembered to be which customer."""

    def of_keys(self, business: str, keys: Collection[str]) -> Mapping[str, CustomerLink]:
        """Return what is remembered under these keys, by key."""

    def put(self, business: str, *links: CustomerLink) -> None:
        """Remember."""


class DirectoryStore(Protocol):
    """The customer directories: one for each business and the books that it was read from."""

    def read_at(self, business: str, books: str) -> datetime | None:
        """Return when the reading began that last brought the directory up to date, or None when it never was."""

    def mark_read(self, business: str, books: str, *, at: datetime) -> None:
        """Say that the directory is complete as of the instant at which the reading began."""

    def put(self, business: str, books: str, entries: Sequence[CustomerEntry]) -> None:
        """Store entries, each in place of what was kept of that customer."""

    def remove(self, business: str, books: str, customer_ids: Collection[str]) -> None:
        """Forget customers that are gone."""

    def find(self, business: str, books: str, *, numbers: Collection[str], emails: Collection[str]) -> Sequence[str]:
        """Return the ids of the customers that carry one of these organization numbers or e-mail addresses.

        Numbers as they are searched for (search_number), addresses as they are compared (emails_in).
        """

    def drop(self, business: str, books: str) -> None:
        """Forget the whole directory."""


class ReferenceCache(Protocol):
    """What seldom changes in an account: product, VAT codes, currencies. Kept with its age, as JSON."""

    def all(self, business: str) -> Mapping[str, tuple[str, datetime]]:
        """Return a business's entries by name, each with when it was stored."""

    def put(self, business: str, name: str, value: str, *, now: datetime) -> None:
        """Store an entry."""

    def drop(self, business: str) -> None:
        """Forget all of a business's entries."""


class StatusStore(Protocol):
    """What the accounting system answered about payment; every check is kept."""

    def add(self, business: str, *reports: PaymentReport) -> None:
        """Store reports. One that is settled closes its order; one that is not opens it (again)."""

    def latest(self, business: str, invoice: str) -> PaymentReport | None:
        """Return the newest report of an invoice, or None."""

    def open_invoices(self, business: str, *, limit: int, after: str | None = None) -> Sequence[str]:
        """Return the numbers of the invoices whose orders are not known to be paid or gone, at most `limit`.

        By number, those after the given one. Superseded transfers are history; their orders are nobody's.
        """


class FollowUpStore(Protocol):
    """When each business's open orders were last asked about by themselves."""

    def due(self, *, now: datetime, begun_before: datetime) -> Sequence[str]:
        """Return the businesses with open orders whose follow-up last began no later than `begun_before`, or never.

        Those whose accounting system is left alone at the instant `now` are left out.
        """

    def begin(self, business: str, *, now: datetime, begun_before: datetime) -> bool:
        """Say that the business's follow-up begins now, and return True; False when one began after `begun_before`.

        Of several who say so at once, one is told True.
        """

    def count_as_begun(self, business: str, at: datetime) -> None:
        """Have the follow-up that was begun count as if it had begun then, so that the next is due sooner or later."""


class JournalStore(Protocol):
    """The stories of the transfers."""

    def add(self, told: Sequence[tuple[str, Step]]) -> None:
        """Add steps to the ends of transfers' stories, each beside the id of its transfer."""

    def of(self, transfer_id: str) -> Sequence[Step]:
        """Return a transfer's story, in the order in which it was told."""


class PauseStore(Protocol):
    """Until when an accounting system is left alone by everyone."""

    def put(self, system: str, until: datetime) -> None:
        """Leave the accounting system alone until then, or as long as was said before, whichever is later."""

    def until(self, system: str) -> datetime | None:
        """Return until when, or None when that was never said; it may be past."""

    def until_for(self, business: str) -> datetime | None:
        """Return the same for the accounting system of a business."""


class AnswerStore(Protocol):
    """Answers kept under the callers' own keys."""

    def begin(self, key: str, fingerprint: str, *, now: datetime, stale_before: datetime) -> KeptAnswer | None:
        """Claim a key for a request, or return what is kept under it.

        A claim from before `stale_before` without an answer is a dead process's, and is taken over.
        """

    def finish(self, key: str, answer: KeptAnswer) -> None:
        """Keep the answer under the key that was claimed."""

    def forget(self, key: str) -> None:
        """Give the key up, so that the same request is carried out again."""

    def forget_older(self, than: datetime) -> None:
        """Forget what was claimed before that instant."""


class ApiKeyStore(Protocol):
    """The API keys. Of a key's text no more than its digest is kept, and that is not read back here."""

    def add(self, key: ApiKey, *, digest: str) -> None:
        """Store a new key.

        Errors: Conflict, code `prefix_taken`, when there is one of this prefix, revoked or not.
        """

    def get(self, prefix: str) -> ApiKey | None:
        """Return a key, revoked or not, or None."""

    def list(self, *, limit: int, after: str | None = None) -> Sequence[ApiKey]:
        """Return keys by prefix, revoked ones too, those after the given prefix, at most `limit`."""

    def revoke(self, prefix: str, *, now: datetime) -> None:
        """Note that the key opens nothing any more; one that was revoked before stays as it is."""

    def revoke_of(self, business: str, *, now: datetime) -> None:
        """Revoke every key of this business, as `revoke` does."""

    def note_use(self, prefix: str, *, now: datetime) -> None:
        """Note that the key was used; of several instants the latest stays."""


class AuditStore(Protocol):
    """The audit trail. It is only ever added to, which the store itself enforces."""

    def add(self, *entries: AuditEntry) -> None:
        """Add entries, in this order."""

    def list(
        self,
        *,
        business: str | None = None,
        invoice: str | None = None,
        since: datetime | None = None,
        limit: int,
        after: int | None = None,
    ) -> Sequence[KeptEntry]:
        """Return entries by id (the newest last), those after the given id, at most `limit`.

        Those of the business or invoice, and from the instant `since` on, where these are given.
        """


class LeaseStore(Protocol):
    """Who works on which business. Timed by the store's own clock."""

    def acquire(self, business: str, *, holder: str, length: timedelta) -> Lease | None:
        """Take the business, or return None while somebody else's lease lives."""

    def renew(self, lease: Lease, *, length: timedelta) -> None:
        """Hold on to the business for so long from now.

        Errors: LeaseLost when it has expired or somebody else has it.
        """

    def release(self, lease: Lease) -> None:
        """Give the business up; nothing happens when the lease was lost."""


class InstallationStore(Protocol):
    """What the database says of itself, and how businesses are recovered after it was put back to an earlier day."""

    def get(self) -> Installation:
        """Return what the database says of itself; its id is made when it is first asked for."""

    def put(self, installation: Installation) -> None:
        """Store it, changed; `alive_at` stays as it is kept."""

    def beat(self) -> None:
        """Say that a worker is there now, by the store's own clock."""

    def note_orders(self, business: str) -> int:
        """Count that orders of a business are about to be created, and return the count, which only ever grows.

        The business's lease is held, so that businesses do not wait for each other.
        """

    def noted(self, businesses: Collection[str]) -> Mapping[str, int]:
        """Return these counts, by business; those that are nothing are left out."""

    def latest_noted(self, *, limit: int) -> Mapping[str, int]:
        """Return the counts of the businesses that were held last, the latest last; those that are nothing left out."""

    def last_sent_at(self, business: str | None = None) -> datetime | None:
        """Return when an order was last created, or about to be, as far as the store knows; of all, or of one."""

    def shut_all(self) -> None:
        """Have every business recovered: from when on, where that is not said yet, is a day before its last order."""

    def recovery(self, business: str) -> Recovery | None:
        """Return how a business's recovery stands, or None where it never needed one."""

    def put_recovery(self, recovery: Recovery) -> None:
        """Store a recovery, new or changed."""

    def recoveries(self, *, needed: bool | None = None) -> Sequence[Recovery]:
        """Return recoveries, by business: all, or those that are needed, or not any more."""


class RecordStore(Protocol):
    """All that is kept of a business beside its invoices and transfers, to be handed out."""

    def page(self, business: str, kind: RecordKind, *, limit: int, after: Place | None = None) -> Sequence[Record]:
        """Return a business's records of a kind, always in the same order, those after that place, at most `limit`."""


class ForgettingStore(Protocol):
    """Forgetting what is personal. What keeps an invoice from being sent twice stays, whatever is forgotten.

    That is a transfer with its order's id and its times, an order's open intent, and that the invoice of this number
    was sent: of the invoice itself nothing but its number.
    """

    def was_erased(self, business: str) -> bool:
        """Whether there was a business of this name that was erased and not stored again."""

    def erase(self, business: str, *, at: datetime) -> None:
        """Forget a business: from now on there is none of this name, and nothing of it but what is said above."""

    def invoices_ended(self, *, before: datetime, limit: int, after: str | None = None) -> str | None:
        """Forget what invoices say whose transfers ended before then: at most `limit`, those after that transfer.

        Returns the transfer to go on after, or None when that was the end.
        """

    def invoices_unsent(self, *, issued_before: date, limit: int) -> bool:
        """Forget invoices that were never sent and carry an earlier issue date; whether there may be more."""

    def steps(self, *, before: datetime, limit: int) -> bool:
        """Forget what stories told before then; whether there may be more."""

    def statuses(self, *, before: datetime, limit: int, after: int = 0) -> int | None:
        """Forget reports from before then, each invoice's latest left out, at most `limit`, those after that one.

        Returns the one to go on after, or None when that was the end.
        """

    def batches(self, *, before: datetime, limit: int) -> bool:
        """Forget batches that were made before then; their transfers stay. Whether there may be more."""


class UnitOfWork(Protocol):
    """The stores within one transaction."""

    @property
    def businesses(self) -> BusinessStore:
        """Businesses."""

    @property
    def invoices(self) -> InvoiceStore:
        """Invoices."""

    @property
    def transfers(self) -> TransferStore:
        """Transfers."""

    @property
    def batches(self) -> BatchStore:
        """Batches."""

    @property
    def intents(self) -> IntentStore:
        """Intents."""

    @property
    def books(self) -> BooksStore:
        """Books."""

    @property
    def links(self) -> CustomerLinkStore:
        """Customer links."""

    @property
    def directory(self) -> DirectoryStore:
        """Customer directories."""

    @property
    def references(self) -> ReferenceCache:
        """Reference data."""

    @property
    def statuses(self) -> StatusStore:
        """Status checks."""

    @property
    def follow_ups(self) -> FollowUpStore:
        """Follow-ups."""

    @property
    def journal(self) -> JournalStore:
        """The transfers' stories."""

    @property
    def pauses(self) -> PauseStore:
        """Pauses."""

    @property
    def answers(self) -> AnswerStore:
        """Kept answers."""

    @property
    def api_keys(self) -> ApiKeyStore:
        """API keys."""

    @property
    def audit(self) -> AuditStore:
        """The audit trail."""

    @property
    def leases(self) -> LeaseStore:
        """Leases."""

    @property
    def installation(self) -> InstallationStore:
        """The installation."""

    @property
    def records(self) -> RecordStore:
        """What is handed out of a business."""

    @property
    def forgetting(self) -> ForgettingStore:
        """Forgetting."""


class Storage(Protocol):
    """Where everything is kept."""

    def transaction(self) -> AbstractContextManager[UnitOfWork]:
        """Begin a transaction: committed at the end of the block, rolled back when the block raises."""
