"""Transactions over all the stores."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property

from sqlalchemy import Connection, Engine, inspect, select, text

from adapters.storage.api_keys import SqlApiKeyStore
from adapters.storage.audit import SqlAuditStore
from adapters.storage.batches import SqlBatchStore
from adapters.storage.books import SqlBooksStore
from adapters.storage.businesses import SqlBusinessStore
from adapters.storage.customer_directories import SqlDirectoryStore
from adapters.storage.customer_links import SqlCustomerLinkStore
from adapters.storage.database_errors import translated
from adapters.storage.engine import READ_ONLY
from adapters.storage.follow_ups import SqlFollowUpStore
from adapters.storage.forgetting import SqlForgettingStore
from adapters.storage.installation import SqlInstallationStore
from adapters.storage.intents import SqlIntentStore
from adapters.storage.invoices import SqlInvoiceStore
from adapters.storage.journal import SqlJournalStore
from adapters.storage.kept_answers import SqlAnswerStore
from adapters.storage.leases import SqlLeaseStore
from adapters.storage.pauses import SqlPauseStore
from adapters.storage.records import SqlRecordStore
from adapters.storage.reference_data import SqlReferenceCache
from adapters.storage.schema import businesses
from adapters.storage.shared_clock import SharedClock
from adapters.storage.status_checks import SqlStatusStore
from adapters.storage.transfers import SqlTransferStore
from core.ports.secret_box import SecretBox


class SqlUnitOfWork:
    """The stores within one transaction; of no use after it."""

    def __init__(self, database: Connection, secret_box: SecretBox, clock: SharedClock) -> None:
        self._database = database
        self._secret_box = secret_box
        self._clock = clock

    @cached_property
    def businesses(self) -> SqlBusinessStore:
        """Businesses."""
        return SqlBusinessStore(self._database, self._secret_box)

    @cached_property
    def invoices(self) -> SqlInvoiceStore:
        """Invoices."""
        return SqlInvoiceStore(self._database)

    @cached_property
    def transfers(self) -> SqlTransferStore:
        """Transfers."""
        return SqlTransferStore(self._database, self._clock)

    @cached_property
    def batches(self) -> SqlBatchStore:
        """Batches."""
        return SqlBatchStore(self._database)

    @cached_property
    def intents(self) -> SqlIntentStore:
        """Intents."""
        return SqlIntentStore(self._database)

    @cached_property
    def books(self) -> SqlBooksStore:
        """Books."""
        return SqlBooksStore(self._database)

    @cached_property
    def links(self) -> SqlCustomerLinkStore:
        """Customer links."""
        return SqlCustomerLinkStore(self._database)

    @cached_property
    def directory(self) -> SqlDirectoryStore:
        """Customer directories."""
        return SqlDirectoryStore(self._database)

    @cached_property
    def references(self) -> SqlReferenceCache:
        """Reference data."""
        return SqlReferenceCache(self._database)

    @cached_property
    def statuses(self) -> SqlStatusStore:
        """Status checks."""
        return SqlStatusStore(self._database)

    @cached_property
    def follow_ups(self) -> SqlFollowUpStore:
        """Follow-ups."""
        return SqlFollowUpStore(self._database)

    @cached_property
    def journal(self) -> SqlJournalStore:
        """The transfers' stories."""
        return SqlJournalStore(self._database)

    @cached_property
    def pauses(self) -> SqlPauseStore:
        """Pauses."""
        return SqlPauseStore(self._database)

    @cached_property
    def answers(self) -> SqlAnswerStore:
        """Kept answers."""
        return SqlAnswerStore(self._database)

    @cached_property
    def api_keys(self) -> SqlApiKeyStore:
        """API keys."""
        return SqlApiKeyStore(self._database)

    @cached_property
    def audit(self) -> SqlAuditStore:
        """The audit trail."""
        return SqlAuditStore(self._database)

    @cached_property
    def records(self) -> SqlRecordStore:
        """What is handed out of a business."""
        return SqlRecordStore(self._database)

    @cached_property
    def forgetting(self) -> SqlForgettingStore:
        """Forgetting."""
        return SqlForgettingStore(self._database, self._secret_box)

    @cached_property
    def installation(self) -> SqlInstallationStore:
        """The installation."""
        return SqlInstallationStore(self._database, self._clock)

    @cached_property
    def leases(self) -> SqlLeaseStore:
        """Leases."""
        return SqlLeaseStore(self._database, self._clock)


class SqlStorage:
    """One database with everything in it, for any number of threads.

    A thread has one transaction at a time: on SQLite a second one would wait for the first. `clock` is the time by
    which everything in it waits; it must be open.
    Errors of everything here: TryAgain, code `storage_busy`.
    """

    def __init__(self, engine: Engine, secret_box: SecretBox, clock: SharedClock) -> None:
        self.clock = clock
        self._engine = engine
        self._secret_box = secret_box
        self._file = self._file_now()

    @contextmanager
    def transaction(self) -> Iterator[SqlUnitOfWork]:
        """Begin a transaction: committed at the end of the block, rolled back when the block raises."""
        with self.write() as database:
            yield SqlUnitOfWork(database, self._secret_box, self.clock)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Begin a transaction below the stores, for what is no part of the unit of work."""
        self._follow_the_file()
        with translated():
            self.clock.keep()
            with self._engine.begin() as database:
                yield database

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Begin a transaction that only reads, and on SQLite waits for no writer."""
        self._follow_the_file()
        with translated(), self._engine.connect().execution_options(**READ_ONLY) as database:
            yield database

    def _follow_the_file(self) -> None:
        """Let go of an SQLite file in whose place another was put: what is written to it reaches nobody any more."""
        now = self._file_now()
        if now is not None and now != self._file:
            self._engine.dispose()
            self._file = now

    def _file_now(self) -> int | None:
        name = self._engine.url.database
        if self._engine.dialect.name != "sqlite" or not name:
            return None
        try:
            return os.stat(name).st_ino
        except OSError:
            return None

    def ping(self) -> None:
        """Read a little, to see that the database is there."""
        with self.read() as database:
            database.execute(select(businesses.c.name).limit(1))

    def shut_businesses(self) -> Sequence[str]:
        """Return the businesses that are known to need recovery; no writer is waited for."""
        with self.read() as database:
            return [one.business for one in SqlInstallationStore(database, self.clock).recoveries(needed=True)]

    def revision(self) -> str | None:
        """Return the revision of the tables, or None where there are none."""
        with self.read() as database:
            if not inspect(database).has_table("alembic_version"):
                return None
            found: str | None = database.scalar(text("SELECT version_num FROM alembic_version"))
            return found

    def close(self) -> None:
        """Close all connections. Using the storage again opens new ones."""
        self._engine.dispose()
