"""The order that is asked for in the accounting system.

Pure rules: no network, no clock, no settings. Ids and VAT codes arrive resolved.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from pydantic import Field

from core.business import NewOrderStatus
from core.currency import HOME_CURRENCY, Currency
from core.customer import tidy
from core.fields import DecimalText, Document, IsoDate
from core.invoice import Invoice
from core.limits import Limits
from core.row_text import row_text, whole_row_text
from core.vat_code import VatChoice, VatCode


class OrderRow(Document):
    """One row of the order. `product_id` is None only in a preview, while the product does not exist yet.

    With `is_text` it is written as a text and nothing else; its amounts are zero and say nothing. Only a system that
    has such rows (Limits) is asked for one.
    """

    product_id: str | None
    text: str
    quantity: DecimalText
    unit_price: DecimalText
    discount_percent: DecimalText
    vat_percent: DecimalText
    vat_code: str
    is_text: bool = False


class OrderDraft(Document):
    """What will be written to the accounting system.

    `reference` is the source's invoice number, by which the order is found again. `customer_id` is None only in a
    preview, while the customer does not exist yet. `currency` is None for the home currency (NOK). An order has no
    due date of its own in every system: adapters turn it into days from the issue date where they must.
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
    begun_as: str | None = Field(default=None, exclude=True)


def order_draft_from(
    invoice: Invoice,
    *,
    customer_id: str | None,
    product_id: str | None,
    status: NewOrderStatus,
    currency: Currency | None,
    vat: Sequence[VatChoice],
    limits: Limits,
) -> OrderDraft:
    """Describe a complete invoice as an order.

    Shape: one order row per invoice row, in the same order; `vat` has the choice for each that is not a text. A text
    is a row of zero under the VAT of the row before it (the first ones: of the first that has any), so that it brings
    no rate into the order.
    Units: amounts as the invoice has them, with or without VAT as it says; percent, not fractions.
    Errors: ValueError when the invoice is not complete; that is a fault of the caller.
    Source: documented behaviour, "Generate new order in 24Seven".
    """
    if invoice.issue_date is None or invoice.due_date is None:
        raise ValueError("an order is drafted from a complete invoice only")
    return OrderDraft(
        reference=invoice.number,
        customer_id=customer_id,
        status=status,
        issue_date=invoice.issue_date,
        due_date=invoice.due_date,
        currency=None if invoice.currency == HOME_CURRENCY else currency,
        prices_include_vat=invoice.prices_include_vat,
        your_reference=tidy(invoice.your_reference or "") or None,
        comment=_comment(invoice),
        rows=tuple(
            OrderRow(
                product_id=product_id,
                text=row_text(row, longest=limits.row_text),
                quantity=Decimal(0) if row.is_text else row.quantity,
                unit_price=Decimal(0) if row.is_text else row.unit_price,
                discount_percent=row.discount_percent or Decimal(0),
                vat_percent=code.percent if row.is_text else row.vat_percent,
                vat_code=code.code,
                is_text=row.is_text and limits.text_rows,
            )
            for row, code in zip(invoice.rows, _codes(invoice, vat), strict=True)
        ),
    )


def draft_warnings(invoice: Invoice, draft: OrderDraft, vat: Sequence[VatChoice]) -> list[str]:
    """Say what a person should know about how the invoice became this order; each thing once."""
    shortened = [
        f"The text of row {number} was too long and was shortened to {len(order_row.text)} characters."
        for number, (row, order_row) in enumerate(zip(invoice.rows, draft.rows, strict=True), start=1)
        if order_row.text != whole_row_text(row)
    ]
    return list(dict.fromkeys([*shortened, *(choice.warning for choice in vat if choice.warning)]))


def _comment(invoice: Invoice) -> str | None:
    """Documented behaviour: with an organization, "the customer name on Sharefox will be added as invoice comment"."""
    person = tidy(invoice.customer.name or "") if (invoice.customer.organization_name or "").strip() else ""
    return "\n".join(part for part in (person, (invoice.comment or "").strip()) if part) or None


def _codes(invoice: Invoice, vat: Sequence[VatChoice]) -> Iterator[VatCode]:
    """Yield the VAT code of each row: its own, or a text's."""
    left, code = iter(vat), vat[0].code
    for row in invoice.rows:
        code = code if row.is_text else next(left).code
        yield code
