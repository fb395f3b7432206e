"""What a company's books hold: plain records, to be read and changed freely by whoever plays the accountant.

Instants are aware datetimes in UTC, money and quantities Decimal, percentages in percent (25, not 0.25).
None is "not set". `other` keeps, under the vendor's names, what the sandbox only stores and gives back. What is
`spoilt` is there and can't be read: SOAP answers an exception in its place (assumed), REST a number that is none.

An order's totals are reckoned here. docs/behaviour.md, "The order" (EN 16931): a row's amount is rounded half away
from zero to the øre; VAT is taken per rate on the sum of its rows and rounded once; where prices include VAT, the VAT
is that rate's share of the sum.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.norwegian_time import day_of

PAYMENT_DAYS = 14  # where neither the order nor anybody else says when an invoice falls due


@dataclass
class Customer:
    """A customer; the vendor's Company.

    `emails` and `phones` go by slot ("Primary" ...), `addresses` by slot and then by the vendor's part
    ("Street", "PostalCode" ...).
    """

    id: int
    name: str
    type: str = "None"
    first_name: str = ""
    organization_number: str = ""
    external_id: str = ""
    emails: dict[str, str] = field(default_factory=dict)
    phones: dict[str, str] = field(default_factory=dict)
    addresses: dict[str, dict[str, str]] = field(default_factory=dict)
    payment_time: int | None = None
    block_invoice: bool = False
    discount: Decimal = Decimal("0.0")
    account_debit: int = 0
    account_credit: int = 0
    currency_id: str = "LOCAL"
    date_created: datetime | None = None
    date_changed: datetime | None = None
    other: dict[str, Any] = field(default_factory=dict)
    spoilt: bool = False


@dataclass
class Category:
    """A product category."""

    id: int
    name: str
    no: str = ""
    parent_id: int | None = None


@dataclass
class Product:
    """A product."""

    id: int
    name: str
    category_id: int
    no: str = ""
    price: Decimal | None = None
    date_changed: datetime | None = None
    other: dict[str, Any] = field(default_factory=dict)
    spoilt: bool = False


@dataclass
class Dimension:
    """A department or project. `is_active` ones alone are listed, and taken; just REST knows of `spoilt` ones."""

    id: int
    name: str
    is_active: bool = True
    spoilt: bool = False


@dataclass
class Row:
    """A row of an order. `price` is per unit, with or without VAT as the order says."""

    id: int
    name: str = ""
    type: str = "Normal"
    product_id: int | None = None
    quantity: Decimal | None = None
    price: Decimal | None = None
    discount_rate: Decimal | None = None
    vat_rate: Decimal | None = None
    tax_code: int | None = None
    tax_rate: Decimal | None = None
    other: dict[str, Any] = field(default_factory=dict)


@dataclass
class Order:
    """An order, and the invoice it becomes; the vendor's InvoiceOrder.

    `reference` is CustomerReferenceNo, which REST does not show; `internal_memo` is REST's alone, and so is
    `customer_name`, the name that came with the order. `paid` is when it was settled, `paid_amount` what has
    been paid so far, in the order's currency; `transaction_id` is where the ledger has the invoice.
    """

    id: int
    customer_id: int
    status: str = "Web"
    reference: str = ""
    internal_memo: str = ""
    customer_name: str = ""
    rows: list[Row] = field(default_factory=list)
    include_vat: bool | None = None
    currency_symbol: str = "NOK"
    currency_rate: Decimal = Decimal(1)
    currency_unit: int = 1
    invoice_text: str = ""
    your_reference: str = ""
    date_ordered: datetime | None = None
    payment_time: int | None = None
    total_inc_vat: Decimal = Decimal(0)
    total_vat: Decimal = Decimal(0)
    invoice_id: int | None = None
    date_invoiced: datetime | None = None
    ocr: str = ""
    transaction_id: str = ""
    paid: datetime | None = None
    paid_amount: Decimal = Decimal(0)
    date_created: datetime | None = None
    date_changed: datetime | None = None
    addresses: dict[str, dict[str, str]] = field(default_factory=dict)
    other: dict[str, Any] = field(default_factory=dict)

    @property
    def due_date(self) -> date | None:
        """When the invoice falls due; None while the order is none."""
        if self.date_invoiced is None:
            return None
        days = PAYMENT_DAYS if self.payment_time is None else self.payment_time
        return day_of(self.date_invoiced) + timedelta(days=days)


@dataclass(frozen=True)
class VatType:
    """A VAT code of the account. `rate` is in percent."""

    no: int
    name: str
    rate: Decimal


@dataclass(frozen=True)
class Currency:
    """A currency of the account: `unit` of it cost `rate` Norwegian kroner."""

    symbol: str
    rate: Decimal
    unit: int = 1


ORE = Decimal("0.01")
HUNDRED = Decimal(100)
ZERO = Decimal(0)


def totals_of(rows: Iterable[Row], *, include_vat: bool) -> tuple[Decimal, Decimal]:
    """The total including VAT, and the VAT in it, in the order's currency."""
    sums: dict[Decimal, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.type == "Normal":
            sums[row.vat_rate or ZERO] += row_amount(row)
    if include_vat:
        vat = sum((to_ore(total * rate / (HUNDRED + rate)) for rate, total in sums.items()), ZERO)
        return to_ore(sum(sums.values(), ZERO)), to_ore(vat)
    vat = sum((to_ore(total * rate / HUNDRED) for rate, total in sums.items()), ZERO)
    return to_ore(sum(sums.values(), ZERO) + vat), to_ore(vat)


def row_amount(row: Row) -> Decimal:
    """Quantity times price less the discount, to the øre."""
    kept = (HUNDRED - (row.discount_rate or ZERO)) / HUNDRED
    return to_ore((row.quantity or ZERO) * (row.price or ZERO) * kept)


def to_ore(amount: Decimal) -> Decimal:
    """Rounded half away from zero: Decimal's ROUND_HALF_UP is that, on either side of zero."""
    return amount.quantize(ORE, rounding=ROUND_HALF_UP)
