"""The story of a transfer, step by step, in the words in which support tells it."""

from core.fields import Document, Instant


class Step(Document):
    """One thing that happened. `duration_ms` is how long the accounting system took, where it was asked.

    Vendor ids may be named; nothing personal or secret is.
    """

    at: Instant
    text: str
    duration_ms: int | None = None
