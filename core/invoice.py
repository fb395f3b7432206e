"""The invoice as its source stated it (Sharefox: invoice basis). We never change it."""

import hashlib
from enum import StrEnum

from pydantic import ConfigDict, Field, JsonValue, StrictBool

from core.customer import Address, Customer
from core.fields import DecimalText, Document, InvoiceNumber, IsoDate, Text


class InvoiceType(StrEnum):
    """What the source means to do with an invoice; only data for accounting may be sent."""

    PRINTED = "printed"
    DATA_FOR_ACCOUNTING = "data_for_accounting"


class Period(Document):
    """A rental period; both days are part of it."""

    start: IsoDate
    end: IsoDate


class Delivery(Document):
    """Where and when what is invoiced was handed over (EN 16931 BG-13): a Norwegian date and a postal address."""

    date: IsoDate | None = Field(default=None, examples=["2021-01-12"])
    name: Text | None = Field(default=None, examples=["Hytte 4, Fjellsiden"])
    address: Address | None = None


_ROWS: list[JsonValue] = [
    {
        "product": "Tractor",
        "period": {"start": "2021-01-10", "end": "2021-01-12"},
        "quantity": "1",
        "unit_price": "1200.00",
        "discount_percent": "10",
        "vat_percent": "25",
    },
    {"product": "Trailer", "quantity": "3", "unit_price": "500.00", "discount_amount": "150.00", "vat_percent": "25"},
    {"product": "Transport", "net_amount": "980.00", "vat_percent": "25"},
]


class InvoiceRow(Document):
    """One rented or sold product.

    Amounts are in the invoice's currency, with or without VAT as the invoice says. Percentages are percent (25, not
    0.25). A credit has a negative quantity. A discount is stated as percent or as an amount of the whole row;
    `net_amount` is the row's total after it, as the source states it. `product_code` is the source's code of the
    product, by which the business's settings may say what it is booked as. `department` and `project` are ids or exact
    names in the accounting system, and count before the invoice's. A row with a text and no amount at all is a text.
    """

    model_config = ConfigDict(json_schema_extra={"examples": _ROWS})

    product: Text | None = None
    product_code: Text | None = None
    period: Period | None = None
    quantity: DecimalText | None = None
    unit_price: DecimalText | None = None
    discount_percent: DecimalText | None = None
    discount_amount: DecimalText | None = None
    net_amount: DecimalText | None = None
    vat_percent: DecimalText | None = None
    department: Text | None = None
    project: Text | None = None

    @property
    def is_text(self) -> bool:
        """Whether the row only says something: it has a text, and no amount or percentage at all."""
        amounts = (self.quantity, self.unit_price, self.discount_percent, self.discount_amount, self.net_amount)
        return bool((self.product or "").strip()) and {*amounts, self.vat_percent} == {None}


class Invoice(Document):
    """What the source says is to be paid, by whom, for what.

    Anything but the number may be missing while the invoice is being made; completeness is judged when it is
    previewed or sent. Dates are Norwegian dates. `buyer_reference` is EN 16931 BT-10, `order_reference` the buyer's
    purchase order number (BT-13), `credits` the number of the invoice that a credit belongs to (BT-25), `paid_amount`
    what was paid before, in the invoice's currency (BT-113). `department` and `project` count before the business's.
    """

    number: InvoiceNumber
    order_number: Text | None = None
    type: InvoiceType = InvoiceType.PRINTED
    issue_date: IsoDate | None = None
    due_date: IsoDate | None = None
    currency: Text = "NOK"
    prices_include_vat: StrictBool = False
    customer: Customer = Customer()
    rows: tuple[InvoiceRow, ...] = ()
    your_reference: Text | None = None
    our_reference: Text | None = Field(default=None, examples=["Ola Berg"])
    buyer_reference: Text | None = Field(default=None, examples=["0192:AVD-7"])
    order_reference: Text | None = Field(default=None, examples=["PO 4711"])
    credits: InvoiceNumber | None = Field(default=None, examples=["2001-1"])
    delivery: Delivery | None = None
    paid_amount: DecimalText | None = Field(default=None, examples=["500.00"])
    paid_date: IsoDate | None = Field(default=None, examples=["2021-01-10"])
    department: Text | None = None
    project: Text | None = None
    comment: Text | None = None

    @property
    def fingerprint(self) -> str:
        """A digest of the content: two invoices with the same fingerprint say the same."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()
