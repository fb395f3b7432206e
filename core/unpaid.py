"""What is not known to be paid, by how long it has been due.

Pure: the day is given. What counts is the day on which the invoice says that it is due. An order that was partly paid
counts with what was left when its status was checked last, where the accounting system told it; else it counts whole.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from core.invoice_filter import ListedInvoice
from core.payment import PaymentReason
from core.sums import Sum, added


class Age(StrEnum):
    """For how many days an invoice has been due."""

    NOT_DUE = "not_due"
    TO_30 = "1-30"
    TO_60 = "31-60"
    TO_90 = "61-90"
    OVER_90 = "over_90"


_LONGEST = {Age.NOT_DUE: 0, Age.TO_30: 30, Age.TO_60: 60, Age.TO_90: 90}


class DueDates(NamedTuple):
    """The days between which something is due, both of them included; None is any."""

    first: date | None = None
    last: date | None = None


class DuePlace(NamedTuple):
    """An invoice's place among those that are unpaid: the day on which it is due, then its number."""

    due_on: date
    number: str


class UnpaidSum(NamedTuple):
    """What of an age is not known to be paid, by what was seen of it last (None: nothing was)."""

    age: Age
    seen: PaymentReason | None
    of: Sum


class AgeGroup(NamedTuple):
    """What has been due for so long; `by_reason`: what was seen last of how many of them, under None what never was."""

    age: Age
    sums: Sequence[Sum]
    by_reason: Mapping[str | None, int]

    @property
    def invoices(self) -> int:
        """How many these are."""
        return sum(one.count for one in self.sums)


class UnpaidInvoice(NamedTuple):
    """An invoice that is not known to be paid, and for how many days it has been due; less than 1: not yet."""

    listed: ListedInvoice
    due_on: date
    days: int


def age_of(due_on: date, *, today: date) -> Age:
    """Say for how long something has been due."""
    days = (today - due_on).days
    return next((age for age, longest in _LONGEST.items() if days <= longest), Age.OVER_90)


def due_dates(age: Age, *, today: date) -> DueDates:
    """Return between which days something is due that has been due for so long."""
    ages = list(Age)
    before = ages[ages.index(age) - 1] if age is not Age.NOT_DUE else None
    return DueDates(
        first=None if age is Age.OVER_90 else today - timedelta(days=_LONGEST[age]),
        last=None if before is None else today - timedelta(days=_LONGEST[before] + 1),
    )


def by_age(sums: Iterable[UnpaidSum]) -> Sequence[AgeGroup]:
    """Group what is unpaid by age, what is not due first; each age is there, also where nothing is in it."""
    found: dict[Age, list[UnpaidSum]] = {age: [] for age in Age}
    for one in sums:
        found[one.age].append(one)
    return [AgeGroup(age, added(one.of for one in mine), _reasons(mine)) for age, mine in found.items()]


def _reasons(sums: Iterable[UnpaidSum]) -> Mapping[str | None, int]:
    counts: dict[str | None, int] = {}
    for one in sums:
        reason = one.seen.value if one.seen else None
        counts[reason] = counts.get(reason, 0) + one.of.count
    return counts
