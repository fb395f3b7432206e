"""Invoices as their source stated them, their transfers, what keeps the turns that move these apart, and payment."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    and_,
)
from sqlalchemy import false as sql_false
from sqlalchemy import true as sql_true

from adapters.storage.dialects import UtcDateTime, exact_text, serial_number
from adapters.storage.schema.parts import (
    ID_LENGTH,
    NAME_LENGTH,
    TYPE_LENGTH,
    WORD_LENGTH,
    metadata,
    of_business,
    partial_index,
)
from core.intent import IntentKind
from core.search_words import LONGEST_WORD

invoices = Table(
    "invoices",
    metadata,
    of_business(primary_key=True),
    Column("number", exact_text(NAME_LENGTH), primary_key=True),
    Column("type", String(TYPE_LENGTH), nullable=False),
    Column("document", Text, nullable=False),
    Column("sent", Boolean, nullable=False, default=False),
    Column("replacement", Text),
    Column("credits", exact_text(NAME_LENGTH)),
    Column("issue_date", Date),
    Column("due_date", Date),
    Column("currency", String(TYPE_LENGTH)),
    Column("total", BigInteger),
)
Index("ix_invoices_issue_date", invoices.c.business, invoices.c.issue_date, invoices.c.number)
# What it comes to with VAT, in hundredths of its currency; null where it says nothing.
Index("ix_invoices_total", invoices.c.business, invoices.c.total, invoices.c.number)
# However many have been sent, this index holds those alone that have not.
partial_index(
    "ix_invoices_unsent",
    invoices.c.business,
    invoices.c.type,
    invoices.c.number,
    where=invoices.c.sent.is_(False),
)
# What credits an invoice is asked for whenever the invoice is shown; few are credits.
partial_index(
    "ix_invoices_credits",
    invoices.c.business,
    invoices.c.credits,
    invoices.c.number,
    where=invoices.c.credits.is_not(None),
)

# By what an invoice is found: its number, its order number, and words of its customer. They go with the invoice.
invoice_words = Table(
    "invoice_words",
    metadata,
    Column("business", exact_text(NAME_LENGTH), primary_key=True),
    Column("number", exact_text(NAME_LENGTH), primary_key=True),
    Column("word", exact_text(LONGEST_WORD), primary_key=True),
    Column("kind", String(WORD_LENGTH), primary_key=True),
    ForeignKeyConstraint(
        ["business", "number"], ["invoices.business", "invoices.number"], name="fk_invoice_words", ondelete="CASCADE"
    ),
    sqlite_with_rowid=False,
)
Index(
    "ix_invoice_words_word",
    invoice_words.c.business,
    invoice_words.c.word,
    invoice_words.c.number,
    invoice_words.c.kind,
)

transfers = Table(
    "transfers",
    metadata,
    Column("id", exact_text(ID_LENGTH), primary_key=True),
    of_business(),
    Column("invoice", exact_text(NAME_LENGTH), nullable=False),
    Column("state", String(WORD_LENGTH), nullable=False),
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
    Column("order_reference", Text),
    Column("paid", Boolean, nullable=False, default=False, server_default=sql_false()),
    Column("seen", String(WORD_LENGTH)),
    Column("seen_at", UtcDateTime),
    Column("error_code", String(ID_LENGTH)),
    Column("arrived_on", Date),
    Column("due_on", Date),
    Column("currency", String(TYPE_LENGTH)),
    Column("total", BigInteger),
    Column("paid_seen_at", UtcDateTime),
    Column("look_again_at", UtcDateTime),
    Column("open_amount", BigInteger),
)
# The promise that an invoice has one transfer, held by the database itself; superseded ones are history.
partial_index(
    "uq_transfers_business_invoice",
    transfers.c.business,
    transfers.c.invoice,
    unique=True,
    where=transfers.c.superseded.is_(False),
)
# What has ended has no next attempt, so this index stays as small as what is left to do.
partial_index(
    "ix_transfers_due",
    transfers.c.business,
    transfers.c.bulk,
    transfers.c.next_attempt_at,
    transfers.c.id,
    where=transfers.c.next_attempt_at.is_not(None),
)
partial_index(
    "ix_transfers_sweep",
    transfers.c.next_attempt_at,
    transfers.c.business,
    where=transfers.c.next_attempt_at.is_not(None),
)
# Orders that are not known to be paid or gone: however many have arrived, this index holds the open ones alone.
IS_OPEN = and_(transfers.c.order_id.is_not(None), transfers.c.settled.is_(False), transfers.c.superseded.is_(False))
partial_index(
    "ix_transfers_open",
    transfers.c.business,
    transfers.c.invoice,
    where=IS_OPEN,
)
# Paid ones that are looked at again, for a while: however many have been paid, this index holds those alone.
IS_LOOKED_AT_AGAIN = and_(transfers.c.look_again_at.is_not(None), transfers.c.superseded.is_(False))
partial_index(
    "ix_transfers_look_again",
    transfers.c.business,
    transfers.c.look_again_at,
    transfers.c.invoice,
    where=IS_LOOKED_AT_AGAIN,
)
# Where the invoices stand, as they are listed by it.
partial_index(
    "ix_transfers_standing",
    transfers.c.business,
    transfers.c.state,
    transfers.c.paid,
    transfers.c.invoice,
    where=transfers.c.superseded.is_(False),
)
# What a person has to look at, by why.
partial_index(
    "ix_transfers_errors",
    transfers.c.business,
    transfers.c.state,
    transfers.c.error_code,
    transfers.c.id,
    where=transfers.c.error_code.is_not(None),
)
# What is summed up is read from these indexes alone: what arrived, by its Norwegian day, and what is not known to be
# paid, by the day on which it is due. Both days are null where there is no order. What the conditions name is in them
# too: SQLite looks at it although it is the same in all of an index.
HAS_ARRIVED = and_(transfers.c.arrived_on.is_not(None), transfers.c.superseded.is_(False))
IS_UNPAID = and_(transfers.c.due_on.is_not(None), transfers.c.settled.is_(False), transfers.c.superseded.is_(False))
partial_index(
    "ix_transfers_arrived",
    transfers.c.business,
    transfers.c.arrived_on,
    transfers.c.currency,
    transfers.c.total,
    transfers.c.superseded,
    where=HAS_ARRIVED,
)
partial_index(
    "ix_transfers_unpaid",
    transfers.c.business,
    transfers.c.due_on,
    transfers.c.currency,
    transfers.c.seen,
    transfers.c.total,
    transfers.c.settled,
    transfers.c.superseded,
    where=IS_UNPAID,
)
partial_index(
    "ix_transfers_due_on",
    transfers.c.business,
    transfers.c.due_on,
    transfers.c.invoice,
    transfers.c.settled,
    transfers.c.superseded,
    where=IS_UNPAID,
)
# Of these what is left to pay is known: however many are unpaid, this index holds those alone.
IS_PARTLY_PAID = and_(transfers.c.open_amount.is_not(None), IS_UNPAID)
partial_index(
    "ix_transfers_partly_paid",
    transfers.c.business,
    transfers.c.due_on,
    transfers.c.currency,
    transfers.c.seen,
    transfers.c.total,
    transfers.c.open_amount,
    transfers.c.settled,
    transfers.c.superseded,
    where=IS_PARTLY_PAID,
)
partial_index(
    "ix_transfers_superseded",
    transfers.c.business,
    transfers.c.invoice,
    transfers.c.id,
    where=transfers.c.superseded.is_(True),
)
Index("ix_transfers_business", transfers.c.business, transfers.c.id)
Index("ix_transfers_business_state", transfers.c.business, transfers.c.state, transfers.c.id)
Index("ix_transfers_state", transfers.c.state, transfers.c.id)

batches = Table(
    "batches",
    metadata,
    Column("id", exact_text(ID_LENGTH), primary_key=True),
    of_business(),
    Column("created_at", UtcDateTime, nullable=False),
    Column("printed", Integer, nullable=False),
    Column("cancelled", Integer, nullable=False),
    Column("recorded", Boolean, nullable=False, server_default=sql_true()),
    Column("finished_at", UtcDateTime),
)

Index("ix_batches_business", batches.c.business, batches.c.id)

# What was refused has no transfer. An invoice is once in a batch.
batch_members = Table(
    "batch_members",
    metadata,
    Column("position", serial_number(), primary_key=True),
    Column("batch", exact_text(ID_LENGTH), ForeignKey("batches.id"), nullable=False),
    Column("invoice", exact_text(), nullable=False),
    Column("transfer_id", exact_text(ID_LENGTH), ForeignKey("transfers.id")),
    Column("refusal", JSON(none_as_null=True)),
)
Index("uq_batch_members_batch_invoice", batch_members.c.batch, batch_members.c.invoice, unique=True)
Index("ix_batch_members_position", batch_members.c.batch, batch_members.c.position)
Index("ix_batch_members_transfer", batch_members.c.transfer_id)

journal = Table(
    "journal",
    metadata,
    Column("id", serial_number(), primary_key=True),
    Column("transfer_id", exact_text(ID_LENGTH), ForeignKey("transfers.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("text", Text, nullable=False),
    Column("duration_ms", Integer),
)
Index("ix_journal_transfer", journal.c.transfer_id, journal.c.id)

status_checks = Table(
    "status_checks",
    metadata,
    Column("id", serial_number(), primary_key=True),
    of_business(),
    Column("invoice", exact_text(NAME_LENGTH), nullable=False),
    Column("status", String(WORD_LENGTH), nullable=False),
    Column("reason", String(WORD_LENGTH), nullable=False),
    Column("order_id", Text, nullable=False),
    Column("invoice_number", Text),
    Column("invoiced_at", Date),
    Column("paid_at", Date),
    Column("checked_at", UtcDateTime, nullable=False),
    Column("warnings", JSON, nullable=False),
    Column("books", exact_text()),
    Column("worker_checks", Integer, nullable=False, server_default="0"),
    Column("open_amount", Text),
)
Index(
    "ix_status_checks_invoice",
    status_checks.c.business,
    status_checks.c.invoice,
    status_checks.c.checked_at,
    status_checks.c.id,
)

# The latest round of each business; it is over where nothing resumes it.
follow_ups = Table(
    "follow_ups",
    metadata,
    of_business(primary_key=True),
    Column("begun_at", UtcDateTime, nullable=False),
    Column("asked_up_to", exact_text(NAME_LENGTH)),
    Column("resume_at", UtcDateTime),
)

intents = Table(
    "intents",
    metadata,
    of_business(primary_key=True),
    Column("kind", String(WORD_LENGTH), primary_key=True),
    Column("key", exact_text(), primary_key=True),
    Column("first_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    Column("customer_ids", JSON, nullable=False),
    Column("refused", Boolean, nullable=False),
    Column("books", exact_text()),
)
# Marks of orders of which it is open whether they were made.
IS_OPEN_ORDER = and_(intents.c.kind == IntentKind.ORDER, intents.c.refused.is_(False))

# The row stays when a lease is given up, so that its token never starts over, nor the number of orders noted.
leases = Table(
    "leases",
    metadata,
    of_business(primary_key=True),
    Column("holder", Text, nullable=False),
    Column("token", BigInteger, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("orders_noted", BigInteger, nullable=False, server_default="0"),
)

pauses = Table(
    "pauses",
    metadata,
    Column("system", exact_text(NAME_LENGTH), primary_key=True),
    Column("until", UtcDateTime, nullable=False),
)

calls_made = Table(
    "calls_made",
    metadata,
    Column("system", exact_text(NAME_LENGTH), primary_key=True),
    Column("hour", UtcDateTime, primary_key=True),
    Column("calls", Integer, nullable=False),
)
