"""What happened, in the order in which it happened, and into which accounts there is no way."""

from sqlalchemy import JSON, Boolean, Column, Index, String, Table, Text

from adapters.storage.dialects import UtcDateTime, exact_text, serial_number
from adapters.storage.schema.parts import ID_LENGTH, NAME_LENGTH, TYPE_LENGTH, metadata, of_business, partial_index

# `position` grows with each event; of one business, in the order in which their transactions ended.
events = Table(
    "events",
    metadata,
    Column("position", serial_number(), primary_key=True),
    Column("id", exact_text(ID_LENGTH), nullable=False),
    Column("type", String(TYPE_LENGTH), nullable=False),
    Column("timestamp", UtcDateTime, nullable=False),
    of_business(),
    Column("invoice", exact_text(NAME_LENGTH)),
    Column("data", JSON, nullable=False),
    sqlite_autoincrement=True,
)
Index("uq_events_id", events.c.id, unique=True)
Index("ix_events_business", events.c.business, events.c.position)
partial_index(
    "ix_events_invoice",
    events.c.business,
    events.c.invoice,
    events.c.position,
    where=events.c.invoice.is_not(None),
)
Index("ix_events_type", events.c.business, events.c.type, events.c.position)
Index("ix_events_timestamp", events.c.business, events.c.timestamp, events.c.position)

# A row while there is no way in, for one use or both.
access_troubles = Table(
    "access_troubles",
    metadata,
    of_business(primary_key=True),
    Column("sending", Boolean, nullable=False),
    Column("asking", Boolean, nullable=False),
    Column("code", Text, nullable=False),
    Column("since", UtcDateTime, nullable=False),
)
