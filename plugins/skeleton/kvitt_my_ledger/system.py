"""One business's books in the accounting system: Kvitt's AccountingSystem, the ports bundled."""

from kvitt import Account, Books, CallBudget, Currency, Dimension, DimensionKind, Right, Surroundings, VatCode
from kvitt_my_ledger.abilities import LIMITS
from kvitt_my_ledger.customers import Customers
from kvitt_my_ledger.orders import Orders
from kvitt_my_ledger.payments import Payments
from kvitt_my_ledger.plugin import Settings
from kvitt_my_ledger.products import Products


class System:
    """One business's books. Making it calls nobody; the first use of a port does."""

    # True once a login leads to other books than before. It never does where the settings alone say whose they are.
    has_moved = False

    limits = LIMITS

    def __init__(self, settings: Settings, surroundings: Surroundings) -> None:
        self._settings = settings
        self._surroundings = surroundings  # a clock, a place for a login, and the operator's own settings
        self.customers = Customers()
        self.products = Products()
        self.vat = VatCodes()
        self.currencies = Currencies()
        self.dimensions = Dimensions()
        self.orders = Orders()
        self.payments = Payments()

    def identity(self) -> Books:
        """Say whose books these are, for good."""
        raise NotImplementedError("Log in if need be, and return Books with the company's own number.")

    def budget(self) -> CallBudget | None:
        """Say how many calls are left in this hour; None where the accounting system doesn't limit them."""
        return None

    def account(self) -> Account:
        """Say whose books these are, asking the accounting system."""
        raise NotImplementedError("Ask for the company, and return its name and id.")

    def rights(self) -> list[Right]:
        """Try, without writing, each thing that Kvitt must be allowed to do."""
        raise NotImplementedError("Read customers, products and orders, and return a Right for each.")


class VatCodes:
    """The VatTable port."""

    def codes(self) -> list[VatCode]:
        """Return every VAT code of the company, those for purchases included."""
        raise NotImplementedError("Read the VAT codes, and return each with its rate in percent (25, not 0.25).")


class Currencies:
    """The CurrencyTable port."""

    def currencies(self) -> list[Currency]:
        """Return the company's currencies; without any, an invoice in another currency than NOK is refused."""
        return []


class Dimensions:
    """The DimensionTable port: departments and projects."""

    def listed(self, kind: DimensionKind) -> list[Dimension] | None:  # noqa: ARG002 - for you to use
        """Return all of a kind. Kvitt only asks once `limits.order_fields` says that an order has a place for it."""
        return None
