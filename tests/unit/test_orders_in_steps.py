"""Orders that an accounting system takes row by row: begun ones are completed, never doubled."""

from datetime import timedelta
from decimal import Decimal

import pytest

from core.errors import AccessRefused, KvittError, Outcome, Rejected, TryAgain
from core.intent import IntentKind
from core.transfer import TransferState
from tests.fakes import BookedOrder, Gateway
from tests.fakes.gateway import LEASE, SETTLING
from tests.unit.samples import a_row, an_invoice

ROWS = 3
STEPS = ROWS + 2  # the order itself, its rows, and what finishes it


@pytest.fixture
def gateway() -> Gateway:
    gateway = Gateway()
    gateway.system.orders.in_steps = True
    gateway.add(an_invoice(rows=tuple(a_row(product=f"Tractor {nth}") for nth in range(ROWS))))
    return gateway


def orders(gateway: Gateway) -> list[BookedOrder]:
    return list(gateway.books.orders.values())


def later(gateway: Gateway) -> None:
    due = gateway.transfer("2001-1").next_attempt_at
    assert due is not None
    gateway.clock.set(max(due, gateway.clock.now()))
    gateway.turn()


def outcome(gateway: Gateway) -> Outcome:
    error = gateway.transfer("2001-1").error
    assert error is not None
    return error.outcome


def see_one_whole_order(gateway: Gateway) -> None:
    (order,) = orders(gateway)
    transfer = gateway.transfer("2001-1")
    assert (transfer.state, transfer.order_id, transfer.warnings) == (TransferState.TRANSFERRED, order.id, ())
    assert order.is_whole
    assert [row.text for row in order.draft.rows] == [f"Tractor {nth} (2021-01-10 – 2021-01-12)" for nth in range(ROWS)]


def test_nothing_goes_wrong(gateway: Gateway) -> None:
    gateway.send("2001-1")
    see_one_whole_order(gateway)


@pytest.mark.parametrize("answered", range(STEPS))
def test_an_answer_that_is_lost_at_any_step_leaves_one_whole_order_in_the_end(gateway: Gateway, answered: int) -> None:
    gateway.system.orders.lose_step_after = answered
    assert gateway.send("2001-1").state is TransferState.WAITING
    later(gateway)
    is_whole_already = answered == STEPS - 1
    assert (gateway.transfer("2001-1").state is TransferState.TRANSFERRED) == is_whole_already
    if not is_whole_already:
        later(gateway)
    see_one_whole_order(gateway)
    assert gateway.system.calls.count("orders.create") == 1


def test_an_order_that_was_begun_is_left_alone_while_the_call_may_still_be_running(gateway: Gateway) -> None:
    gateway.system.orders.lose_step_after = 1
    gateway.send("2001-1")
    begun = orders(gateway)
    later(gateway)
    waiting = gateway.transfer("2001-1")
    assert waiting.error is not None
    assert (waiting.error.code, orders(gateway)) == ("settling", begun)


def test_what_has_to_settle_is_the_last_call_and_not_the_first(gateway: Gateway) -> None:
    """Were it the first, an order of many rows could be completed while one of them was still on its way."""
    gateway.system.before("orders.add_row", lambda: gateway.clock.advance(seconds=30))
    gateway.system.orders.lose_step_after = 2
    gateway.send("2001-1")
    with gateway.storage.transaction() as work:
        intent = work.intents.get("fjell", IntentKind.ORDER, "2001-1")
    assert intent is not None
    assert intent.last_at - intent.first_at == timedelta(seconds=30)
    later(gateway)
    assert gateway.transfer("2001-1").not_before == intent.last_at + SETTLING


def test_the_lease_is_kept_however_long_the_rows_take(gateway: Gateway) -> None:
    gateway.system.before("orders.add_row", lambda: gateway.clock.advance(seconds=LEASE.total_seconds() * 0.6))
    gateway.send("2001-1")
    see_one_whole_order(gateway)


def test_who_has_lost_the_lease_writes_no_further_row_and_the_next_completes_the_order(gateway: Gateway) -> None:
    def freeze() -> None:
        gateway.system.leave_alone()
        gateway.clock.advance(seconds=LEASE.total_seconds() + 1)
        with gateway.storage.transaction() as work:
            assert work.leases.acquire("fjell", holder="another", length=timedelta(seconds=1))

    gateway.system.before("orders.add_row", freeze)
    gateway.send("2001-1")
    (begun,) = orders(gateway)
    assert (begun.is_whole, len(begun.draft.rows)) == (False, 1)
    gateway.clock.advance(seconds=SETTLING.total_seconds() + 2)
    gateway.turn()
    see_one_whole_order(gateway)


