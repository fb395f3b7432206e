"""Orders that are taken back: deleted while they are no invoices, and never after."""

import pytest

from core.abilities import Ability
from core.errors import KvittError, Rejected
from core.transfer import Receipt, TransferState
from plugins.conformance.bench import Bench, Call, Trouble
from plugins.conformance.fixtures import Setup
from plugins.conformance.installation import Installation
from plugins.conformance.samples import an_invoice, drafts_for
from plugins.conformance.tiers import Tier, nothing_to_show, shows, skip_absent

_NUMBER = "2001-1"
_LOST = (Trouble.LOST_BUT_DONE, Trouble.LOST_AND_NOT_DONE)


class Withdrawing(Setup):
    """Deleting an order where the system can, and leaving it to a person where it can't."""

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

    def test_an_invoice_is_withdrawn_and_sent_again(self, bench: Bench, kvitt: Installation) -> None:
        """By Kvitt: its order is gone from the books, and then there is one again."""
        self._arrived_to_be_withdrawn(kvitt)
        kvitt.withdraw(_NUMBER)
        self._withdrawn(bench, kvitt)
        self._arrived_to_be_withdrawn(kvitt)
        assert [order.id for order in bench.orders()] == [kvitt.transfer(_NUMBER).order_id]

    @shows(Tier.SILVER)
    @pytest.mark.parametrize("lost", _LOST, ids=lambda trouble: str(trouble.value))
    def test_an_invoice_is_withdrawn_though_the_answer_is_lost(
        self, bench: Bench, kvitt: Installation, lost: Trouble
    ) -> None:
        """The order is read before anything is deleted again."""
        self._arrived_to_be_withdrawn(kvitt)
        has_struck = self.struck(bench, Call.DELETE_ORDER, lost)
        kvitt.withdraw(_NUMBER)
        self._withdrawn(bench, kvitt)
        assert has_struck(), "an order is withdrawn by deleting it"

    def test_where_the_system_can_not_delete_a_person_does(self, bench: Bench, kvitt: Installation) -> None:
        """Kvitt leaves the order alone and says so; once a person has deleted it, the invoice is withdrawn."""
        if kvitt.abilities.has(Ability.DELETES_ORDERS):
            nothing_to_show("this plugin declares that its system deletes orders")
        kvitt.add(an_invoice())
        self.arrived(kvitt.send(_NUMBER))
        kvitt.withdraw(_NUMBER)
        refused = kvitt.drive(_NUMBER)
        assert refused.state is TransferState.TRANSFERRED, "the order stays"
        assert refused.error is not None
        assert refused.error.code == "cannot_withdraw"
        order_id = self.the_order(bench).id
        assert order_id == refused.order_id
        bench.delete_order(order_id)
        kvitt.withdraw(_NUMBER)
        self._withdrawn(bench, kvitt)

    def _arrived_to_be_withdrawn(self, kvitt: Installation) -> None:
        _require_deletion(kvitt)
        kvitt.add(an_invoice())
        self.arrived(kvitt.send(_NUMBER))

    @staticmethod
    def _withdrawn(bench: Bench, kvitt: Installation) -> None:
        transfer = kvitt.drive(_NUMBER)
        told = f"{transfer.error.message} [{transfer.error.code}]" if transfer.error else "no error"
        assert transfer.state is TransferState.WITHDRAWN, f"the transfer is {transfer.state}: {told}"
        bench.settle()
        assert bench.orders() == [], "the order is gone"


def _require_deletion(kvitt: Installation) -> None:
    skip_absent(kvitt.abilities, Ability.DELETES_ORDERS)


def _created(kvitt: Installation) -> list[str]:
    """Create two orders, and return their ids; the test is skipped where the system can't delete any."""
    _require_deletion(kvitt)
    system, order_ids = kvitt.system(), []
    for draft in drafts_for(system, ["2001-1", "2001-2"]):
        (receipt,) = system.orders.create([draft])
        assert isinstance(receipt, Receipt), receipt
        order_ids.append(receipt.order_id)
    return order_ids
