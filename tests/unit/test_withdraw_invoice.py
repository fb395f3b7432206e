from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.audit import Action
from core.errors import AccessRefused, Conflict, InvalidInvoice, NotFound, OutcomeUnknown, Rejected, TryAgain
from core.intent import IntentKind
from core.payment import PaymentReason, PaymentReport
from core.transfer import Transfer, TransferState
from core.use_cases.add_invoice import Addition
from core.withdrawal import refusal_in
from tests.fakes import Gateway
from tests.fakes.gateway import SETTLING
from tests.unit.samples import a_row, an_invoice

CHANGED = an_invoice(rows=(a_row(unit_price=Decimal(900)),))


@pytest.fixture
def sent(gateway: Gateway) -> Transfer:
    """The transfer of an invoice that has arrived."""
    gateway.add(an_invoice())
    return gateway.send("2001-1")


def withdraw(gateway: Gateway) -> Transfer:
    return gateway.withdraw_invoice.withdraw(gateway.business, "2001-1")


def order_of(transfer: Transfer) -> str:
    assert transfer.order_id is not None
    return transfer.order_id


def go_on(gateway: Gateway) -> Transfer:
    """Let the next attempt's time come."""
    due = gateway.transfer("2001-1").next_attempt_at
    assert due is not None
    gateway.clock.set(max(due, gateway.clock.now()))
    gateway.turn()
    return gateway.transfer("2001-1")


def code_in(transfer: Transfer) -> str | None:
    return transfer.error.code if transfer.error else None


def test_the_order_is_deleted_and_the_invoice_can_be_changed_and_sent_again(gateway: Gateway, sent: Transfer) -> None:
    ended = withdraw(gateway)
    assert (ended.state, ended.id, ended.order_id) == (TransferState.WITHDRAWN, sent.id, sent.order_id)
    assert gateway.system.orders.deleted == [sent.order_id]
    assert not gateway.books.orders
    assert gateway.add_invoice.add("fjell", CHANGED).addition is Addition.REPLACED
    again = gateway.send("2001-1")
    assert (again.state, again.id != sent.id) == (TransferState.TRANSFERRED, True)
    (order,) = gateway.books.orders.values()
    assert order.draft.rows[0].unit_price == 900
    assert gateway.look_up.transfer(sent.id).superseded


def test_withdrawing_once_more_changes_nothing(gateway: Gateway, sent: Transfer) -> None:
    first = withdraw(gateway)
    calls = len(gateway.system.calls)
    assert withdraw(gateway) == first
    assert len(gateway.system.calls) == calls


def test_the_story_and_the_audit_trail_tell_of_it(gateway: Gateway, sent: Transfer) -> None:
    withdraw(gateway)
    story = [step.text for step in gateway.look_up.steps(sent.id)]
    assert story[-3:] == [
        "Noted that the order is about to be deleted.",
        f"Deleting order {sent.order_id}: deleted.",
        f"Order {sent.order_id} was deleted in the accounting system. The invoice is withdrawn.",
    ]
    with gateway.storage.transaction() as work:
        actions = [entry.action for entry in work.audit.list(limit=100)]
    assert {Action.WITHDRAWAL_ASKED, Action.TRANSFER_WITHDRAWN} <= set(actions)


def test_an_invoice_without_an_order_has_none_to_withdraw(gateway: Gateway) -> None:
    with pytest.raises(NotFound):
        withdraw(gateway)
    gateway.add(an_invoice())
    with pytest.raises(Conflict, match="never sent") as refused:
        withdraw(gateway)
    assert refused.value.code == "not_sent"


def test_a_published_order_stays(gateway: Gateway, sent: Transfer) -> None:
    gateway.books.publish(order_of(sent), invoice_number="90001", on=date(2026, 10, 2))
    ended = withdraw(gateway)
    assert (ended.state, code_in(ended)) == (TransferState.TRANSFERRED, "order_published")
    assert ended.finished_at == sent.finished_at
    refusal = refusal_in(ended)
    assert refusal is not None
    assert "90001" in refusal.message
    assert "orders.delete" not in gateway.system.calls
    with pytest.raises(Conflict):
        gateway.add(CHANGED)


