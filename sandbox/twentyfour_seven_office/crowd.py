"""Many made-up customers, so that it can be measured what a full account costs."""

from datetime import datetime

from stdnum.no import orgnr

from sandbox.twentyfour_seven_office.records import Customer

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
