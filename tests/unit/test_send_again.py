from datetime import date, timedelta

import pytest

from core.errors import Conflict, NotFound, TryAgain
from core.transfer import Transfer, TransferState
from tests.fakes import Gateway
from tests.unit.samples import an_invoice


@pytest.fixture
def sent(gateway: Gateway) -> Transfer:
    """The transfer of an invoice that has arrived."""
    gateway.add(an_invoice())
    return gateway.send("2001-1")


def send_again(gateway: Gateway) -> Transfer:
    return gateway.send_again.send(gateway.business, "2001-1")


def order_of(transfer: Transfer) -> str:
    assert transfer.order_id is not None
    return transfer.order_id


def test_an_invoice_whose_order_was_deleted_is_sent_again(gateway: Gateway, sent: Transfer) -> None:
    gateway.books.delete_order(order_of(sent))
    again = send_again(gateway)
    assert again.state is TransferState.TRANSFERRED
    assert again.id != sent.id
    assert list(gateway.books.orders) == [again.order_id]
    assert gateway.transfer("2001-1") == again


def test_the_first_transfer_stays_as_history(gateway: Gateway, sent: Transfer) -> None:
    gateway.books.delete_order(order_of(sent))
    send_again(gateway)
    old = gateway.look_up.transfer(sent.id)
    assert old == sent.model_copy(update={"superseded": True, "version": old.version})


def test_the_new_transfers_story_says_why_there_is_a_second_one(gateway: Gateway, sent: Transfer) -> None:
    gateway.books.delete_order(order_of(sent))
    again = send_again(gateway)
    with gateway.storage.transaction() as work:
        first = work.journal.of(again.id)[0]
    assert f"order {sent.order_id} of transfer {sent.id} is gone" in first.text


def test_while_the_order_is_there_it_is_refused(gateway: Gateway, sent: Transfer) -> None:
    with pytest.raises(Conflict) as refused:
        send_again(gateway)
    assert refused.value.code == "order_exists"
    assert order_of(sent) in refused.value.message
    assert gateway.transfer("2001-1") == sent


def test_an_order_that_was_published_is_to_be_credited_and_not_deleted(gateway: Gateway, sent: Transfer) -> None:
    gateway.books.publish(order_of(sent), invoice_number="520001", on=date(2026, 6, 3))
    with pytest.raises(Conflict, match="is still in the accounting system, published as invoice 520001") as refused:
        send_again(gateway)
    assert refused.value.code == "order_exists"
    assert refused.value.hint == "Credit it (invoice credit), and send what is to be invoiced instead as a new invoice."


def test_while_another_order_carries_the_number_it_is_refused(gateway: Gateway, sent: Transfer) -> None:
    gateway.clock.advance(seconds=5)
    other = gateway.system.orders.book(gateway.books.orders[order_of(sent)].draft)
    gateway.books.delete_order(order_of(sent))
    with pytest.raises(Conflict, match=other.id) as refused:
        send_again(gateway)
    assert refused.value.code == "order_exists"


def test_another_order_that_was_never_finished_is_completed(gateway: Gateway, sent: Transfer) -> None:
    gateway.system.orders.in_steps = True
    gateway.clock.advance(seconds=5)
    begun = gateway.system.orders.book(gateway.books.orders[order_of(sent)].draft, is_whole=False)
    gateway.books.delete_order(order_of(sent))

    again = send_again(gateway)

    assert again.order_id == begun.id
    assert gateway.books.orders[begun.id].is_whole
    assert [*gateway.books.orders] == [begun.id]
    with gateway.storage.transaction() as work:
        assert f"Order {begun.id} was begun and never finished" in work.journal.of(again.id)[1].text


def test_beside_an_order_that_was_never_finished_a_whole_one_refuses_it(gateway: Gateway, sent: Transfer) -> None:
    gateway.clock.advance(seconds=5)
    draft = gateway.books.orders[order_of(sent)].draft
    begun, whole = (gateway.system.orders.book(draft, is_whole=is_whole) for is_whole in (False, True))
    gateway.books.delete_order(order_of(sent))
    with pytest.raises(Conflict, match=whole.id) as refused:
        send_again(gateway)
    assert begun.id not in refused.value.message


def test_while_the_accounting_system_can_not_be_asked_nothing_changes(gateway: Gateway, sent: Transfer) -> None:
    gateway.books.delete_order(order_of(sent))
    gateway.system.payments.fail_item(order_of(sent), TryAgain("Busy."))
    with pytest.raises(TryAgain):
        send_again(gateway)
    assert gateway.transfer("2001-1") == sent


def test_what_has_not_arrived_is_not_sent_again(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    with pytest.raises(Conflict) as refused:
        send_again(gateway)
    assert refused.value.code == "not_sent"
    with pytest.raises(NotFound):
        gateway.send_again.send(gateway.business, "none such")


def test_it_can_be_done_as_often_as_the_order_is_deleted(gateway: Gateway, sent: Transfer) -> None:
    for _ in range(3):
        gateway.books.delete_order(order_of(gateway.transfer("2001-1")))
        gateway.clock.advance(seconds=timedelta(days=2).total_seconds())
        assert send_again(gateway).state is TransferState.TRANSFERRED
    assert len(gateway.books.orders) == 1
    assert len(gateway.look_up.transfers(gateway.business, limit=9)) == 4


def test_an_order_of_which_only_the_id_is_left_is_gone(gateway: Gateway, sent: Transfer) -> None:
    """The books were restored, and the id was given to another customer's order."""
    stranger = gateway.books.add_customer("Somebody else")
    gateway.books.change_order(order_of(sent), reference="77", customer_id=stranger.id)
    again = send_again(gateway)
    assert again.state is TransferState.TRANSFERRED
    assert again.order_id != sent.order_id


@pytest.mark.parametrize("is_moved", [True, False], ids=["other-customer", "other-number"])
def test_an_order_that_may_be_ours_changed_by_hand_makes_no_second_one(
    gateway: Gateway, sent: Transfer, is_moved: bool
) -> None:
    if is_moved:
        gateway.books.change_order(order_of(sent), customer_id=gateway.books.add_customer("Somebody else").id)
    else:
        gateway.books.change_order(order_of(sent), reference="77")
    with pytest.raises(Conflict, match="can't be told") as refused:
        send_again(gateway)
    assert refused.value.code == "order_exists"
    assert f"kvitt invoice adopt 2001-1 {sent.order_id}" in refused.value.hint
    assert len(gateway.books.orders) == 1
