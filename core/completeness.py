"""Whether an invoice's data is complete and can be booked.

Pure rules that name every fault at once. Source: documented behaviour, "Make sure the invoice data is complete"
and "Make sure / change invoice type to Data for Accounting".
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from pydantic import validate_email
from pydantic_core import PydanticCustomError

from core.customer import Customer, is_norwegian_organization_number
from core.errors import Fault, InvalidInvoice
from core.fields import hidden_in
from core.invoice import Invoice, InvoiceRow, InvoiceType
from core.limits import Limits

_CURRENCY = re.compile(r"[A-Z]{3}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_HUNDRED = Decimal(100)
# Outside these years a date was mistyped; accounting systems take some such dates for "not set".
_EARLIEST, _LATEST = date(2000, 1, 1), date(2099, 12, 31)


def require_sendable(invoice: Invoice, *, limits: Limits) -> None:
    """Raise InvalidInvoice, naming every fault, unless the invoice is complete and data for accounting."""
    faults = completeness_faults(invoice, limits=limits)
    if invoice.type is not InvoiceType.DATA_FOR_ACCOUNTING:
        faults.insert(0, Fault("type", 'is "printed"; only "data_for_accounting" may be sent'))
    if not faults:
        return
    named = "; ".join(f"{fault.field}: {fault.message}" for fault in faults)
    only_type = len(faults) == 1 and faults[0].field == "type"
    raise InvalidInvoice(
        f"Invoice {invoice.number} can't be sent. {named}.",
        faults=faults,
        code="not_data_for_accounting" if only_type else None,
        hint='Change the invoice type to "data_for_accounting", then send it again.' if only_type else None,
    )


def completeness_faults(invoice: Invoice, *, limits: Limits) -> list[Fault]:
    """Return everything that keeps the invoice from being booked; empty when it is complete."""
    return [
        *_head_faults(invoice),
        *_customer_faults(invoice.customer, limits=limits),
        *_hidden_signs(invoice.customer),
        *(
            Fault(f"rows[{index}].{field}", message)
            for index, row in enumerate(invoice.rows)
            for field, message in _row_faults(row, limits=limits)
        ),
    ]


def _head_faults(invoice: Invoice) -> Iterator[Fault]:
    for field, day in (("issue_date", invoice.issue_date), ("due_date", invoice.due_date)):
        if day is not None and not _EARLIEST <= day <= _LATEST:
            yield Fault(field, f"{day} is not between {_EARLIEST} and {_LATEST}")
    if invoice.issue_date is None:
        yield Fault("issue_date", "is missing")
    if invoice.due_date is None:
        yield Fault("due_date", "is missing")
    elif invoice.issue_date and invoice.due_date < invoice.issue_date:
        yield Fault("due_date", f"{invoice.due_date} is before the issue date {invoice.issue_date}")
    if not _CURRENCY.fullmatch(invoice.currency):
        yield Fault("currency", f'"{invoice.currency}" is not a currency code of three capital letters, such as NOK')
    if not invoice.rows:
        yield Fault("rows", "there are none; an invoice has at least one")
    elif all(row.is_text for row in invoice.rows):
        yield Fault("rows", "are texts only; an invoice has at least one with a quantity, a price and its VAT")


def _customer_faults(customer: Customer, *, limits: Limits) -> Iterator[Fault]:
    if not (customer.name or "").strip() and not (customer.organization_name or "").strip():
        yield Fault("customer.name", "is missing")
    if len(customer.booked_name) > limits.customer_name:
        field = "customer.organization_name" if customer.is_company else "customer.name"
        yield Fault(field, f"is longer than the {limits.customer_name} characters that can be booked")
    if not customer.key_email and not customer.key_number:
        yield Fault("customer", "has neither an e-mail address nor an organization number")
    if customer.key_email and not _is_email(customer.email or ""):
        yield Fault("customer.email", "is not an e-mail address")
    country = (customer.address and customer.address.country) or None
    if country is not None and not _COUNTRY.fullmatch(country):
        yield Fault("customer.address.country", f'"{country}" is not a country code of two capital letters')
    if (
        (customer.organization_number or "").strip()
        and country in (None, "NO")
        and not is_norwegian_organization_number(customer.organization_number or "")
    ):
        yield Fault("customer.organization_number", "is not a Norwegian organization number: its check digit is wrong")


def _hidden_signs(customer: Customer) -> Iterator[Fault]:
    """Name what is refused of a new invoice, but was taken in under an earlier version."""
    fields = ("name", "email", "organization_name", "organization_number")
    texts = {field: getattr(customer, field) for field in fields}
    if customer.address:
        texts |= {f"address.{part}": text for part, text in customer.address}
    for field, text in texts.items():
        if fault := hidden_in(text or ""):
            yield Fault(f"customer.{field}", fault)


def _row_faults(row: InvoiceRow, *, limits: Limits) -> Iterator[tuple[str, str]]:
    if not (row.product or "").strip():
        yield "product", "is missing"
    if row.period and row.period.end < row.period.start:
        yield "period", f"ends {row.period.end}, before it starts {row.period.start}"
    if row.is_text:
        return
    if row.quantity is None:
        yield "quantity", "is missing"
    if row.unit_price is None:
        yield "unit_price", "is missing"
    elif row.unit_price < 0:
        yield "unit_price", "is negative; a credit has a negative quantity (EN 16931 BR-27)"
    if row.discount_percent is not None and not 0 <= row.discount_percent <= _HUNDRED:
        yield "discount_percent", "is not between 0 and 100"
    if row.vat_percent is None:
        yield "vat_percent", "is missing"
    elif not 0 <= row.vat_percent <= _HUNDRED:
        yield "vat_percent", "is not between 0 and 100"
    for field in ("quantity", "unit_price", "discount_percent"):
        amount: Decimal | None = getattr(row, field)
        if amount is not None and _decimals(amount) > limits.decimals:
            yield field, f"has more than the {limits.decimals} decimals that can be booked"
        if amount is not None and abs(amount) > limits.largest_amount:
            yield field, f"is beyond the {limits.largest_amount} that can be booked"
    if abs((row.quantity or Decimal(0)) * (row.unit_price or Decimal(0))) > limits.largest_amount:
        yield "unit_price", f"times the quantity is beyond the {limits.largest_amount} that can be booked"


def _decimals(amount: Decimal) -> int:
    """Count the decimals that matter: 1.50000 has one."""
    exponent = amount.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _is_email(text: str) -> bool:
    if "<" in text:  # "Kari <kari@fjell.no>" is a way of writing one, not one
        return False
    try:
        validate_email(text.strip())
    except PydanticCustomError:
        return False
    return True
