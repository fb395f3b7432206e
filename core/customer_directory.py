"""What is remembered of all customers in an account, so that many are found without asking for each.

Pure. It holds just what a search needs; a record is read whole before anything is decided about it.
"""

from collections.abc import Iterable
from datetime import timedelta

from core.fields import Document, ReadText
from core.unreadable import Unreadable

TOO_FAR_BACK = timedelta(days=14)
"""Changes since longer ago are not asked for: all is read anew (docs/24sevenoffice.md, "Searching")."""


class CustomerEntry(Document):
    """A customer by what it is searched by; `emails` and `organization_number` as they stand in the record."""

    id: str
    organization_number: ReadText | None = None
    emails: tuple[ReadText, ...] = ()


def known_entries(page: Iterable[CustomerEntry | Unreadable]) -> list[CustomerEntry]:
    """Return what customers are searched by, also of those that can't be read: one may be the record that is wanted."""
    return [
        CustomerEntry(id=one.id, organization_number=one.organization_number, emails=one.emails)
        for one in page
        if one.id is not None
    ]
