"""The OrderSink port."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from uuid import uuid4

from kvitt import Clock, FoundOrder, KvittError, OrderDraft, Receipt, Rejected, plain
from kvitt_csv_ledger.errors import translated
from kvitt_csv_ledger.folder import Folder, Row
from kvitt_csv_ledger.totals import booked_totals


class LedgerOrders:
    """Orders are lines of orders.csv, one a row: a change of that file writes an order whole, or not at all."""

    def __init__(self, folder: Folder, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    def find(
        self, references: Collection[str], *, customer_ids: Sequence[str], since: datetime
    ) -> dict[str, list[Receipt]]:
        """Return the orders that carry one of our references, the oldest first."""
        found: dict[str, list[Receipt]] = {}
        with translated():
            orders = orders_in(self._folder.rows("orders"))
        for rows in orders.values():
            head = rows[0]
            is_recent = datetime.fromisoformat(head["changed_at"]) >= since
            if head["reference"] in references and head["customer_id"] in customer_ids and is_recent:
                found.setdefault(head["reference"], []).append(_receipt(rows))
        return found

    def changed_since(self, since: datetime) -> Iterator[Sequence[FoundOrder]]:
        """Yield all orders changed since then, as one page."""
        with translated():
            orders = orders_in(self._folder.rows("orders"))
        recent = [rows for rows in orders.values() if datetime.fromisoformat(rows[0]["changed_at"]) >= since]
        if recent:
            yield [_found(rows) for rows in recent]

    def read(self, order_id: str) -> FoundOrder | None:
        """Return one order, or None when there is none of this id."""
        with translated():
            rows = orders_in(self._folder.rows("orders")).get(order_id)
        return _found(rows) if rows else None

    def create(self, drafts: Sequence[OrderDraft]) -> list[Receipt | KvittError]:
        """Create orders, all with one change of the file."""
        with translated():
            known = {row["id"] for row in self._folder.rows("customers")}

            def add(rows: list[Row]) -> list[Receipt | KvittError]:
                return [self._added(rows, draft, known) for draft in drafts]

            return self._folder.change("orders", add)

    def delete(self, order_id: str) -> bool:
        """Delete an order that is no invoice. The ledger is locked meanwhile, so that nobody publishes it."""
        with translated():

            def drop(rows: list[Row]) -> bool:
                if any(row["order_id"] == order_id for row in self._folder.rows_meanwhile("invoices")):
                    raise Rejected(f"Order {order_id} is an invoice of the ledger.", code="is_an_invoice")
                was_there = any(row["id"] == order_id for row in rows)
                rows[:] = [row for row in rows if row["id"] != order_id]
                return was_there

            return self._folder.change("orders", drop)

    def _added(self, rows: list[Row], draft: OrderDraft, known: Collection[str]) -> Receipt | KvittError:
        if draft.customer_id not in known:
            return Rejected(
                f"The customer of order {draft.reference} is not in the ledger any more.", code="unknown_customer"
            )
        new = self._lines(draft)
        rows.extend(new)
        return _receipt(new)

    def _lines(self, draft: OrderDraft) -> list[Row]:
        head = {
            "id": str(uuid4()),
            "reference": draft.reference,
            "customer_id": draft.customer_id or "",
            "status": draft.status.value,
            "issue_date": draft.issue_date.isoformat(),
            "due_date": draft.due_date.isoformat(),
            "prices_include_vat": "yes" if draft.prices_include_vat else "no",
            "your_reference": draft.your_reference or "",
            "order_reference": draft.order_reference or "",
            "comment": draft.comment or "",
            "changed_at": self._clock.now().isoformat(),
        }
        return [
            {
                **head,
                "row": str(number),
                "product_id": row.product_id or "",
                "text": row.text,
                "quantity": plain(row.quantity),
                "unit_price": plain(row.unit_price),
                "discount_percent": plain(row.discount_percent),
                "vat_percent": plain(row.vat_percent),
                "vat_code": row.vat_code,
                "department_id": row.department.id if row.department else "",
            }
            for number, row in enumerate(draft.rows, start=1)
        ]


def orders_in(lines: list[Row]) -> dict[str, list[Row]]:
    """Return the lines of each order, by the order's id."""
    orders: dict[str, list[Row]] = {}
    for line in lines:
        orders.setdefault(line["id"], []).append(line)
    return orders


def _found(rows: list[Row]) -> FoundOrder:
    return FoundOrder(reference=rows[0]["reference"], receipt=_receipt(rows))


def _receipt(rows: list[Row]) -> Receipt:
    return Receipt(order_id=rows[0]["id"], customer_id=rows[0]["customer_id"], totals=booked_totals(rows))
