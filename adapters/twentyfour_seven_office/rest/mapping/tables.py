"""VAT codes and currencies. Pure."""

from collections.abc import Iterable

from adapters.twentyfour_seven_office.rest.mapping.values import Item, decimal_in
from adapters.twentyfour_seven_office.values import text_in
from core.currency import Currency
from core.vat_code import VatCode


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
    for one in listed:
        code, rate = text_in(one.get("code")), decimal_in(one.get("rate"))
        if code and rate is not None and rate > 0:
            found.append(Currency(code=code.upper(), rate=rate))
    return found
