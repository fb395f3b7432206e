"""The ledger as the conformance suite sees it: its files, looked at and changed without the plugin."""

import csv
import errno
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from kvitt import Address, DimensionKind, NewOrderStatus, OrderField
from kvitt.conformance import (
    Bench,
    Call,
    HasStruck,
    HeldCustomer,
    HeldOrder,
    HeldProduct,
    HeldRow,
    NotPossible,
    Trouble,
)
from kvitt_csv_ledger.__main__ import make_ledger
from kvitt_csv_ledger.folder import TABLES, BrokenTableError, Folder, Row
from kvitt_csv_ledger.totals import booked_totals

PASSWORD = "correct-horse"

READS = {
    Call.FIND_CUSTOMER: "customers",
    Call.FIND_PRODUCT: "products",
    Call.FIND_CATEGORY: "categories",
    Call.READ_VAT: "vat_codes",
    Call.FIND_ORDER: "orders",
    Call.READ_STATE: "orders",
}
WRITES = {
    Call.CREATE_CUSTOMER: "customers",
    Call.UPDATE_CUSTOMER: "customers",
    Call.CREATE_PRODUCT: "products",
    Call.CREATE_CATEGORY: "categories",
    Call.CREATE_ORDER: "orders",
    Call.DELETE_ORDER: "orders",
}
BEFORE = {
    Trouble.REFUSED: BrokenTableError("the struck table"),
    Trouble.TEMPORARY: OSError(errno.EIO, "the disk did not answer"),
    Trouble.NO_ACCESS: PermissionError(errno.EACCES, "not yours"),
}


