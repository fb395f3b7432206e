"""The VAT codes, currencies and departments of an account at 24SevenOffice."""

from adapters.twentyfour_seven_office.soap.mapping.answers import items_in, records_in
from adapters.twentyfour_seven_office.soap.mapping.tables import (
    currencies_in,
    department_in,
    tax_codes_in,
    unreadable_department,
    vat_types_in,
)
from adapters.twentyfour_seven_office.soap.operations import (
    GET_CURRENCIES,
    GET_DEPARTMENTS,
    GET_TAX_CODES,
    GET_VAT_TYPES,
)
from adapters.twentyfour_seven_office.soap.session import BusinessSession
from core.currency import Currency
from core.dimension import Dimension, DimensionKind
from core.errors import AccessRefused, Rejected
from core.unreadable import Unreadable
from core.vat_code import VatCode


class SoapVatTable:
    """The VatTable port."""

    def __init__(self, session: BusinessSession) -> None:
        self._session = session

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


class SoapCurrencyTable:
    """The CurrencyTable port."""

    def __init__(self, session: BusinessSession) -> None:
        self._session = session

    def currencies(self) -> list[Currency]:
        """Read the account's currencies with their rates. One call."""
        return currencies_in(items_in(self._session.call(GET_CURRENCIES)))


class SoapDimensionTable:
    """The DimensionTable port."""

    def __init__(self, session: BusinessSession) -> None:
        self._session = session

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
