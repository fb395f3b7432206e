"""VAT codes and currencies of an account."""

from typing import Protocol

from core.currency import Currency
from core.vat_code import VatCode


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
