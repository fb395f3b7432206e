"""The PaymentStatus port."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from kvitt import KvittError, OrderState
from kvitt_csv_ledger.errors import translated
from kvitt_csv_ledger.folder import Folder, Row
from kvitt_csv_ledger.orders import orders_in
from kvitt_csv_ledger.totals import booked_totals


class LedgerPayments:
    """An order is an invoice once invoices.csv names it, and paid once payments.csv adds up to its total."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    def states(self, order_ids: Sequence[str]) -> dict[str, OrderState | KvittError]:
        """Return the state of each order that is there."""
        with translated():
            orders = orders_in(self._folder.rows("orders"))
            invoices = {row["order_id"]: row for row in self._folder.rows("invoices")}
            payments = self._folder.rows("payments")
        return {
            order_id: _state(
                orders[order_id], invoices.get(order_id), [one for one in payments if one["order_id"] == order_id]
            )
            for order_id in order_ids
            if order_id in orders
        }


def _state(rows: list[Row], invoice: Row | None, payments: list[Row]) -> OrderState:
    totals = booked_totals(rows)
    left = totals.gross - sum((Decimal(one["amount"]) for one in payments), Decimal(0))
    days = [date.fromisoformat(one["day"]) for one in payments]
    is_paid = invoice is not None and left == 0
    return OrderState(
        order_id=rows[0]["id"],
        reference=rows[0]["reference"],
        customer_id=rows[0]["customer_id"],
        invoice_number=invoice["number"] if invoice else None,
        invoiced_at=date.fromisoformat(invoice["day"]) if invoice else None,
        paid_at=(max(days) if days else date.fromisoformat(invoice["day"])) if invoice and is_paid else None,
        open_amount=left if invoice else None,
        totals=totals,
    )
