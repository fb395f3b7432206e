"""What a plugin's author supplies to the conformance suite: books to try the plugin on, and someone who works in them.

Core words only. Where the suite says "we", it is Kvitt.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

import pytest

from core.business import NewOrderStatus
from core.customer import Address
from core.dimension import DimensionKind
from plugins.conformance.tiers import NOT_SHOWN


class Call(StrEnum):
    """What the plugin asks of its accounting system, whatever that takes there."""

    FIND_CUSTOMER = "find_customer"
    CREATE_CUSTOMER = "create_customer"
    UPDATE_CUSTOMER = "update_customer"
    FIND_PRODUCT = "find_product"
    CREATE_PRODUCT = "create_product"
    FIND_CATEGORY = "find_category"
    CREATE_CATEGORY = "create_category"
    READ_VAT = "read_vat"
    CREATE_ORDER = "create_order"
    ADD_ROW = "add_row"
    FINISH_ORDER = "finish_order"
    FIND_ORDER = "find_order"
    READ_STATE = "read_state"
    DELETE_ORDER = "delete_order"


class Trouble(StrEnum):
    """What comes of a call, in the words of Kvitt's errors.

    REFUSED: the system says no to this call and nothing was written (Rejected). TEMPORARY: it can't just now, nothing
    was written, and it is over with the next call (TryAgain). NO_ACCESS: credentials or rights do not let us in
    (AccessRefused); over with the next call as well. LOST_BUT_DONE and LOST_AND_NOT_DONE: the call was made and its
    answer never came, and it had its effect or had none (OutcomeUnknown: nobody can tell the two apart).
    """

    REFUSED = "refused"
    TEMPORARY = "temporary"
    NO_ACCESS = "no_access"
    LOST_BUT_DONE = "lost_but_done"
    LOST_AND_NOT_DONE = "lost_and_not_done"


class NotPossible(pytest.skip.Exception):  # type: ignore[misc,name-defined]
    """The bench can't do what it was asked for; the message says why.

    The test that asked is skipped, visibly, and not shown: the plugin does not reach that test's tier.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"{NOT_SHOWN}{reason}")


HasStruck = Callable[[], bool]
"""Tells whether a trouble that was arranged has struck."""


@dataclass(frozen=True)
class HeldCustomer:
    """A customer in the books. `address` is the one that invoices are sent to."""

    id: str
    name: str
    organization_number: str | None = None
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    address: Address | None = None


@dataclass(frozen=True)
class HeldRow:
    """A row of an order in the books. `unit_price` is as the system holds it; percent, not fractions.

    `is_text` where it is a text and nothing else; its amounts are zero then. `department_id` and `project_id` are what
    it is counted under, where the plugin declares to place them.
    """

    text: str
    quantity: Decimal
    unit_price: Decimal
    discount_percent: Decimal
    vat_percent: Decimal
    product_id: str | None = None
    is_text: bool = False
    department_id: str | None = None
    project_id: str | None = None


@dataclass(frozen=True)
class HeldOrder:
    """An order in the books, half-written ones included. `status` is None where the system has no such statuses.

    `fields` is what it says of what the plugin declares to place (Limits, `order_fields`), as text: a date as
    2026-09-30, an amount without needless zeros, an address as its street, postal code and city with commas between,
    of `credits` the id of the order that is credited, and of a department or project its id. `your_reference` is among
    them. `currency` is its code.
    """

    id: str
    customer_id: str
    rows: tuple[HeldRow, ...]
    comment: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    status: NewOrderStatus | None = None
    is_published: bool = False
    currency: str = "NOK"


@dataclass(frozen=True)
class HeldProduct:
    """A product in the books, and the name of its category."""

    id: str
    name: str
    category: str


