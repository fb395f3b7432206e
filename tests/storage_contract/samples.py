"""What the promises are tried with: businesses, invoices and transfers, and lengths of time."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from core.batch import Batch
from core.business import Business, Connection
from core.customer import Address, Customer
from core.invoice import Invoice, InvoiceRow, InvoiceType, Period
from core.payment import PaymentReason, PaymentReport, PaymentStatusValue
from core.ports.storage import Storage
from core.transfer import (
    RetryPolicy,
    Transfer,
    new_transfer,
)

NOW = datetime(2021, 1, 15, 12, 0, 0, 123456, tzinfo=UTC)
POLICY = RetryPolicy()
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
SHORT = timedelta(milliseconds=50)
"""A lease that a test lets run out."""


def a_business(name: str = "fjell", **changes: object) -> Business:
    connection = Connection.of("24sevenoffice", {"username": "ola@fjell.example", "password": "hunter2 æøå"})
    return Business.model_validate({"name": name, "accounting": connection, **changes})


def an_invoice(number: str = "1001", **changes: object) -> Invoice:
    return Invoice.model_validate(
        {
            "number": number,
            "order_number": "5001",
            "type": InvoiceType.DATA_FOR_ACCOUNTING,
            "issue_date": date(2021, 1, 15),
            "due_date": date(2021, 1, 29),
            "customer": Customer(
                name="Kari Ås", email="kari@example.com", address=Address(street="Storgata 1", city="Bø", country="NO")
            ),
            "rows": (
                InvoiceRow(
                    product="Tractor – «stor»",
                    period=Period(start=date(2021, 1, 10), end=date(2021, 1, 12)),
                    quantity=Decimal("-1.50"),
                    unit_price=Decimal("1200.00"),
                    vat_percent=Decimal("25"),
                ),
            ),
            **changes,
        }
    )


def a_transfer(identifier: str = "t1", invoice: str = "1001", business: str = "fjell", at: datetime = NOW) -> Transfer:
    return new_transfer(identifier, business=business, invoice=invoice, now=at)


def a_report(invoice: str = "1001", **changes: object) -> PaymentReport:
    return PaymentReport.model_validate(
        {
            "invoice": invoice,
            "status": PaymentStatusValue.NOT_PAID,
            "reason": PaymentReason.NOT_PUBLISHED,
            "order_id": "900",
            "checked_at": NOW,
            **changes,
        }
    )


def a_dated_batch(identifier: str, at: datetime, business: str = "fjell") -> Batch:
    return Batch(id=identifier, business=business, created_at=at)


class BrokenOffError(Exception):
    """Raised by a test within a transaction."""


class WithBusinesses:
    @pytest.fixture
    def stocked(self, storage: Storage) -> Storage:
        """The storage with two businesses, fjell and vidde."""
        with storage.transaction() as work:
            work.businesses.put(a_business("fjell"))
            work.businesses.put(a_business("vidde"))
        return storage


def pages(listing: Callable[[str | None], Sequence[str]]) -> list[str]:
    """Read a listing to its end, each page after the last key of the one before."""
    found: list[str] = []
    while page := listing(found[-1] if found else None):
        found += page
    return found
