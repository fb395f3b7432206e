"""The order that is asked for in the accounting system.

Pure rules: no network, no clock, no settings. Ids and VAT codes arrive resolved.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pydantic import Field

from core.business import NewOrderStatus
from core.currency import HOME_CURRENCY, Currency
from core.dimension import Dimension, DimensionKind, Listed
from core.fields import DecimalText, Document, Instant, IsoDate
from core.identity import tidy
from core.invoice import Delivery, Invoice, InvoiceRow, Period
from core.limits import Limits, OrderField, stated, your_reference
from core.product import Product
from core.row_price import booked_price, quantity_text
from core.unreadable import Unreadable
from core.vat_code import VatChoice, VatCode

ELLIPSIS = "…"


class CreditedOrder(Document):
    """The order of the invoice that a credit belongs to.

    `invoice_number` is the accounting system's own number of the invoice that it became, where that was seen.
    """

    order_id: str
    invoice_number: str | None = None


class References(Document):
    """What an order refers to besides its customer, as it was found in an account.

    `product_id` is None when the product did not exist at `looked_at`, when the search began. `kept` tells whether any
    of it was kept from earlier and may be out of date. `products` are those that the settings name and these invoices
    need: those of that number or name, by what the settings call them. `dimensions` is what is known of the departments
    and projects, where any is named. `credited` are the orders of invoices that credits belong to, by invoice number.
    """

    looked_at: Instant
    kept: bool
    product_id: str | None
    vat_codes: tuple[VatCode, ...]
    currencies: tuple[Currency, ...]
    products: Mapping[str, tuple[Product | Unreadable, ...]] = Field(default_factory=dict)
    dimensions: Mapping[DimensionKind, Listed] = Field(default_factory=dict)
    credited: Mapping[str, CreditedOrder] = Field(default_factory=dict)

    def says_the_same(self, other: "References") -> bool:
        """Whether both found the same, whenever and wherever they looked."""
        return self.model_copy(update={"looked_at": other.looked_at, "kept": other.kept}) == other


class RowBooking(Document):
    """What a row of the invoice is booked on. `vat` is None for a text row alone, and nothing of a text counts."""

    product_id: str | None
    vat: VatChoice | None
    department: Dimension | None = None
    project: Dimension | None = None


class OrderRow(Document):
    """One row of the order. `product_id` is None only in a preview, while the product does not exist yet.

    `department` and `project` are what the row is counted under: its own, or the order's. With `is_text` it is written
    as a text and nothing else; its amounts are zero and say nothing. Only a system that has such rows (Limits) is asked
    for one.
    """

    product_id: str | None
    text: str
    quantity: DecimalText
    unit_price: DecimalText
    discount_percent: DecimalText
    vat_percent: DecimalText
    vat_code: str
    is_text: bool = False
    department: Dimension | None = None
    project: Dimension | None = None

    @property
    def needs_product(self) -> bool:
        """Whether the product that it is booked on has to be created yet."""
        return self.product_id is None and not self.is_text


class OrderDraft(Document):
    """What will be written to the accounting system.

    `reference` is the source's invoice number, by which the order is found again. `customer_id` is None only in a
    preview, while the customer does not exist yet. `currency` is None for the home currency (NOK). An order has no
    due date of its own in every system: adapters turn it into days from the issue date where they must.
    What follows `rows` is there only where the system has a place for it (Limits, `order_fields`); where it has one
    place for `your_reference` and `buyer_reference`, that is `your_reference`.
    `begun_as` is the id of the order that an earlier attempt began to write and did not finish: it is completed, and
    none is created. It is no part of what the order says.
    """

    reference: str
    customer_id: str | None
    status: NewOrderStatus
    issue_date: IsoDate
    due_date: IsoDate
    currency: Currency | None
    prices_include_vat: bool
    your_reference: str | None
    comment: str | None
    rows: tuple[OrderRow, ...]
    order_number: str | None = None
    our_reference: str | None = None
    buyer_reference: str | None = None
    order_reference: str | None = None
    credited: CreditedOrder | None = None
    delivery: Delivery | None = None
    paid_amount: DecimalText | None = None
    paid_date: IsoDate | None = None
    department: Dimension | None = None
    project: Dimension | None = None
    begun_as: str | None = Field(default=None, exclude=True)


def order_draft_from(
    invoice: Invoice,
    *,
    customer_id: str | None,
    status: NewOrderStatus,
    currency: Currency | None,
    booked: Sequence[RowBooking],
    limits: Limits,
    credited: CreditedOrder | None = None,
    department: Dimension | None = None,
    project: Dimension | None = None,
) -> OrderDraft:
    """Describe a complete invoice as an order.

    Shape: one order row per invoice row, in the same order; `booked` has what each is booked on. A text
    is a row of zero under the VAT of the row before it (the first ones: of the first that has any), so that it brings
    no rate into the order.
    Units: amounts as the invoice has them, with or without VAT as it says, where the accounting system takes both;
    percent, not fractions. Each row comes to what the invoice says, to the øre (core.row_price).
    Errors: ValueError when the invoice is not complete; that is a fault of the caller.
    Source: docs/behaviour.md, "The order".
    """
    if invoice.issue_date is None or invoice.due_date is None:
        raise ValueError("an order is drafted from a complete invoice only")
    prices = [booked_price(row, includes_vat=invoice.prices_include_vat, limits=limits) for row in invoice.rows]
    return OrderDraft(
        reference=invoice.number,
        customer_id=customer_id,
        status=status,
        issue_date=invoice.issue_date,
        due_date=invoice.due_date,
        currency=None if invoice.currency == HOME_CURRENCY else currency,
        prices_include_vat=invoice.prices_include_vat and limits.prices_with_vat,
        your_reference=your_reference(invoice, limits.order_fields),
        comment=_comment(invoice),
        rows=tuple(
            OrderRow(
                product_id=on.product_id,
                text=row_text(row, longest=limits.row_text, told_quantity=price.told_quantity),
                quantity=price.quantity,
                unit_price=price.unit_price,
                discount_percent=price.discount_percent,
                vat_percent=code.percent if row.is_text else row.vat_percent,
                vat_code=code.code,
                is_text=row.is_text and limits.text_rows,
                department=None if row.is_text else on.department,
                project=None if row.is_text else on.project,
            )
            for row, price, on, code in zip(invoice.rows, prices, booked, _codes(booked), strict=True)
        ),
        department=department,
        project=project,
        **_placed({field: what for field, what in stated(invoice).items() if field in limits.order_fields}, credited),
    )


def draft_warnings(invoice: Invoice, draft: OrderDraft, booked: Sequence[RowBooking], *, limits: Limits) -> list[str]:
    """Say what a person should know about how the invoice became this order; each thing once."""
    warnings: list[str | None] = [*invoice.reading_warnings]
    for number, (row, order_row) in enumerate(zip(invoice.rows, draft.rows, strict=True), start=1):
        price = booked_price(row, includes_vat=invoice.prices_include_vat, limits=limits)
        if order_row.text != whole_row_text(row, told_quantity=price.told_quantity):
            warnings.append(
                f"The text of row {number} was too long and was shortened to {len(order_row.text)} characters."
            )
        warnings.append(price.warning(row=number))
    warnings += [on.vat.warning for on in booked if on.vat]
    return list(dict.fromkeys(warning for warning in warnings if warning))


def row_text(row: InvoiceRow, *, longest: int, told_quantity: Decimal | None = None) -> str:
    """Return the text of a row, such as `Tractor (2021-01-10 – 2021-01-12)`, at most `longest` characters.

    Without a period it is just the product. Too long: the product's part is shortened with an ellipsis and the
    period is kept. `told_quantity` is the invoice's quantity where another is booked: ` × 3` stands at the end.
    Source: docs/behaviour.md, "The order".
    """
    whole, end = whole_row_text(row, told_quantity=told_quantity), _row_end(row.period, told_quantity)
    if len(whole) <= longest:
        return whole
    return whole[: longest - len(end) - len(ELLIPSIS)].rstrip() + ELLIPSIS + end


def whole_row_text(row: InvoiceRow, *, told_quantity: Decimal | None = None) -> str:
    """Return the text of a row as it is before anything is shortened."""
    return " ".join((row.product or "").split()) + _row_end(row.period, told_quantity)


def _placed(said: Mapping[OrderField, Any], credited: CreditedOrder | None) -> dict[str, Any]:
    """Return what the order says besides, of what the invoice does and there is a place for."""
    plainly = (
        OrderField.ORDER_NUMBER,
        OrderField.OUR_REFERENCE,
        OrderField.BUYER_REFERENCE,
        OrderField.ORDER_REFERENCE,
        OrderField.PAID_AMOUNT,
        OrderField.PAID_DATE,
    )
    handed_over = {
        "date": said.get(OrderField.DELIVERY_DATE),
        "name": said.get(OrderField.DELIVERY_NAME),
        "address": said.get(OrderField.DELIVERY_ADDRESS),
    }
    return {
        **{str(field): said.get(field) for field in plainly},
        "delivery": Delivery(**handed_over) if any(handed_over.values()) else None,
        "credited": credited if OrderField.CREDITS in said else None,
    }


def _comment(invoice: Invoice) -> str | None:
    """An organization's invoice names its person here (docs/behaviour.md, "Which customer")."""
    person = tidy(invoice.customer.name or "") if (invoice.customer.organization_name or "").strip() else ""
    return "\n".join(part for part in (person, (invoice.comment or "").strip()) if part) or None


def _codes(booked: Sequence[RowBooking]) -> Iterator[VatCode]:
    """Yield the VAT code of each row: its own, or a text's."""
    code = next(on.vat.code for on in booked if on.vat)
    for on in booked:
        code = on.vat.code if on.vat else code
        yield code


def _row_end(period: Period | None, told_quantity: Decimal | None) -> str:
    rented = f" ({period.start} – {period.end})" if period else ""
    return rented if told_quantity is None else f"{rented} × {quantity_text(told_quantity)}"