class Bench(ABC):
    """Books to try a plugin on, fresh and empty for each test, and an accountant who works in them.

    The methods look at the books, and change them, WITHOUT the plugin: through the sandbox, the files, the database
    behind it. The books are in Norwegian kroner and have VAT codes for sales at 25, 15 and 0 percent, and none at 17.
    """

    environment: Mapping[str, str] = {}
    """The operator's settings that the plugin needs (Surroundings.environment)."""

    writes_orders_in_steps = False
    """Whether the plugin writes an order with several calls: then ADD_ROW and FINISH_ORDER are struck too."""

    @abstractmethod
    def connection(self) -> Mapping[str, str]:
        """Return what stands under `accounting` in a business's JSON: `system` and all of the plugin's settings."""

    @abstractmethod
    def customers(self) -> Sequence[HeldCustomer]:
        """Return every customer that the books hold."""

    @abstractmethod
    def products(self) -> Sequence[HeldProduct]:
        """Return every product that the books hold."""

    @abstractmethod
    def categories(self) -> Sequence[str]:
        """Return the names of all categories, a name as often as there are categories of it."""

    @abstractmethod
    def orders(self) -> Sequence[HeldOrder]:
        """Return every order that the books hold, published ones and half-written ones included."""

    @abstractmethod
    def add_customer(
        self,
        name: str,
        *,
        is_company: bool,
        organization_number: str | None = None,
        email: str | None = None,
        invoice_email: str | None = None,
        phone: str | None = None,
        address: Address | None = None,
        is_supplier: bool = False,
    ) -> str:
        """Register a customer by hand and return its id; `name` is a person's whole name where it is no company.

        A supplier, or an e-mail address for invoices, is only asked for where the plugin declares that there are such.
        """

    def spoil_customer(self, customer_id: str) -> None:  # noqa: ARG002 - most benches can't
        """Have a customer be there and not be readable. Errors: NotPossible where that can't be."""
        raise NotPossible("the bench has no customers that can't be read")

    @abstractmethod
    def add_product(self, name: str, *, category: str, number: str | None = None) -> str:
        """Register a product by hand, in a category that is made with it, and return the product's id.

        `number` is what people know it by; where the system makes an id of it, it is the id as well.
        """

    def add_dimension(self, kind: DimensionKind, name: str) -> str:  # noqa: ARG002 - where there are none
        """Register a department or project by hand and return its id. Only asked for where the plugin places them."""
        raise NotPossible("the bench has no departments or projects")

    def foreign_currency(self) -> str:
        """Return the code of a foreign currency that the books have a rate for. Asked for where that is declared."""
        raise NotPossible("the bench has no foreign currency")

    @abstractmethod
    def delete_customer(self, customer_id: str) -> None:
        """Delete a customer. Errors: NotPossible."""

    @abstractmethod
    def publish(self, order_id: str) -> None:
        """Turn an order into an invoice, the accountant's act."""

    @abstractmethod
    def pay(self, order_id: str, *, on: date, amount: Decimal | None = None) -> None:
        """Enter a payment for the invoice that the order became: all of it, or an amount (Abilities, `open_amount`)."""

    @abstractmethod
    def delete_order(self, order_id: str) -> None:
        """Delete the order."""

    def change_order(
        self,
        order_id: str,  # noqa: ARG002 - most benches can't
        *,
        reference: str | None = None,  # noqa: ARG002
        customer_id: str | None = None,  # noqa: ARG002
    ) -> None:
        """Have an order carry another number, or be another customer's; None leaves it. Errors: NotPossible."""
        raise NotPossible("the bench can't change orders")

    @abstractmethod
    def strike(self, call: Call, trouble: Trouble) -> HasStruck:
        """Arrange that the next call of this kind meets this trouble, once. Return what tells whether it has.

        Errors: NotPossible where the system knows no such trouble at such a call.
        """

    def refused_connection(self) -> Mapping[str, str]:
        """Return a well-formed connection that the system does not accept: a wrong password, say.

        Errors: NotPossible where every connection is accepted.
        """
        raise NotPossible("the bench tells no connection that is refused")

    def other_books(self) -> Mapping[str, str]:
        """Return a connection to other books of the same system. Errors: NotPossible."""
        raise NotPossible("the bench has no other books")

    def calls_made(self) -> int:
        """Return how many calls the system was asked for so far, of any kind. Errors: NotPossible."""
        raise NotPossible("the bench does not count calls")

    def settle(self) -> None:  # noqa: B027 - most have nothing to wait for
        """Wait until no call is being carried out any more."""

    def close(self) -> None:  # noqa: B027 - most have nothing to give back
        """Give back what the bench holds."""
