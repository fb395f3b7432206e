from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.payment import (
    BookedTotals,
    OrderState,
    PaymentReason,
    PaymentReport,
    PaymentStatusValue,
    SentOrder,
    joined,
    payment_report,
    total_differences,
)
from tests.unit.samples import a_row, an_invoice

_NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
_SENT = SentOrder(order_id="900", reference="2001-1", customer_id="5")
_PUBLISHED = {"invoice_number": "10042", "invoiced_at": date(2026, 10, 2)}


def report(**state: Any) -> PaymentReport:
    return payment_report(an_invoice(), OrderState(order_id="900", **state), sent=_SENT, checked_at=_NOW)


@pytest.mark.parametrize("which", range(3))
@pytest.mark.parametrize(
    "other",
    [
        {"worker_checks": 0},
        {"reason": PaymentReason.OPEN},
        {"order_id": "901"},
        {"invoice_number": "30001"},
        {"paid_at": date(2026, 10, 2)},
        {"warnings": ("The total differs.",)},
        {"books": "fake 8"},
        {"open_amount": Decimal("1.00")},
    ],
)
def test_a_third_equal_answer_of_a_workers_takes_the_place_of_the_second(which: int, other: dict[str, Any]) -> None:
    run = [report().model_copy(update={"worker_checks": 1, "checked_at": _NOW + timedelta(hours=n)}) for n in range(3)]
    together = joined(run[2], before=run[0], newest=run[1])
    assert together == run[2].model_copy(update={"worker_checks": 2})
    run[which] = run[which].model_copy(update=other)
    assert joined(run[2], before=run[0], newest=run[1]) is None


def test_an_order_that_is_not_published_is_not_paid() -> None:
    answer = report()
    assert (answer.status, answer.reason) == (PaymentStatusValue.NOT_PAID, PaymentReason.NOT_PUBLISHED)
    assert (answer.invoice, answer.order_id, answer.checked_at) == ("2001-1", "900", _NOW)


def test_a_published_invoice_is_open() -> None:
    answer = report(**_PUBLISHED)
    assert (answer.status, answer.reason) == (PaymentStatusValue.NOT_PAID, PaymentReason.OPEN)
    assert (answer.invoice_number, answer.invoiced_at, answer.paid_at) == ("10042", date(2026, 10, 2), None)


def test_an_order_that_is_not_published_has_no_day_of_payment() -> None:
    answer = report(paid_at=date(2026, 10, 20))
    assert (answer.reason, answer.paid_at) == (PaymentReason.NOT_PUBLISHED, None)


def test_a_settled_invoice_is_paid_on_its_date() -> None:
    answer = report(**_PUBLISHED, paid_at=date(2026, 10, 20))
    assert (answer.status, answer.reason) == (PaymentStatusValue.PAID, PaymentReason.PAID)
    assert answer.paid_at == date(2026, 10, 20)


def test_an_invoice_of_which_less_is_open_than_it_says_is_partly_paid() -> None:
    answer = report(**_PUBLISHED, open_amount=Decimal("500.00"))
    assert (answer.status, answer.reason) == (PaymentStatusValue.NOT_PAID, PaymentReason.PARTLY_PAID)
    assert answer.open_amount == Decimal("500.00")
    assert answer.warnings == ("Of 1500.00 NOK, 500.00 NOK is still to be paid.",)


def test_an_invoice_that_is_open_as_a_whole_is_open() -> None:
    assert report(**_PUBLISHED, open_amount=Decimal("1500.0000")).reason is PaymentReason.OPEN


@pytest.mark.parametrize("paid_at", [None, date(2026, 10, 20)])
def test_a_published_order_of_nothing_is_paid_on_the_day_of_its_invoice(paid_at: date | None) -> None:
    nothing = BookedTotals(gross=Decimal("0.0000"), vat=Decimal(0))
    answer = report(**_PUBLISHED, totals=nothing, paid_at=paid_at)
    assert (answer.reason, answer.paid_at) == (PaymentReason.PAID, paid_at or date(2026, 10, 2))
    assert report(totals=nothing).reason is PaymentReason.NOT_PUBLISHED


