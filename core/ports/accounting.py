"""What an accounting system is to Kvitt: five ports and their companions, bundled for one business.

Whoever writes a plugin reads this file; all of it is in the package `kvitt`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.books import Account, Books, Right
from core.business import Business, Connection
from core.call_budget import CallBudget
from core.currency import Currency
from core.customer import Customer, CustomerEntry, CustomerRecord
from core.customer_changes import CustomerChanges
from core.dimension import Dimension, DimensionKind
from core.errors import KvittError
from core.limits import Limits
from core.order_draft import OrderDraft
from core.payment import OrderState
from core.product import Category, Product
from core.recovery import FoundOrder
from core.transfer import Receipt
from core.unreadable import Unreadable
from core.vat_code import VatCode


@dataclass(frozen=True)
class CustomerUpdate:
    """New values for a record that was read before."""

    record: CustomerRecord
    changes: CustomerChanges


class CustomerRepo(Protocol):
    """The accounting system, as a place that knows customers.

    Finding may answer more than was asked for (searches are loose); who it is, is decided in the core. A record that
    is there and can't be read is Unreadable, in its place among the others, with whatever is known of it.
    Errors of every method: AccessRefused, TryAgain, Rejected.
    """

    @property
    def can_search(self) -> bool:
        """Whether finding takes a call; where it takes reading all customers, they are found in the directory."""

    def find_by_email(self, email: str) -> Sequence[CustomerRecord | Unreadable]:
        """Return the candidates that may carry this e-mail address."""

    def find_by_organization_number(self, number: str) -> Sequence[CustomerRecord | Unreadable]:
        """Return the candidates that may carry this organization number (normalized: no spaces)."""

    def read(self, customer_ids: Sequence[str]) -> Mapping[str, CustomerRecord | Unreadable]:
        """Return the records of these ids; an id that is gone is left out."""

    def entries(self, *, changed_since: datetime | None = None) -> Iterator[Sequence[CustomerEntry | Unreadable]]:
        """Yield every customer, suppliers and leads included, or those changed since that instant; page by page.

        A call or two a page, made when the page is asked for.
        """

    def create(self, customers: Sequence[Customer]) -> list[str | KvittError]:
        """Create customers. Answers item by item, in order: the new id, or why that one was not created.

        An id is answered only where it is certain that it is this customer's; what can't be told is OutcomeUnknown.
        Errors, for all of them: as for orders.
        """

    def update(self, updates: Sequence[CustomerUpdate]) -> list[KvittError | None]:
        """Write the changed fields and nothing else. Answers item by item, in order: None when it was done.

        Errors: OutcomeUnknown when it can't be told; doing it again does no harm.
        """


class ProductCatalog(Protocol):
    """The accounting system, as a place that knows products.

    Finding may answer more than was asked for; the exact name is picked in the core. What is there and can't
    be read is Unreadable, in its place among the others.
    Errors of every method: AccessRefused, TryAgain, Rejected; of the creating ones OutcomeUnknown as well.
    """

    def find_products(self, name: str) -> Sequence[Product | Unreadable]:
        """Return products that may have this name."""

    def find_numbered(self, number: str) -> Sequence[Product | Unreadable]:
        """Return products that may have this number."""

    def find_categories(self, name: str) -> Sequence[Category | Unreadable]:
        """Return categories that may have this name."""

    def create_category(self, name: str) -> str:
        """Create a category and return its id."""

    def create_product(self, name: str, *, category_id: str) -> str:
        """Create a product in a category and return its id."""


class VatTable(Protocol):
    """The accounting system's VAT codes with their rates."""

    def codes(self) -> list[VatCode]:
        """Return every VAT code of the account, those for purchases included.

        Errors: AccessRefused, TryAgain, Rejected.
        """


class CurrencyTable(Protocol):
    """The accounting system's foreign currencies with their rates."""

    def currencies(self) -> list[Currency]:
        """Return the account's currencies.

        Errors: AccessRefused, TryAgain, Rejected.
        """


class DimensionTable(Protocol):
    """The accounting system's departments and projects."""

    def listed(self, kind: DimensionKind) -> Sequence[Dimension | Unreadable] | None:
        """Return all of a kind; None where the system does not tell them, and takes an id (a whole number) as it is.

        Only asked for what the system's orders have a place for (Limits, `order_fields`).
        Errors: AccessRefused when there is no way in at all; Rejected, when these credentials may not read them and
        the order needs more than an id; TryAgain.
        """


