"""The installation, its clocks and its recovery from an earlier day, and who may call it and did what."""

from sqlalchemy import DDL, JSON, BigInteger, Boolean, Column, Index, Integer, String, Table, Text, event

from adapters.storage.dialects import UtcDateTime, append_only_statements, exact_text, serial_number
from adapters.storage.schema.parts import (
    ID_LENGTH,
    KEY_LENGTH,
    NAME_LENGTH,
    TYPE_LENGTH,
    WORD_LENGTH,
    metadata,
    of_business,
)

# One row: what tells this database from others, and whether it was put back to an earlier day.
installation = Table(
    "installation",
    metadata,
    Column("only", Integer, primary_key=True, autoincrement=False),
    Column("id", exact_text(ID_LENGTH), nullable=False),
    Column("noticed", Integer, nullable=False, server_default="0"),
    Column("noticed_at", UtcDateTime),
    Column("known_until", UtcDateTime),
    Column("alive_at", UtcDateTime),
)

recoveries = Table(
    "recoveries",
    metadata,
    of_business(primary_key=True),
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
    Column("boot", exact_text(ID_LENGTH), primary_key=True),
    Column("elapsed_us", BigInteger, nullable=False),
    Column("wall", UtcDateTime, nullable=False),
    Column("instant", UtcDateTime, nullable=False),
    Column("epoch", BigInteger, nullable=False),
)

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
