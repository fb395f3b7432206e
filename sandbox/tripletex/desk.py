"""A company of Tripletex on its accountant's desk."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from typing_extensions import override

from sandbox.desk import CustomerOnDesk, OrderOnDesk
from sandbox.tripletex.books import Books
from sandbox.tripletex.companies import Company
from sandbox.tripletex.records import Customer, Invoice, Order


class TripletexOrder(OrderOnDesk):
    """An order, and the invoice that was made of it."""

    def __init__(self, books: Books, order: Order) -> None:
        self._books = books
        self._order = order

    @property
    @override
    def id(self) -> int:
        return self._order.id

    @property
    @override
    def name(self) -> str:
        return self._order.number

    @property
    @override
    def status(self) -> str:
        return ""

    @property
    @override
    def invoice_id(self) -> int | None:
        invoice = self._invoice
        return None if invoice is None else invoice.number

    @property
    @override
    def customer_id(self) -> int:
        return self._order.customer_id

    @property
    @override
    def customer_name(self) -> str:
        customer = self._books.customers.get(self._order.customer_id)
        return customer.name if customer else ""

    @property
    @override
    def reference(self) -> str:
        return self._order.reference

    @property
    @override
    def memo(self) -> str:
        return self._order.invoice_comment

    @property
    @override
    def rows(self) -> Sequence[str]:
        return [line.description for line in self._order.lines]

    @property
    @override
    def total(self) -> Decimal:
        invoice = self._invoice or self._books.invoice_to_be(self._order)
        return invoice.amount_currency

    @property
    @override
    def paid_amount(self) -> Decimal:
        invoice = self._invoice
        return Decimal(0) if invoice is None else invoice.paid_amount

    @property
    @override
    def currency(self) -> str:
        return self._books.currency(self._order.currency_id).code

    @property
    @override
    def paid(self) -> date | None:
        invoice = self._invoice
        if invoice is None or invoice.outstanding or not invoice.paid_amount:
            return None
        return max(posting.date for posting in invoice.postings)

    @property
    @override
    def due_date(self) -> date | None:
        invoice = self._invoice
        return None if invoice is None else invoice.invoice_due_date

    @property
    @override
    def created(self) -> datetime | None:
        return self._order.created_at

    @property
    def _invoice(self) -> Invoice | None:
        return self._books.invoices.get(self._order.invoice_id or 0)


class TripletexDesk:
    """A company of Tripletex. What is done to an order goes by the order's id."""

    system = "Tripletex"

    def __init__(self, company: Company) -> None:
        self._company = company
        self._books = company.books
        self.key = f"tripletex-{company.id}"
        self.number = company.id
        self.name = company.name
        self.title = f"{company.name} (Tripletex)"
        self.publish = self._books.publish
        self.pay = self._books.pay
        self.take_back = self._books.take_back
        self.credit = self._books.credit
        self.delete_order = self._books.delete_order
        self.delete_customer = self._books.delete_customer
        self.add_customers = self._books.add_customers

    @property
    def number_of_orders(self) -> int:
        """How many orders there are."""
        return len(self._books.orders)

    @property
    def number_of_products(self) -> int:
        """How many products there are."""
        return len(self._books.products)

    @property
    def number_of_customers(self) -> int:
        """How many customers there are."""
        return len(self._books.customers)

    def orders(self) -> Iterator[OrderOnDesk]:
        """All orders."""
        return (TripletexOrder(self._books, order) for order in self._books.orders.values())

    def customers(self, start: int, stop: int) -> Sequence[CustomerOnDesk]:
        """Some of the customers."""
        return [
            CustomerOnDesk(
                customer.id,
                customer.name,
                _type(customer),
                customer.organization_number,
                list(dict.fromkeys(filter(None, (customer.email, customer.invoice_email)))),
            )
            for customer in islice(self._books.customers.values(), start, stop)
        ]

    def credited_orders(self) -> set[int]:
        """The ids of the orders whose invoices were credited."""
        return {invoice.order_id for invoice in self._books.invoices.values() if invoice.is_credited}

    def add_customer(self, name: str, *, first_name: str, type: str, organization_number: str, email: str) -> int:  # noqa: A002
        """Add a customer; a person has one name here."""
        return self._books.add_customer(
            f"{first_name} {name}".strip(),
            is_private_individual=type == "Consumer",
            organization_number=organization_number,
            email=email,
        )

    def state(self) -> dict[str, Any]:
        """What the books hold."""
        company, books = self._company, self._books
        return {
            "id": company.id,
            "key": self.key,
            "name": company.name,
            "has_logistics": company.has_logistics,
            "customers": [asdict(customer) for customer in books.customers.values()],
            "products": [asdict(product) for product in books.products.values()],
            "product_groups": [asdict(group) for group in books.product_groups.values()],
            "orders": [asdict(order) for order in books.orders.values()],
            "invoices": [asdict(invoice) for invoice in books.invoices.values()],
        }


def _type(customer: Customer) -> str:
    if customer.is_supplier and not customer.is_customer:
        return "Supplier"
    return "Consumer" if customer.is_private_individual else "Business"
