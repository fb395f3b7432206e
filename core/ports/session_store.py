"""Sessions kept with accounting systems."""

from typing import Protocol


class SessionStore(Protocol):
    """A place for what an adapter needs to go on where an earlier process left off; encrypted at rest.

    One entry a business, never shared between businesses. Its form is the adapter's own.
    """

    def load(self, business: str) -> str | None:
        """Return what was kept for the business, or None."""

    def save(self, business: str, session: str) -> None:
        """Keep this for the business instead of what was kept before."""
