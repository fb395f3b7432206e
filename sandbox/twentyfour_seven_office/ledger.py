"""The general ledger, as far as invoices reach: what is charged, and what has been paid of it.

An invoice is one transaction on three accounts, a payment one on two; the lines of each add up to zero.
Amounts are in kroner (assumed), signed: a receivable is positive, and for a credit note all signs are turned.
"""

import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sandbox.numbering import Numbering
from sandbox.twentyfour_seven_office.records import Order, to_ore

RECEIVABLE = 1500
BANK = 1920
VAT = 2700
SALE = 3000

INVOICE = 1
PAYMENT = 2


@dataclass(frozen=True)
class LedgerLine:
    """A line of a transaction. `number` is the transaction's, `type` INVOICE or PAYMENT, `amount` in kroner."""

    id: str
    transaction_id: str
    number: int
    type: int
    account: int
    amount: Decimal
    day: date
    order: Order
    created: datetime


class Ledger:
    """The lines of one company. `first_number` starts the numbering of transactions."""

    def __init__(self, first_number: int) -> None:
        self._lines: dict[int, list[LedgerLine]] = defaultdict(list)
        self._numbers = Numbering(first_number)

    @property
    def lines(self) -> list[LedgerLine]:
        """All lines, oldest first."""
        return sorted((line for lines in self._lines.values() for line in lines), key=lambda line: line.number)

    def content(self) -> dict[str, Any]:
        """What the ledger holds, by names that `put_back` knows."""
        return {"lines": dict(self._lines), "upcoming": self._numbers.upcoming}

    def put_back(self, content: Mapping[str, Any]) -> None:
        """Hold what `content` told."""
        self._lines.clear()
        self._lines.update(content["lines"])
        self._numbers = Numbering(content["upcoming"])

    def charge(self, order: Order, *, on: date, at: datetime) -> str:
        """Enter an invoice; answers the transaction's id."""
        gross, vat = (_kroner(order, amount) for amount in (order.total_inc_vat, order.total_vat))
        return self._enter(INVOICE, order, {RECEIVABLE: gross, SALE: vat - gross, VAT: -vat}, on=on, at=at)

    def settle(self, order: Order, amount: Decimal, *, on: date, at: datetime) -> None:
        """Enter a payment, in the order's currency; the last one leaves nothing behind of what was rounded."""
        is_last = order.paid_amount == order.total_inc_vat
        kroner = self.open_amount(order) if is_last else _kroner(order, amount)
        self._enter(PAYMENT, order, {BANK: kroner, RECEIVABLE: -kroner}, on=on, at=at)

    def open_amount(self, order: Order) -> Decimal:
        """What is still to be paid of an invoice, in kroner."""
        return sum((line.amount for line in self._lines[order.id] if line.account == RECEIVABLE), Decimal())

    def undo_payments(self, order: Order) -> None:
        """Strike the payments of an invoice."""
        self._lines[order.id] = [line for line in self._lines[order.id] if line.type != PAYMENT]

    def strike(self, order: Order) -> None:
        """Strike everything about an order."""
        self._lines.pop(order.id, None)

    def _enter(self, kind: int, order: Order, amounts: dict[int, Decimal], *, on: date, at: datetime) -> str:
        number = next(self._numbers)
        transaction_id = _id(f"{number}")
        self._lines[order.id] += [
            LedgerLine(_id(f"{number}.{account}"), transaction_id, number, kind, account, amount, on, order, at)
            for account, amount in amounts.items()
        ]
        return transaction_id


def _kroner(order: Order, amount: Decimal) -> Decimal:
    return to_ore(amount * order.currency_rate / order.currency_unit)


def _id(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}.ledger.kvitt.example"))
