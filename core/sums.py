"""Invoices counted and summed up, currency by currency: amounts of two currencies are never added.

Pure. The sums are of what the invoices come to with VAT.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal, localcontext
from typing import NamedTuple

from core.fields import DecimalText, Document
from core.invoice import InvoiceType
from core.totals import PRECISION


class Sum(Document):
    """So many invoices of one currency, and what they come to.

    `currency` is None where they say nothing yet, or what they said is not kept any more: what they come to is not
    known.
    """

    currency: str | None
    count: int
    total: DecimalText


class TypeSum(NamedTuple):
    """What invoices of one type come to."""

    type: InvoiceType
    of: Sum


class ArrivedSum(NamedTuple):
    """What arrived in the accounting system on one Norwegian day."""

    day: date
    of: Sum


def added(sums: Iterable[Sum]) -> tuple[Sum, ...]:
    """Add up sums, each currency for itself, that of the most invoices first."""
    counts: Counter[str | None] = Counter()
    totals: defaultdict[str | None, Decimal] = defaultdict(lambda: Decimal("0.00"))
    with localcontext(prec=PRECISION):
        for one in sums:
            counts[one.currency] += one.count
            totals[one.currency] += one.total
    found = [Sum(currency=currency, count=count, total=totals[currency]) for currency, count in counts.items()]
    return tuple(sorted(found, key=lambda one: (-one.count, one.currency or "")))


def added_by_type(sums: Iterable[TypeSum]) -> Sequence[TypeSum]:
    """Add up sums, those of each type for themselves, in the order of the types."""
    of_type: defaultdict[InvoiceType, list[Sum]] = defaultdict(list)
    for one in sums:
        of_type[one.type].append(one.of)
    return [TypeSum(type_, total) for type_ in sorted(of_type) for total in added(of_type[type_])]
