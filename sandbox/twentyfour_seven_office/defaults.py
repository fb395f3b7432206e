"""The tables a new account starts with, and many made-up customers, so that a full account's cost can be measured.

docs/24sevenoffice.md, "Norwegian VAT": the codes of a sale stand among input, import and reverse-charge codes at the
same rates, so that picking a code by its rate alone goes wrong here as it would in earnest.
"""

from datetime import datetime
from decimal import Decimal

from stdnum.no import orgnr

from sandbox.twentyfour_seven_office.records import Currency, Customer, VatType

VAT_TYPES = [
    VatType(no, name, Decimal(rate))
    for no, name, rate in (
        (0, "Ingen avgiftsbehandling", "0"),
        (1, "Inngående avgift, høy sats", "25"),
        (11, "Inngående avgift, middels sats", "15"),
        (12, "Inngående avgift, råfisk", "11.11"),
        (13, "Inngående avgift, lav sats", "12"),
        (14, "Innførselsavgift, høy sats", "25"),
        (15, "Innførselsavgift, middels sats", "15"),
        (3, "Utgående avgift, høy sats", "25"),
        (31, "Utgående avgift, middels sats", "15"),
        (32, "Utgående avgift, råfisk", "11.11"),
        (33, "Utgående avgift, lav sats", "12"),
        (5, "Innenlands omsetning fritatt for avgift", "0"),
        (6, "Omsetning utenfor avgiftsloven", "0"),
        (51, "Innenlands omsetning med omvendt avgiftsplikt", "0"),
        (52, "Utførsel av varer og tjenester", "0"),
        (81, "Innførsel av varer med fradrag, høy sats", "25"),
        (82, "Innførsel av varer uten fradrag, høy sats", "25"),
        (83, "Innførsel av varer med fradrag, middels sats", "15"),
        (84, "Innførsel av varer uten fradrag, middels sats", "15"),
        (85, "Innførsel av varer uten avgift", "0"),
        (86, "Kjøp av tjenester fra utlandet med fradrag, høy sats", "25"),
        (87, "Kjøp av tjenester fra utlandet uten fradrag, høy sats", "25"),
        (88, "Kjøp av tjenester fra utlandet med fradrag, lav sats", "12"),
        (89, "Kjøp av tjenester fra utlandet uten fradrag, lav sats", "12"),
        (91, "Kjøp av klimakvoter og gull med fradrag", "25"),
        (92, "Kjøp av klimakvoter og gull uten fradrag", "25"),
    )
]

CURRENCIES = [
    Currency("NOK", Decimal(1)),
    Currency("EUR", Decimal("11.6")),
    Currency("SEK", Decimal("104.2"), 100),
    Currency("USD", Decimal("10.15")),
]

COMPANY_EVERY = 3
FIRST_ORGANIZATION = 31_000_000  # eight digits; the check digit comes on top


def one_of_many(number: int, *, customer_id: int, dated: datetime) -> Customer:
    """The customer of this number, from 1: it alone has the e-mail kunde-<number>@many.example.

    Every third is a company with a valid organization number of its own, the others are persons. `dated` is
    when it was registered and last changed.
    """
    company = number % COMPANY_EVERY == 0
    return Customer(
        id=customer_id,
        name=f"Kunde {number} AS" if company else str(number),
        first_name="" if company else "Kunde",
        type="Business" if company else "Consumer",
        organization_number=organization_number(number // COMPANY_EVERY) if company else "",
        emails={"Primary": f"kunde-{number}@many.example"},
        date_created=dated,
        date_changed=dated,
    )


def organization_number(index: int) -> str:
    """A valid organization number of its own for every index.

    Of two that follow each other at least one has a check digit; the remainder 10 stands for none.
    """
    first = FIRST_ORGANIZATION + 2 * index
    for digits in (first, first + 1):
        check = -orgnr.checksum(f"{digits}0") % 11
        if check < 10:
            break
    return f"{digits}{check}"
