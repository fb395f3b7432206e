"""VAT codes, currencies, departments and projects. Pure."""

from collections.abc import Iterable

from adapters.twentyfour_seven_office.rest.json_text import Broken
from adapters.twentyfour_seven_office.rest.mapping.values import Item, decimal_in
from adapters.twentyfour_seven_office.values import UNREADABLE, text_in
from core.currency import Currency
from core.dimension import Dimension
from core.unreadable import Unreadable
from core.vat_code import VatCode


def dimensions_in(elements: Iterable[Item]) -> list[Dimension | Unreadable]:
    """Read departments or projects; one without a value, by which it is named, or without a name is left out."""
    found = ((one, text_in(one.get("value")), text_in(one.get("name"))) for one in elements)
    return [
        Unreadable(id=value, name=name, reason=UNREADABLE)
        if isinstance(one, Broken)
        else Dimension(id=value or "", name=name)
        for one, value, name in found
        if isinstance(one, Broken) or (value and name)
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
    for one in listed:
        code, rate = text_in(one.get("code")), decimal_in(one.get("rate"))
        if code and rate is not None and rate > 0:
            found.append(Currency(code=code.upper(), rate=rate))
    return found
