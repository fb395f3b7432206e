"""Whether an invoice's data is complete and can be booked.

Pure rules that name every fault at once. Source: docs/behaviour.md, "Sending an invoice", step 1.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, localcontext

from pydantic import validate_email
from pydantic_core import PydanticCustomError

from core.customer import Address, Customer
from core.errors import Fault, InvalidInvoice
from core.fields import hidden_in, plain
from core.identity import NORWAY, NumberFault, organization_number, tidy
from core.invoice import Delivery, Invoice, InvoiceRow, InvoiceType
from core.limits import Limits
from core.row_price import decimals_of
from core.totals import PRECISION, row_amount, to_the_ore, totals_of

_CURRENCY_LETTERS = 3
_CURRENCY = re.compile(rf"[A-Z]{{{_CURRENCY_LETTERS}}}")
_NOTHING = Decimal(0)
_HUNDRED = Decimal(100)
_ORE_DECIMALS = 2  # EN 16931 BR-DEC-16, BR-DEC-23 and BR-DEC-24
# Outside these years a date was mistyped; accounting systems take some such dates for "not set".
_EARLIEST, _LATEST = date(2000, 1, 1), date(2099, 12, 31)


def require_sendable(invoice: Invoice, *, limits: Limits) -> None:
    """Raise InvalidInvoice, naming every fault, unless the invoice is complete and data for accounting."""
    faults = completeness_faults(invoice, limits=limits)
    if invoice.type is not InvoiceType.DATA_FOR_ACCOUNTING:
        faults.insert(0, Fault("type", 'is "printed"; only "data_for_accounting" may be sent'))
    if not faults:
        return
    named = "; ".join(fault.sentence for fault in faults)
    only_type = len(faults) == 1 and faults[0].field == "type"
    raise InvalidInvoice(
        f"Invoice {invoice.number} can't be sent. {named}.",
        faults=faults,
        code="not_data_for_accounting" if only_type else None,
        hint='Change the invoice type to "data_for_accounting", then send it again.' if only_type else None,
    )


def completeness_faults(invoice: Invoice, *, limits: Limits) -> list[Fault]:
    """Return everything that keeps the invoice from being booked; empty when it is complete."""
    in_rows = [
        Fault(f"rows[{index}].{field}", message)
        for index, row in enumerate(invoice.rows)
        for field, message in _row_faults(row, limits=limits)
    ]
    return [
        *_head_faults(invoice),
        *_customer_faults(invoice.customer, limits=limits),
        *_hidden_signs(invoice.customer),
        *_delivery_faults(invoice.delivery or Delivery()),
        *_length_faults(invoice, limits=limits),
        *_reference_faults(invoice, has_total=bool(invoice.rows) and not in_rows),
        *in_rows,
    ]


def _head_faults(invoice: Invoice) -> Iterator[Fault]:
    days = {
        "issue_date": invoice.issue_date,
        "due_date": invoice.due_date,
        "delivery.date": (invoice.delivery or Delivery()).date,
        "paid_date": invoice.paid_date,
    }
    for field, day in days.items():
        if day is not None and not _EARLIEST <= day <= _LATEST:
            yield Fault(field, f"{day} is not between {_EARLIEST} and {_LATEST}")
    if invoice.issue_date is None:
        yield Fault("issue_date", "is missing")
    if invoice.due_date is None:
        yield Fault("due_date", "is missing")
    elif invoice.issue_date and invoice.due_date < invoice.issue_date:
        yield Fault("due_date", f"{invoice.due_date} is before the issue date {invoice.issue_date}")
    if not _CURRENCY.fullmatch(invoice.currency):
        shown = f'"{invoice.currency}" ' if len(invoice.currency) <= _CURRENCY_LETTERS else ""
        yield Fault("currency", f"{shown}is not a currency code of three capital letters, such as NOK")
    if not invoice.rows:
        yield Fault("rows", "there are none; an invoice needs at least one")
    elif all(row.is_text for row in invoice.rows):
        yield Fault("rows", "are only texts; an invoice needs at least one with a quantity, a price and VAT")


def _customer_faults(customer: Customer, *, limits: Limits) -> Iterator[Fault]:
    if not (customer.name or "").strip() and not (customer.organization_name or "").strip():
        yield Fault("customer.name", "is missing")
    if len(customer.booked_name) > limits.customer_name:
        field = "customer.organization_name" if customer.is_company else "customer.name"
        yield Fault(field, f"is longer than the {limits.customer_name} characters that can be booked")
    if not customer.key_email and not customer.key_number:
        yield Fault("customer", "has neither an e-mail address nor an organization number")
    if customer.key_email and not _is_email(customer.email or ""):
        yield Fault("customer.email", "is not an e-mail address")
    yield from _country_faults("customer.address.country", (customer.address or Address()).country)
    if (customer.organization_number or "").strip() and (fault := _number_fault(customer)):
        yield fault


def _number_fault(customer: Customer) -> Fault | None:
    """Say what keeps a number from being one of its country's."""
    field, country = "customer.organization_number", customer.country
    number = organization_number(customer.organization_number, country=country)
    if number is None:
        return Fault(field, "has no letter or digit")
    if country is None and number.country not in (None, NORWAY):
        return Fault(
            "customer.address.country",
            f"is missing, and the organization number starts like one from {number.country}: state the country",
        )
    if number.fault is NumberFault.CHECK_DIGIT:
        return Fault(field, "is not a Norwegian organization number: its check digit is wrong")
    if country in (None, NORWAY) and number.country != NORWAY:
        foreign = "" if country else "; if it is foreign, add the country to the customer's address"
        return Fault(field, f"is not a Norwegian organization number, which has nine digits{foreign}")
    if number.fault is NumberFault.SHAPE:
        return Fault(field, f"is neither an organization number nor a VAT number of {country}")
    return None


