"""What an accountant sees of a company's books, and does there by hand. Core words only, whatever the system calls it.

Nothing here goes through a plugin. Ids are text, as they are in the core.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from core.customer import Address, CustomerKind
from core.dimension import DimensionKind
from plugins.conformance.bench import HeldCustomer, HeldOrder, HeldProduct, HeldRow, NotPossible

STAMPS = frozenset({"date_changed", "changed_at", "version"})
"""What says when, or how often, a record was changed, by the names that the stand-ins have for it."""


class Counts(NamedTuple):
    """How many of each the books hold."""

    orders: int = 0
    customers: int = 0
    products: int = 0
    categories: int = 0


NOTHING = Counts()


def counted(books: Iterable["HeldBooks"]) -> Counts:
    """Return how many of each several books hold together."""
    return Counts(*(sum(numbers) for numbers in zip(*(one.counts() for one in books), strict=True)))


@dataclass(frozen=True, kw_only=True)
class CustomerInBooks(HeldCustomer):
    """A customer, and what else scenarios speak of. `email` is the contact's, `invoice_email` where invoices go.

    `addresses` are all that are kept of it, each once for every place where it stands.
    """

    kind: CustomerKind
    email: str = ""
    invoice_email: str = ""
    addresses: tuple[Address, ...] = ()
    is_inactive: bool = False


@dataclass(frozen=True, kw_only=True)
class RowInBooks(HeldRow):
    """A row, and its VAT code."""

    vat_code: str | None = None

    def price(self, *, with_vat: bool, order_has_vat: bool) -> Decimal:
        """Return the unit price with or without VAT, to the øre where it has to be reckoned."""
        if with_vat == order_has_vat:
            return self.unit_price
        factor = 1 + self.vat_percent / 100
        return round(self.unit_price * factor if with_vat else self.unit_price / factor, 2)


@dataclass(frozen=True, kw_only=True)
class OrderInBooks(HeldOrder):
    """An order, and the invoice that it became.

    `reference` is our mark as the plugin writes it, also while an order is unfinished. `kroner` is what one of the
    currency costs; None where the system tells no rate with an order. `has_prices_with_vat` says how the rows' prices
    are kept. `invoice_number` is None until it is published.
    """

    rows: tuple[RowInBooks, ...] = ()
    reference: str = ""
    ordered_on: date | None = None
    days_to_pay: int | None = None
    kroner: Decimal | None = None
    has_prices_with_vat: bool = False
    total_with_vat: Decimal = Decimal(0)
    total_vat: Decimal = Decimal(0)
    invoice_number: str | None = None


@dataclass(frozen=True)
class VatCodeInBooks:
    """A VAT code; `is_sale` where it is for what is sold."""

    code: str
    percent: Decimal
    name: str
    is_sale: bool


class HeldBooks(ABC):
    """One company's books. What a system has no such thing for raises NotPossible, and is for tags to keep away from.

    `company` is the company's name; `company_id` what its system knows it by, and `key` what the core does (Books).
    """

    company: str
    company_id: str
    key: str

    # What is there.

    @abstractmethod
    def counts(self) -> Counts:
        """Return how many of each there are, half-written orders included."""

    @abstractmethod
    def customers(self) -> Sequence[CustomerInBooks]:
        """Return every customer."""

    @abstractmethod
    def customer(self, customer_id: str) -> CustomerInBooks:
        """Return a customer. Errors: KeyError."""

    @abstractmethod
    def content(self, customer_id: str) -> Mapping[str, object]:
        """Return all that a customer's record holds, under its system's own names, as it is now. Errors: KeyError."""

    @abstractmethod
    def products(self) -> Sequence[HeldProduct]:
        """Return every product; its category is "" where it has none."""

    @abstractmethod
    def categories(self) -> Sequence[str]:
        """Return the names of all categories, a name as often as there are categories of it."""

    @abstractmethod
    def category_id(self, name: str) -> str:
        """Return the id of the only category of that name."""

    @abstractmethod
    def orders(self) -> Sequence[OrderInBooks]:
        """Return every order, published and half-written ones included."""

    @abstractmethod
    def order(self, order_id: str) -> OrderInBooks:
        """Return an order. Errors: KeyError."""

    @abstractmethod
    def dimension_id(self, kind: DimensionKind, name: str) -> str:
        """Return the id of the only department or project of that name."""

    @abstractmethod
    def today(self) -> date:
        """Return the Norwegian date there."""

    def orders_with(self, reference: str) -> Sequence[OrderInBooks]:
        """Return the orders with our mark, whole ones."""
        return [order for order in self.orders() if order.reference == reference]

    # What the accountant does.

    @abstractmethod
    def add_customer(
        self,
        name: str,
        *,
        kind: CustomerKind = CustomerKind.BUSINESS,
        organization_number: str | None = None,
        email: str | None = None,
        invoice_email: str | None = None,
        phone: str | None = None,
        address: Address | None = None,
    ) -> str:
        """Register a customer and return its id; `name` is a person's whole name. Errors: NotPossible."""

    @abstractmethod
    def change_customer(
        self, customer_id: str, *, organization_number: str | None = None, email: str | None = None
    ) -> None:
        """Write over a customer's organization number or contact's e-mail; None leaves it, "" empties it."""

    @abstractmethod
    def give_terms(self, customer_id: str) -> None:
        """Give a customer terms of its own that Kvitt knows nothing of, such as a discount."""

    @abstractmethod
    def close_customer(self, customer_id: str) -> None:
        """See to it that no order is made to a customer: it is blocked, or out of use."""

    @abstractmethod
    def open_customer(self, customer_id: str) -> None:
        """Undo that."""

    def demand_department(self, demanded: bool) -> None:
        """Take no order without a department, or any again. Errors: NotPossible."""
        raise NotPossible("a company of this system can't demand departments")

    def spoil_customer(self, customer_id: str) -> None:
        """Have a customer be there and not be readable. Errors: NotPossible."""
        raise NotPossible("these books have no customers that can't be read")

    @abstractmethod
    def delete_customer(self, customer_id: str) -> None:
        """Delete a customer. Errors: KeyError."""

    @abstractmethod
    def add_category(self, name: str) -> str:
        """Register a product category and return its id. Errors: NotPossible, where the company has none."""

    @abstractmethod
    def add_product(self, name: str, *, category: str, number: str | None = None) -> str:
        """Register a product in a category, made where there is none of that name, and return the product's id.

        Where a company has no categories, the product has none.
        """

    @abstractmethod
    def delete_product(self, product_id: str) -> None:
        """Delete a product. Errors: KeyError."""

    @abstractmethod
    def add_dimension(self, kind: DimensionKind, name: str) -> str:
        """Register a department or project and return its id."""

    @abstractmethod
    def publish(self, order_id: str) -> str:
        """Turn an order into an invoice, and return the invoice's number."""

    @abstractmethod
    def pay(self, order_id: str, *, on: date, amount: Decimal | None = None) -> None:
        """Enter a payment for the invoice that the order became: all that is open of it, or an amount."""

    @abstractmethod
    def take_back(self, order_id: str) -> None:
        """Undo all payments of the invoice that the order became."""

    @abstractmethod
    def delete_order(self, order_id: str) -> None:
        """Delete an order, or the invoice that it became."""

    @abstractmethod
    def change_order(self, order_id: str, *, reference: str | None = None, customer_id: str | None = None) -> None:
        """Have an order carry another mark, or be another customer's; None leaves it."""

    @abstractmethod
    def keep_order(self, *, customer_id: str, reference: str) -> str:
        """Have an order with our mark and no rows, as if it had been sent once, and return its id."""

    @abstractmethod
    def set_vat_codes(self, codes: Sequence[VatCodeInBooks]) -> None:
        """Have these VAT codes and no others."""

    @abstractmethod
    def miscount(self, amount: Decimal) -> None:
        """Have every order from now on come to so much more, VAT included, than it says."""

    @abstractmethod
    def clear(self) -> None:
        """Empty the books; VAT codes and currencies stay."""


def differences(then: Mapping[str, object], now: Mapping[str, object]) -> set[str]:
    """Return the names of what differs between two contents of a record, its stamps aside."""
    return {name for name in then.keys() | now.keys() if then.get(name) != now.get(name)} - STAMPS
