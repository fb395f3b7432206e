import pytest

from core.errors import Conflict, NotFound, OutcomeUnknown, Rejected, TryAgain
from core.invoice import Invoice
from core.transfer import TransferState
from core.use_cases.add_invoice import Addition
from tests.fakes import Gateway
from tests.unit.samples import a_row, an_invoice

_CORRECTED = an_invoice(rows=(a_row(quantity="2"),))


def add(gateway: Gateway, invoice: Invoice) -> Addition:
    return gateway.add_invoice.add("fjell", invoice).addition


def test_an_invoice_is_added_then_unchanged_then_replaced(gateway: Gateway) -> None:
    assert add(gateway, an_invoice()) is Addition.ADDED
    assert add(gateway, an_invoice()) is Addition.UNCHANGED
    assert add(gateway, _CORRECTED) is Addition.REPLACED
    assert gateway.look_up.invoice("fjell", "2001-1") == _CORRECTED


def test_an_incomplete_or_printed_invoice_is_stored_and_nobody_is_called(gateway: Gateway) -> None:
    assert add(gateway, Invoice(number="1")) is Addition.ADDED
    assert gateway.system.calls == []


def test_an_unknown_business_has_no_invoices(gateway: Gateway) -> None:
    with pytest.raises(NotFound):
        gateway.add_invoice.add("vidde", an_invoice())


def test_a_sent_invoice_cannot_be_changed_and_the_refusal_names_its_order(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    order_id = gateway.send("2001-1").order_id
    with pytest.raises(Conflict) as refused:
        add(gateway, _CORRECTED)
    assert refused.value.code == "already_sent"
    assert f"order {order_id}" in refused.value.message
    assert gateway.look_up.invoice("fjell", "2001-1") == an_invoice()


def test_a_sent_invoice_may_be_added_again_unchanged(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    gateway.send("2001-1")
    assert add(gateway, an_invoice()) is Addition.UNCHANGED


def test_from_the_intent_on_the_content_is_locked(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    gateway.system.orders.fail_next(OutcomeUnknown("The answer was lost."))
    assert gateway.send("2001-1").state is TransferState.WAITING
    with pytest.raises(Conflict) as refused:
        add(gateway, _CORRECTED)
    assert refused.value.code == "invoice_locked"
    assert add(gateway, an_invoice()) is Addition.UNCHANGED


def test_before_the_intent_a_corrected_invoice_is_taken(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    gateway.system.customers.fail_next(TryAgain("Later."))
    gateway.send("2001-1")
    assert add(gateway, _CORRECTED) is Addition.REPLACED


@pytest.mark.parametrize("error", [Rejected("No."), TryAgain("Later.")])
def test_after_an_order_that_was_not_written_a_corrected_invoice_is_taken(gateway: Gateway, error: Exception) -> None:
    gateway.add(an_invoice())
    gateway.system.orders.fail_next(error, call="create", times=2)
    gateway.send("2001-1")
    assert add(gateway, _CORRECTED) is Addition.REPLACED


def test_the_content_stays_locked_while_a_later_attempt_waits_for_the_lost_call(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    gateway.system.orders.fail_next(OutcomeUnknown("The answer was lost."))
    gateway.send("2001-1")
    gateway.clock.advance(seconds=10)
    gateway.turn()
    assert gateway.transfer("2001-1").attempts == 2
    with pytest.raises(Conflict):
        add(gateway, _CORRECTED)