def _country_faults(field: str, country: str | None) -> Iterator[Fault]:
    if country and (fault := country_fault(country)):
        yield Fault(field, fault)


def _delivery_faults(delivery: Delivery) -> Iterator[Fault]:
    yield from _country_faults("delivery.address.country", (delivery.address or Address()).country)


def _length_faults(invoice: Invoice, *, limits: Limits) -> Iterator[Fault]:
    """A reference is never shortened: half of one is another's."""
    delivery = invoice.delivery or Delivery()
    address = delivery.address or Address()
    texts = {
        "order_number": invoice.order_number,
        "your_reference": invoice.your_reference,
        "our_reference": invoice.our_reference,
        "buyer_reference": invoice.buyer_reference,
        "order_reference": invoice.order_reference,
        "delivery.name": delivery.name,
        "delivery.address.street": address.whole_street,
        "delivery.address.postal_code": address.postal_code,
        "delivery.address.city": address.city,
    }
    for field, longest in limits.longest.items():
        if len(tidy(texts[field] or "")) > longest:
            yield Fault(field, f"is longer than the {longest} characters that can be booked")


def _reference_faults(invoice: Invoice, *, has_total: bool) -> Iterator[Fault]:
    """Judge what refers to other invoices and to payments, as far as the rows are fit to be added up.

    Source: EN 16931: BT-25 is of a credit, BT-113 has two decimals at most and is a part of the total (BR-DEC-16,
    BR-CO-16).
    """
    paid = invoice.paid_amount
    if paid is None and invoice.paid_date:
        yield Fault("paid_date", "needs paid_amount too")
    if paid is None and invoice.credits is None:
        return
    total = totals_of(invoice).gross if has_total else None
    if invoice.credits == invoice.number:
        yield Fault("credits", "is the invoice's own number; give the number of the invoice it credits")
    elif invoice.credits and total is not None and total >= 0:
        yield Fault("credits", f"only a credit can credit an invoice, and this one's total of {total} is not negative")
    if paid is None:
        return
    if decimals_of(paid) > _ORE_DECIMALS:
        yield Fault("paid_amount", f"has more than {_ORE_DECIMALS} decimals")
    elif total is not None and not min(total, _NOTHING) <= paid <= max(total, _NOTHING):
        yield Fault("paid_amount", f"is not between 0 and the invoice's total of {total}")


def _hidden_signs(customer: Customer) -> Iterator[Fault]:
    """Name what is refused of a new invoice, but was taken in under an earlier version."""
    fields = ("name", "email", "organization_name", "organization_number")
    texts = {field: getattr(customer, field) for field in fields}
    if customer.address:
        texts |= {f"address.{part}": text for part, text in customer.address}
    for field, text in texts.items():
        if fault := hidden_in(text or ""):
            yield Fault(f"customer.{field}", fault)


