"""The VAT codes, currencies and departments of an account at 24SevenOffice."""

from collections.abc import Iterable, Mapping
from typing import Any

from typing_extensions import override

from adapters.http_api.values import text_in
from adapters.twentyfour_seven_office.soap.answers import items_in, records_in
from adapters.twentyfour_seven_office.soap.operations import (
    GET_CURRENCIES,
    GET_DEPARTMENTS,
    GET_TAX_CODES,
    GET_VAT_TYPES,
)
from adapters.twentyfour_seven_office.soap.session import BusinessSession
from adapters.twentyfour_seven_office.soap.values import decimal_in, id_in, integer_in
from adapters.twentyfour_seven_office.values import UNREADABLE
from core.currency import Currency
from core.dimension import Dimension, DimensionKind
from core.errors import AccessRefused, Rejected
from core.ports.accounting import CurrencyTable, DimensionTable, VatTable
from core.unreadable import Unreadable
from core.vat_code import VatCode


class SoapVatTable(VatTable):
    """24SevenOffice's VAT codes."""

    def __init__(self, session: BusinessSession) -> None:
        self._session = session

    @override
    def codes(self) -> list[VatCode]:
        """Read the VAT codes: the client service's, or the ledger's where those are refused.

        One call, or two. Where both are refused, the first refusal is the one to mend: the Invoicing package should
        cover it (docs/24sevenoffice.md, "Sessions").
        """
        try:
            return vat_types_in(items_in(self._session.call(GET_VAT_TYPES)))
        except (AccessRefused, Rejected) as refusal:
            if isinstance(refusal, AccessRefused) and refusal.code != "missing_rights":
                raise  # no way in at all
            try:
                return tax_codes_in(items_in(self._session.call(GET_TAX_CODES)))
            except (AccessRefused, Rejected):
                raise refusal from None


class SoapCurrencyTable(CurrencyTable):
    """24SevenOffice's currencies."""

    def __init__(self, session: BusinessSession) -> None:
        self._session = session

    @override
    def currencies(self) -> list[Currency]:
        """Read the account's currencies with their rates. One call."""
        return currencies_in(items_in(self._session.call(GET_CURRENCIES)))


class SoapDimensionTable(DimensionTable):
    """24SevenOffice's departments and projects."""

    def __init__(self, session: BusinessSession) -> None:
        self._session = session

    @override
    def listed(self, kind: DimensionKind) -> list[Dimension | Unreadable] | None:
        """Read the departments; None where this login may not, and for projects, which no operation lists.

        One call for departments. An order takes the id of either.
        """
        if kind is DimensionKind.PROJECT:
            return None
        try:
            answer = self._session.call(GET_DEPARTMENTS)
        except (AccessRefused, Rejected) as refusal:
            if isinstance(refusal, AccessRefused) and refusal.code != "missing_rights":
                raise  # no way in at all
            return None
        return records_in(answer, GET_DEPARTMENTS, read=department_in, known=unreadable_department)


def vat_types_in(answer: Iterable[Mapping[str, Any]]) -> list[VatCode]:
    """Read ClientService's VAT types; the code is the number No."""
    return _vat_codes(answer, code="No", percent="Rate", name="Name")


def tax_codes_in(answer: Iterable[Mapping[str, Any]]) -> list[VatCode]:
    """Read AccountService's tax codes; the code is TaxNo, never TaxId (docs/24sevenoffice.md, "Norwegian VAT")."""
    return _vat_codes(answer, code="TaxNo", percent="TaxRate", name="TaxName")


def currencies_in(answer: Iterable[Mapping[str, Any]]) -> list[Currency]:
    """Read currencies; one without a symbol or a usable rate is left out: an order in it would be booked wrong."""
    found = []
    for item in answer:
        symbol, rate, unit = text_in(item.get("Symbol")), decimal_in(item.get("Rate")), integer_in(item.get("Unit"))
        if symbol and rate is not None and rate > 0 and (unit is None or unit > 0):
            found.append(Currency(code=symbol.upper(), rate=rate, unit=unit or 1))
    return found


def department_in(item: Mapping[str, Any]) -> Dimension | None:
    """Read a department; None without an id."""
    department_id = id_in(item.get("Id"))
    return Dimension(id=department_id, name=text_in(item.get("Name"))) if department_id else None


def unreadable_department(item: Mapping[str, Any]) -> Unreadable:
    """Read what is known of a department that can't be read as a whole."""
    return Unreadable(id=id_in(item.get("Id")), name=text_in(item.get("Name")), reason=UNREADABLE)


def _vat_codes(answer: Iterable[Mapping[str, Any]], *, code: str, percent: str, name: str) -> list[VatCode]:
    found = []
    for item in answer:
        number, rate = text_in(item.get(code)), decimal_in(item.get(percent))
        if number is not None and rate is not None:
            found.append(VatCode(code=number, percent=rate, name=text_in(item.get(name)) or ""))
    return found
