"""What keeps turns apart and orders single, and the accounting systems from being asked too much."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Integer, String, Table, Text, and_

from adapters.storage.column_types import UtcDateTime, exact_text
from adapters.storage.schema.parts import NAME_LENGTH, WORD_LENGTH, metadata, of_business
from core.intent import IntentKind

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
