import pytest

from core.errors import InvalidInvoice, NotFound, Rejected, TryAgain
from core.invoice import Invoice, InvoiceType
from core.transfer import TransferState, new_transfer
from tests.fakes import Gateway
from tests.unit.samples import an_invoice


def test_sending_records_a_transfer_and_queues_the_business() -> None:
    gateway = Gateway(inline=False)
    gateway.add(an_invoice())
    transfer = gateway.send("2001-1")
    assert (transfer.state, transfer.invoice, transfer.business) == (TransferState.QUEUED, "2001-1", "fjell")
    assert gateway.queue.puts == ["fjell"]
    assert gateway.system.calls == []


def test_what_is_returned_is_the_transfer_as_the_queue_left_it(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    assert gateway.send("2001-1") == gateway.transfer("2001-1")
    assert gateway.transfer("2001-1").state is TransferState.TRANSFERRED


def test_sending_twice_is_one_transfer_and_one_order(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    first = gateway.send("2001-1")
    calls = list(gateway.system.calls)
    assert gateway.send("2001-1") == first
    assert gateway.system.calls == calls
    assert len(gateway.books.orders) == 1
    assert gateway.queue.puts == ["fjell"]


def test_sending_twice_before_a_worker_comes_is_one_transfer() -> None:
    gateway = Gateway(inline=False)
    gateway.add(an_invoice())
    assert gateway.send("2001-1").id == gateway.send("2001-1").id
    gateway.turn()
    assert len(gateway.books.orders) == 1


def test_a_printed_invoice_is_refused_and_nothing_is_recorded(gateway: Gateway) -> None:
    gateway.add(an_invoice(type=InvoiceType.PRINTED))
    with pytest.raises(InvalidInvoice) as refused:
        gateway.send("2001-1")
    assert refused.value.code == "not_data_for_accounting"
    assert gateway.look_up.transfer_of("fjell", "2001-1") is None
    assert (gateway.queue.puts, gateway.system.calls) == ([], [])


def test_an_incomplete_invoice_is_refused_with_every_fault(gateway: Gateway) -> None:
    gateway.add(Invoice(number="1", type=InvoiceType.DATA_FOR_ACCOUNTING))
    with pytest.raises(InvalidInvoice) as refused:
        gateway.send("1")
    assert [fault.field for fault in refused.value.faults] == [
        "issue_date",
        "due_date",
        "rows",
        "customer.name",
        "customer",
    ]
    assert gateway.look_up.transfer_of("fjell", "1") is None


def test_an_unknown_invoice_or_business_is_not_found(gateway: Gateway) -> None:
    with pytest.raises(NotFound) as unknown_invoice:
        gateway.send("1")
    with pytest.raises(NotFound) as unknown_business:
        gateway.send_invoice.send("vidde", "1")
    assert (unknown_invoice.value.code, unknown_business.value.code) == ("unknown_invoice", "unknown_business")


def test_of_two_that_send_at_the_same_moment_both_get_the_one_transfer() -> None:
    gateway = Gateway(inline=False)
    gateway.add(an_invoice())
    gateway.storage.beaten_by(new_transfer("rival", business="fjell", invoice="2001-1", now=gateway.clock.now()))
    assert gateway.send("2001-1").id == "rival"
    assert [one.id for one in gateway.look_up.transfers("fjell", limit=9)] == ["rival"]


def test_a_waiting_transfer_that_is_sent_again_is_due_at_once(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    gateway.system.customers.fail_next(TryAgain("Later."))
    first = gateway.send("2001-1")
    assert first.state is TransferState.WAITING
    second = gateway.send("2001-1")
    assert (second.id, second.state, second.attempts) == (first.id, TransferState.TRANSFERRED, 2)


def test_a_rejected_transfer_that_is_sent_again_is_the_same_transfer(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    gateway.system.orders.fail_item("2001-1", Rejected("The department is missing."))
    first = gateway.send("2001-1")
    assert first.state is TransferState.REJECTED
    gateway.system.orders.heal_item("2001-1")
    second = gateway.send("2001-1")
    assert (second.id, second.state, second.error) == (first.id, TransferState.TRANSFERRED, None)


def test_a_quotas_hour_is_not_shortened_by_sending_again(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    ends = gateway.clock.now().replace(hour=9)
    gateway.system.customers.fail_next(TryAgain("Limit exceeded.", code="quota", not_before=ends))
    gateway.send("2001-1")
    calls = list(gateway.system.calls)
    again = gateway.send("2001-1")
    assert (again.state, again.next_attempt_at) == (TransferState.WAITING, ends)
    assert gateway.system.calls == calls
    gateway.clock.set(ends)
    gateway.turn()
    assert gateway.transfer("2001-1").state is TransferState.TRANSFERRED


def test_an_invoice_that_became_incomplete_since_it_was_rejected_is_refused_at_once(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    gateway.system.orders.fail_item("2001-1", Rejected("No."))
    gateway.send("2001-1")
    gateway.add(an_invoice(due_date=None))
    with pytest.raises(InvalidInvoice):
        gateway.send("2001-1")
    assert gateway.transfer("2001-1").state is TransferState.REJECTED


def test_what_has_arrived_is_answered_though_its_plugin_is_gone(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    first = gateway.send("2001-1")
    gateway.systems.uninstall("fake")
    assert gateway.send("2001-1") == first


def test_an_unknown_invoice_is_not_found_though_its_plugin_is_gone(gateway: Gateway) -> None:
    gateway.systems.uninstall("fake")
    with pytest.raises(NotFound):
        gateway.send("2001-1")
