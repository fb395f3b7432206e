"""Prepare the order of an invoice: the decisions that preview shows and a transfer carries out."""

from collections.abc import Mapping

from core.business import Business
from core.currency import HOME_CURRENCY, account_currency
from core.dimension import Dimension, DimensionKind, dimension_meant, stated_dimension
from core.fields import Document
from core.invoice import Invoice, InvoiceRow
from core.limits import Limits, OrderField, field_warnings, not_written
from core.order_draft import OrderDraft, References, RowBooking, draft_warnings, order_draft_from
from core.product import booked_as, product_meant
from core.vat_code import vat_code_for


class PreparedOrder(Document):
    """An order as it would be written, and what a person should know about it.

    `not_written` is what the invoice says and the order won't, by field, and why.
    """

    draft: OrderDraft
    warnings: tuple[str, ...]
    not_written: Mapping[str, str]

    def for_customer(
        self, customer_id: str | None, *, person: str | None = None, begun_as: str | None = None
    ) -> OrderDraft:
        """Return the order for the customer with this id; `begun_as` is the unfinished one that it completes.

        `person` is who has to be named in the comment, because the customer's record does not.
        """
        comment = "\n".join(part for part in (person, self.draft.comment) if part) or None
        return self.draft.model_copy(update={"customer_id": customer_id, "comment": comment, "begun_as": begun_as})


def prepared_order(invoice: Invoice, business: Business, references: References, *, limits: Limits) -> PreparedOrder:
    """Choose products, VAT codes, dimensions and currency for a complete invoice and draft its order.

    Its customer is left open.
    Errors: Rejected, codes `unknown_product`, `ambiguous_product`, `unreadable_product`, `unknown_vat_rate`,
    `vat_code_not_for_sale`, `unknown_dimension`, `ambiguous_dimension`, `unknown_currency`.
    """
    booked = [_booking(row, invoice, business, references, limits=limits) for row in invoice.rows]
    draft = order_draft_from(
        invoice,
        customer_id=None,
        status=business.order_status,
        currency=None
        if invoice.currency == HOME_CURRENCY
        else account_currency(invoice.currency, account=references.currencies),
        booked=booked,
        limits=limits,
        credited=references.credited.get(invoice.credits or ""),
        **_dimensions(invoice, business, references=references, limits=limits),
    )
    left_out = not_written(invoice, limits.order_fields, knows_credited=draft.credited is not None)
    warnings = (*draft_warnings(invoice, draft, booked, limits=limits), *field_warnings(left_out))
    return PreparedOrder(draft=draft, warnings=warnings, not_written=left_out)


def _booking(
    row: InvoiceRow, invoice: Invoice, business: Business, references: References, *, limits: Limits
) -> RowBooking:
    named = booked_as(row, business.products)
    return RowBooking(
        product_id=product_meant(named, references.products[named.booked.product]).id
        if named
        else references.product_id,
        vat=None
        if row.vat_percent is None
        else vat_code_for(row.vat_percent, account=references.vat_codes, overrides=business.vat_codes, product=named),
        **({} if row.is_text else _dimensions(row, invoice, business, references=references, limits=limits)),
    )


def _dimensions(
    *said_by: Business | Invoice | InvoiceRow, references: References, limits: Limits
) -> dict[str, Dimension]:
    """Return the department and the project of the first that names one, where an order has a place for it."""
    return {
        kind: dimension_meant(kind, wanted, references.dimensions)
        for kind in DimensionKind
        if OrderField(kind) in limits.order_fields and (wanted := stated_dimension(kind, *said_by))
    }
