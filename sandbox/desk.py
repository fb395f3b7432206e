"""A company's books as its accountant has them on the desk, whichever accounting system they are in.

The control page, its JSON twin and the lively sandbox act through this; what each act means is told in the books.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol


class OrderOnDesk(ABC):
    """An order, and the invoice that it has become. Amounts are in its currency."""

    @property
    @abstractmethod
    def id(self) -> int:
        """What the system knows it by."""

    @property
    @abstractmethod
    def name(self) -> str:
        """What people know the order by."""

    @property
    @abstractmethod
    def status(self) -> str:
        """What the system says of it as an order; may be empty."""

    @property
    @abstractmethod
    def invoice_id(self) -> int | None:
        """The invoice's number; None while it is an order."""

    @property
    @abstractmethod
    def customer_id(self) -> int:
        """Whose it is."""

    @property
    @abstractmethod
    def customer_name(self) -> str:
        """What the customer is called; empty where nobody knows any more."""

    @property
    @abstractmethod
    def reference(self) -> str:
        """Our reference."""

    @property
    @abstractmethod
    def memo(self) -> str:
        """A note that goes with it."""

    @property
    @abstractmethod
    def rows(self) -> Sequence[str]:
        """What its rows say."""

    @property
    @abstractmethod
    def total(self) -> Decimal:
        """What it comes to, VAT included."""

    @property
    @abstractmethod
    def paid_amount(self) -> Decimal:
        """What was paid so far."""

    @property
    @abstractmethod
    def currency(self) -> str:
        """Its currency's code."""

    @property
    @abstractmethod
    def paid(self) -> date | datetime | None:
        """When it was settled."""

    @property
    @abstractmethod
    def due_date(self) -> date | None:
        """When it has to be paid; None while it is an order."""

    @property
    @abstractmethod
    def created(self) -> datetime | None:
        """When it was made."""


@dataclass(frozen=True)
class CustomerOnDesk:
    """A customer. `type` is "Consumer", "Business", or the system's word for what is neither."""

    id: int
    name: str
    type: str
    organization_number: str
    emails: Sequence[str]


class Desk(Protocol):
    """A company, and what its accountant does. `key` tells it from every other one, in any system.

    Errors of the acts: KeyError for what is not there, NotPossibleError for what the books do not allow.
    """

    system: str
    key: str
    number: int
    name: str
    title: str
    """The name, and the system where the name alone would not tell."""

    @property
    def number_of_orders(self) -> int:
        """How many orders there are."""

    @property
    def number_of_products(self) -> int:
        """How many products there are."""

    @property
    def number_of_customers(self) -> int:
        """How many customers there are."""

    def orders(self) -> Iterator[OrderOnDesk]:
        """All orders, the oldest first."""

    def customers(self, start: int, stop: int) -> Sequence[CustomerOnDesk]:
        """Some of the customers, by their place in the list."""

    def credited_orders(self) -> set[int]:
        """The ids of the orders whose invoices were credited."""

    def publish(self, order_id: int) -> int:
        """Turn an order into an invoice. Answers the invoice's number."""

    def pay(self, number: int, on: date | None = None, amount: Decimal | None = None) -> None:
        """Take a payment, in full unless an amount is given, today unless a day is."""

    def take_back(self, number: int) -> None:
        """Undo all payments."""

    def credit(self, number: int) -> int:
        """Credit in full. Answers the number of the credit."""

    def delete_order(self, order_id: int) -> None:
        """Delete an order, or the invoice that it has become."""

    def delete_customer(self, customer_id: int) -> None:
        """Delete a customer."""

    def add_customer(self, name: str, *, first_name: str, type: str, organization_number: str, email: str) -> int:  # noqa: A002
        """Add a customer. Answers its id."""

    def add_customers(self, size: int) -> range:
        """Add so many made-up customers. Answers their ids."""

    def state(self) -> dict[str, Any]:
        """All that the company's books hold, as plain values."""
