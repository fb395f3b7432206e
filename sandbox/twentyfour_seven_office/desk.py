"""A company of 24SevenOffice on its accountant's desk."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from typing_extensions import override

from sandbox.desk import CustomerOnDesk, OrderOnDesk
from sandbox.twentyfour_seven_office.books import Books
from sandbox.twentyfour_seven_office.records import Customer, Order
from sandbox.twentyfour_seven_office.users import Account


class OfficeOrder(OrderOnDesk):
    """An order, or an invoice: one record is both."""

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
        return str(self._order.id)

    @property
    @override
    def status(self) -> str:
        return self._order.status

    @property
    @override
    def invoice_id(self) -> int | None:
        return self._order.invoice_id

    @property
    @override
    def customer_id(self) -> int:
        return self._order.customer_id

    @property
    @override
    def customer_name(self) -> str:
        """What the customer is called in the books, else on the order."""
        customer = self._books.customers.get(self._order.customer_id)
        return full_name(customer) if customer else self._order.customer_name

    @property
    @override
    def reference(self) -> str:
        return self._order.reference

    @property
    @override
    def memo(self) -> str:
        return self._order.internal_memo

    @property
    @override
    def rows(self) -> Sequence[str]:
        return [row.name for row in self._order.rows]

    @property
    @override
    def total(self) -> Decimal:
        return self._order.total_inc_vat

    @property
    @override
    def paid_amount(self) -> Decimal:
        return self._order.paid_amount

    @property
    @override
    def currency(self) -> str:
        return self._order.currency_symbol

    @property
    @override
    def paid(self) -> datetime | None:
        return self._order.paid

    @property
    @override
    def due_date(self) -> date | None:
        return self._order.due_date

    @property
    @override
    def created(self) -> datetime | None:
        return self._order.date_created


class OfficeDesk:
    """A company of 24SevenOffice."""

    system = "24SevenOffice"

    def __init__(self, account: Account) -> None:
        self._account = account
        self._books = account.books
        self.key = account.identity_id
        self.number = account.number
        self.name = self.title = account.name
        self.publish = self._books.publish
        self.pay = self._books.pay
        self.take_back = self._books.take_back
        self.credit = self._books.credit
        self.credited_orders = self._books.credited_orders
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
        return (OfficeOrder(self._books, order) for order in self._books.orders.values())

    def customers(self, start: int, stop: int) -> Sequence[CustomerOnDesk]:
        """Some of the customers."""
        return [
            CustomerOnDesk(
                customer.id,
                full_name(customer),
                customer.type,
                customer.organization_number,
                list(dict.fromkeys(customer.emails.values())),
            )
            for customer in islice(self._books.customers.values(), start, stop)
        ]

    def add_customer(self, name: str, *, first_name: str, type: str, organization_number: str, email: str) -> int:  # noqa: A002
        """Add a customer with a primary address."""
        return self._books.add_customer(
            name,
            first_name=first_name,
            type=type,
            organization_number=organization_number,
            emails={"Primary": email} if email else None,
        )

    def state(self) -> dict[str, Any]:
        """What the books hold."""
        account, books = self._account, self._books
        return {
            "name": account.name,
            "identity_id": account.identity_id,
            "organization_id": str(account.number),
            "invoicing_package": account.invoicing_package,
            "account_service": account.account_service,
            "customers": [asdict(customer) for customer in books.customers.values()],
            "categories": [asdict(category) for category in books.categories.values()],
            "products": [asdict(product) for product in books.products.values()],
            "orders": [asdict(order) for order in books.orders.values()],
        }


def full_name(customer: Customer) -> str:
    """What a customer is called: a person by both names."""
    return f"{customer.first_name} {customer.name}".strip()
