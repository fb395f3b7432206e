"""What accounting systems hold, as attacks look at it: how much there is, and whose."""

from collections.abc import Sequence
from typing import NamedTuple

from sandbox import Sandbox
from tests.books import held
from tests.systems import System


class HeldOrder(NamedTuple):
    """An order. `reference` is our number on it, `texts` are what its rows say."""

    id: int
    reference: str
    customer_id: int
    texts: Sequence[str]


class HeldCustomer(NamedTuple):
    """A customer, and its addresses, whichever slots they are in."""

    id: int
    emails: frozenset[str]


class HeldBooks:
    """A company's books. `identity` is what the plugin knows them by."""

    def __init__(self, books: held.HeldBooks) -> None:
        self.name = books.company
        self.identity = books.key
        self._books = books

    @property
    def orders(self) -> Sequence[HeldOrder]:
        """The orders that are there, finished or not."""
        return [
            HeldOrder(int(one.id), one.reference, int(one.customer_id), [row.text for row in one.rows])
            for one in self._books.orders()
        ]

    @property
    def customers(self) -> Sequence[HeldCustomer]:
        """The customers."""
        return [HeldCustomer(int(one.id), frozenset(one.emails)) for one in self._books.customers()]

    @property
    def products(self) -> int:
        """How many products there are."""
        return self._books.counts().products

    @property
    def categories(self) -> int:
        """How many categories of products there are."""
        return self._books.counts().categories

    def add_customer(self, name: str, *, email: str) -> None:
        """Add a customer of whom nothing else is known, as an accountant does."""
        self._books.add_customer(name, email=email)

    def publish(self, order_id: int) -> None:
        """Make an order an invoice."""
        self._books.publish(str(order_id))

    def pay(self, order_id: int) -> None:
        """Book the payment of the invoice that an order has become."""
        self._books.pay(str(order_id), on=self._books.today())

    def delete_order(self, order_id: int) -> None:
        """Delete an order, as an accountant does."""
        self._books.delete_order(str(order_id))


def held_books(sandbox: Sandbox, system: System) -> list[HeldBooks]:
    """The books of every company that uses the system."""
    return [HeldBooks(books) for books in system.companies(sandbox)]
