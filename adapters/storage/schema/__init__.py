"""The tables, grouped by what they are about.

Nearly every row belongs to a business; what is secret is in columns named `sealed_...`. How a database gets there is
told by the migrations, which a test holds against this.
"""

from adapters.storage.schema.access_tables import api_keys, audit, kept_answers
from adapters.storage.schema.business_tables import IS_THERE, books, businesses, erasures, reference_data, sessions
from adapters.storage.schema.customer_tables import customer_directories, customer_directory_keys, customer_links
from adapters.storage.schema.installation_tables import clocks, installation, recoveries
from adapters.storage.schema.invoice_tables import IS_OPEN, batch_members, batches, invoices, journal, transfers
from adapters.storage.schema.parts import metadata
from adapters.storage.schema.status_tables import follow_ups, status_checks
from adapters.storage.schema.turn_tables import IS_OPEN_ORDER, calls_made, intents, leases, pauses

LATEST_REVISION = "0008"
"""The migration that leads to these tables."""

__all__ = [
    "IS_OPEN",
    "IS_OPEN_ORDER",
    "IS_THERE",
    "LATEST_REVISION",
    "api_keys",
    "audit",
    "batch_members",
    "batches",
    "books",
    "businesses",
    "calls_made",
    "clocks",
    "customer_directories",
    "customer_directory_keys",
    "customer_links",
    "erasures",
    "follow_ups",
    "installation",
    "intents",
    "invoices",
    "journal",
    "kept_answers",
    "leases",
    "metadata",
    "pauses",
    "recoveries",
    "reference_data",
    "sessions",
    "status_checks",
    "transfers",
]
