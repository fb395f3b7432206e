"""Which invoices a listing is to show, in what order, and where it goes on.

Pure. Source: docs/decisions/listings.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from core.books import Books, known_as
from core.errors import Fault, InvalidInput
from core.fields import DecimalText, Document
from core.invoice import Invoice
from core.payment import PaymentReport, PaymentStatusValue
from core.search_words import WordKind, searched_words, words_of
from core.totals import gross_of
from core.transfer import Transfer, TransferState

UNSENT = "unsent"
"""The state of an invoice that has no transfer: it was never sent."""

INVOICE_STATES = (UNSENT, *(state.value for state in TransferState))
"""The states that invoices are listed by."""


class Place(NamedTuple):
    """An invoice's place in a listing: its number, behind its date where the listing goes by dates."""

    date: date | None
    number: str

    @property
    def key(self) -> tuple[bool, int, str]:
        """What places are sorted by: one without a date comes after all that have one."""
        return self.date is None, self.date.toordinal() if self.date else 0, self.number


class InvoiceFilter(Document):
    """Which invoices are listed: those to which all that is set applies.

    `state` is one of INVOICE_STATES. `paid`: whether it was last seen paid; what was never sent is not. `customer` and
    `search` are words, each the beginning of one of the invoice's. `number` is the beginning of its number. `first` and
    `last` are the Norwegian dates between which it was issued, both of them included; an invoice without a date is not
    between any. `least` and `most` are what it comes to with VAT, in its own currency, both of them included; one whose
    content was forgotten comes to nothing that is known. With `newest_first` the listing begins with those that have no
    date yet and goes on from the latest date.
    """

    state: str | None = None
    paid: bool | None = None
    customer: str | None = None
    number: str | None = None
    first: date | None = None
    last: date | None = None
    least: DecimalText | None = None
    most: DecimalText | None = None
    search: str | None = None
    newest_first: bool = False

    @property
    def is_dated(self) -> bool:
        """Whether only invoices of certain dates are wanted."""
        return self.first is not None or self.last is not None

    @property
    def by_date(self) -> bool:
        """Whether the listing goes by date, then number; else it goes by number alone."""
        return self.is_dated or self.newest_first

    @property
    def by_sum(self) -> bool:
        """Whether only invoices that come to certain sums are wanted."""
        return self.least is not None or self.most is not None

    @property
    def words(self) -> Sequence[tuple[WordKind | None, str]]:
        """The words that an invoice must have, each with where it must stand; None is anywhere."""
        return [
            *((WordKind.CUSTOMER, word) for word in searched_words(self.customer or "")),
            *((None, word) for word in searched_words(self.search or "")),
        ]

    def place_of(self, invoice: Invoice) -> Place:
        """Return an invoice's place in this listing."""
        return Place(invoice.issue_date if self.by_date else None, invoice.number)

    def in_order(self, places: Iterable[Place]) -> list[Place]:
        """Sort places as this listing goes through them."""
        return sorted(places, key=lambda place: place.key, reverse=self.newest_first)

    def is_after(self, place: Place, other: Place | None) -> bool:
        """Whether this listing comes to a place later than to another; None is before its beginning."""
        if other is None:
            return True
        return place.key < other.key if self.newest_first else place.key > other.key

    def takes(self, invoice: Invoice, transfer: Transfer | None, *, is_paid: bool) -> bool:
        """Whether an invoice with this transfer is listed."""
        state = transfer.state.value if transfer else UNSENT
        return (
            self.state in (None, state)
            and self.paid in (None, is_paid)
            and invoice.number.startswith(self.number or "")
            and self.includes(invoice.issue_date)
            and self.spans(known_sum(invoice))
            and self._words_are_in(invoice)
        )

    def includes(self, issued: date | None) -> bool:
        """Whether an invoice that was issued on this day lies between the dates, where any are asked for."""
        if not self.is_dated:
            return True
        return issued is not None and (self.first or date.min) <= issued <= (self.last or date.max)

    def spans(self, gross: Decimal | None) -> bool:
        """Whether what an invoice comes to lies between the sums, where any are asked for."""
        if not self.by_sum:
            return True
        if gross is None:
            return False
        return (self.least is None or self.least <= gross) and (self.most is None or gross <= self.most)

    def _words_are_in(self, invoice: Invoice) -> bool:
        own = words_of(invoice)
        return all(
            any(word.startswith(searched) for where, word in own if kind in (None, where))
            for kind, searched in self.words
        )


class FoundInvoices(NamedTuple):
    """The numbers of a page, in order, and the place to go on after, None at the end.

    A page may hold fewer than were asked for, or none, though there is more: so many were looked at.
    """

    numbers: Sequence[str]
    then: Place | None


class ListedInvoice(NamedTuple):
    """An invoice as it stands: its transfer, what was last seen of its payment, and whose books its order lies in.

    Each is None where there is none; the books also of an order from before it was kept in which it lies.
    """

    invoice: Invoice
    transfer: Transfer | None
    payment: PaymentReport | None
    books: Books | None = None

    @property
    def state(self) -> str:
        """Where it stands, one of INVOICE_STATES."""
        return self.transfer.state.value if self.transfer else UNSENT

    @property
    def is_paid(self) -> bool:
        """Whether it was last seen paid."""
        return self.payment is not None and self.payment.status is PaymentStatusValue.PAID


def listed(
    invoice: Invoice,
    transfers: Mapping[str, Transfer],
    payments: Mapping[str, PaymentReport],
    known: Mapping[str, Books],
) -> ListedInvoice:
    """Put an invoice beside its transfer, what was last seen of the payment of that transfer's order, and its books.

    `known` are the books that the business's login has led to, by key.
    """
    transfer, report = transfers.get(invoice.number), payments.get(invoice.number)
    return ListedInvoice(
        invoice,
        transfer,
        report if transfer and report and is_of(report, transfer) else None,
        known_as(transfer.books, known) if transfer and transfer.books and transfer.state.has_order else None,
    )


def is_of(report: PaymentReport, transfer: Transfer) -> bool:
    """Whether a report tells of the order that this transfer arrived as."""
    return report.order_id == transfer.order_id and report.books in (None, transfer.books)


def known_sum(invoice: Invoice) -> Decimal | None:
    """Return what an invoice comes to with VAT; None where it says nothing, or what it said was forgotten."""
    return gross_of(invoice) if invoice.rows else None


def require_usable(wanted: InvoiceFilter) -> None:
    """Refuse a filter that can't be used. Errors: InvalidInput, code `bad_parameter`, naming each part."""
    faults = [
        Fault(name, "Holds no letter or digit to look for")
        for name, text in (("customer", wanted.customer), ("q", wanted.search))
        if text is not None and not searched_words(text)
    ]
    if wanted.state not in (None, *INVOICE_STATES):
        faults.append(Fault("state", f"Not one of {', '.join(INVOICE_STATES)}"))
    if wanted.first and wanted.last and wanted.first > wanted.last:
        faults.append(Fault("from", "Lies after to"))
    if wanted.least is not None and wanted.most is not None and wanted.least > wanted.most:
        faults.append(Fault("min_total", "Is more than max_total"))
    if faults:
        named = "; ".join(f"{fault.field}: {fault.message}" for fault in faults)
        raise InvalidInput(f"A parameter can't be used. {named}.", code="bad_parameter", faults=faults)
