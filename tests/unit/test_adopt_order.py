"""A person ties one order to one invoice; number, customer and totals are compared first."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.audit import Action
from core.errors import KvittError
from core.payment import PaymentReason, PaymentReport
from core.transfer import TransferState
from tests.fakes.accounting_system import BookedOrder
from tests.fakes.gateway import SETTLING, Gateway
from tests.unit.samples import an_invoice

FJELL = Gateway.business


@pytest.fixture
def gateway() -> Gateway:
    """Invoice 1 was sent, 2 was not; an order for 2 was made by other means."""
    gateway = Gateway()
    gateway.add(an_invoice(number="1"), an_invoice(number="2"))
    gateway.send("1")
    (first,) = gateway.books.orders.values()
    gateway.system.orders.book(first.draft.model_copy(update={"reference": "2"}))
    return gateway


def the_other(gateway: Gateway) -> BookedOrder:
    (order,) = [one for one in gateway.books.orders.values() if one.draft.reference == "2"]
    return order


def refusal(gateway: Gateway, number: str, order_id: str) -> KvittError:
    with pytest.raises(KvittError) as raised:
        gateway.adopt_order.adopt(FJELL, number, order_id)
    return raised.value


def reason(gateway: Gateway, number: str) -> PaymentReason:
    (report,) = gateway.check_status.check(FJELL, [number])
    assert isinstance(report, PaymentReport)
    return report.reason


def test_an_order_that_is_the_invoices_is_adopted(gateway: Gateway) -> None:
    order = the_other(gateway)

    adopted = gateway.adopt_order.adopt(FJELL, "2", order.id)

    assert (adopted.state, adopted.order_id, adopted.warnings) == (TransferState.TRANSFERRED, order.id, ())
    assert gateway.send("2").id == adopted.id
    assert len(gateway.books.orders) == 2
    assert Action.ORDER_ADOPTED in [entry.action for entry in gateway.look_up.audit(limit=100)]
    assert gateway.adopt_order.adopt(FJELL, "2", order.id) == adopted, "adopting it twice changes nothing"


def test_a_published_order_can_be_adopted(gateway: Gateway) -> None:
    order = the_other(gateway)
    gateway.books.publish(order.id, invoice_number="9001", on=date(2026, 10, 1))
    gateway.books.pay(order.id, on=date(2026, 10, 2))

    assert gateway.adopt_order.adopt(FJELL, "2", order.id).order_id == order.id


def test_all_that_differs_is_said_and_taken_on_a_persons_word(gateway: Gateway) -> None:
    order = the_other(gateway)
    stranger = gateway.books.add_customer("Somebody else")
    totals = order.totals.model_copy(update={"gross": order.totals.gross + Decimal(10)})
    draft = order.draft.model_copy(update={"reference": "22"})
    gateway.books.orders[order.id] = replace(order, totals=totals, customer_id=stranger.id, draft=draft)

    refused = refusal(gateway, "2", order.id)

    assert refused.code == "order_differs"
    for said in ('carries the number "22"', stranger.id, "total with VAT"):
        assert said in refused.message
    assert gateway.look_up.transfer_of(FJELL, "2") is None
    adopted = gateway.adopt_order.adopt(FJELL, "2", order.id, accept_differences=True)
    assert len(adopted.warnings) == 3
    assert reason(gateway, "2") is PaymentReason.NOT_PUBLISHED, "it is known by what it carried then"
    gateway.books.change_order(order.id, reference="23")
    assert reason(gateway, "2") is PaymentReason.NOT_OURS


def test_another_invoices_order_is_refused(gateway: Gateway) -> None:
    assert refusal(gateway, "2", gateway.transfer("1").order_id or "").code == "order_taken"


def test_an_invoice_whose_order_is_there_gets_no_other(gateway: Gateway) -> None:
    assert refusal(gateway, "1", the_other(gateway).id).code == "order_exists"


def test_an_order_that_was_deleted_gives_way(gateway: Gateway) -> None:
    gateway.books.delete_order(gateway.transfer("1").order_id or "")
    order = the_other(gateway)

    adopted = gateway.adopt_order.adopt(FJELL, "1", order.id, accept_differences=True)

    assert gateway.transfer("1").id == adopted.id
    assert adopted.order_id == order.id


def test_an_order_that_is_not_there_is_refused(gateway: Gateway) -> None:
    assert refusal(gateway, "2", "4711").code == "unknown_order"


def test_an_order_that_was_never_finished_is_left_to_a_send(gateway: Gateway) -> None:
    order = the_other(gateway)
    gateway.books.orders[order.id] = replace(order, is_whole=False)

    assert refusal(gateway, "2", order.id).code == "order_unfinished"


def test_while_a_call_may_still_take_effect_nothing_is_adopted() -> None:
    gateway = Gateway()
    gateway.add(an_invoice(number="1"), an_invoice(number="2"))
    gateway.send("1")
    gateway.system.orders.appears_after = timedelta(seconds=60)
    gateway.send("2")
    (first, _) = gateway.books.orders.values()
    by_hand = gateway.system.orders.book(first.draft.model_copy(update={"reference": "other"}))

    assert refusal(gateway, "2", by_hand.id).code == "settling"
    gateway.clock.advance(seconds=SETTLING.total_seconds())
    assert refusal(gateway, "2", by_hand.id).code == "order_exists"


def test_while_a_worker_holds_the_business_nothing_is_adopted(gateway: Gateway) -> None:
    with gateway.storage.transaction() as work:
        assert work.leases.acquire(FJELL, holder="somebody", length=timedelta(minutes=1))

    assert refusal(gateway, "2", the_other(gateway).id).code == "business_busy"


def test_an_invoices_own_order_that_was_changed_by_hand_is_taken_on_a_persons_word(gateway: Gateway) -> None:
    before = gateway.transfer("1")
    order_id = before.order_id or ""
    gateway.books.change_order(order_id, reference="1 checked")
    assert reason(gateway, "1") is PaymentReason.NOT_OURS

    assert refusal(gateway, "1", order_id).code == "order_differs"
    adopted = gateway.adopt_order.adopt(FJELL, "1", order_id, accept_differences=True)

    assert (adopted.id, adopted.order_id) == (before.id, order_id)
    assert reason(gateway, "1") is PaymentReason.NOT_PUBLISHED
    assert gateway.adopt_order.adopt(FJELL, "1", order_id) == adopted, "adopting it twice changes nothing"


def test_an_order_whose_id_was_used_again_gives_way(gateway: Gateway) -> None:
    stranger = gateway.books.add_customer("Somebody else")
    gateway.books.change_order(gateway.transfer("1").order_id or "", reference="77", customer_id=stranger.id)
    order = the_other(gateway)
    gateway.books.change_order(order.id, reference="1")

    assert gateway.adopt_order.adopt(FJELL, "1", order.id).order_id == order.id
    assert reason(gateway, "1") is PaymentReason.NOT_PUBLISHED
