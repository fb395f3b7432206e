from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.twentyfour_seven_office.rest.payments import (
    is_to_be_settled,
    ledger_search,
    order_state_in,
    settled,
)
from core.payment import OrderState

TODAY = date(2026, 5, 2)
CHARGE, PAYMENT = "aaaa", "bbbb"


def order(gross: str = "1250.00", *, number: int | None = 501, transaction: str | None = CHARGE) -> dict[str, Any]:
    invoice = {"number": number, "date": "2026-04-01", "transaction": {"id": transaction}} if number else {}
    return {
        "id": 5,
        "customer": {"id": 7},
        "status": "Invoice" if number else "Draft",
        "internalMemo": "1001",
        "invoice": invoice,
        "grossAmount": Decimal(gross),
        "taxAmount": Decimal(gross) / 5,
    }


def line(amount: str, day: str = "2026-04-01", transaction: str = CHARGE, **changes: object) -> dict[str, Any]:
    return {
        "account": {"number": 1500},
        "amount": Decimal(amount),
        "date": day,
        "transaction": {"id": transaction},
        "invoice": {"number": "501"},
        "customer": {"id": 7},
        **changes,
    }


def state_of(of: dict[str, Any], *lines: dict[str, Any]) -> OrderState:
    return settled(order_state_in(of, order_id="5"), of, lines)


def test_an_order_that_is_not_published_has_no_invoice() -> None:
    state = order_state_in(order(number=None), order_id="5")
    assert (state.invoice_number, state.invoiced_at, state.paid_at) == (None, None, None)
    assert state.reference == "1001"


def test_an_invoice_that_nobody_has_paid_is_open_in_full() -> None:
    state = state_of(order(), line("1250.00"))
    assert (state.invoice_number, state.invoiced_at) == ("501", date(2026, 4, 1))
    assert (state.last_paid_at, state.open_amount) == (None, Decimal("1250.00"))


def test_a_paid_invoice_was_paid_when_the_last_line_was_booked() -> None:
    lines = (line("1250.00"), line("-1000.00", "2026-04-20", PAYMENT), line("-250.00", "2026-04-10", PAYMENT))
    state = state_of(order(), *lines)
    assert (state.open_amount, state.last_paid_at) == (Decimal(0), date(2026, 4, 20))


def test_a_payment_counts_although_the_invoice_was_booked_after_it() -> None:
    lines = (line("1250.00", "2026-04-25"), line("-1250.00", "2026-04-20", PAYMENT))
    state = state_of(order(), *lines)
    assert (state.open_amount, state.last_paid_at) == (Decimal(0), date(2026, 4, 20))


@pytest.mark.parametrize(("gross", "paid"), [("1250.00", "-1300.00"), ("-1250.00", "1300.00")])
def test_of_an_invoice_of_which_too_much_was_paid_what_is_open_has_the_other_sign(gross: str, paid: str) -> None:
    state = state_of(order(gross), line(gross), line(paid, "2026-04-20", PAYMENT))
    assert (state.open_amount, state.last_paid_at) == (Decimal(gross) + Decimal(paid), date(2026, 4, 20))


def test_what_is_paid_besides_changes_nothing_of_the_day() -> None:
    lines = (line("1250.00"), line("-1250.00", "2026-04-20", PAYMENT), line("-50.00", "2026-04-25", "cccc"))
    assert state_of(order(), *lines).last_paid_at == date(2026, 4, 20)


def test_a_payment_that_was_taken_back_does_not_count() -> None:
    back = (line("-1250.00", "2026-04-20", PAYMENT), line("1250.00", "2026-04-22", PAYMENT))
    state = state_of(order(), line("1250.00"), *back, line("-1250.00", "2026-04-30", PAYMENT))
    assert (state.open_amount, state.last_paid_at) == (Decimal(0), date(2026, 4, 30))


def test_a_part_is_open() -> None:
    state = state_of(order(), line("1250.00"), line("-1000.00", "2026-04-20", PAYMENT))
    assert (state.paid_at, state.open_amount) == (None, Decimal("250.00"))
    assert state.last_paid_at == date(2026, 4, 20)


