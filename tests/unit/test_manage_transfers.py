import pytest

from core.errors import Conflict, NotFound, OutcomeUnknown, Rejected, TryAgain
from core.transfer import TransferState
from tests.fakes import Gateway
from tests.unit.samples import a_row, an_invoice


def waiting(gateway: Gateway) -> str:
    """Have a transfer wait before its order was begun; return its id."""
    gateway.add(an_invoice())
    gateway.system.customers.fail_next(TryAgain("Later."))
    return gateway.send("2001-1").id


def test_a_waiting_transfer_that_is_retried_is_tried_at_once(gateway: Gateway) -> None:
    transfer = gateway.manage_transfers.retry(waiting(gateway))
    assert (transfer.state, transfer.attempts) == (TransferState.TRANSFERRED, 2)


def test_a_rejected_transfer_that_is_retried_is_the_same_transfer(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    gateway.system.orders.fail_item("2001-1", Rejected("No."))
    rejected = gateway.send("2001-1")
    gateway.system.orders.heal_item("2001-1")
    again = gateway.manage_transfers.retry(rejected.id, business="fjell")
    assert (again.id, again.state, again.created_at) == (rejected.id, TransferState.TRANSFERRED, rejected.created_at)


def test_one_that_has_arrived_stays_as_it_is_and_calls_nobody(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    arrived = gateway.send("2001-1")
    gateway.system.calls.clear()
    assert gateway.manage_transfers.retry(arrived.id) == arrived
    assert gateway.manage_transfers.retry(arrived.id).version == arrived.version
    assert gateway.system.calls == []


def test_an_unknown_transfer_or_one_of_another_business_is_not_found(gateway: Gateway) -> None:
    transfer_id = waiting(gateway)
    gateway.connect_business.store(gateway.look_up.business("fjell").model_copy(update={"name": "vidde"}))
    for act in (gateway.manage_transfers.retry, gateway.manage_transfers.cancel):
        with pytest.raises(NotFound):
            act("nope")
        with pytest.raises(NotFound):
            act(transfer_id, business="vidde")
        with pytest.raises(NotFound) as unknown:
            act(transfer_id, business="nobody")
        assert unknown.value.code == "unknown_business"
    assert gateway.transfer("2001-1").state is TransferState.WAITING


def test_a_transfer_that_has_not_begun_its_order_can_be_taken_back(gateway: Gateway) -> None:
    cancelled = gateway.manage_transfers.cancel(waiting(gateway))
    assert cancelled.error is not None
    assert (cancelled.state, cancelled.error.code) == (TransferState.CANCELLED, "cancelled")
    assert cancelled.finished_at == gateway.clock.now()
    gateway.clock.advance(hours=1)
    gateway.turn()
    assert gateway.books.orders == {}


def test_taking_back_twice_is_once(gateway: Gateway) -> None:
    transfer_id = waiting(gateway)
    assert gateway.manage_transfers.cancel(transfer_id) == gateway.manage_transfers.cancel(transfer_id)


def test_a_queued_transfer_can_be_taken_back_and_sent_again() -> None:
    gateway = Gateway(inline=False)
    gateway.add(an_invoice())
    transfer = gateway.send("2001-1")
    gateway.manage_transfers.cancel(transfer.id)
    gateway.turn()
    assert gateway.system.calls == []
    assert gateway.send("2001-1").id == transfer.id
    gateway.turn()
    assert gateway.transfer("2001-1").state is TransferState.TRANSFERRED


def test_one_that_is_sent_again_is_not_called_cancelled_any_more() -> None:
    gateway = Gateway(inline=False)
    gateway.add(an_invoice())
    gateway.manage_transfers.cancel(gateway.send("2001-1").id)
    queued = gateway.send("2001-1")
    assert (queued.state, queued.error) == (TransferState.QUEUED, None)


def test_one_whose_order_was_begun_says_so_when_it_is_sent_again_after_it_was_cancelled() -> None:
    gateway = Gateway(inline=False)
    gateway.system.orders.in_steps = True
    gateway.system.orders.fail_next(TryAgain("Later."), call="add_row")
    gateway.add(an_invoice())
    transfer = gateway.send("2001-1")
    gateway.turn()
    assert gateway.manage_transfers.cancel(transfer.id).state is TransferState.CANCELLED
    queued = gateway.manage_transfers.retry(transfer.id)
    assert queued.error is not None
    assert (queued.state, queued.error.code) == (TransferState.QUEUED, "outcome_unknown")
    assert queued.error.outcome == "unknown"
    gateway.turn()
    assert gateway.transfer("2001-1").state is TransferState.TRANSFERRED
    assert len(gateway.books.orders) == 1


def test_a_cancelled_invoice_can_be_corrected(gateway: Gateway) -> None:
    gateway.manage_transfers.cancel(waiting(gateway))
    gateway.add(an_invoice(rows=(a_row(quantity="2"),)))
    assert gateway.send("2001-1").state is TransferState.TRANSFERRED


def test_a_transfer_whose_order_exists_or_may_exist_cannot_be_taken_back(gateway: Gateway) -> None:
    gateway.add(an_invoice(), an_invoice(number="2"))
    gateway.system.orders.fail_next(OutcomeUnknown("Lost."))
    unknown, arrived = gateway.send("2001-1"), gateway.send("2")
    for transfer in (unknown, arrived):
        with pytest.raises(Conflict) as refused:
            gateway.manage_transfers.cancel(transfer.id)
        assert refused.value.code == "not_cancellable"
    assert gateway.transfer("2001-1").state is TransferState.WAITING


def test_a_transfer_that_is_being_worked_on_cannot_be_taken_back(gateway: Gateway) -> None:
    refusals: list[str] = []

    def cancel() -> None:
        with pytest.raises(Conflict) as refused:
            gateway.manage_transfers.cancel(gateway.transfer("2001-1").id)
        refusals.append(refused.value.code)

    gateway.system.before("customers.find_by_email", cancel)
    gateway.add(an_invoice())
    assert gateway.send("2001-1").state is TransferState.TRANSFERRED
    assert refusals == ["not_cancellable"]


def test_after_an_order_that_was_refused_the_transfer_can_be_taken_back(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    gateway.system.orders.fail_next(TryAgain("Busy."), call="create")
    transfer = gateway.send("2001-1")
    assert gateway.manage_transfers.cancel(transfer.id).state is TransferState.CANCELLED