def test_an_invoice_of_nothing_is_paid_where_the_system_tells_no_totals() -> None:
    free, state = an_invoice(rows=(a_row(discount_percent="100"),)), OrderState(order_id="900", **_PUBLISHED)
    answer = payment_report(free, state, sent=_SENT, checked_at=_NOW)
    assert (answer.reason, answer.paid_at) == (PaymentReason.PAID, date(2026, 10, 2))


def test_an_invoice_whose_rows_were_forgotten_does_not_pass_for_one_of_nothing() -> None:
    forgotten, state = an_invoice(rows=()), OrderState(order_id="900", **_PUBLISHED)
    assert payment_report(forgotten, state, sent=_SENT, checked_at=_NOW).reason is PaymentReason.OPEN
    left = state.model_copy(update={"open_amount": Decimal(500)})
    assert payment_report(forgotten, left, sent=_SENT, checked_at=_NOW).reason is PaymentReason.OPEN
    paid = state.model_copy(update={"open_amount": Decimal(0), "last_paid_at": date(2026, 10, 20)})
    assert payment_report(forgotten, paid, sent=_SENT, checked_at=_NOW).paid_at == date(2026, 10, 20)


@pytest.mark.parametrize(
    ("quantity", "left", "reason"),
    [
        ("1", "0", PaymentReason.PAID),
        ("1", "-0.01", PaymentReason.PAID),
        ("1", "0.004", PaymentReason.PAID),
        ("1", "0.01", PaymentReason.PARTLY_PAID),
        ("1", "1500.00", PaymentReason.OPEN),
        ("1", "1570.00", PaymentReason.OPEN),
        ("-1", "0", PaymentReason.PAID),
        ("-1", "0.01", PaymentReason.PAID),
        ("-1", "-0.01", PaymentReason.PARTLY_PAID),
        ("-1", "-1500.00", PaymentReason.OPEN),
    ],
)
def test_what_is_left_says_whether_it_is_paid(quantity: str, left: str, reason: PaymentReason) -> None:
    state = OrderState(order_id="900", **_PUBLISHED, open_amount=Decimal(left), last_paid_at=date(2026, 10, 20))
    answer = payment_report(an_invoice(rows=(a_row(quantity=quantity),)), state, sent=_SENT, checked_at=_NOW)
    assert answer.reason is reason
    assert answer.paid_at == (date(2026, 10, 20) if reason is PaymentReason.PAID else None)


def test_an_invoice_booked_an_ore_apart_and_open_as_booked_is_open() -> None:
    booked = BookedTotals(gross=Decimal("1500.01"), vat=Decimal("300.01"))
    answer = report(**_PUBLISHED, open_amount=Decimal("1500.01"), totals=booked)
    assert answer.reason is PaymentReason.OPEN
    assert len(answer.warnings) == 2


def test_an_order_that_is_gone_is_deleted_and_not_paid() -> None:
    answer = payment_report(an_invoice(), None, sent=_SENT, checked_at=_NOW)
    assert (answer.status, answer.reason) == (PaymentStatusValue.NOT_PAID, PaymentReason.DELETED)
    assert answer.order_id == "900"


@pytest.mark.parametrize("published", [{}, _PUBLISHED, {**_PUBLISHED, "paid_at": date(2026, 10, 20)}])
def test_paid_is_said_for_the_reason_paid_and_for_no_other(published: dict[str, Any]) -> None:
    answer = report(**published)
    assert (answer.status is PaymentStatusValue.PAID) == (answer.reason is PaymentReason.PAID)
    assert (answer.paid_at is not None) == (answer.reason is PaymentReason.PAID)


def test_totals_that_differ_are_named_with_both_figures() -> None:
    booked = BookedTotals(gross=Decimal("1500.02"), vat=Decimal("300.00"))
    assert total_differences(an_invoice(), booked) == [
        "The accounting system's total with VAT is 1500.02 NOK; the invoice says 1500.00 NOK."
    ]
    both = BookedTotals(gross=Decimal("1501"), vat=Decimal("301"))
    assert [text.split(" is ")[0] for text in total_differences(an_invoice(), both)] == [
        "The accounting system's total with VAT",
        "The accounting system's VAT",
    ]


def test_totals_are_rounded_before_they_are_compared() -> None:
    booked = BookedTotals(gross=Decimal("1499.9951"), vat=Decimal("300.0049"))
    assert total_differences(an_invoice(), booked) == []


def test_a_system_that_tells_no_totals_differs_in_nothing() -> None:
    assert total_differences(an_invoice(), None) == []


