"""`kvitt invoice credit`: which rows are meant, and how a credit and what is left of an invoice read to a person."""

from collections.abc import Iterator
from typing import Any

import typer

from core.credit_balance import Crediting
from core.crediting import RowToCredit
from core.fields import Document, InvoiceNumber, plain
from core.invoice import Invoice
from core.row_price import quantity_text
from core.totals import totals_of
from entrypoints.parsing import read


class Asked(Document):
    """What of an invoice is credited, None being all that is left, and the credit's own number, if it is given."""

    rows: tuple[RowToCredit, ...] | None
    number: InvoiceNumber | None


def what_to_credit(rows: str | None, *, number: str | None) -> Asked:
    """Read rows that are written like `1,3` or `2=1.5`. Errors: typer.BadParameter; InvalidInput."""
    asked = {"rows": None if rows is None else _stated_rows(rows), "number": number}
    return read(Asked, asked, what="what to credit", code="not_a_credit")


def _stated_rows(text: str) -> list[dict[str, Any]]:
    rows = []
    for part in text.split(","):
        row, _, quantity = part.strip().partition("=")
        if not row.isdecimal() or ("=" in part and not quantity):
            raise typer.BadParameter(
                "Write rows with commas between them: 1 for all of row 1, 2=1.5 for 1.5 of row 2.", param_hint="--rows"
            )
        rows.append({"row": int(row), "quantity": quantity or None})
    return rows


def credit_lines(credit: Invoice) -> Iterator[str]:
    """What was made and stored."""
    total = plain(-totals_of(credit).gross)
    yield f"Invoice {credit.number} credits invoice {credit.credits} by {total} {credit.currency}, VAT included."


def crediting_lines(invoice: Invoice, crediting: Crediting) -> Iterator[str]:
    """What credits an invoice, and what is left of it, once something does."""
    if not crediting.credited_by:
        return
    for credit in crediting.credited_by:
        amount = f", {plain(credit.gross)} {invoice.currency}" if credit.gross is not None else ""
        yield f"  Credited by: invoice {credit.invoice}{amount} ({_sent_as(credit.order_id)})"
    if crediting.left:
        yield f"  Left to credit: {plain(crediting.left.gross)} {invoice.currency}, VAT included"
        for row in crediting.left.rows if crediting.left.gross else ():
            quantity = "" if row.quantity is None else f"{quantity_text(abs(row.quantity))}, "
            yield f"    Row {row.row}: {quantity}{plain(row.amount)} {invoice.currency}"


def _sent_as(order_id: str | None) -> str:
    return f"order {order_id}" if order_id else "not sent"
