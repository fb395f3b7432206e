"""What an order of the ledger adds up to."""

from decimal import Decimal

from kvitt import BookedTotals, Invoice, InvoiceRow, totals_of
from kvitt_csv_ledger.folder import Row


def booked_totals(rows: list[Row]) -> BookedTotals:
    """Add up an order's lines by the rules of EN 16931, as Kvitt does."""
    stated = Invoice(
        number=rows[0]["id"],
        prices_include_vat=rows[0]["prices_include_vat"] == "yes",
        rows=tuple(
            InvoiceRow(
                quantity=Decimal(row["quantity"]),
                unit_price=Decimal(row["unit_price"]),
                discount_percent=Decimal(row["discount_percent"]),
                vat_percent=Decimal(row["vat_percent"]),
            )
            for row in rows
        ),
    )
    totals = totals_of(stated)
    return BookedTotals(gross=totals.gross, vat=totals.vat)
