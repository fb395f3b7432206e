"""Invoices that the conformance suite sends, and drafts to ask the ports for. Numbers and people are made up."""

from datetime import date
from decimal import Decimal
from typing import Any

from core.customer import Address, Customer
from core.invoice import Invoice, InvoiceRow, InvoiceType, Period
from core.order_draft import OrderDraft, OrderRow
from core.ports.accounting import AccountingSystem
from core.vat_code import vat_code_for
from plugins.conformance.installation import CATEGORY, PRODUCT

COMPANY_NUMBER = "911000008"
PHONE = "40000002"
ADDRESS = Address(street="Prøveveien 1", postal_code="0150", city="Oslo", country="NO")
NEW_ADDRESS = Address(street="Flyttegata 9", postal_code="5003", city="Bergen", country="NO")

PERSON = Customer(name="Signe Prøve", email="signe@prove.example", phone="40000001", address=ADDRESS)
COMPANY = Customer(
    name="Signe Prøve",
    email="post@moe.example",
    phone=PHONE,
    organization_name="Moe Prøve AS",
    organization_number=COMPANY_NUMBER,
    address=ADDRESS,
)


_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)


def a_customer(nth: int) -> Customer:
    """One of many customers, told apart by their number; every third is a company."""
    person = {"name": f"Prøve Kunde{nth}", "email": f"post{nth}@prove.example", "phone": f"4{nth:07}"}
    address = ADDRESS.model_copy(update={"street": f"Prøveveien {nth}"})
    if nth % 3:
        return Customer(address=address, **person)
    return Customer(
        address=address,
        organization_name=f"Prøve {nth} AS",
        organization_number=_organization_number(nth),
        **person,
    )


def a_row(**changes: Any) -> InvoiceRow:
    """A row of 1200 kroner without VAT; the changes are InvoiceRow's fields."""
    return InvoiceRow(
        product="Tractor",
        period=Period(start=date(2021, 1, 10), end=date(2021, 1, 12)),
        quantity=Decimal(1),
        unit_price=Decimal(1200),
        discount_percent=Decimal(0),
        vat_percent=Decimal(25),
    ).model_copy(update=changes)


def an_invoice(number: str = "2001-1", **changes: Any) -> Invoice:
    """A complete invoice of one row to a company; the changes are Invoice's fields."""
    return Invoice(
        number=number,
        type=InvoiceType.DATA_FOR_ACCOUNTING,
        issue_date=date(2026, 10, 1),
        due_date=date(2026, 10, 15),
        customer=COMPANY,
        rows=(a_row(),),
    ).model_copy(update=changes)


def drafts_for(system: AccountingSystem, references: list[str]) -> list[OrderDraft]:
    """Return orders of one row to one new customer, with these references, as the core would draft them."""
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


def _organization_number(nth: int) -> str:
    """Return a valid organization number; no two below ten thousand are alike."""
    for digits in (f"{start:08}" for start in range(91_000_000 + nth * 7, 91_000_000 + nth * 7 + 7)):
        check = -sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11
        if check < 10:
            return f"{digits}{check}"
    raise AssertionError("of seven numbers in a row one has a check digit")
