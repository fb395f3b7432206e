"""Transactions over all the stores, and opening the storage with its tables brought up to date first."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import cached_property

from sqlalchemy import Connection, Engine
from typing_extensions import override

from adapters.clock import MachineClocks
from adapters.storage.access import SqlAnswerStore, SqlApiKeyStore, SqlAuditStore
from adapters.storage.batches import SqlBatchStore
from adapters.storage.businesses import SqlBooksStore, SqlBusinessStore, SqlReferenceCache
from adapters.storage.customers import SqlCustomerLinkStore, SqlDirectoryStore
from adapters.storage.database import BUSY_TIMEOUT, SqlDatabase, make_engine, read_revision, translated
from adapters.storage.dialects import READ_ONLY
from adapters.storage.events import SqlAccessStore, SqlEventStore
from adapters.storage.installation import SqlInstallationStore
from adapters.storage.invoices import SqlInvoiceStore
from adapters.storage.personal_data import SqlForgettingStore, SqlRecordStore
from adapters.storage.postgresql_troubles import told_of_missing_server
from adapters.storage.schema import LATEST_REVISION
from adapters.storage.shared_clock import SharedClock
from adapters.storage.statuses import SqlFollowUpStore, SqlStatusStore
from adapters.storage.sums import SqlSumStore
from adapters.storage.transfers import SqlJournalStore, SqlTransferStore
from adapters.storage.turns import SqlIntentStore, SqlLeaseStore, SqlPauseStore
from adapters.storage.users import SqlPasskeyStore, SqlSignInStore, SqlUserStore
from adapters.storage.webhook_deliveries import SqlDeliveryStore
from adapters.storage.webhook_endpoints import SqlEndpointLeaseStore, SqlEndpointStore
from core.ports.secret_box import SecretBox
from core.ports.storage import Storage, UnitOfWork

_THIS_MACHINE = MachineClocks()


class SqlUnitOfWork(UnitOfWork):
    """The stores within one transaction; of no use after it."""

    def __init__(self, database: Connection, secret_box: SecretBox, clock: SharedClock) -> None:
        self._database = database
        self._secret_box = secret_box
        self._clock = clock

    @cached_property
    @override
    def businesses(self) -> SqlBusinessStore:
        return SqlBusinessStore(self._database, self._secret_box)

    @cached_property
    @override
    def invoices(self) -> SqlInvoiceStore:
        return SqlInvoiceStore(self._database)

    @cached_property
    @override
    def transfers(self) -> SqlTransferStore:
        return SqlTransferStore(self._database, self._clock)

    @cached_property
    @override
    def sums(self) -> SqlSumStore:
        return SqlSumStore(self._database)

    @cached_property
    @override
    def batches(self) -> SqlBatchStore:
        return SqlBatchStore(self._database)

    @cached_property
    @override
    def intents(self) -> SqlIntentStore:
        return SqlIntentStore(self._database)

    @cached_property
    @override
    def books(self) -> SqlBooksStore:
        return SqlBooksStore(self._database)

    @cached_property
    @override
    def links(self) -> SqlCustomerLinkStore:
        return SqlCustomerLinkStore(self._database)

    @cached_property
    @override
    def directory(self) -> SqlDirectoryStore:
        return SqlDirectoryStore(self._database)

    @cached_property
    @override
    def references(self) -> SqlReferenceCache:
        return SqlReferenceCache(self._database)

    @cached_property
    @override
    def statuses(self) -> SqlStatusStore:
        return SqlStatusStore(self._database)

    @cached_property
    @override
    def follow_ups(self) -> SqlFollowUpStore:
        return SqlFollowUpStore(self._database)

    @cached_property
    @override
    def journal(self) -> SqlJournalStore:
        return SqlJournalStore(self._database)

    @cached_property
    @override
    def pauses(self) -> SqlPauseStore:
        return SqlPauseStore(self._database)

    @cached_property
    @override
    def answers(self) -> SqlAnswerStore:
        return SqlAnswerStore(self._database)

    @cached_property
    @override
    def api_keys(self) -> SqlApiKeyStore:
        return SqlApiKeyStore(self._database)

    @cached_property
    @override
    def users(self) -> SqlUserStore:
        return SqlUserStore(self._database)

    @cached_property
    @override
    def sign_ins(self) -> SqlSignInStore:
        return SqlSignInStore(self._database)

    @cached_property
    @override
    def passkeys(self) -> SqlPasskeyStore:
        return SqlPasskeyStore(self._database)

    @cached_property
    @override
    def audit(self) -> SqlAuditStore:
        return SqlAuditStore(self._database)

    @cached_property
    @override
    def records(self) -> SqlRecordStore:
        return SqlRecordStore(self._database)

    @cached_property
    @override
    def forgetting(self) -> SqlForgettingStore:
        return SqlForgettingStore(self._database, self._secret_box, self.events)

    @cached_property
    @override
    def installation(self) -> SqlInstallationStore:
        return SqlInstallationStore(self._database, self._clock)

    @cached_property
    @override
    def events(self) -> SqlEventStore:
        return SqlEventStore(self._database, self._clock)

    @cached_property
    @override
    def access(self) -> SqlAccessStore:
        return SqlAccessStore(self._database)

    @cached_property
    @override
    def endpoints(self) -> SqlEndpointStore:
        return SqlEndpointStore(self._database, self._secret_box)

    @cached_property
    @override
    def deliveries(self) -> SqlDeliveryStore:
        return SqlDeliveryStore(self._database)

    @cached_property
    @override
    def endpoint_leases(self) -> SqlEndpointLeaseStore:
        return SqlEndpointLeaseStore(self._database, self._clock)

    def finish(self) -> None:
        """Write what is written at the transaction's very end."""
        if "events" in vars(self):
            self.events.write()

    @cached_property
    @override
    def leases(self) -> SqlLeaseStore:
        return SqlLeaseStore(self._database, self._clock)


