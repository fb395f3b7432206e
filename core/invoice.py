"""The invoice as its source stated it (Sharefox: invoice basis). We never change it."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from pydantic import (
    ConfigDict,
    Field,
    JsonValue,
    ModelWrapValidatorHandler,
    PrivateAttr,
    SerializerFunctionWrapHandler,
    StrictBool,
    model_serializer,
    model_validator,
)

from core.customer import Address, Customer
from core.fields import DecimalText, Document, InvoiceNumber, IsoDate, SourceText, storable

_MOST_NAMED = 10
_SUBSTITUTE = "\x1a"  # ASCII's stand-in for a sign that can't be kept: no PostgreSQL holds U+0000


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
    name: SourceText | None = Field(default=None, examples=["Hytte 4, Fjellsiden"])
    address: Address | None = None


_ROWS: list[JsonValue] = [
    {
        "product": "Tractor",
        "product_code": "TR-1",
        "period": {"start": "2021-01-10", "end": "2021-01-12"},
        "quantity": "1",
        "unit_price": "1200.00",
        "discount_percent": "10",
        "vat_percent": "25",
    },
    {"product": "Trailer", "quantity": "3", "unit_price": "500.00", "discount_amount": "150.00", "vat_percent": "25"},
    {"product": "Transport", "net_amount": "980.00", "vat_percent": "25", "department": "Oslo", "project": "42"},
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

    product: SourceText | None = None
    product_code: SourceText | None = None
    period: Period | None = None
    quantity: DecimalText | None = None
    unit_price: DecimalText | None = None
    discount_percent: DecimalText | None = None
    discount_amount: DecimalText | None = None
    net_amount: DecimalText | None = None
    vat_percent: DecimalText | None = None
    department: SourceText | None = None
    project: SourceText | None = None

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
    order_number: SourceText | None = None
    type: InvoiceType = InvoiceType.PRINTED
    issue_date: IsoDate | None = None
    due_date: IsoDate | None = None
    currency: SourceText = "NOK"
    prices_include_vat: StrictBool = False
    customer: Customer = Customer()
    rows: tuple[InvoiceRow, ...] = ()
    your_reference: SourceText | None = None
    our_reference: SourceText | None = Field(default=None, examples=["Ola Berg"])
    buyer_reference: SourceText | None = Field(default=None, examples=["0192:AVD-7"])
    order_reference: SourceText | None = Field(default=None, examples=["PO 4711"])
    credits: InvoiceNumber | None = Field(default=None, examples=["2001-1"])
    delivery: Delivery | None = None
    paid_amount: DecimalText | None = Field(default=None, examples=["500.00"])
    paid_date: IsoDate | None = Field(default=None, examples=["2021-01-10"])
    department: SourceText | None = Field(default=None, examples=["Oslo"])
    project: SourceText | None = Field(default=None, examples=["42"])
    comment: SourceText | None = None

    _stated: dict[str, str] = PrivateAttr(default_factory=dict)

    @model_validator(mode="wrap")
    @classmethod
    def _note_what_is_left_out(cls, document: Any, read: ModelWrapValidatorHandler["Invoice"]) -> "Invoice":
        """Note texts as they were stated where signs were left out of them: what is stored is the source's."""
        invoice = read(document)
        invoice._stated.update(_cut(document, invoice, ""))
        return invoice

    @model_serializer(mode="wrap")
    def _as_stated(self, write: SerializerFunctionWrapHandler):  # type: ignore[no-untyped-def]
        """Write texts as they were stated; without a type here, for that would be the schema's."""
        document = write(self)
        for place, text in self._stated.items():
            _put(document, place, text)
        return document

    @property
    def reading_warnings(self) -> list[str]:
        """What a person should know about how the invoice was read: where signs were left out."""
        if not self._stated:
            return []
        named = sorted(self._stated)[:_MOST_NAMED]
        more = f" and {len(self._stated) - _MOST_NAMED} more" if len(self._stated) > _MOST_NAMED else ""
        return [
            "Control characters, such as a word processor's line break, were removed, because no accounting system can "
            f"store them. They were in {', '.join(named)}{more}."
        ]

    @property
    def fingerprint(self) -> str:
        """A digest of the content: two invoices with the same fingerprint say the same."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


def _cut(stated: object, read: object, place: str) -> Iterator[tuple[str, str]]:
    """Yield the place and the text of what was stated and was not read whole."""
    if isinstance(stated, str):
        if isinstance(read, str) and storable(stated) != stated:
            yield place, stated.replace("\x00", _SUBSTITUTE)
    elif isinstance(stated, Mapping) and isinstance(read, Document):
        for name, part in stated.items():
            other = getattr(read, str(name), None)
            if part and (part != other if isinstance(other, str) else not isinstance(part, str)):  # most are the same
                yield from _cut(part, other, f"{place}.{name}".removeprefix("."))
    elif isinstance(stated, list | tuple) and isinstance(read, tuple):
        for index, (part, other) in enumerate(zip(stated, read, strict=False)):
            yield from _cut(part, other, f"{place}[{index}]")


def _put(document: Any, place: str, text: str) -> None:
    """Put a text in its place in a document, where that is still there."""
    *way, last = [int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]]+", place)]
    for part in way:
        inner = dict(enumerate(document)) if isinstance(document, list | tuple) else document
        document = (inner or {}).get(part)
    if document and document.get(last) == storable(text):  # else it was changed since
        document[last] = text
