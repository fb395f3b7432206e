"""Prepare the order of an invoice: the decisions that preview shows and a transfer carries out."""

from collections.abc import Mapping

from core.business import Business
from core.currency import HOME_CURRENCY, account_currency
from core.fields import Document
from core.invoice import Invoice
from core.limits import Limits
from core.order_draft import OrderDraft, draft_warnings, order_draft_from
from core.order_fields import field_warnings, not_written
from core.references import References
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
    """Choose VAT codes and currency for a complete invoice and draft its order, its customer left open.

    Errors: Rejected, codes `unknown_vat_rate`, `vat_code_not_for_sale`, `unknown_currency`.
    """
    vat = [
        vat_code_for(row.vat_percent, account=references.vat_codes, overrides=business.vat_codes)
        for row in invoice.rows
        if row.vat_percent is not None
    ]
    draft = order_draft_from(
        invoice,
        customer_id=None,
        product_id=references.product_id,
        status=business.order_status,
        currency=None
        if invoice.currency == HOME_CURRENCY
        else account_currency(invoice.currency, account=references.currencies),
        vat=vat,
        limits=limits,
        credited=references.credited.get(invoice.credits or ""),
    )
    left_out = not_written(invoice, limits.order_fields, knows_credited=draft.credited is not None)
    warnings = (*draft_warnings(invoice, draft, vat, limits=limits), *field_warnings(left_out))
    return PreparedOrder(draft=draft, warnings=warnings, not_written=left_out)