class SqlStorage(SqlDatabase, Storage):
    """One database with everything in it, for any number of threads.

    A thread has one transaction at a time: on SQLite a second one would wait for the first.
    Errors of everything here: TryAgain, code `storage_busy`.
    """

    def __init__(self, engine: Engine, secret_box: SecretBox, clock: SharedClock) -> None:
        super().__init__(engine, clock)
        self._secret_box = secret_box

    @override
    @contextmanager
    def transaction(self) -> Iterator[SqlUnitOfWork]:
        with self.write() as database:
            work = SqlUnitOfWork(database, self._secret_box, self.clock)
            yield work
            work.finish()

    @override
    @contextmanager
    def reading(self) -> Iterator[SqlUnitOfWork]:
        with self.read() as database:
            yield SqlUnitOfWork(database, self._secret_box, self.clock)

    def shut_businesses(self) -> Sequence[str]:
        """Return the businesses that are known to need recovery; no writer is waited for."""
        with self.read() as database:
            needed = SqlInstallationStore(database, self.clock).recoveries(needed=True)
        return [recovery.business for recovery in needed]


def open_storage(
    url: str,
    secret_box: SecretBox,
    *,
    busy_timeout: timedelta = BUSY_TIMEOUT,
    outlives_power_cuts: bool = True,
    machine: MachineClocks = _THIS_MACHINE,
) -> SqlStorage:
    """Open the database of that URL; tables that are missing or old are made or migrated.

    `busy_timeout` is how long a transaction waits for its turn. `outlives_power_cuts` as for the engine. `machine` has
    the clocks from which the installation's is kept.
    Errors: InvalidInput, code `bad_database_url`, `database_missing` or, when a newer Kvitt was here,
    `database_too_new`; TryAgain, code `storage_busy`.
    """
    engine = make_engine(url, busy_timeout=busy_timeout, outlives_power_cuts=outlives_power_cuts)
    try:
        with translated(), told_of_missing_server(engine.url):
            if not _is_up_to_date(engine):
                # Imported here because a start that has nothing to migrate should not pay for it.
                from adapters.storage.migrate import upgrade

                upgrade(engine)
            clock = SharedClock(engine, machine)
            clock.open()
    except BaseException:
        engine.dispose()
        raise
    return SqlStorage(engine, secret_box, clock)


def _is_up_to_date(engine: Engine) -> bool:
    with engine.connect().execution_options(**READ_ONLY) as database:
        return read_revision(database) == LATEST_REVISION
