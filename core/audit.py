"""The audit trail: who asked for what and when, and how it ended.

Pure. Entries are only ever added. They name keys, users, businesses, invoices and ids; nothing in them
is secret, or tells of customers.
"""

from enum import StrEnum

from core.fields import Document, Instant


class ActorKind(StrEnum):
    """The way by which somebody acts."""

    API_KEY = "api_key"
    USER = "user"
    COMMAND_LINE = "command_line"
    WORKER = "worker"


class Actor(Document):
    """Who acts. `key` is an API key's prefix, which nobody else has.

    `name` is what the key or the user of the console is called; at the command line it is the operating system's user.
    """

    kind: ActorKind
    key: str | None = None
    name: str | None = None


COMMAND_LINE = Actor(kind=ActorKind.COMMAND_LINE)
"""Whoever runs commands on the installation's own machine, where the operating system does not say who it is."""

WORKER = Actor(kind=ActorKind.WORKER)
"""What happens without anybody's asking at that moment."""


class Action(StrEnum):
    """What was done, under names that stay."""

    BUSINESS_STORED = "business.stored"
    BUSINESS_VERIFIED = "business.verified"
    BUSINESS_EXPORTED = "business.exported"
    BUSINESS_ERASED = "business.erased"
    INVOICE_ADDED = "invoice.added"
    INVOICE_REPLACED = "invoice.replaced"
    INVOICE_DELETED = "invoice.deleted"
    INVOICE_CREDITED = "invoice.credited"
    INVOICE_SENT = "invoice.sent"
    INVOICES_SENT = "invoices.sent"
    INVOICE_SENT_AGAIN = "invoice.sent_again"
    WITHDRAWAL_ASKED = "invoice.withdrawal_asked"
    TRANSFER_RETRIED = "transfer.retried"
    TRANSFER_CANCELLED = "transfer.cancelled"
    TRANSFER_TRANSFERRED = "transfer.transferred"
    TRANSFER_REJECTED = "transfer.rejected"
    TRANSFER_WITHDRAWN = "transfer.withdrawn"
    ORDER_ADOPTED = "order.adopted"
    RECOVERY_NEEDED = "recovery.needed"
    RECOVERY_ENDED = "recovery.ended"
    CUSTOMER_LINKED = "customer.linked"
    CUSTOMER_UNLINKED = "customer.unlinked"
    STATUS_CHECKED = "status.checked"
    API_KEY_CREATED = "api_key.created"
    API_KEY_REVOKED = "api_key.revoked"
    USER_ADDED = "user.added"
    USER_CHANGED = "user.changed"
    USER_DISABLED = "user.disabled"
    USER_ENABLED = "user.enabled"
    USER_LINK_MADE = "user.link_made"
    USER_SIGNED_IN = "user.signed_in"
    USER_SIGNED_OUT = "user.signed_out"
    SIGN_IN_REFUSED = "sign_in.refused"
    PASSKEY_ADDED = "passkey.added"
    PASSKEY_REMOVED = "passkey.removed"
    KEYS_ROTATED = "keys.rotated"
    WEBHOOK_ADDED = "webhook.added"
    WEBHOOK_CHANGED = "webhook.changed"
    WEBHOOK_REMOVED = "webhook.removed"
    WEBHOOK_ENABLED = "webhook.enabled"
    WEBHOOK_DISABLED = "webhook.disabled"
    WEBHOOK_SECRET_ROTATED = "webhook.secret_rotated"  # noqa: S105 - what was done, not a secret
    WEBHOOK_TESTED = "webhook.tested"
    WEBHOOK_RESENT = "webhook.resent"


class AuditResult(StrEnum):
    """How it ended: done, or refused without any effect."""

    DONE = "done"
    REFUSED = "refused"


class AuditEntry(Document):
    """One thing that was done or refused.

    `subject` is the id of what else it was about: a transfer, a batch, a key's prefix, a user's name,
    a customer's record, a webhook.
    `code` is the error's, where it was refused.
    """

    at: Instant
    actor: Actor
    action: Action
    business: str | None = None
    invoice: str | None = None
    subject: str | None = None
    result: AuditResult = AuditResult.DONE
    code: str | None = None


class KeptEntry(AuditEntry):
    """An entry of the trail; ids grow."""

    id: int
