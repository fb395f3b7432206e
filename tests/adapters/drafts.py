"""Invoices' orders as the tests write them."""

from datetime import date
from decimal import Decimal

from core.business import NewOrderStatus
from core.currency import Currency
from core.order_draft import OrderDraft, OrderRow


def row(product_id: str, **changes: object) -> OrderRow:
    values: dict[str, object] = {
        "product_id": product_id,
        "text": "Tractor (2021-01-10 – 2021-01-12)",
        "quantity": Decimal("1"),
        "unit_price": Decimal("1200.00"),
        "discount_percent": Decimal("0"),
        "vat_percent": Decimal("25"),
        "vat_code": "3",
    }
    return OrderRow.model_validate({**values, **changes})


def draft(reference: str, *, customer_id: str, product_id: str, **changes: object) -> OrderDraft:
    values: dict[str, object] = {
        "reference": reference,
        "customer_id": customer_id,
        "status": NewOrderStatus.DRAFT,
        "issue_date": date(2026, 3, 29),
        "due_date": date(2026, 4, 12),
        "currency": None,
        "prices_include_vat": False,
        "your_reference": None,
        "comment": None,
        "rows": (row(product_id),),
    }
    return OrderDraft.model_validate({**values, **changes})


EURO = Currency(code="EUR", rate=Decimal("11.6"), unit=1)
