"""The tables, grouped by what they are about.

Nearly every row belongs to a business; what is secret is in columns named `sealed_...`. How a database gets there is
told by the migrations, which a test holds against this.
"""

from adapters.storage.schema.business_tables import (
    IS_THERE,
    books,
    businesses,
    customer_directories,
    customer_directory_keys,
    customer_links,
    erasures,
    reference_data,
    sessions,
)
from adapters.storage.schema.event_tables import access_troubles, events
from adapters.storage.schema.installation_tables import api_keys, audit, clocks, installation, kept_answers, recoveries
from adapters.storage.schema.invoice_tables import (
    IS_OPEN,
    IS_OPEN_ORDER,
    batch_members,
    batches,
    calls_made,
    follow_ups,
    intents,
    invoice_words,
    invoices,
    journal,
    leases,
    pauses,
    status_checks,
    transfers,
)
from adapters.storage.schema.notice_tables import notice_looks, notice_messages, notices, notifier
from adapters.storage.schema.parts import metadata
from adapters.storage.schema.webhook_tables import (
    HAS_FAILED,
    IS_PENDING,
    webhook_attempts,
    webhook_deliveries,
    webhook_endpoints,
    webhook_leases,
    webhook_pauses,
)

LATEST_REVISION = "0016"
"""The migration that leads to these tables."""

__all__ = [
    "HAS_FAILED",
    "IS_OPEN",
    "IS_OPEN_ORDER",
    "IS_PENDING",
    "IS_THERE",
    "LATEST_REVISION",
    "access_troubles",
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
    "events",
    "follow_ups",
    "installation",
    "intents",
    "invoice_words",
    "invoices",
    "journal",
    "kept_answers",
    "leases",
    "metadata",
    "notice_looks",
    "notice_messages",
    "notices",
    "notifier",
    "pauses",
    "recoveries",
    "reference_data",
    "sessions",
    "status_checks",
    "transfers",
    "webhook_attempts",
    "webhook_deliveries",
    "webhook_endpoints",
    "webhook_leases",
    "webhook_pauses",
]
