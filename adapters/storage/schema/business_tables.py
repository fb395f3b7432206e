"""Businesses, the books that they reach, and what is known of these."""

from sqlalchemy import Column, Table, Text, select

from adapters.storage.column_types import UtcDateTime, exact_text
from adapters.storage.schema.parts import NAME_LENGTH, metadata, of_business

businesses = Table(
    "businesses",
    metadata,
    Column("name", exact_text(NAME_LENGTH), primary_key=True),
    Column("system", Text, nullable=False),
    Column("sealed_settings", Text, nullable=False),
    Column("document", Text, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    of_business(primary_key=True),
    Column("sealed_session", Text, nullable=False),
)

# The books that a business's login has led to. Where `books` is null elsewhere, the row is from before they were told.
books = Table(
    "books",
    metadata,
    of_business(primary_key=True),
    Column("key", exact_text(), primary_key=True),
    Column("system", Text, nullable=False),
    Column("company_id", Text, nullable=False),
    Column("company", Text, nullable=False),
)

reference_data = Table(
    "reference_data",
    metadata,
    of_business(primary_key=True),
    Column("name", exact_text(), primary_key=True),
    Column("value", Text, nullable=False),
    Column("stored_at", UtcDateTime, nullable=False),
)

# The business's own row stays, because its transfers do: they say what was sent.
erasures = Table(
    "erasures",
    metadata,
    of_business(primary_key=True),
    Column("erased_at", UtcDateTime, nullable=False),
)
# Businesses that were not erased.
IS_THERE = businesses.c.name.not_in(select(erasures.c.business))
