"""The pages that lead everywhere: of the installation, and of the business that a page is about."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from entrypoints.console.texts import gettext as _

if TYPE_CHECKING:
    from entrypoints.console.visit import Visit


class Link(NamedTuple):
    """A page to go to; `is_here` where one is there already, or below it."""

    name: str
    address: str
    is_here: bool


def navigation(visit: "Visit") -> Sequence[Link]:
    """Return the pages that everybody sees who is signed in."""
    return [_link(visit, _("Overview"), "/"), _link(visit, _("Businesses"), "/businesses")]


def administration(visit: "Visit") -> Sequence[Link]:
    """Return the pages of the installation, for those who oversee it."""
    if not visit.may("oversee"):
        return []
    pages = [
        (_("Webhooks"), "/webhooks"),
        (_("API keys"), "/api-keys"),
        (_("Users"), "/users"),
        (_("Audit"), "/audit"),
        (_("Health"), "/health-report"),
    ]
    return [_link(visit, name, address) for name, address in pages]


def business_navigation(visit: "Visit", home: str) -> Sequence[Link]:
    """Return the pages of a business, whose own address is given."""
    pages = [
        (_("Invoices"), f"{home}/invoices"),
        (_("Month-end"), f"{home}/batches"),
        (_("Payments"), f"{home}/payments"),
        (_("Webhooks"), f"{home}/webhooks"),
        (_("Events"), f"{home}/events"),
    ]
    known = [_link(visit, name, address) for name, address in pages]
    is_elsewhere = any(link.is_here for link in known)
    settings = _link(visit, _("Settings"), home)
    return [*known, settings._replace(is_here=settings.is_here and not is_elsewhere)]


def _link(visit: "Visit", name: str, address: str) -> Link:
    is_below = address not in ("/", "/businesses") and visit.path.startswith(f"{address}/")
    return Link(name, address, visit.path == address or is_below)
