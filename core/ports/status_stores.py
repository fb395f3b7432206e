"""Whether invoices are paid: what was answered, and when it is asked again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.payment import PaymentReport


class StatusStore(Protocol):
    """What the accounting system answered about payment; every check is kept."""

    def add(self, business: str, *reports: PaymentReport) -> None:
        """Store reports. One that is settled closes its order; one that is not opens it (again)."""

    def latest(self, business: str, invoice: str) -> PaymentReport | None:
        """Return the newest report of an invoice, or None."""

    def open_invoices(self, business: str, *, limit: int, after: str | None = None) -> Sequence[str]:
        """Return the numbers of the invoices whose orders are not known to be paid or gone, at most `limit`.

        By number, those after the given one. Superseded transfers are history; their orders are nobody's.
        """


class FollowUpStore(Protocol):
    """When each business's open orders were last asked about by themselves."""

    def due(self, *, now: datetime, begun_before: datetime) -> Sequence[str]:
        """Return the businesses with open orders whose follow-up last began no later than `begun_before`, or never.

        Those whose accounting system is left alone at the instant `now` are left out.
        """

    def begin(self, business: str, *, now: datetime, begun_before: datetime) -> bool:
        """Say that the business's follow-up begins now, and return True; False when one began after `begun_before`.

        Of several who say so at once, one is told True.
        """

    def count_as_begun(self, business: str, at: datetime) -> None:
        """Have the follow-up that was begun count as if it had begun then, so that the next is due sooner or later."""