def test_an_order_that_is_published_right_before_the_call_stays(gateway: Gateway, sent: Transfer) -> None:
    def publish() -> None:
        gateway.books.publish(order_of(sent), invoice_number="90001", on=date(2026, 10, 2))

    gateway.system.before("orders.delete", publish)
    ended = withdraw(gateway)
    assert (ended.state, code_in(ended)) == (TransferState.TRANSFERRED, "order_published")
    assert list(gateway.books.orders) == [sent.order_id]
    with gateway.storage.transaction() as work:
        assert work.intents.get("fjell", IntentKind.WITHDRAWAL, "2001-1") is None


def test_an_order_that_is_not_ours_any_more_stays(gateway: Gateway, sent: Transfer) -> None:
    gateway.books.change_order(order_of(sent), reference="77")
    ended = withdraw(gateway)
    assert (ended.state, code_in(ended)) == (TransferState.TRANSFERRED, "not_ours")
    assert "orders.delete" not in gateway.system.calls


def test_an_order_that_a_person_deleted_is_withdrawn_too(gateway: Gateway, sent: Transfer) -> None:
    gateway.books.delete_order(order_of(sent))
    assert withdraw(gateway).state is TransferState.WITHDRAWN
    assert "orders.delete" not in gateway.system.calls


def test_where_another_order_took_its_place_a_person_is_asked(gateway: Gateway, sent: Transfer) -> None:
    other = gateway.system.orders.book(gateway.books.orders[order_of(sent)].draft)
    gateway.books.delete_order(order_of(sent))
    ended = withdraw(gateway)
    assert (ended.state, code_in(ended)) == (TransferState.TRANSFERRED, "order_exists")
    assert other.id in (ended.error.message if ended.error else "")


def test_where_the_system_can_not_delete_a_person_does_and_withdraws_again(gateway: Gateway, sent: Transfer) -> None:
    gateway.system.limits = replace(gateway.system.limits, deletes_orders=False)
    ended = withdraw(gateway)
    assert (ended.state, code_in(ended)) == (TransferState.TRANSFERRED, "cannot_withdraw")
    gateway.books.delete_order(order_of(sent))
    assert withdraw(gateway).state is TransferState.WITHDRAWN
    gateway.add(CHANGED)
    assert gateway.send("2001-1").state is TransferState.TRANSFERRED


def test_a_lost_answer_of_a_call_that_was_carried_out(gateway: Gateway, sent: Transfer) -> None:
    gateway.system.orders.lose_next_answer = True
    waiting = withdraw(gateway)
    assert (waiting.state, waiting.error and waiting.error.outcome) == (TransferState.WITHDRAWING, "unknown")
    assert go_on(gateway).state is TransferState.WITHDRAWN
    assert gateway.system.orders.deleted == [sent.order_id]
    assert gateway.system.calls.count("orders.delete") == 1


def test_a_lost_answer_of_a_call_that_was_not(gateway: Gateway, sent: Transfer) -> None:
    """It is called again only once the first call can no longer be running."""
    gateway.system.orders.fail_next(OutcomeUnknown("Lost."), call="delete")
    withdraw(gateway)
    called_at = gateway.clock.now()
    waiting = go_on(gateway)
    assert (waiting.state, code_in(waiting)) == (TransferState.WITHDRAWING, "settling")
    assert waiting.not_before == called_at + SETTLING
    gateway.send_invoice.send("fjell", "2001-1")  # asking for more hurries nothing
    assert gateway.system.calls.count("orders.delete") == 1
    with gateway.storage.transaction() as work:
        work.invoices.set_replacement("fjell", "2001-1", None)
    assert go_on(gateway).state is TransferState.WITHDRAWN
    assert gateway.system.calls.count("orders.delete") == 2
    assert gateway.system.orders.deleted == [sent.order_id]


def test_an_order_that_was_published_after_a_lost_answer_stays(gateway: Gateway, sent: Transfer) -> None:
    gateway.system.orders.fail_next(OutcomeUnknown("Lost."), call="delete")
    withdraw(gateway)
    gateway.books.publish(order_of(sent), invoice_number="90001", on=date(2026, 10, 2))
    ended = go_on(gateway)
    assert (ended.state, code_in(ended)) == (TransferState.TRANSFERRED, "order_published")
    with gateway.storage.transaction() as work:
        assert work.intents.get("fjell", IntentKind.WITHDRAWAL, "2001-1") is None


