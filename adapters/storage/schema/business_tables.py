"""Businesses, the books that they reach, what is known of these, and who is known to be which customer."""

from sqlalchemy import Boolean, Column, Index, Table, Text, select

from adapters.storage.dialects import UtcDateTime, exact_text
from adapters.storage.schema.parts import NAME_LENGTH, metadata, of_business

businesses = Table(
    "businesses",
    metadata,
    Column("name", exact_text(NAME_LENGTH), primary_key=True),
    Column("system", Text, nullable=False),
    Column("sealed_settings", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("sealed_notify", Text),  # where people are told of what needs them; null where nowhere
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

customer_links = Table(
    "customer_links",
    metadata,
    of_business(primary_key=True),
    Column("key", exact_text(), primary_key=True),
    Column("customer_id", Text, nullable=False),
    Column("chosen", Boolean, nullable=False),
)

customer_directories = Table(
    "customer_directories",
    metadata,
    of_business(primary_key=True),
    Column("books", exact_text(), primary_key=True),
    Column("read_at", UtcDateTime, nullable=False),
)

customer_directory_keys = Table(
    "customer_directory_keys",
    metadata,
    of_business(primary_key=True),
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
