"""The VAT codes, currencies, departments and projects of an account at 24SevenOffice."""

from adapters.twentyfour_seven_office.rest.mapping.lines import DIMENSION_TYPES
from adapters.twentyfour_seven_office.rest.mapping.tables import currencies_in, dimensions_in, vat_codes_in
from adapters.twentyfour_seven_office.rest.operations import GET_CURRENCIES, GET_DIMENSION, GET_TAXES
from adapters.twentyfour_seven_office.rest.session import BusinessSession
from core.currency import Currency
from core.dimension import Dimension, DimensionKind
from core.errors import AccessRefused, Rejected
from core.unreadable import Unreadable
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


class RestDimensionTable:
    """The DimensionTable port."""

    def __init__(self, session: BusinessSession) -> None:
        self._session = session

    def listed(self, kind: DimensionKind) -> list[Dimension | Unreadable]:
        """Read the active ones of a kind. One call a page.

        An order names one by value and name, so it takes none that can't be read: Rejected, where the API client has no
        right to (it is one of its own, `api.accounting.dimension:read`).
        """
        try:
            pages = self._session.pages(GET_DIMENSION, ids={"dimensionType": DIMENSION_TYPES[kind]})
            return [one for page in pages for one in dimensions_in(page)]
        except AccessRefused as refusal:
            if refusal.code != "missing_rights":
                raise  # no way in at all
            raise Rejected(refusal.message, code=refusal.code, hint=refusal.hint) from refusal
