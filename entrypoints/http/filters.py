"""What a listing of invoices can be filtered by, as query parameters, and where it goes on."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from litestar.params import QueryParameter

from core.fields import DECIMAL, PRINTABLE, decimal_of
from core.invoice_filter import INVOICE_STATES, InvoiceFilter, Place
from entrypoints.http.paths import bad_parameter, yes_or_no

_TEXT = {"pattern": PRINTABLE, "minLength": 1}
_DAY = {"format": "date"}
_AMOUNT = {"pattern": DECIMAL, "examples": ["1200.00"]}

InvoiceState = Annotated[
    str | None,
    QueryParameter(
        name="state",
        description="Only those in this state; `unsent` is what has no transfer.",
        schema_extra={"enum": list(INVOICE_STATES)},
    ),
]
Paid = Annotated[
    str | None,
    QueryParameter(
        description="Only those that were last seen paid, or the others, unsent ones among them.",
        schema_extra={"enum": ["true", "false"]},
    ),
]
CustomerWords = Annotated[
    str | None,
    QueryParameter(
        description="Only those whose customer has words that begin so, in a name, the e-mail address or the "
        "organization number.",
        schema_extra=_TEXT,
    ),
]
NumberStart = Annotated[
    str | None, QueryParameter(description="Only those whose number begins so.", schema_extra=_TEXT)
]
IssuedFrom = Annotated[
    str | None,
    QueryParameter(name="from", description="Only those issued on this Norwegian date or later.", schema_extra=_DAY),
]
IssuedTo = Annotated[
    str | None,
    QueryParameter(name="to", description="Only those issued on this Norwegian date or earlier.", schema_extra=_DAY),
]
MinTotal = Annotated[
    str | None,
    QueryParameter(
        name="min_total",
        description="Only those that come to this with VAT, in their own currency, or to more.",
        schema_extra=_AMOUNT,
    ),
]
MaxTotal = Annotated[
    str | None,
    QueryParameter(
        name="max_total",
        description="Only those that come to this with VAT, in their own currency, or to less.",
        schema_extra=_AMOUNT,
    ),
]
NewestFirst = Annotated[
    str | None,
    QueryParameter(
        name="newest",
        description="With `true` the newest come first, by date; before them those without a date.",
        schema_extra={"enum": ["true", "false"]},
    ),
]
SearchWords = Annotated[
    str | None,
    QueryParameter(
        description="Only those with words that begin so: number, order number, or as `customer`.", schema_extra=_TEXT
    ),
]


def wanted_invoices(
    *,
    state: str | None,
    paid: str | None,
    customer: str | None,
    number: str | None,
    first: str | None,
    last: str | None,
    least: str | None,
    most: str | None,
    search: str | None,
    newest: str | None,
) -> InvoiceFilter:
    """Read a filter. Errors: InvalidInput, code `bad_parameter`."""
    is_paid = yes_or_no("paid", paid)
    for name, text in (("customer", customer), ("number", number), ("q", search)):
        if text is not None and not (text and text.isprintable()):
            raise bad_parameter(name, "Empty, or holds what is not printable")
    return InvoiceFilter(
        state=state,
        paid=is_paid,
        customer=customer,
        number=number,
        first=_day(first, "from"),
        last=_day(last, "to"),
        least=_amount(least, "min_total"),
        most=_amount(most, "max_total"),
        search=search,
        newest_first=yes_or_no("newest", newest) or False,
    )


def place_from(after: str | None, wanted: InvoiceFilter) -> Place | None:
    """Read where a listing goes on: a number, behind a date where the listing goes by dates.

    Errors: InvalidInput, code `bad_parameter`.
    """
    if after is None:
        return None
    day, _, number = after.partition("/") if wanted.by_date else ("", "", after)
    if not number.isprintable() or (wanted.by_date and not number) or (wanted.is_dated and not day):
        raise bad_parameter("after", "Not the `next` of a page")
    return Place(_day(day, "after") if day else None, number)


def place_text(place: Place, wanted: InvoiceFilter) -> str:
    """Write where a listing goes on, as place_from reads it."""
    return f"{place.date or ''}/{place.number}" if wanted.by_date else place.number


def _day(text: str | None, name: str) -> date | None:
    try:
        return date.fromisoformat(text) if text is not None else None
    except ValueError:
        raise bad_parameter(name, "Not a date like 2026-10-31") from None


def _amount(text: str | None, name: str) -> Decimal | None:
    try:
        return decimal_of(text) if text is not None else None
    except ValueError:
        raise bad_parameter(name, "Not an amount like 1200.00") from None
