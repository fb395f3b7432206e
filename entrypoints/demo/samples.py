"""A shop's invoices, some of each kind, and how far each has come: what a newcomer finds in the console.

They are in invoices/shop.json: issued so many days ago, for what was rented so many days up to the day before. One has
a VAT rate that the accounting system has no code for, and of one two customers may be meant.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum, auto
from importlib.resources import files
from typing import Any

from core.errors import KvittError
from core.invoice import Invoice
from entrypoints.container import Container
from entrypoints.demo.world import BUSINESS, demo_business
from entrypoints.parsing import business_from, invoice_from
from sandbox import DEMO_ACCOUNT, Sandbox
from sandbox.twentyfour_seven_office.books import Books


class Course(StrEnum):
    """How far an invoice has come."""

    ADDED = auto()
    SENT = auto()
    PUBLISHED = auto()
    PARTLY_PAID = auto()
    PAID = auto()
    DELETED = auto()


@dataclass(frozen=True)
class Sample:
    """An invoice, and how far it has come."""

    invoice: Invoice
    course: Course


def fill(container: Container, office: Sandbox, *, today: date) -> None:
    """Connect the shop, add its invoices, and let each come as far as it has."""
    books: Books = office.account(DEMO_ACCOUNT).books
    for customer in _shop()["customers"]:
        address = {
            "Street": customer["street"],
            "PostalCode": customer["postal_code"],
            "PostalArea": customer["city"],
            "Country": "NO",
        }
        books.add_customer(customer["name"], emails={"Primary": customer["email"]}, addresses={"Post": address})
    container.connect_business().store(business_from(demo_business()))
    samples = sample_invoices(today)
    for sample in samples:
        container.add_invoice().add(BUSINESS, sample.invoice)
    sent = [sample for sample in samples if sample.course is not Course.ADDED]
    container.send_many().send(BUSINESS, [sample.invoice.number for sample in sent])
    for sample in sent:
        _let_come(books, sample)
    arrived = [order.reference for order in books.orders.values()]
    for report in container.check_status().check(BUSINESS, arrived):
        if isinstance(report, KvittError):
            raise report


def _let_come(books: Books, sample: Sample) -> None:
    """Do in the accounting system what the accountant and the customer have done with the order, if it arrived."""
    order = next((one for one in books.orders.values() if one.reference == sample.invoice.number), None)
    if order is None:
        return
    acts: dict[Course, list[Callable[[], Any]]] = {
        Course.PUBLISHED: [lambda: books.publish(order.id)],
        Course.PARTLY_PAID: [
            lambda: books.publish(order.id),
            lambda: books.pay(order.id, amount=(order.total_inc_vat / 2).quantize(Decimal("0.01"))),
        ],
        Course.PAID: [lambda: books.publish(order.id), lambda: books.pay(order.id)],
        Course.DELETED: [lambda: books.delete_order(order.id)],
    }
    for act in acts.get(sample.course, []):
        act()


def sample_invoices(today: date) -> list[Sample]:
    """Return the invoices, the oldest first, dated so that they are of these weeks."""
    return [
        Sample(_invoice(document, issued=today - timedelta(days=document.pop("days_ago"))), course)
        for document in _shop()["invoices"]
        if (course := Course(document.pop("course")))
    ]


def _shop() -> dict[str, Any]:
    text = files("entrypoints.demo").joinpath("invoices", "shop.json").read_text(encoding="utf-8")
    shop: dict[str, Any] = json.loads(text)
    return shop


def _invoice(document: dict[str, Any], *, issued: date) -> Invoice:
    dates = {"issue_date": issued.isoformat(), "due_date": (issued + timedelta(days=14)).isoformat()}
    rows = [_row(row, issued=issued) for row in document.pop("rows")]
    return invoice_from({"type": "data_for_accounting", "currency": "NOK", **dates, **document, "rows": rows})


def _row(row: dict[str, Any], *, issued: date) -> dict[str, Any]:
    days = row.pop("days", 0)
    end = issued - timedelta(days=1)
    period = {"start": (end - timedelta(days=days - 1)).isoformat(), "end": end.isoformat()}
    return {**row, "period": period} if days else row