def _row_faults(row: InvoiceRow, *, limits: Limits) -> Iterator[tuple[str, str]]:
    if not (row.product or "").strip():
        yield "product", "is missing"
    if row.period and row.period.end < row.period.start:
        yield "period", f"ends {row.period.end}, before it starts {row.period.start}"
    if row.is_text:
        return
    if row.quantity is None and (row.net_amount is None or row.unit_price is not None):
        yield "quantity", "is missing"
    if row.unit_price is None and row.net_amount is None:
        yield "unit_price", "is missing"
    elif row.unit_price is not None and row.unit_price < 0:
        yield "unit_price", "is negative; a credit has a negative quantity (EN 16931 BR-27)"
    yield from _amount_faults(row)
    if row.vat_percent is None:
        yield "vat_percent", "is missing"
    elif not 0 <= row.vat_percent <= _HUNDRED:
        yield "vat_percent", "is not between 0 and 100"
    for field in ("quantity", "unit_price", "discount_percent", "discount_amount", "net_amount"):
        amount: Decimal | None = getattr(row, field)
        decimals = _ORE_DECIMALS if field.endswith("_amount") else limits.decimals
        if amount is not None and decimals_of(amount) > decimals:
            yield field, f"has more than the {decimals} decimals that can be booked"
        if amount is not None and abs(amount) > limits.largest_amount:
            yield field, f"is beyond the {limits.largest_amount} that can be booked"
    if abs((row.quantity or _NOTHING) * (row.unit_price or _NOTHING)) > limits.largest_amount:
        yield "unit_price", f"times the quantity is beyond the {limits.largest_amount} that can be booked"


def _amount_faults(row: InvoiceRow) -> Iterator[tuple[str, str]]:
    """Name what is wrong with a row's discount and its stated total."""
    percent, discount, total = row.discount_percent, row.discount_amount, row.net_amount
    if percent is not None and not 0 <= percent <= _HUNDRED:
        yield "discount_percent", "is not between 0 and 100"
        return
    if percent is not None and discount is not None:
        yield "discount_amount", "can't be combined with discount_percent; give one of them"
        return
    if row.unit_price is None and total is not None:
        if percent or discount:
            yield "unit_price", "is missing; a discount needs a price"
        elif total and row.quantity is not None and not total * row.quantity > 0:
            yield "net_amount", f"{plain(total)} can't be the quantity {plain(row.quantity)} times a price of 0 or more"
    if row.quantity is None or row.unit_price is None or row.unit_price < 0:
        return
    with localcontext(prec=PRECISION):
        whole = row.quantity * row.unit_price
    if discount is not None and not min(whole, _NOTHING) <= discount <= max(whole, _NOTHING):
        yield "discount_amount", f"{plain(discount)} is not between 0 and {plain(whole)}, quantity times price"
    elif total is not None and to_the_ore(total) != (reckoned := row_amount(row)):
        yield "net_amount", f"{plain(total)} is not {plain(reckoned)}, quantity times price less the discount"


def _is_email(text: str) -> bool:
    if "<" in text:  # "Kari <kari@fjell.no>" is a way of writing one, not one
        return False
    try:
        validate_email(text.strip())
    except PydanticCustomError:
        return False
    return True


# ISO 3166-1 alpha-2, the 249 that are officially assigned, by the tables of iso-codes and of the time zone database,
# which agree.
CODES = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY
    BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK
    FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR
    IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK
    ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM
    PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF
    TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
    """.split()  # noqa: SIM905 - 249 strings in quotes are harder to read
)

# What people write instead, beyond small letters: what it says is plain, so the fault names the code.
_MEANT_COUNTRY = {
    "UK": "GB",
    "EL": "GR",
    **dict.fromkeys(("NORGE", "NOREG", "NORWAY", "NOR"), "NO"),
    **dict.fromkeys(("SVERIGE", "SWEDEN", "SWE"), "SE"),
    **dict.fromkeys(("DANMARK", "DENMARK", "DNK"), "DK"),
    **dict.fromkeys(("SUOMI", "FINLAND", "FIN"), "FI"),
    **dict.fromkeys(("ISLAND", "ICELAND", "ISL"), "IS"),
    **dict.fromkeys(("TYSKLAND", "DEUTSCHLAND", "GERMANY", "DEU"), "DE"),
    **dict.fromkeys(("STORBRITANNIA", "GREAT BRITAIN", "UNITED KINGDOM", "ENGLAND", "GBR"), "GB"),
    **dict.fromkeys(("UNITED STATES", "USA"), "US"),
}

_SHORT_ENOUGH = 3


def country_fault(country: str) -> str | None:
    """Say what is wrong with a country code, naming the right one where it is plain; None when it is one.

    Capitals count, as ISO 3166 has them. What is plainly no country is not shown: a column too far, it is
    where somebody lives.
    """
    if country in CODES:
        return None
    written = country.strip().upper()
    meant = written if written in CODES else _MEANT_COUNTRY.get(written)
    hint = f"write {meant}" if meant else "use the two-letter code in capitals, such as NO"
    named = f'"{country}" ' if meant or len(country) <= _SHORT_ENOUGH else ""
    return f"{named}is not a country code of ISO 3166: {hint}"
