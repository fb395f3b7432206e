"""The month-end that is measured: invoices of a rental shop for persons and companies, of one to three rows."""

from collections.abc import Iterator

from core.invoice import Invoice

CUSTOMERS = 400
_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)


def organization_number(nth: int) -> str:
    """Return a valid organization number; no two below ten thousand are alike."""
    for digits in (f"{start:08}" for start in range(91_000_000 + nth * 7, 91_000_000 + nth * 7 + 7)):
        check = -sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11
        if check < 10:
            return f"{digits}{check}"
    raise AssertionError("of seven numbers in a row one has a check digit")


def invoice(number: str, *, customer: int) -> Invoice:
    """Make an invoice for the customer of that number; every third is a company."""
    details = {
        "name": f"Prøve Kunde{customer}",
        "email": f"post{customer}@prove.example",
        "phone": f"4{customer:07}",
        "address": {"street": f"Prøveveien {customer}", "postal_code": "0150", "city": "Oslo", "country": "NO"},
    }
    if customer % 3 == 0:
        details |= {"organization_name": f"Prøve {customer} AS", "organization_number": organization_number(customer)}
    row = {
        "product": "Tractor",
        "period": {"start": "2026-09-10", "end": "2026-09-12"},
        "quantity": "1",
        "unit_price": "1200.00",
        "discount_percent": "0",
        "vat_percent": "25",
    }
    return Invoice.model_validate(
        {
            "number": number,
            "type": "data_for_accounting",
            "issue_date": "2026-10-01",
            "due_date": "2026-10-15",
            "customer": details,
            "rows": [row] * (1 + customer % 3),
        }
    )


def invoices(prefix: str, count: int) -> Iterator[Invoice]:
    """Make so many invoices for CUSTOMERS customers."""
    return (invoice(f"{prefix}-{nth:06}", customer=nth % CUSTOMERS) for nth in range(count))
