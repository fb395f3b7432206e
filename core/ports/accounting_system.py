"""An accounting system as a whole: the five ports, bundled for one business."""

from collections.abc import Mapping
from typing import Protocol

from core.account import Account, Right
from core.books import Books
from core.business import Business, Connection
from core.call_budget import CallBudget
from core.limits import Limits
from core.ports.customer_repo import CustomerRepo
from core.ports.dimension_table import DimensionTable
from core.ports.order_sink import OrderSink
from core.ports.payment_status import PaymentStatus
from core.ports.product_catalog import ProductCatalog
from core.ports.vat_table import CurrencyTable, VatTable


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
        """How much the system can hold; known without a call."""

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
