"""The VAT codes, currencies, departments and projects of an account at 24SevenOffice."""

from collections.abc import Iterable

from typing_extensions import override

from adapters.http_api.json_values import Broken, Item, decimal_in
from adapters.http_api.values import text_in
from adapters.twentyfour_seven_office.rest.operations import GET_CURRENCIES, GET_DIMENSION, GET_TAXES
from adapters.twentyfour_seven_office.rest.order_mapping import DIMENSION_TYPES
from adapters.twentyfour_seven_office.rest.session import BusinessSession
from adapters.twentyfour_seven_office.values import UNREADABLE
from core.currency import Currency
from core.dimension import Dimension, DimensionKind
from core.errors import AccessRefused, Rejected
from core.ports.accounting import CurrencyTable, DimensionTable, VatTable
from core.unreadable import Unreadable
from core.vat_code import VatCode


class RestVatTable(VatTable):
    """The VatTable port."""

    def __init__(self, session: BusinessSession) -> None:
        self._session = session

    @override
    def codes(self) -> list[VatCode]:
        return [code for page in self._session.pages(GET_TAXES) for code in vat_codes_in(page)]


class RestCurrencyTable(CurrencyTable):
    """The CurrencyTable port."""

    def __init__(self, session: BusinessSession) -> None:
        self._session = session

    @override
    def currencies(self) -> list[Currency]:
        """Read the account's currencies with their rates. One call."""
        return [currency for page in self._session.pages(GET_CURRENCIES) for currency in currencies_in(page)]


class RestDimensionTable(DimensionTable):
    """The DimensionTable port."""

    def __init__(self, session: BusinessSession) -> None:
        self._session = session

    @override
    def listed(self, kind: DimensionKind) -> list[Dimension | Unreadable]:
        """Read the active ones of a kind. One call a page.

        An order names one by value and name, so it takes none that can't be read: Rejected, where the API client has no
        right to (it is one of its own, `api.accounting.dimension:read`).
        """
        try:
            pages = self._session.pages(GET_DIMENSION, ids={"dimensionType": DIMENSION_TYPES[kind]})
            return [dimension for page in pages for dimension in dimensions_in(page)]
        except AccessRefused as refusal:
            if refusal.code != "missing_rights":
                raise  # no way in at all
            raise Rejected(refusal.message, code=refusal.code, hint=refusal.hint) from refusal


def dimensions_in(elements: Iterable[Item]) -> list[Dimension | Unreadable]:
    """Read departments or projects; one without a value, by which it is named, or without a name is left out."""
    found = ((element, text_in(element.get("value")), text_in(element.get("name"))) for element in elements)
    return [
        Unreadable(id=value, name=name, reason=UNREADABLE)
        if isinstance(element, Broken)
        else Dimension(id=value or "", name=name)
        for element, value, name in found
        if isinstance(element, Broken) or (value and name)
    ]


def vat_codes_in(taxes: Iterable[Item]) -> list[VatCode]:
    """Read VAT codes; the code is the number, never the id (docs/24sevenoffice.md, "Norwegian VAT")."""
    found = []
    for tax in taxes:
        number, rate = decimal_in(tax.get("number")), decimal_in(tax.get("rate"))
        if number is not None and rate is not None:
            found.append(VatCode(code=f"{number:f}", percent=rate, name=text_in(tax.get("name")) or ""))
    return found


def currencies_in(listed: Iterable[Item]) -> list[Currency]:
    """Read currencies; one without a code or a usable rate is left out: an order in it would be booked wrong."""
    found = []
    for currency in listed:
        code, rate = text_in(currency.get("code")), decimal_in(currency.get("rate"))
        if code and rate is not None and rate > 0:
            found.append(Currency(code=code.upper(), rate=rate))
    return found
