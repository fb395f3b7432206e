"""Orders that are taken back: deleted while they are no invoices, and never after."""

import pytest

from core.errors import KvittError, Rejected
from core.transfer import Receipt
from plugins.conformance.bench import Bench
from plugins.conformance.fixtures import CAN_NOT_DELETE, Setup
from plugins.conformance.installation import Installation
from plugins.conformance.samples import drafts_for


class Withdrawing(Setup):
    """Deleting an order, where the system can."""

    def test_an_order_is_deleted_and_no_other(self, bench: Bench, kvitt: Installation) -> None:
        """It was there and is gone; the same again is told apart from that."""
        first, second = _created(kvitt)
        orders = kvitt.system().orders
        assert orders.delete(first) is True, "an order that was there and was deleted is True"
        assert [order.id for order in bench.orders()] == [second], "the order is gone, and no other is"
        assert orders.read(first) is None
        assert orders.delete(first) is False, "an order that is gone already is False, and no error"
        assert [order.id for order in bench.orders()] == [second]
        assert orders.delete("no such id") is False, "and so is one that can't be"

    def test_a_published_order_is_refused(self, bench: Bench, kvitt: Installation) -> None:
        """The system itself refuses it: it may be published in the instant before the call."""
        first, _ = _created(kvitt)
        bench.publish(first)
        try:
            answer: object = kvitt.system().orders.delete(first)
        except KvittError as error:
            answer = error
        assert isinstance(answer, Rejected), f"a published order is Rejected; the port answered {answer!r}"
        assert first in [order.id for order in bench.orders()], "an invoice is never deleted"


def _created(kvitt: Installation) -> list[str]:
    """Create two orders, and return their ids; the test is skipped where the system can't delete any."""
    system, order_ids = kvitt.system(), []
    if not system.limits.deletes_orders:
        pytest.skip(CAN_NOT_DELETE)
    for draft in drafts_for(system, ["2001-1", "2001-2"]):
        (receipt,) = system.orders.create([draft])
        assert isinstance(receipt, Receipt), receipt
        order_ids.append(receipt.order_id)
    return order_ids
