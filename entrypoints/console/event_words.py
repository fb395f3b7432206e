"""What events and deliveries are called where people read of them."""

from collections.abc import Mapping

from core.event import EventType
from core.webhook import DeliveryState, DisabledReason
from entrypoints.console.texts import gettext as _


def event_words() -> Mapping[str, str]:
    """Return what can happen, in people's words, by the types' names."""
    return {
        EventType.TRANSFER_TRANSFERRED: _("Invoice arrived"),
        EventType.TRANSFER_REJECTED: _("Invoice rejected"),
        EventType.TRANSFER_NEEDS_CHOICE: _("Customer to be chosen"),
        EventType.ACCESS_REFUSED: _("No way into the account"),
        EventType.ACCESS_RESTORED: _("A way into the account again"),
        EventType.INVOICE_PUBLISHED: _("Invoice published"),
        EventType.INVOICE_PARTLY_PAID: _("Invoice partly paid"),
        EventType.INVOICE_PAID: _("Invoice paid"),
        EventType.INVOICE_REOPENED: _("Invoice not paid any more"),
        EventType.INVOICE_CREDITED: _("Invoice credited"),
        EventType.INVOICE_DELETED: _("Invoice's order deleted"),
        EventType.BATCH_FINISHED: _("Month-end ended"),
        EventType.RECOVERY_NEEDED: _("Recovery needed"),
    }


def delivery_words() -> Mapping[str, tuple[str, str]]:
    """Return how far an event may have come: its looks, and what people call it."""
    return {
        DeliveryState.PENDING: ("going", _("On its way")),
        DeliveryState.DELIVERED: ("done", _("Delivered")),
        DeliveryState.GIVEN_UP: ("bad", _("Given up")),
    }


def disabled_words() -> Mapping[str, str]:
    """Return why a webhook may be disabled, in a sentence."""
    return {
        DisabledReason.BY_PERSON: _("A person disabled it."),
        DisabledReason.GONE: _("It answered that it is gone for good (410)."),
        DisabledReason.FAILING: _("It failed for days."),
    }
