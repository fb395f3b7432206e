"""A credit names the order of the invoice that it credits, as far as that is known here."""

from datetime import date

import pytest

from core.business import Connection
from core.invoice import Invoice
from core.order_draft import CreditedOrder
from core.transfer import Transfer, TransferState
from tests.fakes import Gateway
from tests.unit.samples import a_row, an_invoice


def a_credit(of: str, *, number: str = "2") -> Invoice:
    return an_invoice(number=number, credits=of, rows=(a_row(quantity="-1"),))


def credited(gateway: Gateway, number: str = "2") -> CreditedOrder | None:
    """What the order of this credit says that it credits."""
    (order,) = [one for one in gateway.books.orders.values() if one.draft.reference == number]
    return order.draft.credited


def sent(gateway: Gateway, invoice: Invoice) -> Transfer:
    gateway.add(invoice)
    return gateway.send(invoice.number)


def test_a_credit_names_the_order_of_its_invoice(gateway: Gateway) -> None:
    order_id = sent(gateway, an_invoice(number="1")).order_id
    gateway.add(a_credit("1"))
    preview = gateway.preview_invoice.preview("fjell", "2")
    assert preview.not_written == {}
    assert gateway.send("2").warnings == ()
    assert credited(gateway) == preview.order.credited == CreditedOrder(order_id=order_id or "")


def test_once_the_invoice_was_seen_published_its_number_is_named_too(gateway: Gateway) -> None:
    order_id = sent(gateway, an_invoice(number="1")).order_id or ""
    gateway.books.publish(order_id, invoice_number="10042", on=date(2026, 10, 2))
    gateway.check_status.check("fjell", ["1"])
    sent(gateway, a_credit("1"))
    assert credited(gateway) == CreditedOrder(order_id=order_id, invoice_number="10042")


def test_an_invoice_that_was_never_sent_is_warned_of(gateway: Gateway) -> None:
    gateway.add(an_invoice(number="1"))
    (warning,) = sent(gateway, a_credit("1")).warnings
    assert warning.startswith("credits is not written to the order: Kvitt knows no order")
    assert credited(gateway) is None


def test_an_order_in_another_companys_books_is_not_named(gateway: Gateway) -> None:
    sent(gateway, an_invoice(number="1"))
    with gateway.storage.transaction() as work:
        business = work.businesses.get("fjell")
        assert business is not None
        other = Connection.of("fake", {"account_name": "Annet AS", "password": "p"})
        work.businesses.put(business.model_copy(update={"accounting": other}))
    (warning,) = sent(gateway, a_credit("1")).warnings
    assert warning.startswith("credits is not written")


class TestInBulk:
    @pytest.fixture
    def gateway(self) -> Gateway:
        return Gateway(inline=False)

    def test_a_credit_goes_after_its_invoice_in_the_same_turn(self, gateway: Gateway) -> None:
        given = [an_invoice(number="1"), a_credit("1"), a_credit("2", number="3"), an_invoice(number="4")]
        self.moved(gateway, *given)
        orders = {order.draft.reference: order.id for order in gateway.books.orders.values()}
        assert credited(gateway, "2") == CreditedOrder(order_id=orders["1"])
        assert credited(gateway, "3") == CreditedOrder(order_id=orders["2"])
        assert gateway.system.calls.count("orders.create") == 3
        assert gateway.transfer("3").attempts == 1

    def test_a_credit_that_stands_before_its_invoice_knows_no_order_as_singly(self, gateway: Gateway) -> None:
        self.moved(gateway, a_credit("3"), an_invoice(number="3"))
        assert credited(gateway) is None
        assert [gateway.transfer(number).warnings == () for number in ("2", "3")] == [False, True]
        assert gateway.system.calls.count("orders.create") == 1

    def test_two_that_credit_each_other_both_arrive(self, gateway: Gateway) -> None:
        self.moved(gateway, a_credit("3"), a_credit("2", number="3"))
        assert credited(gateway, "3") is not None

    def moved(self, gateway: Gateway, *given: Invoice) -> None:
        """Send these in one turn."""
        gateway.add(*given)
        for invoice in given:
            gateway.send_invoice.send("fjell", invoice.number, bulk=True)
        gateway.turn()
        assert {gateway.transfer(one.number).state for one in given} == {TransferState.TRANSFERRED}
