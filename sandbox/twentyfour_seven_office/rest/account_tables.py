"""The account's VAT codes and currencies, and who the account is."""

from decimal import Decimal

from sandbox.twentyfour_seven_office.records import Currency
from sandbox.twentyfour_seven_office.rest.operation import Answer, Operation, Visit
from sandbox.twentyfour_seven_office.users import Account

FIRST_TAX_ID = 7_000  # so that an id taken for a number is noticed


def read_taxes(visit: Visit) -> Answer:
    """Every VAT code, those for purchases too; `id` is not `number`."""
    return Answer(
        [
            {"id": FIRST_TAX_ID + index, "number": vat_type.no, "name": vat_type.name, "rate": vat_type.rate}
            for index, vat_type in enumerate(visit.books.vat_types)
        ]
    )


def read_currencies(visit: Visit) -> Answer:
    """Every currency. Assumed: the rate is kroner for one, whatever the unit that SOAP tells it by."""
    return Answer([{"code": c.symbol, "rate": rate_of_one(c)} for c in visit.books.currencies])


def read_information(visit: Visit) -> Answer:
    """The company that the token is for."""
    return Answer(
        {
            "id": visit.account.number,
            "name": visit.account.name,
            "status": "Active",
            "settings": {"currencyCode": "NOK"},
        }
    )


def rate_of_one(currency: Currency) -> Decimal:
    """Kroner for one of a currency."""
    return currency.rate / currency.unit


def tax_id(visit: Visit, number: int | None) -> int | None:
    """The id of the VAT code of this number."""
    numbers = [vat_type.no for vat_type in visit.books.vat_types]
    return FIRST_TAX_ID + numbers.index(number) if number in numbers else None


def _refuses_taxes(account: Account) -> bool:
    return account.vat_types_refused or not account.invoicing_package


OPERATIONS = (
    Operation("GET", "/taxes", read_taxes, refuses=_refuses_taxes),
    Operation("GET", "/currencies", read_currencies),
    Operation("GET", "/organization/information", read_information, refuses=lambda _account: False),
)
