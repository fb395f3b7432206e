"""Our own stores, together. What one transaction does, it does whole or not at all."""

from contextlib import AbstractContextManager
from typing import Protocol

from core.ports.access_stores import AnswerStore, ApiKeyStore, AuditStore
from core.ports.business_stores import BooksStore, BusinessStore, CustomerLinkStore, DirectoryStore, ReferenceCache
from core.ports.event_stores import AccessStore, EventStore
from core.ports.installation import InstallationStore
from core.ports.invoice_stores import BatchStore, FollowUpStore, InvoiceStore, JournalStore, StatusStore, TransferStore
from core.ports.personal_data_stores import ForgettingStore, RecordStore
from core.ports.sum_stores import SumStore
from core.ports.turns import IntentStore, LeaseStore, PauseStore
from core.ports.user_stores import PasskeyStore, SignInStore, UserStore
from core.ports.webhook_stores import DeliveryStore, EndpointLeaseStore, EndpointStore


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
    def sums(self) -> SumStore:
        """Counts and sums."""

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
    def users(self) -> UserStore:
        """Users."""

    @property
    def sign_ins(self) -> SignInStore:
        """Who is signed in, and who tries to."""

    @property
    def passkeys(self) -> PasskeyStore:
        """Passkeys."""

    @property
    def audit(self) -> AuditStore:
        """The audit trail."""

    @property
    def events(self) -> EventStore:
        """Events."""

    @property
    def access(self) -> AccessStore:
        """Into which accounts there is no way."""

    @property
    def endpoints(self) -> EndpointStore:
        """Endpoints."""

    @property
    def deliveries(self) -> DeliveryStore:
        """Deliveries."""

    @property
    def endpoint_leases(self) -> EndpointLeaseStore:
        """Leases of endpoints."""

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

    def reading(self) -> AbstractContextManager[UnitOfWork]:
        """Begin a transaction that only reads, all as it was at one moment: it waits for no writer, and none for it."""