class OrderSink(Protocol):
    """The accounting system, as a place that takes orders."""

    def find(
        self, references: Collection[str], *, customer_ids: Sequence[str], since: datetime
    ) -> dict[str, list[Receipt]]:
        """Return the orders of these customers, changed since then, that carry one of our references.

        References are compared exactly; those that no order carries are left out. Oldest order first. Where an order is
        written with several calls, those that were begun and not finished are among them, and not whole.
        Errors: AccessRefused, TryAgain, Rejected.
        """

    def changed_since(self, since: datetime) -> Iterator[Sequence[FoundOrder]]:
        """Yield all orders created or changed since then, page by page, the oldest first; each page is a call or more.

        Of every customer, published ones too, in as few calls as the system allows. Deleted ones are left out, and so
        may be those that carry no number where ours would be. One that changes meanwhile may come twice.
        Errors, from each page: AccessRefused, TryAgain, Rejected.
        """

    def read(self, order_id: str) -> FoundOrder | None:
        """Return one order with the number that it carries, or None when it is gone or never was.

        Errors: AccessRefused, TryAgain, Rejected.
        """

    def create(self, drafts: Sequence[OrderDraft]) -> list[Receipt | KvittError]:
        """Create orders. Answers item by item, in order: the receipt, or why that one was not created.

        A receipt is answered only where it is certain that it is this draft's; what can't be told is OutcomeUnknown.
        A draft that was `begun_as` an order is completed. Writing may take several calls; what is raised as one of them
        is about to go out (CallObserver) ends the writing.
        Errors, for all of them: Rejected, AccessRefused, TryAgain when no whole order was written and no call is open
        (TryAgain with `at_once` when nothing at all was); OutcomeUnknown when an answer was lost or does not fit what
        was asked. Where one that was begun lies there, the former three carry the outcome `unknown`, or `written` when
        it can't be completed any more.
        """

    def delete(self, order_id: str) -> bool:
        """Delete an order that is not published, with one call. Return whether it was there: False when it was gone.

        Only asked for where the system can (Limits, `deletes_orders`). The system itself has to refuse an order that
        was published since it was read: to look before deleting closes no such gap.
        Errors: Rejected when it may not be deleted, as a published one; with that, AccessRefused and TryAgain it lies
        there as before. OutcomeUnknown when the answer was lost.
        """


class PaymentStatus(Protocol):
    """The accounting system, as a place that knows what was paid."""

    def states(self, order_ids: Sequence[str]) -> dict[str, OrderState | KvittError]:
        """Return the state of each order, or why that one can't be told; an order that is gone is left out.

        Errors, for all of them: AccessRefused, TryAgain, Rejected.
        """


class AccountingSystem(Protocol):
    """One business's books. Opening it calls nobody; the first use of a port does."""

    def identity(self) -> Books:
        """Say whose books these are, as the login told; no call while a login is kept.

        It is always the same of one object: whatever it reads or writes is in these books.
        Errors: AccessRefused when there is no way in; TryAgain.
        """

    @property
    def has_moved(self) -> bool:
        """Whether the login has come to lead to other books: each call is TryAgain then, code `books_changed`.

        The books are opened anew then. False for good where the settings alone decide the books.
        """

    @property
    def limits(self) -> Limits:
        """How much the system can hold; known without a call. How much it takes at once may change at any time."""

    @property
    def customers(self) -> CustomerRepo:
        """Its customers."""

    @property
    def products(self) -> ProductCatalog:
        """Its products and categories."""

    @property
    def vat(self) -> VatTable:
        """Its VAT codes."""

    @property
    def currencies(self) -> CurrencyTable:
        """Its currencies."""

    @property
    def dimensions(self) -> DimensionTable:
        """Its departments and projects."""

    @property
    def orders(self) -> OrderSink:
        """Its orders."""

    @property
    def payments(self) -> PaymentStatus:
        """What was paid."""

    def budget(self) -> CallBudget | None:
        """Say how many calls the system still takes in this hour, without a call; None where it does not count."""

    def account(self) -> Account:
        """Say whose books these are, asking the system itself.

        Errors: AccessRefused when the credentials or the account name are not accepted; TryAgain.
        """

    def rights(self) -> list[Right]:
        """Try, without writing, each thing that the gateway must be allowed to do.

        Errors: AccessRefused when there is no way in at all; TryAgain.
        """


class AccountingSystems(Protocol):
    """The accounting systems that there are plugins for."""

    def open(self, business: Business) -> AccountingSystem:
        """Return the business's books; anew when those that it had open have moved.

        Errors: AccessRefused when there is no such plugin, it is broken, or its settings are not as it needs them: a
        business that was stored once and can't be opened now waits until that is mended.
        """

    def checked(self, connection: Connection) -> Connection:
        """Return the connection as its plugin reads it.

        Errors: InvalidInput, naming every setting that is missing, wrong or unknown; never its value.
        """

    def shown(self, connection: Connection) -> Mapping[str, str]:
        """Return what may be read back of a connection: `system` and every setting that is not a secret."""

    def secrets(self, system: str) -> frozenset[str]:
        """Return the names of a plugin's secret settings.

        Errors: InvalidInput when there is no such plugin.
        """

    def deciding_books(self, system: str) -> frozenset[str]:
        """Return the names of the settings that decide which books a connection leads to; what it says otherwise
        may change at any time.

        Errors: InvalidInput when there is no such plugin.
        """
