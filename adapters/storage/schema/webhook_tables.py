"""Endpoints, and the events on their way to them."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from adapters.storage.dialects import UtcDateTime, exact_text
from adapters.storage.schema.parts import ID_LENGTH, NAME_LENGTH, TYPE_LENGTH, WORD_LENGTH, metadata, partial_index

# Without business: for the events of all. One that was removed stays until what was on its way to it is forgotten.
webhook_endpoints = Table(
    "webhook_endpoints",
    metadata,
    Column("id", exact_text(ID_LENGTH), primary_key=True),
    Column("business", exact_text(NAME_LENGTH), ForeignKey("businesses.name")),
    Column("url", Text, nullable=False),
    Column("types", JSON, nullable=False),
    Column("state", String(WORD_LENGTH), nullable=False),
    Column("disabled_reason", String(WORD_LENGTH)),
    Column("disabled_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("removed_at", UtcDateTime),
    Column("old_secret_until", UtcDateTime),
    Column("sealed_url", Text, nullable=False),
    Column("sealed_secrets", Text, nullable=False),
)


def _of_endpoint(*, primary_key: bool = True) -> Column[str]:
    return Column("endpoint", exact_text(ID_LENGTH), ForeignKey("webhook_endpoints.id"), primary_key=primary_key)


webhook_leases = Table(
    "webhook_leases",
    metadata,
    _of_endpoint(),
    Column("holder", Text, nullable=False),
    Column("token", BigInteger, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

# A row while an endpoint fails.
webhook_pauses = Table(
    "webhook_pauses",
    metadata,
    _of_endpoint(),
    Column("paused_until", UtcDateTime, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("failing_since", UtcDateTime, nullable=False),
)

# `next_attempt_at` is set while it is pending. `position` is the event's; no foreign key holds it, for that would look
# through all of these for each event that is forgotten. `invoice` is empty where the event is about none: null is equal
# to nothing, itself not excepted.
webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    _of_endpoint(),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("type", String(TYPE_LENGTH), nullable=False),
    Column("business", exact_text(NAME_LENGTH), nullable=False),
    Column("invoice", exact_text(NAME_LENGTH), nullable=False),
    Column("state", String(WORD_LENGTH), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("failed", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("next_attempt_at", UtcDateTime),
    Column("delivered_at", UtcDateTime),
)
IS_PENDING = webhook_deliveries.c.next_attempt_at.is_not(None)
HAS_FAILED = webhook_deliveries.c.failed.is_(True)
# What is due, and whether one of the same invoice goes before it.
partial_index(
    "ix_webhook_deliveries_due",
    webhook_deliveries.c.endpoint,
    webhook_deliveries.c.next_attempt_at,
    webhook_deliveries.c.position,
    where=IS_PENDING,
)
partial_index(
    "ix_webhook_deliveries_invoice",
    webhook_deliveries.c.endpoint,
    webhook_deliveries.c.business,
    webhook_deliveries.c.invoice,
    webhook_deliveries.c.position,
    where=IS_PENDING,
)
# The pages of listings.
partial_index(
    "ix_webhook_deliveries_failed",
    webhook_deliveries.c.endpoint,
    webhook_deliveries.c.position,
    where=HAS_FAILED,
)
for _name in ("state", "type", "created_at"):
    Index(
        f"ix_webhook_deliveries_{_name}",
        webhook_deliveries.c.endpoint,
        webhook_deliveries.c[_name],
        webhook_deliveries.c.position,
    )

webhook_attempts = Table(
    "webhook_attempts",
    metadata,
    Column("endpoint", exact_text(ID_LENGTH), primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("status", Integer),
    Column("trouble", String(TYPE_LENGTH)),
    Column("duration_ms", Integer, nullable=False),
    Column("answer", Text, nullable=False),
    ForeignKeyConstraint(
        ["endpoint", "position"],
        ["webhook_deliveries.endpoint", "webhook_deliveries.position"],
        name="fk_webhook_attempts_endpoint_webhook_deliveries",
    ),
)