def test_a_credit_is_settled_like_an_invoice_with_turned_signs() -> None:
    credit = order("-1250.00")
    assert state_of(credit, line("-1250.00")).open_amount == Decimal("-1250.00")
    assert state_of(credit, line("-1250.00"), line("250.00", transaction=PAYMENT)).open_amount == Decimal("-1000.00")
    settled_credit = state_of(credit, line("-1250.00"), line("1250.00", "2026-04-09", PAYMENT))
    assert (settled_credit.open_amount, settled_credit.last_paid_at) == (Decimal(0), date(2026, 4, 9))


def test_lines_in_kroner_of_an_invoice_in_another_currency_are_told_in_its_own() -> None:
    state = state_of(order("100.00"), line("1160.00"), line("-580.00", transaction=PAYMENT))
    assert state.open_amount == Decimal("50.00")


def test_without_the_invoices_own_transaction_its_sign_tells_what_was_charged() -> None:
    untold = order(transaction=None)
    lines = (line("1000.00"), line("250.00"), line("-1000.00", transaction=PAYMENT))
    assert state_of(untold, *lines).open_amount == Decimal("250.00")
    credit = order("-100.00", transaction=None)
    assert state_of(credit, line("-100.00"), line("25.00", transaction=PAYMENT)).open_amount == Decimal("-75.00")


def test_a_transaction_is_known_whatever_case_its_id_is_told_in() -> None:
    assert state_of(order(transaction=CHARGE.upper()), line("1250.00"), line("9", transaction="c")).open_amount


@pytest.mark.parametrize(
    "foreign",
    [
        {"account": {"number": 1920}},
        {"account": {"number": 2400}},
        {"account": {}},
        {"invoice": {"number": "5011"}},
        {"invoice": None},
        {"customer": {"id": 8}},
        {"amount": None},
        {"date": None},
    ],
)
def test_lines_of_other_accounts_invoices_and_customers_do_not_count(foreign: dict[str, object]) -> None:
    state = state_of(order(), line("1250.00"), {**line("-1250.00", "2026-04-20", PAYMENT), **foreign})
    assert (state.last_paid_at, state.open_amount) == (None, Decimal("1250.00"))


def test_a_line_that_names_no_customer_counts() -> None:
    assert state_of(order(), line("1250.00"), line("-1250.00", transaction=PAYMENT, customer=None)).open_amount == 0


def test_an_invoice_without_ledger_lines_yet_is_open() -> None:
    state = state_of(order())
    assert (state.paid_at, state.open_amount) == (None, None)


@pytest.mark.parametrize(("gross", "asked"), [("0.00", False), ("0.004", False), ("0.01", True)])
def test_the_ledger_is_not_asked_about_an_invoice_of_nothing(gross: str, asked: bool) -> None:
    assert is_to_be_settled(order_state_in(order(gross), order_id="5")) is asked


@given(
    gross=st.decimals(min_value=1, max_value=10**7, places=2),
    rate=st.decimals(min_value="0.01", max_value=100, places=4),
    part=st.integers(1, 99),
)
def test_what_is_open_never_exceeds_the_invoice_and_never_turns_its_sign(
    gross: Decimal, rate: Decimal, part: int
) -> None:
    charged = gross * rate
    lines = (line(str(charged)), line(str(-charged * part / 100), transaction=PAYMENT))
    state = state_of(order(str(gross)), *lines)
    assert state.open_amount is not None
    assert 0 <= state.open_amount <= gross


def test_the_ledger_is_asked_from_before_the_order_on() -> None:
    old = {**order(), "date": "2024-02-01"}
    assert ledger_search(old, order_state_in(old, order_id="5"), today=TODAY)["dateFrom"] == "2023-01-31"


@pytest.mark.parametrize(
    ("today", "begins", "ends"),
    [
        (TODAY, "2025-03-31", "2027-05-03"),
        (date(2026, 1, 1), "2024-12-31", "2027-04-02"),  # our clock is behind: nothing is left out
    ],
)
def test_the_ledger_is_asked_for_a_year_on_either_side(today: date, begins: str, ends: str) -> None:
    state = order_state_in(order(), order_id="5")
    assert ledger_search(order(), state, today=today) == {
        "invoiceNumber": "501",
        "dateFrom": begins,
        "dateTo": ends,
    }