@pytest.mark.parametrize("error", [TryAgain("Busy.", code="busy"), Rejected("No.")])
def test_an_order_that_was_refused_halfway_is_completed_without_settling(
    gateway: Gateway, error: TryAgain | Rejected
) -> None:
    gateway.system.orders.fail_next(error, call="add_row")
    gateway.send("2001-1")
    assert [order.is_whole for order in orders(gateway)] == [False]
    gateway.send("2001-1")
    see_one_whole_order(gateway)


@pytest.mark.parametrize("error", [TryAgain("Busy."), AccessRefused("Not now."), Rejected("No.")])
@pytest.mark.parametrize("next_call", ["orders.find", "vat.codes"])
def test_no_error_says_that_nothing_was_written_while_an_unfinished_order_lies_there(
    gateway: Gateway, error: KvittError, next_call: str
) -> None:
    gateway.system.orders.fail_next(error, call="add_row")
    gateway.send("2001-1")
    assert outcome(gateway) is Outcome.UNKNOWN
    port, method = next_call.split(".")
    getattr(gateway.system, port).fail_next(TryAgain("Unreachable."), call=method)
    with gateway.storage.transaction() as work:
        work.references.drop("fjell")
    gateway.manage_transfers.retry(gateway.transfer("2001-1").id)
    assert outcome(gateway) is Outcome.UNKNOWN
    assert [order.is_whole for order in orders(gateway)] == [False]
    assert gateway.manage_transfers.cancel(gateway.transfer("2001-1").id).error is not None
    assert outcome(gateway) is Outcome.UNKNOWN


def test_what_is_found_out_after_a_refusal_halfway_is_told_with_the_order_that_lies_there(gateway: Gateway) -> None:
    gateway.add(an_invoice(number="earlier"))
    gateway.send("earlier")
    gateway.books.orders.clear()
    gateway.system.before("orders.add_row", gateway.books.vat_codes.clear)
    gateway.system.orders.fail_next(Rejected("The VAT codes have changed."), call="add_row")
    gateway.send("2001-1")
    assert [order.is_whole for order in orders(gateway)] == [False]
    assert outcome(gateway) is Outcome.UNKNOWN


def test_what_was_kept_and_is_out_of_date_does_not_begin_a_second_order(gateway: Gateway) -> None:
    """A refusal halfway has the reference data read anew, and the order asked for again in the same attempt."""
    gateway.add(an_invoice(number="earlier"))
    gateway.send("earlier")
    gateway.books.orders.clear()
    gateway.books.vat_codes.append(gateway.books.vat_codes[0].model_copy(update={"code": "999"}))
    gateway.system.orders.fail_next(Rejected("The VAT codes have changed."), call="add_row")
    gateway.send("2001-1")
    see_one_whole_order(gateway)


def test_an_invoice_corrected_after_a_refusal_is_what_the_order_says(gateway: Gateway) -> None:
    gateway.system.orders.fail_next(Rejected("No."), call="finish")
    gateway.send("2001-1")
    gateway.add(
        an_invoice(rows=tuple(a_row(product=f"Digger {nth}", unit_price=Decimal(7)) for nth in range(ROWS + 1)))
    )
    gateway.send("2001-1")
    (order,) = orders(gateway)
    assert order.is_whole
    assert order.draft.rows[-1].text.startswith("Digger 3")


def test_a_whole_order_is_taken_before_one_that_was_only_begun(gateway: Gateway) -> None:
    gateway.system.orders.lose_step_after = 1
    gateway.send("2001-1")
    (begun,) = orders(gateway)
    whole = gateway.system.orders.book(begun.draft)
    later(gateway)
    transfer = gateway.transfer("2001-1")
    assert (transfer.state, transfer.order_id) == (TransferState.TRANSFERRED, whole.id)
    assert begun.id in transfer.warnings[0]


def test_the_story_tells_of_the_completion(gateway: Gateway) -> None:
    gateway.system.orders.lose_step_after = 1
    transfer = gateway.send("2001-1")
    later(gateway)
    later(gateway)
    order_id = orders(gateway)[0].id
    with gateway.storage.transaction() as work:
        told = [step.text for step in work.journal.of(transfer.id)]
    assert f"Looking whether the order is there already: found order {order_id}, unfinished." in told
    assert any(text.startswith(f"Completing order {order_id}, which an earlier attempt began: ") for text in told)