def test_an_order_that_was_changed_after_a_lost_answer_is_told_of_once_that_has_settled(
    gateway: Gateway, sent: Transfer
) -> None:
    gateway.system.orders.fail_next(OutcomeUnknown("Lost."), call="delete")
    withdraw(gateway)
    gateway.books.change_order(order_of(sent), reference="77")
    assert code_in(go_on(gateway)) == "settling"
    assert code_in(go_on(gateway)) == "not_ours"
    assert gateway.transfer("2001-1").state is TransferState.TRANSFERRED


def test_temporary_trouble_is_tried_again(gateway: Gateway, sent: Transfer) -> None:
    gateway.system.orders.fail_next(TryAgain("Busy."), call="delete")
    waiting = withdraw(gateway)
    assert (waiting.state, waiting.error and waiting.error.outcome) == (TransferState.WITHDRAWING, "written")
    assert go_on(gateway).state is TransferState.WITHDRAWN


def test_a_refusal_leaves_the_order_and_says_why(gateway: Gateway, sent: Transfer) -> None:
    gateway.system.orders.fail_next(Rejected("It is locked.", code="locked"), call="delete")
    ended = withdraw(gateway)
    assert (ended.state, code_in(ended)) == (TransferState.TRANSFERRED, "locked")
    assert withdraw(gateway).state is TransferState.WITHDRAWN, "it may be asked for again"


def test_without_access_the_order_stays(gateway: Gateway, sent: Transfer) -> None:
    gateway.system.orders.fail_next(AccessRefused("No right to delete.", code="missing_rights"), call="delete")
    ended = withdraw(gateway)
    assert (ended.state, code_in(ended)) == (TransferState.TRANSFERRED, "access_refused")
    assert isinstance(refusal_in(ended), AccessRefused)


def test_without_access_after_a_lost_answer_it_is_parked_until_the_connection_works(
    gateway: Gateway, sent: Transfer
) -> None:
    gateway.system.orders.lose_next_answer = True
    withdraw(gateway)
    gateway.system.down = AccessRefused("Nobody is let in.")
    parked = go_on(gateway)
    assert parked.state is TransferState.WITHDRAWING
    assert parked.is_parked
    gateway.system.down = None
    gateway.verify_business.verify("fjell")
    gateway.turn()
    assert gateway.transfer("2001-1").state is TransferState.WITHDRAWN


def test_trouble_that_does_not_end_is_given_up_and_the_order_stays(gateway: Gateway, sent: Transfer) -> None:
    gateway.system.payments.fail_next(TryAgain("Busy."), times=2)
    withdraw(gateway)
    gateway.clock.advance(hours=50)
    ended = go_on(gateway)
    assert (ended.state, code_in(ended)) == (TransferState.TRANSFERRED, "gave_up")


def test_while_it_is_being_withdrawn_the_invoice_is_locked(gateway: Gateway, sent: Transfer) -> None:
    gateway.system.orders.lose_next_answer = True
    transfer = withdraw(gateway)
    with pytest.raises(Conflict) as locked:
        gateway.add(CHANGED)
    assert locked.value.code == "invoice_locked"
    with pytest.raises(Conflict):
        gateway.manage_transfers.cancel(transfer.id)
    with pytest.raises(Conflict):
        gateway.adopt_order.adopt("fjell", "2001-1", "another")
    (report,) = gateway.check_status.check("fjell", ["2001-1"])
    assert isinstance(report, PaymentReport)
    assert report.reason is PaymentReason.DELETED


def test_a_send_meanwhile_goes_after_the_withdrawal(gateway: Gateway, sent: Transfer) -> None:
    gateway.system.orders.fail_next(OutcomeUnknown("Lost."), call="delete")
    withdraw(gateway)
    assert gateway.send("2001-1").state is TransferState.WITHDRAWING
    assert list(gateway.books.orders) == [sent.order_id]
    gateway.clock.advance(seconds=SETTLING.total_seconds())
    again = go_on(gateway)
    assert (again.state, again.id != sent.id) == (TransferState.TRANSFERRED, True)
    assert list(gateway.books.orders) == [again.order_id]


def test_replacing_withdraws_and_sends_the_changed_invoice(gateway: Gateway, sent: Transfer) -> None:
    again = gateway.withdraw_invoice.replace("fjell", "2001-1", CHANGED)
    assert (again.state, again.id != sent.id) == (TransferState.TRANSFERRED, True)
    (order,) = gateway.books.orders.values()
    assert (order.id, order.draft.rows[0].unit_price) == (again.order_id, Decimal(900))
    assert gateway.look_up.invoice("fjell", "2001-1") == CHANGED
    assert gateway.look_up.transfer(sent.id).state is TransferState.WITHDRAWN
    assert "was withdrawn" in gateway.look_up.steps(again.id)[0].text


