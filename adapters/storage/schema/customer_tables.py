"""Who is known to be which customer."""

from sqlalchemy import Boolean, Column, Index, Table, Text

from adapters.storage.column_types import UtcDateTime, exact_text
from adapters.storage.schema.parts import metadata, of_business

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
