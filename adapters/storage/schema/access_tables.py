"""Who may call, what they were answered, and what they did."""

from sqlalchemy import DDL, JSON, Column, Index, Integer, String, Table, Text, event

from adapters.storage.append_only import append_only_statements
from adapters.storage.column_types import UtcDateTime, exact_text, serial_number
from adapters.storage.schema.parts import ID_LENGTH, KEY_LENGTH, NAME_LENGTH, TYPE_LENGTH, WORD_LENGTH, metadata

kept_answers = Table(
    "kept_answers",
    metadata,
    Column("key", exact_text(KEY_LENGTH), primary_key=True),
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
    Column("prefix", exact_text(WORD_LENGTH), primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", String(WORD_LENGTH), nullable=False),
    Column("business", exact_text(NAME_LENGTH)),
    Column("digest", exact_text(ID_LENGTH), nullable=False),
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
    Column("actor", String(WORD_LENGTH), nullable=False),
    Column("key_prefix", exact_text(WORD_LENGTH)),
    Column("key_name", Text),
    Column("action", String(TYPE_LENGTH), nullable=False),
    Column("business", exact_text(ID_LENGTH)),
    Column("invoice", exact_text(ID_LENGTH)),
    Column("subject", exact_text(ID_LENGTH)),
    Column("result", String(WORD_LENGTH), nullable=False),
    Column("code", Text),
)
Index("ix_audit_business", audit.c.business, audit.c.id)
Index("ix_audit_invoice", audit.c.business, audit.c.invoice, audit.c.id)
for _dialect in ("sqlite", "postgresql"):
    for _statement in append_only_statements(_dialect, audit.name):
        event.listen(audit, "after_create", DDL(_statement).execute_if(dialect=_dialect))  # type: ignore[no-untyped-call]
