"""The tables. Nearly every row belongs to a business; what is secret is in columns named `sealed_...`.

How a database gets there is told by the migrations, which a test holds against this.
"""

from sqlalchemy import (
    DDL,
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    and_,
    event,
    select,
)

from adapters.storage.append_only import append_only_statements
from adapters.storage.column_types import UtcDateTime, exact_text, serial_number
from core.intent import IntentKind

LATEST_REVISION = "0007"
"""The migration that leads to these tables."""

_NAME_LENGTH = 50
_ID_LENGTH = 64
_WORD_LENGTH = 20
_TYPE_LENGTH = 30
_KEY_LENGTH = 255

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)


def _of_business(*, primary_key: bool = False) -> Column[str]:
    return Column(
        "business", exact_text(_NAME_LENGTH), ForeignKey("businesses.name"), primary_key=primary_key, nullable=False
    )


businesses = Table(
    "businesses",
    metadata,
    Column("name", exact_text(_NAME_LENGTH), primary_key=True),
    Column("system", Text, nullable=False),
    Column("sealed_settings", Text, nullable=False),
    Column("document", Text, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    _of_business(primary_key=True),
    Column("sealed_session", Text, nullable=False),
)

invoices = Table(
    "invoices",
    metadata,
    _of_business(primary_key=True),
    Column("number", exact_text(_NAME_LENGTH), primary_key=True),
    Column("type", String(_TYPE_LENGTH), nullable=False),
    Column("document", Text, nullable=False),
    Column("sent", Boolean, nullable=False, default=False),
)
# However many have been sent, this index holds those alone that have not.
Index(
    "ix_invoices_unsent",
    invoices.c.business,
    invoices.c.type,
    invoices.c.number,
    sqlite_where=invoices.c.sent.is_(False),
    postgresql_where=invoices.c.sent.is_(False),
)

transfers = Table(
    "transfers",
    metadata,
    Column("id", exact_text(_ID_LENGTH), primary_key=True),
    _of_business(),
    Column("invoice", exact_text(_NAME_LENGTH), nullable=False),
    Column("state", String(_WORD_LENGTH), nullable=False),
    Column("order_id", Text),
    Column("customer_id", Text),
    Column("attempts", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("next_attempt_at", UtcDateTime),
    Column("not_before", UtcDateTime),
    Column("warnings", JSON, nullable=False),
    Column("error", JSON(none_as_null=True)),
    Column("trying_since", UtcDateTime, nullable=False),
    Column("bulk", Boolean, nullable=False),
    Column("alone", Boolean, nullable=False),
    Column("superseded", Boolean, nullable=False),
    Column("settled", Boolean, nullable=False, default=False),
    Column("version", Integer, nullable=False),
    Column("books", exact_text()),
)
# The promise that an invoice has one transfer, held by the database itself; superseded ones are history.
Index(
    "uq_transfers_business_invoice",
    transfers.c.business,
    transfers.c.invoice,
    unique=True,
    sqlite_where=transfers.c.superseded.is_(False),
    postgresql_where=transfers.c.superseded.is_(False),
)
# What has ended has no next attempt, so this index stays as small as what is left to do.
Index(
    "ix_transfers_due",
    transfers.c.business,
    transfers.c.bulk,
    transfers.c.next_attempt_at,
    transfers.c.id,
    sqlite_where=transfers.c.next_attempt_at.is_not(None),
    postgresql_where=transfers.c.next_attempt_at.is_not(None),
)
Index(
    "ix_transfers_sweep",
    transfers.c.next_attempt_at,
    transfers.c.business,
    sqlite_where=transfers.c.next_attempt_at.is_not(None),
    postgresql_where=transfers.c.next_attempt_at.is_not(None),
)
# Orders that are not known to be paid or gone: however many have arrived, this index holds the open ones alone.
IS_OPEN = and_(transfers.c.order_id.is_not(None), transfers.c.settled.is_(False), transfers.c.superseded.is_(False))
Index(
    "ix_transfers_open",
    transfers.c.business,
    transfers.c.invoice,
    sqlite_where=IS_OPEN,
    postgresql_where=IS_OPEN,
)
Index("ix_transfers_business", transfers.c.business, transfers.c.id)
Index("ix_transfers_business_state", transfers.c.business, transfers.c.state, transfers.c.id)
Index("ix_transfers_state", transfers.c.state, transfers.c.id)

batches = Table(
    "batches",
    metadata,
    Column("id", exact_text(_ID_LENGTH), primary_key=True),
    _of_business(),
    Column("created_at", UtcDateTime, nullable=False),
    Column("printed", Integer, nullable=False),
    Column("cancelled", Integer, nullable=False),
)

# What was refused has no transfer. An invoice is once in a batch.
batch_members = Table(
    "batch_members",
    metadata,
    Column("position", serial_number(), primary_key=True),
    Column("batch", exact_text(_ID_LENGTH), ForeignKey("batches.id"), nullable=False),
    Column("invoice", exact_text(), nullable=False),
    Column("transfer_id", exact_text(_ID_LENGTH), ForeignKey("transfers.id")),
    Column("refusal", JSON(none_as_null=True)),
)
Index("uq_batch_members_batch_invoice", batch_members.c.batch, batch_members.c.invoice, unique=True)
Index("ix_batch_members_position", batch_members.c.batch, batch_members.c.position)

intents = Table(
    "intents",
    metadata,
    _of_business(primary_key=True),
    Column("kind", String(_WORD_LENGTH), primary_key=True),
    Column("key", exact_text(), primary_key=True),
    Column("first_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    Column("customer_ids", JSON, nullable=False),
    Column("refused", Boolean, nullable=False),
    Column("books", exact_text()),
)
# Marks of orders of which it is open whether they were made.
IS_OPEN_ORDER = and_(intents.c.kind == IntentKind.ORDER, intents.c.refused.is_(False))

# The books that a business's login has led to. Where `books` is null elsewhere, the row is from before they were told.
books = Table(
    "books",
    metadata,
    _of_business(primary_key=True),
    Column("key", exact_text(), primary_key=True),
    Column("system", Text, nullable=False),
    Column("company_id", Text, nullable=False),
    Column("company", Text, nullable=False),
)

customer_links = Table(
    "customer_links",
    metadata,
    _of_business(primary_key=True),
    Column("key", exact_text(), primary_key=True),
    Column("customer_id", Text, nullable=False),
    Column("chosen", Boolean, nullable=False),
)

customer_directories = Table(
    "customer_directories",
    metadata,
    _of_business(primary_key=True),
    Column("books", exact_text(), primary_key=True),
    Column("read_at", UtcDateTime, nullable=False),
)

customer_directory_keys = Table(
    "customer_directory_keys",
    metadata,
    _of_business(primary_key=True),
    Column("books", exact_text(), primary_key=True),
    Column("key", exact_text(), primary_key=True),
    Column("customer_id", exact_text(), primary_key=True),
)
Index(
    "ix_customer_directory_keys_customer",
    customer_directory_keys.c.business,
    customer_directory_keys.c.books,
    customer_directory_keys.c.customer_id,
)

reference_data = Table(
    "reference_data",
    metadata,
    _of_business(primary_key=True),
    Column("name", exact_text(), primary_key=True),
    Column("value", Text, nullable=False),
    Column("stored_at", UtcDateTime, nullable=False),
)

status_checks = Table(
    "status_checks",
    metadata,
    Column("id", serial_number(), primary_key=True),
    _of_business(),
    Column("invoice", exact_text(_NAME_LENGTH), nullable=False),
    Column("status", String(_WORD_LENGTH), nullable=False),
    Column("reason", String(_WORD_LENGTH), nullable=False),
    Column("order_id", Text, nullable=False),
    Column("invoice_number", Text),
    Column("invoiced_at", Date),
    Column("paid_at", Date),
    Column("checked_at", UtcDateTime, nullable=False),
    Column("warnings", JSON, nullable=False),
    Column("books", exact_text()),
)
Index(
    "ix_status_checks_invoice",
    status_checks.c.business,
    status_checks.c.invoice,
    status_checks.c.checked_at,
    status_checks.c.id,
)

follow_ups = Table(
    "follow_ups",
    metadata,
    _of_business(primary_key=True),
    Column("begun_at", UtcDateTime, nullable=False),
)

# The business's own row stays, because its transfers do: they say what was sent.
erasures = Table(
    "erasures",
    metadata,
    _of_business(primary_key=True),
    Column("erased_at", UtcDateTime, nullable=False),
)
# Businesses that were not erased.
IS_THERE = businesses.c.name.not_in(select(erasures.c.business))

# The row stays when a lease is given up, so that its token never starts over, nor the number of orders noted.
leases = Table(
    "leases",
    metadata,
    _of_business(primary_key=True),
    Column("holder", Text, nullable=False),
    Column("token", BigInteger, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("orders_noted", BigInteger, nullable=False, server_default="0"),
)

# One row: what tells this database from others, and whether it was put back to an earlier day.
installation = Table(
    "installation",
    metadata,
    Column("only", Integer, primary_key=True, autoincrement=False),
    Column("id", exact_text(_ID_LENGTH), nullable=False),
    Column("noticed", Integer, nullable=False, server_default="0"),
    Column("noticed_at", UtcDateTime),
    Column("known_until", UtcDateTime),
    Column("alive_at", UtcDateTime),
)

recoveries = Table(
    "recoveries",
    metadata,
    _of_business(primary_key=True),
    Column("needed", Boolean, nullable=False),
    Column("since", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("orders", Integer, nullable=False),
    Column("tied", Integer, nullable=False),
    Column("findings", JSON, nullable=False),
    Column("trouble", JSON(none_as_null=True)),
)

# Where each machine is in the installation's line of time (core.timeline), by its boot.
clocks = Table(
    "clocks",
    metadata,
    Column("boot", exact_text(_ID_LENGTH), primary_key=True),
    Column("elapsed_us", BigInteger, nullable=False),
    Column("wall", UtcDateTime, nullable=False),
    Column("instant", UtcDateTime, nullable=False),
    Column("epoch", BigInteger, nullable=False),
)

journal = Table(
    "journal",
    metadata,
    Column("id", serial_number(), primary_key=True),
    Column("transfer_id", exact_text(_ID_LENGTH), ForeignKey("transfers.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("text", Text, nullable=False),
    Column("duration_ms", Integer),
)
Index("ix_journal_transfer", journal.c.transfer_id, journal.c.id)

pauses = Table(
    "pauses",
    metadata,
    Column("system", exact_text(_NAME_LENGTH), primary_key=True),
    Column("until", UtcDateTime, nullable=False),
)

calls_made = Table(
    "calls_made",
    metadata,
    Column("system", exact_text(_NAME_LENGTH), primary_key=True),
    Column("hour", UtcDateTime, primary_key=True),
    Column("calls", Integer, nullable=False),
)

kept_answers = Table(
    "kept_answers",
    metadata,
    Column("key", exact_text(_KEY_LENGTH), primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("begun_at", UtcDateTime, nullable=False),
    Column("status", Integer),
    Column("headers", JSON, nullable=False),
    Column("body", Text, nullable=False),
)
Index("ix_kept_answers_begun_at", kept_answers.c.begun_at)

# A key may be one for a business that is erased later, so no foreign key holds it.
api_keys = Table(
    "api_keys",
    metadata,
    Column("prefix", exact_text(_WORD_LENGTH), primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", String(_WORD_LENGTH), nullable=False),
    Column("business", exact_text(_NAME_LENGTH)),
    Column("digest", exact_text(_ID_LENGTH), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_used_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
)

# The trail outlives what it tells of, and tells of what never was: no foreign key here either.
audit = Table(
    "audit",
    metadata,
    Column("id", serial_number(), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(_WORD_LENGTH), nullable=False),
    Column("key_prefix", exact_text(_WORD_LENGTH)),
    Column("key_name", Text),
    Column("action", String(_TYPE_LENGTH), nullable=False),
    Column("business", exact_text(_ID_LENGTH)),
    Column("invoice", exact_text(_ID_LENGTH)),
    Column("subject", exact_text(_ID_LENGTH)),
    Column("result", String(_WORD_LENGTH), nullable=False),
    Column("code", Text),
)
Index("ix_audit_business", audit.c.business, audit.c.id)
Index("ix_audit_invoice", audit.c.business, audit.c.invoice, audit.c.id)
for _dialect in ("sqlite", "postgresql"):
    for _statement in append_only_statements(_dialect, audit.name):
        event.listen(audit, "after_create", DDL(_statement).execute_if(dialect=_dialect))  # type: ignore[no-untyped-call]
