from datetime import timedelta

import pytest

from core.errors import KvittError, NotFound, OutcomeUnknown, RecoveryNeeded, Rejected, TryAgain
from core.recovery import Recovery
from core.transfer import TransferState
from tests.fakes import Gateway
from tests.unit.samples import an_invoice


def refused(gateway: Gateway, code: str) -> KvittError:
    with pytest.raises(KvittError) as refusal:
        gateway.delete_invoice.delete("fjell", "2001-1")
    assert refusal.value.code == code
    assert gateway.look_up.invoice("fjell", "2001-1") == an_invoice()
    return refusal.value


def test_an_invoice_that_was_never_sent_is_gone_and_can_be_added_anew(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    gateway.delete_invoice.delete("fjell", "2001-1")
    with pytest.raises(NotFound):
        gateway.look_up.invoice("fjell", "2001-1")
    gateway.add(an_invoice())
    assert gateway.send("2001-1").state is TransferState.TRANSFERRED


def test_what_is_not_there_can_not_be_deleted(gateway: Gateway) -> None:
    for business, code in (("fjell", "unknown_invoice"), ("nobody", "unknown_business")):
        with pytest.raises(NotFound) as refusal:
            gateway.delete_invoice.delete(business, "2001-1")
        assert refusal.value.code == code


def test_one_that_has_arrived_stays_and_its_order_is_named(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    order_id = gateway.send("2001-1").order_id
    assert f"order {order_id}" in refused(gateway, "already_sent").message


def test_one_that_is_on_its_way_has_to_be_cancelled_first() -> None:
    gateway = Gateway(inline=False)
    gateway.add(an_invoice())
    queued = gateway.send("2001-1")
    assert queued.id in refused(gateway, "transfer_live").message
    gateway.manage_transfers.cancel(queued.id)
    gateway.delete_invoice.delete("fjell", "2001-1")
    gateway.turn()
    assert gateway.books.orders == {}


def test_one_that_waits_has_to_be_cancelled_first(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    gateway.system.customers.fail_next(TryAgain("Later."))
    gateway.send("2001-1")
    refused(gateway, "transfer_live")


def test_one_whose_order_may_exist_stays(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    gateway.system.orders.fail_next(OutcomeUnknown("Lost."))
    gateway.send("2001-1")
    assert refused(gateway, "invoice_locked").outcome == "unknown"


def test_one_that_was_rejected_can_be_deleted_and_its_transfer_is_not_tried_again(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    gateway.system.orders.fail_item("2001-1", Rejected("No."))
    rejected = gateway.send("2001-1")
    gateway.delete_invoice.delete("fjell", "2001-1")
    gateway.system.orders.heal_item("2001-1")
    with pytest.raises(NotFound) as refusal:
        gateway.manage_transfers.retry(rejected.id)
    assert refusal.value.code == "unknown_invoice"
    assert gateway.look_up.transfer(rejected.id) == rejected
    assert gateway.books.orders == {}


def test_nothing_is_deleted_while_it_is_not_known_what_was_sent(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    with gateway.storage.transaction() as work:
        work.installation.put_recovery(Recovery(business="fjell", needed=True))
    with pytest.raises(RecoveryNeeded):
        gateway.delete_invoice.delete("fjell", "2001-1")


def test_deleting_and_its_refusal_are_in_the_audit_trail(gateway: Gateway) -> None:
    gateway.add(an_invoice(), an_invoice(number="2"))
    gateway.send("2001-1")
    refused(gateway, "already_sent")
    gateway.delete_invoice.delete("fjell", "2")
    noted = [(one.action.value, one.invoice, one.code) for one in gateway.look_up.audit(limit=100)]
    assert ("invoice.deleted", "2001-1", "already_sent") in noted
    assert ("invoice.deleted", "2", None) in noted


def test_a_worker_is_there_for_as_long_as_it_says_so(gateway: Gateway) -> None:
    assert not gateway.find_worker.is_there()
    gateway.restore_watch.keep_watch()
    assert gateway.find_worker.is_there()
    gateway.clock.advance(seconds=timedelta(minutes=1).total_seconds())
    assert not gateway.find_worker.is_there()
