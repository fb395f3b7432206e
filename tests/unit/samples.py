"""Invoices, customers and records that tests vary; every one is complete and all names are made up."""

from datetime import date
from typing import Any

from core.customer import Address, Customer, CustomerKind, CustomerRecord
from core.invoice import Invoice, InvoiceRow, InvoiceType, Period
from core.limits import Limits

LIMITS = Limits(row_text=300, customer_name=200, product_name=125, decimals=4)

NUMBER = "911000008"
OTHER_NUMBER = "817404502"


def a_person(**changes: Any) -> Customer:
    fields = {
        "name": "Signe Haugland",
        "email": "signe@post.example",
        "phone": "+47 911 22 333",
        "address": Address(street="Kirkegata 4", postal_code="3015", city="Drammen", country="NO"),
    }
    return Customer(**{**fields, **changes})


def a_company(**changes: Any) -> Customer:
    fields = {
        "name": "Arne Moe",
        "email": "arne@moe.example",
        "organization_name": "Moe Anlegg AS",
        "organization_number": "911 000 008",
    }
    return Customer(**{**fields, **changes})


def a_row(**changes: Any) -> InvoiceRow:
    fields = {
        "product": "Tractor",
        "period": Period(start=date(2021, 1, 10), end=date(2021, 1, 12)),
        "quantity": "1",
        "unit_price": "1200.00",
        "discount_percent": "0",
        "vat_percent": "25",
    }
    return InvoiceRow(**{**fields, **changes})


def a_text(**changes: Any) -> InvoiceRow:
    """A row that only says something."""
    return InvoiceRow(**{"product": "Delivered on site by our own driver", **changes})


def an_invoice(**changes: Any) -> Invoice:
    fields = {
        "number": "2001-1",
        "order_number": "2001",
        "type": InvoiceType.DATA_FOR_ACCOUNTING,
        "issue_date": date(2026, 10, 1),
        "due_date": date(2026, 10, 15),
        "customer": a_person(),
        "rows": (a_row(),),
    }
    return Invoice(**{**fields, **changes})


def a_record(**changes: Any) -> CustomerRecord:
    """A record that says what `a_person` says."""
    address = Address(street="Kirkegata 4", postal_code="3015", city="Drammen", country="NO")
    fields = {
        "id": "501",
        "name": "Signe Haugland",
        "kind": CustomerKind.CONSUMER,
        "emails": ("signe@post.example",),
        "phones": ("91122333",),
        "addresses": (address, address),
    }
    return CustomerRecord(**{**fields, **changes})


def a_company_record(**changes: Any) -> CustomerRecord:
    """A record that says what `a_company` says."""
    fields = {
        "id": "601",
        "name": "Moe Anlegg AS",
        "kind": CustomerKind.BUSINESS,
        "organization_number": NUMBER,
        "emails": ("arne@moe.example",),
        "addresses": (Address(), Address()),
    }
    return CustomerRecord(**{**fields, **changes})