def test_replacing_a_published_order_changes_nothing(gateway: Gateway, sent: Transfer) -> None:
    gateway.books.publish(order_of(sent), invoice_number="90001", on=date(2026, 10, 2))
    ended = gateway.withdraw_invoice.replace("fjell", "2001-1", CHANGED)
    assert (ended.id, ended.state, code_in(ended)) == (sent.id, TransferState.TRANSFERRED, "order_published")
    assert gateway.look_up.invoice("fjell", "2001-1") == an_invoice()
    with gateway.storage.transaction() as work:
        assert work.invoices.replacement("fjell", "2001-1") is None


def test_what_can_not_be_sent_withdraws_nothing(gateway: Gateway, sent: Transfer) -> None:
    with pytest.raises(InvalidInvoice):
        gateway.withdraw_invoice.replace("fjell", "2001-1", an_invoice(due_date=None))
    assert gateway.transfer("2001-1") == sent


def test_replacing_what_was_not_sent_is_a_send(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    assert gateway.withdraw_invoice.replace("fjell", "2001-1", CHANGED).state is TransferState.TRANSFERRED
    (order,) = gateway.books.orders.values()
    assert order.draft.rows[0].unit_price == 900


def test_a_worker_that_dies_at_the_call_is_followed_by_another(gateway: Gateway, sent: Transfer) -> None:
    class DiedError(BaseException):
        pass

    gateway.system.orders.fail_next(DiedError(), call="delete")
    with pytest.raises(DiedError):
        withdraw(gateway)
    gateway.clock.advance(hours=1)
    assert gateway.sweep.run() == 1
    assert gateway.transfer("2001-1").state is TransferState.WITHDRAWN
    assert gateway.system.orders.deleted == [sent.order_id]


def test_after_it_nobody_asks_about_the_order(gateway: Gateway, sent: Transfer) -> None:
    withdraw(gateway)
    with gateway.storage.transaction() as work:
        assert work.statuses.open_invoices("fjell", limit=10) == []
    (answer,) = gateway.check_status.check("fjell", ["2001-1"])
    assert isinstance(answer, Conflict)
    assert "withdrawn" in answer.message


def test_all_the_others_do_not_take_a_withdrawn_one_along(gateway: Gateway, sent: Transfer) -> None:
    withdraw(gateway)
    gateway.send_many.send_all("fjell")
    assert gateway.transfer("2001-1").state is TransferState.WITHDRAWN


def test_in_other_books_nothing_is_deleted(gateway: Gateway, sent: Transfer) -> None:
    gateway.system.books_id = "8"
    ended = withdraw(gateway)
    assert (ended.state, code_in(ended)) == (TransferState.TRANSFERRED, "other_books")
    assert "orders.delete" not in gateway.system.calls


def test_it_waits_for_the_lease(gateway: Gateway, sent: Transfer) -> None:
    with gateway.storage.transaction() as work:
        lease = work.leases.acquire("fjell", holder="another", length=timedelta(seconds=60))
    assert lease is not None
    assert withdraw(gateway).state is TransferState.WITHDRAWING
    with gateway.storage.transaction() as work:
        work.leases.release(lease)
    gateway.sweep.run()
    assert gateway.transfer("2001-1").state is TransferState.WITHDRAWN


def test_what_is_credited_is_not_withdrawn_before_its_credit(gateway: Gateway, sent: Transfer) -> None:
    gateway.add(an_invoice(number="2001-1-K1", credits="2001-1", rows=(a_row(quantity=Decimal(-1)),)))
    with pytest.raises(Conflict, match="2001-1-K1") as refused:
        withdraw(gateway)
    assert refused.value.code == "credited"
    gateway.send("2001-1-K1")
    with pytest.raises(Conflict):
        gateway.withdraw_invoice.replace("fjell", "2001-1", CHANGED)
    gateway.withdraw_invoice.withdraw("fjell", "2001-1-K1")
    assert withdraw(gateway).state is TransferState.WITHDRAWN
    assert not gateway.books.orders
