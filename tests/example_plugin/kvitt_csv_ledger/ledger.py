"""The ledger as Kvitt's AccountingSystem: its ports bundled for one business."""

from pathlib import Path

from pydantic import SecretStr

from kvitt import Account, Books, CallBudget, Clock, Currency, Dimension, DimensionKind, Right, VatCode
from kvitt_csv_ledger.abilities import LIMITS
from kvitt_csv_ledger.customers import LedgerCustomers
from kvitt_csv_ledger.errors import translated
from kvitt_csv_ledger.folder import Folder
from kvitt_csv_ledger.orders import LedgerOrders
from kvitt_csv_ledger.payments import LedgerPayments
from kvitt_csv_ledger.products import LedgerProducts


class Ledger:
    """One business's ledger. Making it touches no file."""

    has_moved = False  # the settings alone say where it lies
    limits = LIMITS

    def __init__(self, path: Path, password: SecretStr, clock: Clock) -> None:
        self._folder = Folder(path, password)
        self._path = path
        self._identity: Books | None = None
        self.customers = LedgerCustomers(self._folder, clock)
        self.products = LedgerProducts(self._folder)
        self.vat = LedgerVat(self._folder)
        self.currencies = NoCurrencies()
        self.dimensions = LedgerDimensions(self._folder)
        self.orders = LedgerOrders(self._folder, clock)
        self.payments = LedgerPayments(self._folder)

    def identity(self) -> Books:
        """Say whose ledger it is: it is told from others by where it lies."""
        if self._identity is None:
            self._identity = Books(system="csv-ledger", company_id=str(self._path), company=self.account().name)
        return self._identity

    def budget(self) -> CallBudget | None:
        """Nobody counts how often a file is read."""
        return None

    def account(self) -> Account:
        """Say whose ledger it is."""
        with translated():
            company = self._folder.rows("account")[0]["company"]
        return Account(name=company, id=company)

    def rights(self) -> list[Right]:
        """Whoever may read the account may do everything: the files are one folder's."""
        self.account()
        return [Right(name="the ledger's files", allowed=True)]


class LedgerVat:
    """The VatTable port."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    def codes(self) -> list[VatCode]:
        """Return every VAT code."""
        with translated():
            return [VatCode.model_validate(row) for row in self._folder.rows("vat_codes")]


class LedgerDimensions:
    """The DimensionTable port: each line of an order has a department, and none has a project."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    def listed(self, kind: DimensionKind) -> list[Dimension]:
        """Return every department."""
        with translated():
            return [Dimension.model_validate(row) for row in self._folder.rows(f"{kind}s")]


class NoCurrencies:
    """The CurrencyTable port: this ledger is kept in kroner alone."""

    def currencies(self) -> list[Currency]:
        """Return none, so that an invoice in another currency is refused."""
        return []
