"""Orders to ask the ports for directly, as the core would draft them."""

from decimal import Decimal

from core.order_draft import OrderDraft, OrderRow
from core.ports.accounting import AccountingSystem
from core.vat_code import vat_code_for
from plugins.conformance.installation import CATEGORY, PRODUCT
from plugins.conformance.samples import COMPANY, an_invoice


def drafts_for(system: AccountingSystem, references: list[str]) -> list[OrderDraft]:
    """Return orders of one row to one new customer, with these references."""
    customer_id = str(system.customers.create([COMPANY])[0])
    category_id = system.products.create_category(CATEGORY)
    product_id = system.products.create_product(PRODUCT, category_id=category_id)
    vat = vat_code_for(Decimal(25), account=system.vat.codes(), overrides={}).code
    row = OrderRow(
        product_id=product_id,
        text="Tractor",
        quantity=Decimal(1),
        unit_price=Decimal(1200),
        discount_percent=Decimal(0),
        vat_percent=vat.percent,
        vat_code=vat.code,
    )
    invoice = an_invoice()
    return [
        OrderDraft.model_validate(
            {
                "reference": reference,
                "customer_id": customer_id,
                "status": "draft",
                "issue_date": invoice.issue_date,
                "due_date": invoice.due_date,
                "currency": None,
                "prices_include_vat": False,
                "your_reference": None,
                "comment": None,
                "rows": (row,),
            }
        )
        for reference in references
    ]
