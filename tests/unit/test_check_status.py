from datetime import date

import pytest

from core.errors import AccessRefused, Conflict, NotFound, Rejected, TryAgain
from core.payment import PaymentReason, PaymentReport
from tests.fakes import Gateway
from tests.unit.samples import an_invoice


def reasons(gateway: Gateway, *numbers: str) -> list[str]:
    return [
        answer.reason.value if isinstance(answer, PaymentReport) else answer.code
        for answer in gateway.check_status.check("fjell", numbers)
    ]


def sent(gateway: Gateway, *numbers: str) -> list[str]:
    """Send invoices of these numbers; return the ids of their orders."""
    gateway.add(*(an_invoice(number=number) for number in numbers))
    order_ids = [gateway.send(number).order_id or "" for number in numbers]
    gateway.system.calls.clear()
    return order_ids


def test_a_payment_is_seen_from_publishing_to_the_last_krone(gateway: Gateway) -> None:
    (order,) = sent(gateway, "1")
    assert reasons(gateway, "1") == ["not_published"]
    gateway.books.publish(order, invoice_number="10042", on=date(2026, 10, 2))
    assert reasons(gateway, "1") == ["open"]
    gateway.books.pay(order, on=date(2026, 10, 9))
    assert reasons(gateway, "1") == ["paid"]
    gateway.books.delete_order(order)
    assert reasons(gateway, "1") == ["deleted"]


def test_many_are_asked_for_in_one_call_and_answered_in_order(gateway: Gateway) -> None:
    orders = sent(gateway, "1", "2", "3")
    gateway.books.publish(orders[1], invoice_number="10042", on=date(2026, 10, 2))
    assert reasons(gateway, "3", "2", "1", "2") == ["not_published", "open", "not_published", "open"]
    assert gateway.system.calls == ["payments.states"]


def test_more_than_a_piece_are_asked_for_a_piece_a_call(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.use_cases.check_status.PIECE", 2)
    orders = sent(gateway, "1", "2", "3", "4", "5")
    gateway.books.publish(orders[4], invoice_number="10042", on=date(2026, 10, 2))
    assert reasons(gateway, "5", "nope", "4", "3", "2") == [
        "open",
        "unknown_invoice",
        "not_published",
        "not_published",
        "not_published",
    ]
    assert gateway.system.calls == ["payments.states"] * 3


def test_a_thousand_take_two_transactions_to_read_one_to_store_and_one_call(gateway: Gateway) -> None:
    numbers = [str(number) for number in range(1000)]
    sent(gateway, *numbers[:5])
    gateway.storage.transactions = 0
    assert len(gateway.check_status.check("fjell", numbers)) == 1000
    assert (gateway.storage.transactions, gateway.system.calls) == (3, ["payments.states"])


def test_one_that_cannot_be_told_hides_none_of_the_others(gateway: Gateway) -> None:
    orders = sent(gateway, "1", "2")
    gateway.system.payments.fail_item(orders[0], Rejected("Broken.", code="broken"))
    gateway.add(an_invoice(number="3"))
    assert reasons(gateway, "1", "2", "3", "nope") == ["broken", "not_published", "not_sent", "unknown_invoice"]


def test_an_invoice_that_was_never_sent_or_has_not_arrived_calls_nobody(gateway: Gateway) -> None:
    gateway.add(an_invoice(number="1"), an_invoice(number="2"))
    gateway.system.customers.fail_next(TryAgain("Later."))
    gateway.send("2")
    gateway.system.calls.clear()
    never, waiting = gateway.check_status.check("fjell", ["1", "2"])
    assert isinstance(never, Conflict)
    assert isinstance(waiting, Conflict)
    assert "never sent" in never.message
    assert "waiting" in waiting.message
    assert gateway.system.calls == []


def test_the_accounting_system_is_asked_every_time_and_each_answer_is_kept(gateway: Gateway) -> None:
    (order,) = sent(gateway, "1")
    reasons(gateway, "1")
    gateway.clock.advance(minutes=1)
    gateway.books.publish(order, invoice_number="10042", on=date(2026, 10, 2))
    reasons(gateway, "1")
    assert gateway.system.calls == ["payments.states", "payments.states"]
    with gateway.storage.transaction() as work:
        latest = work.statuses.latest("fjell", "1")
    assert latest is not None
    assert (latest.reason, latest.checked_at) == (PaymentReason.OPEN, gateway.clock.now())


@pytest.mark.parametrize("error", [AccessRefused("No."), TryAgain("Later.")])
def test_an_error_of_the_whole_call_is_raised(gateway: Gateway, error: Exception) -> None:
    sent(gateway, "1")
    gateway.system.payments.fail_next(error)
    with pytest.raises(type(error)):
        gateway.check_status.check("fjell", ["1"])


def test_an_unknown_business_is_not_found(gateway: Gateway) -> None:
    with pytest.raises(NotFound):
        gateway.check_status.check("vidde", ["1"])


def test_checking_writes_nothing_to_the_books(gateway: Gateway) -> None:
    sent(gateway, "1")
    reasons(gateway, "1")
    assert gateway.system.writes == []


def test_the_payment_of_an_order_that_is_not_ours_is_not_told_and_not_kept(gateway: Gateway) -> None:
    """Its id was used again: what was seen last of our own order stays, and the order stays open."""
    (order,) = sent(gateway, "1")
    assert reasons(gateway, "1") == ["not_published"]
    gateway.books.publish(order, invoice_number="10042", on=date(2026, 10, 2))
    gateway.books.pay(order, on=date(2026, 10, 9))
    stranger = gateway.books.add_customer("Somebody else")
    gateway.books.change_order(order, reference="77", customer_id=stranger.id)
    (answer,) = gateway.check_status.check("fjell", ["1"])
    assert isinstance(answer, PaymentReport)
    assert (answer.status, answer.reason, answer.invoice_number, answer.paid_at) == ("not_paid", "not_ours", None, None)
    assert stranger.name not in str(answer)
    with gateway.storage.transaction() as work:
        latest = work.statuses.latest("fjell", "1")
        still_open = work.statuses.open_invoices("fjell", limit=9)
    assert latest is not None
    assert (latest.reason, still_open) == (PaymentReason.NOT_PUBLISHED, ["1"])


def test_an_order_of_another_customer_is_not_ours_until_a_person_says_so(gateway: Gateway) -> None:
    """Two records of a customer were merged: the order was moved to the other on purpose."""
    (order,) = sent(gateway, "1")
    record = gateway.books.customers[gateway.books.orders[order].customer_id]
    merged = gateway.books.add_customer(
        record.name, kind=record.kind, organization_number=record.organization_number, emails=record.emails
    )
    gateway.books.change_order(order, customer_id=merged.id)
    assert reasons(gateway, "1") == ["not_ours"]
    adopted = gateway.adopt_order.adopt("fjell", "1", order)
    assert adopted.customer_id == merged.id
    assert reasons(gateway, "1") == ["not_published"]


def test_one_that_is_not_ours_hides_none_of_the_others(gateway: Gateway) -> None:
    first, _ = sent(gateway, "1", "2")
    gateway.books.change_order(first, reference="2")
    assert reasons(gateway, "1", "2") == ["not_ours", "not_published"]
