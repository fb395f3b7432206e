"""What is remembered of all customers in an account, so that many are found without asking for each.

Pure. It holds just what a search needs; a record is read whole before anything is decided about it.
"""

from datetime import timedelta

from core.fields import Document

TOO_FAR_BACK = timedelta(days=14)
"""Changes since longer ago are not asked for: all is read anew (FACTS, "ChangedAfter far back times out")."""


class CustomerEntry(Document):
    """A customer by what it is searched by; `emails` and `organization_number` as they stand in the record."""

    id: str
    organization_number: str | None = None
    emails: tuple[str, ...] = ()
