"""Who the account is, and what its orders may name: VAT codes, currencies, departments and projects.

A department or project is told by its kind, its value, which is its id as a text, and its name. Source:
docs/24sevenoffice.md, "The head".
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sandbox.twentyfour_seven_office.books import Books
from sandbox.twentyfour_seven_office.records import Currency, Dimension
from sandbox.twentyfour_seven_office.rest.operation import TOKEN, Answer, Operation, Visit, page_by_id
from sandbox.twentyfour_seven_office.rest.refusals import missing
from sandbox.twentyfour_seven_office.rest.shape import each, members, text, whole
from sandbox.twentyfour_seven_office.users import Account

USUAL, MOST = 100, 500
PROJECT, DEPARTMENT = 1, 2
SOAP_NAMES = {PROJECT: "ProjectId", DEPARTMENT: "DepartmentId"}
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
    return Answer([{"code": currency.symbol, "rate": rate_of_one(currency)} for currency in visit.books.currencies])


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


DIMENSIONS = each(
    members(("dimensionType", "value", "name"), dimensionType=whole(), value=text(), name=text()),
)


def read_elements(visit: Visit) -> Answer:
    """The elements of a kind that are in use."""
    kind = visit.ids["dimensionType"]
    page = page_by_id(_of_kind(visit.books, kind), lambda one: one.is_active, visit, usual=USUAL, most=MOST)
    return Answer(
        [
            {
                "dimensionType": Decimal(10**40) if one.spoilt else kind,
                "value": str(one.id),
                "name": one.name,
            }
            for one in page.content
        ],
        links=page.links,
    )


def take_dimensions(other: dict[str, Any], asked: Mapping[str, Any]) -> None:
    """Keep what is asked for as SOAP names it; the list replaces what there was."""
    if "dimensions" not in asked:
        return
    for name in SOAP_NAMES.values():
        other.pop(name, None)
    for dimension in asked["dimensions"]:
        kind = dimension["dimensionType"]
        if kind in SOAP_NAMES:
            other[SOAP_NAMES[kind]] = int(dimension["value"]) if dimension["value"].isdecimal() else 0


def dimension_values(books: Books, other: Mapping[str, Any]) -> dict[str, Any]:
    """What an order or line is counted under, as REST shows it."""
    said = [
        {"dimensionType": kind, "value": str(other[name]), "name": _name_of(books, kind, other[name])}
        for kind, name in SOAP_NAMES.items()
        if name in other
    ]
    return {"dimensions": said} if said else {}


def _of_kind(books: Books, kind: int) -> dict[int, Dimension]:
    if kind not in SOAP_NAMES:
        raise missing()
    return books.projects if kind == PROJECT else books.departments


def _name_of(books: Books, kind: int, number: int) -> str:
    found = _of_kind(books, kind).get(number)
    return found.name if found else ""


def _refuses(account: Account) -> bool:
    return account.dimensions_refused or not account.invoicing_package


OPERATIONS = (
    Operation("GET", "/taxes", read_taxes, refuses=_refuses_taxes),
    Operation("GET", "/currencies", read_currencies),
    Operation("GET", "/organization/information", read_information, refuses=lambda _account: False),
    Operation(
        "GET", "/dimensions/{dimensionType}/elements", read_elements, frozenset({"limit", TOKEN}), refuses=_refuses
    ),
)
