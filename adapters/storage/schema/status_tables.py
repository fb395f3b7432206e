"""Whether invoices are paid, and when that is asked again."""

from sqlalchemy import JSON, Column, Date, Index, String, Table, Text

from adapters.storage.column_types import UtcDateTime, exact_text, serial_number
from adapters.storage.schema.parts import NAME_LENGTH, WORD_LENGTH, metadata, of_business

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
    of_business(primary_key=True),
    Column("begun_at", UtcDateTime, nullable=False),
)