class LedgerBench(Bench):
    """A ledger in a temporary folder. Trouble is made where the machine would make it: under the plugin's folder."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._path = path / "ledger"
        self._monkeypatch = monkeypatch
        self._others = path / "other"
        make_ledger(self._path, company="Fjellutleie AS", password=PASSWORD)
        make_ledger(self._others, company="Annet AS", password=PASSWORD)
        self._visits = 0
        self._reading: dict[str, list[Callable[[], None]]] = {}
        self._writing: dict[str, list[Callable[[], None]]] = {}
        self._stand_under_the_plugin()

    def connection(self) -> Mapping[str, str]:
        return {"system": "csv-ledger", "folder": str(self._path), "password": PASSWORD}

    def refused_connection(self) -> Mapping[str, str]:
        return {**self.connection(), "password": "wrong-horse"}

    def other_books(self) -> Mapping[str, str]:
        return {**self.connection(), "folder": str(self._others)}

    def calls_made(self) -> int:
        return self._visits

    def customers(self) -> Sequence[HeldCustomer]:
        return [
            HeldCustomer(
                id=row["id"],
                name=row["name"],
                organization_number=row["organization_number"],
                emails=(row["email"],) if row["email"] else (),
                phones=(row["phone"],) if row["phone"] else (),
                address=Address(
                    street=row["street"], postal_code=row["postal_code"], city=row["city"], country=row["country"]
                ),
            )
            for row in self._rows("customers")
        ]

    def products(self) -> Sequence[HeldProduct]:
        categories = {row["id"]: row["name"] for row in self._rows("categories")}
        return [
            HeldProduct(id=row["id"], name=row["name"], category=categories[row["category_id"]])
            for row in self._rows("products")
        ]

    def categories(self) -> Sequence[str]:
        return [row["name"] for row in self._rows("categories")]

    def orders(self) -> Sequence[HeldOrder]:
        lines, published = self._rows("orders"), {row["order_id"] for row in self._rows("invoices")}
        return [
            HeldOrder(
                id=order_id,
                customer_id=next(line["customer_id"] for line in lines if line["id"] == order_id),
                rows=tuple(_row(line) for line in lines if line["id"] == order_id),
                comment=next(line["comment"] for line in lines if line["id"] == order_id),
                fields=next(_fields(line) for line in lines if line["id"] == order_id),
                status=NewOrderStatus(next(line["status"] for line in lines if line["id"] == order_id)),
                is_published=order_id in published,
            )
            for order_id in dict.fromkeys(line["id"] for line in lines)
        ]

    def add_customer(
        self,
        name: str,
        *,
        is_company: bool,
        organization_number: str | None = None,
        email: str | None = None,
        invoice_email: str | None = None,
        phone: str | None = None,
        address: Address | None = None,
        is_supplier: bool = False,
    ) -> str:
        kind = "supplier" if is_supplier else "business" if is_company else "consumer"
        parts = {name: text for name, text in (address or Address()) if text}
        return self._added(
            "customers",
            kind=kind,
            name=name,
            organization_number=organization_number or "",
            email=email or "",
            phone=phone or "",
            changed_at=datetime.now(UTC).isoformat(),
            **parts,
        )

    def spoil_customer(self, customer_id: str) -> None:
        self._write(
            "customers",
            [{**row, "kind": "?"} if row["id"] == customer_id else row for row in self._rows("customers")],
        )

    def add_product(self, name: str, *, category: str, number: str | None = None) -> str:
        category_id = self._added("categories", name=category)
        return self._added("products", number=number or "", name=name, category_id=category_id)

    def add_dimension(self, kind: DimensionKind, name: str) -> str:
        return self._added(f"{kind}s", name=name)

    def delete_customer(self, customer_id: str) -> None:
        self._keep("customers", lambda row: row["id"] != customer_id)

    def publish(self, order_id: str) -> None:
        rows = self._rows("invoices")
        rows.append({"order_id": order_id, "number": str(90001 + len(rows)), "day": "2026-10-02"})
        self._write("invoices", rows)

    def pay(self, order_id: str, *, on: date, amount: Decimal | None = None) -> None:
        payments = self._rows("payments")
        before = sum((Decimal(one["amount"]) for one in payments if one["order_id"] == order_id), Decimal(0))
        whole = booked_totals([line for line in self._rows("orders") if line["id"] == order_id]).gross
        paid = whole - before if amount is None else amount
        self._write("payments", [*payments, {"order_id": order_id, "day": str(on), "amount": str(paid)}])

    def delete_order(self, order_id: str) -> None:
        self._keep("orders", lambda row: row["id"] != order_id)

    def change_order(self, order_id: str, *, reference: str | None = None, customer_id: str | None = None) -> None:
        said = {"reference": reference, "customer_id": customer_id}
        changes = {name: value for name, value in said.items() if value is not None}
        self._write("orders", [{**row, **changes} if row["id"] == order_id else row for row in self._rows("orders")])

    def strike(self, call: Call, trouble: Trouble) -> HasStruck:
        struck: list[bool] = []

        def strike() -> None:
            struck.append(True)
            if trouble in BEFORE:
                raise BEFORE[trouble]
            self._lose_the_answer(done=trouble is Trouble.LOST_BUT_DONE)

        waiting = self._reading if call in READS else self._writing
        table = READS.get(call) or WRITES.get(call)
        if table is None:
            raise NotPossible("the ledger writes an order with one change of a file")
        waiting.setdefault(table, []).append(strike)
        return lambda: bool(struck)

    def _lose_the_answer(self, *, done: bool) -> None:
        """Have the next change of a file fail while it is put in place: just before, or just after."""

        def replace(draft: str, file: str) -> None:
            self._monkeypatch.setattr(os, "replace", genuine)
            if done:
                genuine(draft, file)
            raise OSError(errno.EIO, "the disk was gone")

        genuine = os.replace
        self._monkeypatch.setattr(os, "replace", replace)

    def _stand_under_the_plugin(self) -> None:
        rows, change = Folder.rows, Folder.change

        def struck_rows(ledger: Folder, table: str) -> list[Row]:
            self._visits += 1
            _strike(self._reading, table)
            return rows(ledger, table)

        def struck_change(ledger: Folder, table: str, do: Callable[[list[Row]], Any]) -> Any:
            self._visits += 1
            _strike(self._writing, table)
            return change(ledger, table, do)

        self._monkeypatch.setattr(Folder, "rows", struck_rows)
        self._monkeypatch.setattr(Folder, "change", struck_change)

    def _rows(self, table: str) -> list[Row]:
        with (self._path / f"{table}.csv").open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def _write(self, table: str, rows: Sequence[Row]) -> None:
        with (self._path / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, TABLES[table])
            writer.writeheader()
            writer.writerows(rows)

    def _added(self, table: str, **columns: str) -> str:
        new_id = str(uuid4())
        self._write(table, [*self._rows(table), {"id": new_id, **columns}])
        return new_id

    def _keep(self, table: str, wanted: Callable[[Row], bool]) -> None:
        self._write(table, [row for row in self._rows(table) if wanted(row)])


def _strike(waiting: dict[str, list[Callable[[], None]]], table: str) -> None:
    if waiting.get(table):
        waiting[table].pop(0)()


def _fields(line: Row) -> dict[str, str]:
    said = {name: line[name] for name in ("your_reference", OrderField.ORDER_REFERENCE)}
    return {**said, OrderField.DEPARTMENT: line["department_id"]}


def _row(line: Row) -> HeldRow:
    return HeldRow(
        text=line["text"],
        quantity=Decimal(line["quantity"]),
        unit_price=Decimal(line["unit_price"]),
        discount_percent=Decimal(line["discount_percent"]),
        vat_percent=Decimal(line["vat_percent"]),
        product_id=line["product_id"],
        department_id=line["department_id"] or None,
    )