def test_differences_are_in_the_invoices_currency() -> None:
    invoice = an_invoice(currency="EUR", rows=(a_row(vat_percent="0"),))
    (only,) = total_differences(invoice, BookedTotals(gross=Decimal("1"), vat=Decimal("0")))
    assert only == "The accounting system's total with VAT is 1.00 EUR; the invoice says 1200.00 EUR."


_OURS = {"reference": "2001-1", "customer_id": "5"}
_BY_HAND = "undo the change in the accounting system, or confirm the order with kvitt invoice adopt 2001-1 900"
_USED_AGAIN = "Its id seems to have been reused."


@pytest.mark.parametrize(
    "told", [{}, _OURS, {"reference": "2001-1"}, {"customer_id": "5"}], ids=["nothing", "both", "number", "customer"]
)
def test_an_order_is_ours_by_what_the_system_tells_of_it(told: dict[str, str]) -> None:
    assert report(**_PUBLISHED, **told, paid_at=date(2026, 10, 20)).reason is PaymentReason.PAID


@pytest.mark.parametrize(
    ("told", "said", "remedy"),
    [
        ({"reference": "77", "customer_id": "5"}, 'the number "77" where "2001-1" was.', _BY_HAND),
        ({"reference": "77"}, 'the number "77" where "2001-1" was.', _BY_HAND),
        ({"reference": "2001-1 "}, 'another text where "2001-1" was.', _BY_HAND),
        ({"reference": "2001-1 – ask Kari Nord"}, 'another text where "2001-1" was.', _BY_HAND),
        ({"reference": ""}, 'no number where "2001-1" was.', _BY_HAND),
        ({"reference": "2001-1", "customer_id": "6"}, "is of customer 6 instead of 5.", _BY_HAND),
        ({"customer_id": "6"}, "is of customer 6 instead of 5.", _BY_HAND),
        ({"reference": "77", "customer_id": "6"}, '"2001-1" was and is of customer 6 instead of 5.', _USED_AGAIN),
        ({"reference": "", "customer_id": "6"}, "and is of customer 6 instead of 5.", _USED_AGAIN),
    ],
    ids=["number", "number-alone", "space", "text", "none", "customer", "customer-alone", "both", "none-and-customer"],
)
def test_an_order_with_another_number_or_customer_is_not_ours(told: dict[str, str], said: str, remedy: str) -> None:
    answer = report(
        **_PUBLISHED, **told, paid_at=date(2026, 10, 20), totals=BookedTotals(gross=Decimal(1), vat=Decimal(0))
    )
    assert (answer.status, answer.reason) == (PaymentStatusValue.NOT_PAID, PaymentReason.NOT_OURS)
    assert (answer.invoice_number, answer.invoiced_at, answer.paid_at) == (None, None, None), "nothing of another's"
    assert not answer.is_settled
    (warning,) = answer.warnings
    assert said in warning
    assert remedy in warning
    assert "Kari" not in warning


def test_where_it_was_not_kept_whose_the_order_is_its_number_tells() -> None:
    sent, state = SentOrder(order_id="900", reference="2001-1"), OrderState(order_id="900", customer_id="6")
    assert sent.is_still(state)
    assert not sent.is_still(state.model_copy(update={"reference": "77"}))


_NUMBERS = st.sampled_from([None, "", "2001-1", "2001-10", "77"])
_CUSTOMERS = st.sampled_from([None, "5", "6"])
_DAYS = st.sampled_from([None, date(2026, 10, 20)])
_AMOUNTS = st.sampled_from([None, Decimal(0), Decimal(500), Decimal(1500)])


@given(_NUMBERS, _CUSTOMERS, _DAYS, _AMOUNTS, st.sampled_from([None, "10042"]))
def test_paid_is_never_said_of_an_order_that_is_not_ours(
    reference: str | None, customer: str | None, paid_at: date | None, left: Decimal | None, number: str | None
) -> None:
    answer = report(reference=reference, customer_id=customer, paid_at=paid_at, open_amount=left, invoice_number=number)
    is_ours = reference in (None, "2001-1") and customer in (None, "5")
    assert (answer.reason is not PaymentReason.NOT_OURS) == is_ours
    if not is_ours:
        assert answer.status is PaymentStatusValue.NOT_PAID
