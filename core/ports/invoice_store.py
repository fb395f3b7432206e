"""The invoices, before anything is done with them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from core.invoice import Invoice


class InvoiceStore(Protocol):
    """The invoices as their source stated them."""

    def get(self, business: str, number: str) -> Invoice | None:
        """Return an invoice, or None."""

    def of_numbers(self, business: str, numbers: Collection[str], *, for_update: bool = False) -> Mapping[str, Invoice]:
        """Return those of these invoices that there are, by number.

        `for_update` keeps others from changing them until the transaction ends.
        """

    def add_new(self, given: Collection[tuple[str, Invoice]]) -> Collection[tuple[str, str]]:
        """Store those of these invoices whose business has none of their number; return business and number of each.

        They come with the names of their businesses, none of them twice.
        """

    def put(self, business: str, invoice: Invoice) -> None:
        """Store an invoice, new or in place of the one of this number."""

    def list(self, business: str, *, limit: int, after: str | None = None) -> Sequence[Invoice]:
        """Return a business's invoices by number, those after the given number, at most `limit`."""

    def unsent(self, business: str, *, limit: int, after: str | None = None) -> Sequence[str]:
        """Return the numbers of the invoices that are data for accounting and not marked as sent, at most `limit`.

        By number, those after the given one.
        """

    def count_unsent_printed(self, business: str) -> int:
        """Return how many invoices are of type `printed` and not marked as sent."""

    def mark_sent(self, business: str, numbers: Collection[str]) -> None:
        """Mark invoices that have a transfer, for good: replacing one leaves the mark."""
