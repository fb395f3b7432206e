"""What is unpaid, by age."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.payment import PaymentReason
from core.sums import Sum, added
from core.unpaid import Age, UnpaidSum, age_of, by_age, due_dates

TODAY = date(2026, 3, 1)


def _sum(count: int, total: str, currency: str | None = "NOK") -> Sum:
    return Sum(currency=currency, count=count, total=Decimal(total))


@pytest.mark.parametrize(
    ("days", "age"),
    [
        (-400, Age.NOT_DUE),
        (0, Age.NOT_DUE),
        (1, Age.TO_30),
        (30, Age.TO_30),
        (31, Age.TO_60),
        (60, Age.TO_60),
        (61, Age.TO_90),
        (90, Age.TO_90),
        (91, Age.OVER_90),
        (4000, Age.OVER_90),
    ],
)
def test_age_is_counted_from_the_day_on_which_it_is_due(days: int, age: Age) -> None:
    assert age_of(TODAY - timedelta(days=days), today=TODAY) is age


def test_the_days_of_an_age_are_those_that_are_of_that_age_and_no_others() -> None:
    for days in range(-3, 200):
        due_on = TODAY - timedelta(days=days)
        spans = {age: due_dates(age, today=TODAY) for age in Age}
        within = [age for age, span in spans.items() if (span.first or date.min) <= due_on <= (span.last or date.max)]
        assert within == [age_of(due_on, today=TODAY)]


def test_each_age_has_its_sums_by_currency_and_what_was_seen() -> None:
    groups = by_age(
        [
            UnpaidSum(Age.NOT_DUE, None, _sum(1, "10")),
            UnpaidSum(Age.TO_30, PaymentReason.OPEN, _sum(2, "20")),
            UnpaidSum(Age.TO_30, PaymentReason.PARTLY_PAID, _sum(1, "5")),
            UnpaidSum(Age.TO_30, PaymentReason.OPEN, _sum(1, "7", "EUR")),
        ]
    )
    assert [group.age for group in groups] == list(Age)
    assert [group.invoices for group in groups] == [1, 4, 0, 0, 0]
    assert groups[0].by_reason == {None: 1}
    assert groups[1].sums == (_sum(3, "25"), _sum(1, "7", "EUR"))
    assert groups[1].by_reason == {"open": 3, "partly_paid": 1}


def test_amounts_of_two_currencies_are_never_added() -> None:
    assert added([_sum(1, "1", "EUR"), _sum(2, "2"), _sum(1, "3", None), _sum(1, "1.50")]) == (
        _sum(3, "3.50"),
        _sum(1, "3", None),
        _sum(1, "1", "EUR"),
    )
    assert added([]) == ()
