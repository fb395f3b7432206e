"""`kvitt invoice list`: invoices with where they stand, filtered; for a person, a program or a spreadsheet."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from core.fields import decimal_of, plain
from core.invoice import InvoiceType
from core.invoice_filter import INVOICE_STATES, UNSENT, InvoiceFilter, ListedInvoice
from core.payment import PaymentReason
from core.totals import totals_of
from entrypoints.cli.exit_codes import ExitCode
from entrypoints.cli.installation import installation
from entrypoints.cli.options import AsJson, BusinessName
from entrypoints.cli.output import print_json_array, print_table, say
from entrypoints.cli.paging import PAGE
from entrypoints.cli.telling import customer_name, invoice_total
from entrypoints.invoice_documents import InvoiceAsItStands

if TYPE_CHECKING:
    from entrypoints.container import Container

_HEADERS = ("Number", "Date", "Customer", "Total", "Transfer", "Order", "Payment")
_CSV_HEADERS = (
    "number", "order_number", "type", "issue_date", "due_date", "customer", "organization_number", "email", "currency",
    "total", "state", "order_id", "error", "payment", "invoice_number", "paid_at", "checked_at", "accounting_system",
    "company",
)  # fmt: skip
_ACTED_ON = ("=", "+", "-", "@", "\t", "\r")
"""What begins so is a formula to a spreadsheet."""


def list_(
    business: BusinessName,
    state: Annotated[
        str | None,
        typer.Option(metavar="STATE", help=f"Only those in this state: {', '.join(INVOICE_STATES)}."),
    ] = None,
    paid: Annotated[
        bool | None,
        typer.Option("--paid/--unpaid", help="Only those last seen paid, or the others.", show_default=False),
    ] = None,
    customer: Annotated[
        str | None,
        typer.Option(metavar="WORDS", help="Only those whose customer's name, e-mail or number has words like these."),
    ] = None,
    number: Annotated[
        str | None, typer.Option(metavar="START", help="Only those whose number begins like this.")
    ] = None,
    issued_from: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="Only those issued on this day or later.")
    ] = None,
    issued_to: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="Only those issued on this day or earlier.")
    ] = None,
    min_total: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help="Only those that come to this with VAT, or to more.")
    ] = None,
    max_total: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help="Only those that come to this with VAT, or to less.")
    ] = None,
    search: Annotated[
        str | None, typer.Option(metavar="WORDS", help="Only those with words like these, in a number or the customer.")
    ] = None,
    newest: Annotated[bool, typer.Option("--newest", help="Begin with the latest date.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print a table for a spreadsheet.")] = False,
    as_json: AsJson = False,
) -> int:
    """List a business's invoices, by number.

    They go by date instead where --from, --to or --newest is given. A word finds what begins with it; several find what
    has all.
    """
    if as_csv and as_json:
        raise typer.BadParameter("Choose one of --csv and --json.", param_hint="--csv")
    if state is not None and state not in INVOICE_STATES:
        raise typer.BadParameter(f"choose one of {', '.join(INVOICE_STATES)}.", param_hint="--state")
    wanted = InvoiceFilter(
        state=state,
        paid=paid,
        customer=customer,
        number=number,
        first=_day(issued_from, "--from"),
        last=_day(issued_to, "--to"),
        least=_amount(min_total, "--min-total"),
        most=_amount(max_total, "--max-total"),
        search=search,
        newest_first=newest,
    )
    with installation() as container:
        found = _every(container, business, wanted)
        if as_json:
            print_json_array(InvoiceAsItStands.of_listed(business, one).model_dump(mode="json") for one in found)
        elif as_csv:
            typer.echo(_csv(found), nl=False)
        elif shown := list(found):
            _print(shown)
        elif wanted in (InvoiceFilter(), InvoiceFilter(newest_first=True)):
            say(f"{business} has no invoices yet. Add some with: kvitt invoice add FILE --business {business}")
        else:
            say("No invoices match.")
    return ExitCode.DONE


def _print(shown: Sequence[ListedInvoice]) -> None:
    """Print a table; with whose books each lies in, where they are not all the same."""
    rows = [_row(one) for one in shown]
    if len({one.books.key for one in shown if one.books}) < 2:
        print_table(_HEADERS, rows, right=["Total"])
        return
    books = [f"{one.books.company or one.books.company_id}, {one.books.system}" if one.books else "" for one in shown]
    print_table((*_HEADERS, "Books"), [[*row, of] for row, of in zip(rows, books, strict=True)], right=["Total"])


def _every(container: "Container", business: str, wanted: InvoiceFilter) -> Iterator[ListedInvoice]:
    """Yield all that are wanted, page by page. A page may be empty though there is more."""
    look_up, after = container.look_up(), None
    while True:
        found, after = look_up.find_invoices(business, wanted, limit=PAGE, after=after)
        yield from found
        if after is None:
            return


def _day(text: str | None, option: str) -> date | None:
    try:
        return date.fromisoformat(text) if text is not None else None
    except ValueError:
        raise typer.BadParameter("write a date like 2026-10-31.", param_hint=option) from None


def _amount(text: str | None, option: str) -> Decimal | None:
    try:
        return decimal_of(text) if text is not None else None
    except ValueError:
        raise typer.BadParameter("write an amount like 1200.00.", param_hint=option) from None


def _row(one: ListedInvoice) -> list[str]:
    invoice = one.invoice
    never_sent = "printed" if invoice.type is InvoiceType.PRINTED else "not sent"
    return [
        invoice.number,
        str(invoice.issue_date or ""),
        customer_name(invoice),
        invoice_total(invoice),
        never_sent if one.state == UNSENT else one.state,
        (one.transfer.order_id if one.transfer else None) or "",
        _payment(one),
    ]


def _payment(one: ListedInvoice) -> str:
    if one.payment is None:
        return ""
    if one.payment.reason is PaymentReason.PAID and one.payment.paid_at:
        return f"paid {one.payment.paid_at}"
    return one.payment.reason.value.replace("_", " ")


def _csv(found: Iterator[ListedInvoice]) -> bytes:
    """Write a table that Excel opens as it is, also a Norwegian one: docs/cli.md tells its form."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(_CSV_HEADERS)
    writer.writerows(_csv_row(one) for one in found)
    return text.getvalue().encode("utf-8-sig", errors="backslashreplace")


def _csv_row(one: ListedInvoice) -> list[str]:
    invoice, transfer, payment = one.invoice, one.transfer, one.payment
    customer = invoice.customer
    stated = [
        invoice.number,
        invoice.order_number,
        invoice.type.value,
        invoice.issue_date,
        invoice.due_date,
        customer_name(invoice),
        customer.organization_number,
        customer.email,
        invoice.currency,
    ]
    seen = [
        one.state,
        transfer and transfer.order_id,
        transfer and transfer.error and transfer.error.code,
        payment and payment.reason.value,
        payment and payment.invoice_number,
        payment and payment.paid_at,
        payment and f"{payment.checked_at:%Y-%m-%dT%H:%M:%SZ}",
        one.books and one.books.system,
        one.books and one.books.company,
    ]
    total = plain(totals_of(invoice).gross).replace(".", ",")  # a figure of our own: it may begin with a minus
    return [*(_safe(str(value or "")) for value in stated), total, *(_safe(str(value or "")) for value in seen)]


def _safe(text: str) -> str:
    """Have a spreadsheet take a text as one: what begins like a formula is put behind an apostrophe."""
    return f"'{text}" if text.startswith(_ACTED_ON) else text
