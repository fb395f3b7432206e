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
    HAS_ARRIVED,
    IS_LOOKED_AT_AGAIN,
    IS_OPEN,
    IS_OPEN_ORDER,
    IS_PARTLY_PAID,
    IS_UNPAID,
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
from adapters.storage.schema.user_tables import (
    EVERY_BUSINESS,
    console_sessions,
    passkey_challenges,
    passkeys,
    sign_in_attempts,
    sign_in_links,
    user_grants,
    users,
)
from adapters.storage.schema.webhook_tables import (
    HAS_FAILED,
    IS_PENDING,
    webhook_attempts,
    webhook_deliveries,
    webhook_endpoints,
    webhook_leases,
    webhook_pauses,
)

LATEST_REVISION = "0026"
"""The migration that leads to these tables."""

__all__ = [
    "EVERY_BUSINESS",
    "HAS_ARRIVED",
    "HAS_FAILED",
    "IS_LOOKED_AT_AGAIN",
    "IS_OPEN",
    "IS_OPEN_ORDER",
    "IS_PARTLY_PAID",
    "IS_PENDING",
    "IS_THERE",
    "IS_UNPAID",
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
    "console_sessions",
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
    "passkey_challenges",
    "passkeys",
    "pauses",
    "recoveries",
    "reference_data",
    "sessions",
    "sign_in_attempts",
    "sign_in_links",
    "status_checks",
    "transfers",
    "user_grants",
    "users",
    "webhook_attempts",
    "webhook_deliveries",
    "webhook_endpoints",
    "webhook_leases",
    "webhook_pauses",
]
