"""The VAT codes and currencies of an account at 24SevenOffice."""

from adapters.twentyfour_seven_office.rest.mapping.tables import currencies_in, vat_codes_in
from adapters.twentyfour_seven_office.rest.operations import GET_CURRENCIES, GET_TAXES
from adapters.twentyfour_seven_office.rest.session import BusinessSession
from core.currency import Currency
from core.vat_code import VatCode


class RestVatTable:
    """The VatTable port."""

    def __init__(self, session: BusinessSession) -> None:
        self._session = session

    def codes(self) -> list[VatCode]:
        """Read the VAT codes. One call."""
        return [code for page in self._session.pages(GET_TAXES) for code in vat_codes_in(page)]


class RestCurrencyTable:
    """The CurrencyTable port."""

    def __init__(self, session: BusinessSession) -> None:
        self._session = session

    def currencies(self) -> list[Currency]:
        """Read the account's currencies with their rates. One call."""
        return [currency for page in self._session.pages(GET_CURRENCIES) for currency in currencies_in(page)]
