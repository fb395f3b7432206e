"""The VAT codes, currencies, departments and projects of an account at Tripletex."""

from collections.abc import Iterable

from typing_extensions import override

from adapters.http_api.json_values import Item, decimal_in
from adapters.http_api.values import text_in
from adapters.tripletex.operations import GET_CURRENCIES, GET_VAT_TYPES
from adapters.tripletex.places import CURRENCY, OF_SALES, VAT, KnownIds
from adapters.tripletex.session import BusinessSession
from core.currency import Currency
from core.dimension import Dimension, DimensionKind
from core.norwegian_time import norwegian_date
from core.ports.accounting import CurrencyTable, DimensionTable, VatTable
from core.ports.clock import Clock
from core.unreadable import Unreadable
from core.vat_code import VatCode


class TripletexVatTable(VatTable):
    """The VatTable port: the codes of sales that hold today."""

    def __init__(self, session: BusinessSession, known: KnownIds, clock: Clock) -> None:
        self._session = session
        self._known = known
        self._clock = clock

    @override
    def codes(self) -> list[VatCode]:
        today = norwegian_date(self._clock.now()).isoformat()
        query = {"typeOfVat": OF_SALES, "vatDate": today, "fields": "id,number,name,percentage"}
        types = [item for page in self._session.pages(GET_VAT_TYPES, query) for item in page]
        self._known.remember(VAT, types, "number")
        return vat_codes_in(types)


class TripletexCurrencyTable(CurrencyTable):
    """The CurrencyTable port."""

    def __init__(self, session: BusinessSession, known: KnownIds) -> None:
        self._session = session
        self._known = known

    @override
    def currencies(self) -> list[Currency]:
        """Read the currencies. One call. Tripletex knows their rates by itself, and an order says none."""
        query = {"fields": "id,code,factor,isDisabled"}
        found = [item for page in self._session.pages(GET_CURRENCIES, query) for item in page]
        self._known.remember(CURRENCY, found, "code")
        return currencies_in(found)


class TripletexDimensionTable(DimensionTable):
    """The DimensionTable port. Orders are given none (Abilities, `left_out`)."""

    @override
    def listed(self, kind: DimensionKind) -> list[Dimension | Unreadable] | None:
        return None


def vat_codes_in(types: Iterable[Item]) -> list[VatCode]:
    """Read VAT codes; the code is the number, never the id."""
    found = []
    for item in types:
        number, rate = text_in(item.get("number")), decimal_in(item.get("percentage"))
        if number is not None and rate is not None:
            found.append(VatCode(code=number, percent=rate, name=text_in(item.get("name")) or ""))
    return found


def currencies_in(listed: Iterable[Item]) -> list[Currency]:
    """Read currencies; one without a code, or that is no longer used, is left out."""
    return [
        Currency(code=code.upper(), rate=None)
        for item in listed
        if (code := text_in(item.get("code"))) and item.get("isDisabled") is not True
    ]
