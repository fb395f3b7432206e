"""What is shown of invoices beyond themselves: their story, what adding or checking many came to, what was sent before,
what credits them.

The same over HTTP and on the command line, and as in documents.py each names all that it shows.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, Self
from urllib.parse import quote

from pydantic import JsonValue

from core.credit_balance import Crediting
from core.errors import KvittError
from core.fields import AS_STORED, DecimalText, Instant
from core.invoice import Invoice
from core.invoice_filter import INVOICE_STATES, ListedInvoice
from core.use_cases.add_invoice import AddedInvoice, Addition
from entrypoints.documents import Answer, BatchError, Page, PaymentReport, Shown, TransferDocument


class AlreadySent(Shown):
    """The order that an invoice was sent as. `payment` is what was last seen of it; null before it was ever asked."""

    transfer_id: str
    order_id: str
    customer_id: str | None
    sent_at: Instant | None
    payment: PaymentReport | None


class SentTransfer(TransferDocument):
    """The transfer of an invoice that was sent. With `already_sent` this send changed nothing."""

    already_sent: AlreadySent | None


class HistoryEvent(Shown):
    """One thing that happened to an invoice. `kind` is stable, `text` a sentence; `details` depend on the kind."""

    at: Instant
    kind: str
    text: str
    details: Mapping[str, JsonValue]


class HistoryPage(Page):
    """A page of what happened to an invoice, the oldest first."""

    items: list[HistoryEvent]


class DeletedInvoice(Answer):
    """That the invoice of this number is gone."""

    invoice: str
    result: Literal["deleted"] = "deleted"


class UnlinkedCustomer(Answer):
    """The records that the invoice's customer was remembered to be until now; none where nothing was remembered."""

    invoice: str
    forgotten: list[str]


def shown_error(error: KvittError) -> BatchError:
    """Show why one of many was refused."""
    return BatchError.model_validate(error)


class InvoiceStatus(Answer):
    """Whether one of many invoices is paid, or why that can't be told."""

    invoice: str
    status: PaymentReport | None
    error: BatchError | None

    @classmethod
    def of_answer(cls, number: str, answer: object) -> Self:
        """Show an answer of Check Status."""
        if isinstance(answer, KvittError):
            return cls(invoice=number, status=None, error=shown_error(answer))
        return cls(invoice=number, status=PaymentReport.of(answer), error=None)


class InvoiceStatuses(Page):
    """Whether invoices are paid, one by one. `next`: pass it as `after` to go on with further open ones."""

    items: list[InvoiceStatus]


class AddedItem(Answer):
    """What came of one of many invoices. `row` is its place in the body, from 1: in the list, or the line."""

    row: int
    invoice: str | None
    result: Addition | None
    warnings: list[str]
    error: BatchError | None


class AddedInvoices(Answer):
    """What adding many invoices came to: how many of each result, and each by its row."""

    added: int
    replaced: int
    unchanged: int
    refused: int
    items: list[AddedItem]

    @classmethod
    def of_outcomes(cls, outcomes: Sequence[tuple[int, str | None, AddedInvoice | KvittError]]) -> Self:
        """Show what came of each, given its row and, as far as it is known, its number."""
        items = [_added(row, number, outcome) for row, number, outcome in outcomes]
        results = [item.result for item in items]
        return cls(
            added=results.count(Addition.ADDED),
            replaced=results.count(Addition.REPLACED),
            unchanged=results.count(Addition.UNCHANGED),
            refused=results.count(None),
            items=items,
        )


def _added(row: int, number: str | None, outcome: AddedInvoice | KvittError) -> AddedItem:
    if isinstance(outcome, KvittError):
        return AddedItem(row=row, invoice=number, result=None, warnings=[], error=shown_error(outcome))
    return AddedItem(row=row, invoice=number, result=outcome.addition, warnings=outcome.warnings, error=None)


class RowLeft(Shown):
    """What is left of a row to be credited: its quantity, if it has one, and its amount, with VAT if prices include it.

    The first row is 1.
    """

    row: int
    product: str | None
    quantity: DecimalText | None
    amount: DecimalText


class LeftToCredit(Shown):
    """What is left of an invoice to be credited: of each row but texts, and of the whole, VAT included."""

    rows: tuple[RowLeft, ...]
    gross: DecimalText


class CreditedBy(Shown):
    """A credit of an invoice: what it comes to, below zero, and its order, if it was sent."""

    invoice: str
    gross: DecimalText | None
    order_id: str | None


class InvoiceLinks(Answer):
    """Paths of what belongs to an invoice. `transfer` is null where it was never sent."""

    invoice: str
    transfer: str | None
    transfers: str
    history: str
    preview: str


class BooksDocument(Shown):
    """Whose books an order lies in: the accounting system, alike through all of its APIs, and the company there.

    `company` is its name as it was last told, empty where none was told; `company_id` is what it is known by.
    """

    system: str
    company_id: str
    company: str


class InvoiceAsItStands(Invoice):
    """An invoice as its source stated it, and where it stands.

    `state` is `unsent` or its transfer's. `payment` is what was last seen of its order's payment, at `checked_at`; null
    before it was ever asked. `books` are those that its order lies in, also once the business is connected to others;
    null without an order. What is not the source's is left out when an invoice is given back as it was shown.
    """

    state: Literal[INVOICE_STATES]  # type: ignore[valid-type]
    transfer: TransferDocument | None
    payment: PaymentReport | None
    books: BooksDocument | None
    links: InvoiceLinks

    @classmethod
    def of_listed(cls, business: str, listed: ListedInvoice) -> Self:
        """Show an invoice with its transfer, payment and books."""
        return cls.model_validate(_standing(business, listed), context=AS_STORED)


def _standing(business: str, listed: ListedInvoice) -> dict[str, object]:
    of_business = f"/v1/businesses/{quote(business, safe='')}"
    number = quote(listed.invoice.number, safe="")
    invoice, transfer = f"{of_business}/invoices/{number}", listed.transfer
    return {
        **listed.invoice.model_dump(mode="json"),
        "state": listed.state,
        "transfer": TransferDocument.of(transfer) if transfer else None,
        "payment": PaymentReport.of(listed.payment) if listed.payment else None,
        "books": BooksDocument.of(listed.books) if listed.books else None,
        "links": InvoiceLinks(
            invoice=invoice,
            transfer=f"{of_business}/transfers/{quote(transfer.id, safe='')}" if transfer else None,
            transfers=f"{of_business}/transfers?invoice={number}",
            history=f"{invoice}/history",
            preview=f"{invoice}/preview",
        ),
    }


class InvoicePage(Page):
    """A page of invoices. It may hold fewer than were asked for though there are more: `next` alone says so."""

    items: list[InvoiceAsItStands]


class CreditableInvoice(InvoiceAsItStands):
    """An invoice as it stands, what credits it, and what is left; null where it was not sent."""

    credited_by: tuple[CreditedBy, ...]
    left_to_credit: LeftToCredit | None

    @classmethod
    def of_crediting(cls, business: str, listed: ListedInvoice, crediting: Crediting) -> Self:
        """Show an invoice as it stands with what credits it."""
        shown = {
            **_standing(business, listed),
            "credited_by": [CreditedBy.of(credit) for credit in crediting.credited_by],
            "left_to_credit": LeftToCredit.of(crediting.left) if crediting.left else None,
        }
        return cls.model_validate(shown, context=AS_STORED)
