"""The invoice as its source stated it (Sharefox: invoice basis). We never change it."""

import hashlib
from enum import StrEnum

from pydantic import StrictBool

from core.customer import Customer
from core.fields import DecimalText, Document, InvoiceNumber, IsoDate, Text


class InvoiceType(StrEnum):
    """What the source means to do with an invoice; only data for accounting may be sent."""

    PRINTED = "printed"
    DATA_FOR_ACCOUNTING = "data_for_accounting"


class Period(Document):
    """A rental period; both days are part of it."""

    start: IsoDate
    end: IsoDate


class InvoiceRow(Document):
    """One rented or sold product.

    `unit_price` is in the invoice's currency, with or without VAT as the invoice says. Percentages are percent
    (25, not 0.25). A credit has a negative quantity.
    """

    product: Text | None = None
    period: Period | None = None
    quantity: DecimalText | None = None
    unit_price: DecimalText | None = None
    discount_percent: DecimalText | None = None
    vat_percent: DecimalText | None = None


class Invoice(Document):
    """What the source says is to be paid, by whom, for what.

    Anything but the number may be missing while the invoice is being made; completeness is judged when it is
    previewed or sent. Dates are Norwegian dates.
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
    comment: Text | None = None

    @property
    def fingerprint(self) -> str:
        """A digest of the content: two invoices with the same fingerprint say the same."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()
