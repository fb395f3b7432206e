"""What is kept of a business beside its invoices and transfers, as plain records: for handing it all out.

Pure. What each record holds is told in docs/personal-data.md.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from core.fields import Document

Place = tuple[str | int, ...]
"""Where a record stands among those of its kind: what a page continues after."""


class RecordKind(StrEnum):
    """The kinds, by the names that they have in an export."""

    STEP = "step"
    STATUS = "status"
    LINK = "customer_link"
    INTENT = "intent"
    BOOKS = "books"
    BATCH = "batch"
    BATCH_MEMBER = "batch_member"
    REFERENCE = "reference_data"
    DIRECTORY = "customer_directory"
    DIRECTORY_KEY = "customer_directory_key"


class Record(Document):
    """One record. `content` can be written as JSON."""

    place: Place
    content: Mapping[str, Any]
