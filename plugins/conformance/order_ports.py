"""Orders, their payment and their limits, asked for directly."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from core.errors import KvittError
from core.order_draft import OrderDraft
from core.payment import OrderState
from core.ports.accounting import AccountingSystem
from core.sending.array_write import ArrayWrite
from core.transfer import Receipt
from plugins.conformance.bench import Bench
from plugins.conformance.deaths import Stopped
from plugins.conformance.fixtures import Setup
from plugins.conformance.installation import Installation
from plugins.conformance.samples import COMPANY, PERSON, a_row, an_invoice, drafts_for
from plugins.conformance.tiers import Tier, nothing_to_show, shows

_NUMBER = "2001-1"
_A_DAY = timedelta(days=1)


class OrderPorts(Setup):
    """What is kept of orders."""

    def test_references_are_compared_exactly(self, kvitt: Installation) -> None:
        """An order whose number only looks alike is another."""
        system = kvitt.system()
        references = ["2001-1", "2001-10", "A-1", "a-1"]
        drafts = drafts_for(system, references)
        receipts = _created(system, drafts)
        customer_ids = [drafts[0].customer_id or ""]
        found = system.orders.find(["2001-1", "A-1", "none"], customer_ids=customer_ids, since=_yesterday())
        ids = {reference: [receipt.order_id for receipt in receipts] for reference, receipts in found.items()}
        assert ids == {"2001-1": [receipts[0].order_id], "A-1": [receipts[2].order_id]}, (
            "find answers the orders that carry exactly one of the references, and leaves out those that none carries"
        )
        assert all(receipt.is_whole for receipts in found.values() for receipt in receipts), (
            "an order that is finished is whole"
        )
        assert all(receipt.customer_id == customer_ids[0] for receipts in found.values() for receipt in receipts)

    def test_the_oldest_of_several_orders_with_one_reference_comes_first(self, kvitt: Installation) -> None:
        """Two orders with one number are both answered; which counts is decided in the core."""
        system = kvitt.system()
        drafts = [*drafts_for(system, ["2001-1"])] * 2
        receipts = [*_created(system, drafts[:1]), *_created(system, drafts[1:])]
        found = system.orders.find(["2001-1"], customer_ids=[drafts[0].customer_id or ""], since=_yesterday())
        assert [receipt.order_id for receipt in found["2001-1"]] == [receipt.order_id for receipt in receipts]

    def test_orders_of_other_customers_are_not_found(self, kvitt: Installation) -> None:
        """An order is looked for among those of the given customers."""
        system = kvitt.system()
        other = str(system.customers.create([PERSON])[0])
        _created(system, drafts_for(system, ["2001-1"]))
        assert system.orders.find(["2001-1"], customer_ids=[other], since=_yesterday()) == {}

    def test_all_orders_since_an_instant_are_read_with_their_numbers(self, kvitt: Installation) -> None:
        """After a restore the books are asked what was made since; whose orders they are is decided in the core."""
        system = kvitt.system()
        references = ["2001-1", "2001-2", "2001-3"]
        receipts = _created(system, drafts_for(system, references))
        pages = list(system.orders.changed_since(_yesterday()))
        assert all(pages), "a page that holds nothing is not yielded"
        read = {order.reference: order.receipt for page in pages for order in page}
        assert {reference: read[reference].order_id for reference in references} == {
            reference: receipt.order_id for reference, receipt in zip(references, receipts, strict=True)
        }
        assert all(read[reference].customer_id == receipts[0].customer_id for reference in references)
        assert all(read[reference].is_whole for reference in references)
        totals = [read[reference].totals for reference in references]
        assert all(total is None or total.gross == 1500 for total in totals), "totals include VAT, where they are told"
        assert list(system.orders.changed_since(datetime.now(UTC) + _A_DAY)) == [], "older orders are left out"

    def test_one_order_is_read_with_its_number(self, bench: Bench, kvitt: Installation) -> None:
        """A person names an order; what it says is read before it is taken for an invoice's."""
        system = kvitt.system()
        gone, here = _created(system, drafts_for(system, ["2001-1", "2001-2"]))
        bench.delete_order(gone.order_id)
        found = system.orders.read(here.order_id)
        assert found is not None, "an order that is there is answered"
        assert found.reference == "2001-2", "with the number that it carries"
        assert (found.receipt.order_id, found.receipt.customer_id) == (here.order_id, here.customer_id)
        for order_id in (gone.order_id, _unknown_id(here.order_id), "no such id"):
            assert system.orders.read(order_id) is None, "an order that is gone, or never was, is None"

    def test_one_order_that_can_not_be_created_hides_no_other(self, bench: Bench, kvitt: Installation) -> None:
        """Each draft gets its own answer, in order."""
        system = kvitt.system()
        drafts = drafts_for(system, ["2001-1", "2001-2", "2001-3"])
        drafts[1] = drafts[1].model_copy(update={"customer_id": _unknown_id(drafts[1].customer_id or "")})
        answers = [answer for piece in _pieces(drafts, system) for answer in _answers(piece, system)]
        kinds = [isinstance(answer, Receipt) for answer in answers]
        assert kinds == [True, False, True], f"each draft gets its own answer, in order: {answers}"
        bench.settle()
        assert len(bench.orders()) == 2, "what can't be created leaves nothing behind"

    @shows(Tier.SILVER)
    def test_an_order_that_was_broken_off_is_found_and_completed(self, bench: Bench, kvitt: Installation) -> None:
        """What is raised as a call is about to go out ends the writing; what was begun by then is not lost."""
        if not bench.writes_orders_in_steps:
            nothing_to_show("this plugin writes an order with one call")

        system = kvitt.system()
        drafts = drafts_for(system, ["2001-1"])
        with kvitt.stopped_before_call(2), pytest.raises(Stopped):
            system.orders.create(drafts)
        (begun,) = bench.orders()
        customer_ids = [drafts[0].customer_id or ""]
        (read,) = [order for page in system.orders.changed_since(_yesterday()) for order in page]
        assert (read.reference, read.receipt.is_whole) == ("2001-1", False), "and read with its number, not whole"
        (receipt,) = system.orders.find(["2001-1"], customer_ids=customer_ids, since=_yesterday())["2001-1"]
        assert (receipt.order_id, receipt.is_whole) == (begun.id, False), "an order that was begun is found, not whole"
        (completed,) = _created(system, [drafts[0].model_copy(update={"begun_as": begun.id})])
        assert completed.order_id == begun.id, "a draft that was begun is completed, not created"
        (held,) = bench.orders()
        assert len(held.rows) == 1
        (receipt,) = system.orders.find(["2001-1"], customer_ids=customer_ids, since=_yesterday())["2001-1"]
        assert receipt.is_whole

    def test_states_are_answered_order_by_order(self, bench: Bench, kvitt: Installation) -> None:
        """An order that is gone is left out; the others are told."""
        system = kvitt.system()
        gone, here = (receipt.order_id for receipt in _created(system, drafts_for(system, ["2001-1", "2001-2"])))
        bench.delete_order(gone)
        states = system.payments.states([gone, here])
        assert set(states) == {here}, "an order that is gone is left out"
        state = states[here]
        assert isinstance(state, OrderState)
        assert state.invoice_number is None, "an order that is not published has no invoice number"
        assert state.reference in (None, "2001-2"), "the reference is ours, or is not told"
        (held,) = [order for order in bench.orders() if order.id == here]
        assert state.customer_id in (None, held.customer_id), "the customer is the order's, or is not told"
        assert state.totals is None or state.totals.gross == 1500, "totals include VAT"

    def test_texts_as_long_as_the_limits_fit(self, bench: Bench, kvitt: Installation) -> None:
        """What the plugin says that its system holds, it holds: nothing is cut, nothing is refused."""
        limits = kvitt.system().limits
        name, product, text = (_long(length) for length in (limits.customer_name, limits.product_name, limits.row_text))
        kvitt.connect(bench.connection(), product_name=product)
        customer = COMPANY.model_copy(update={"organization_name": name})
        kvitt.add(an_invoice(customer=customer, rows=(a_row(product=text, period=None),)))
        self.arrived(kvitt.send(_NUMBER))
        assert bench.customers()[0].name == name, f"a customer's name of {limits.customer_name} characters fits"
        assert bench.products()[0].name == product, f"a product's name of {limits.product_name} characters fits"
        assert self.the_order(bench).rows[0].text == text, f"a row's text of {limits.row_text} characters fits"

    def test_amounts_as_fine_and_large_as_the_limits_fit(self, bench: Bench, kvitt: Installation) -> None:
        """Nothing is rounded that the limits let pass."""
        limits = kvitt.system().limits
        fine = Decimal(10) ** -limits.decimals
        rows = (
            a_row(quantity=1 + fine, unit_price=100 + fine, discount_percent=10 + fine),
            a_row(unit_price=limits.largest_amount),
        )
        kvitt.add(an_invoice(rows=rows))
        self.arrived(kvitt.send(_NUMBER))
        held, large = self.the_order(bench).rows
        assert (held.quantity, held.unit_price, held.discount_percent) == (1 + fine, 100 + fine, 10 + fine)
        assert large.unit_price == limits.largest_amount


def _created(system: AccountingSystem, drafts: list[OrderDraft]) -> list[Receipt]:
    receipts = []
    for piece in _pieces(drafts, system):
        for answer in system.orders.create(piece):
            assert isinstance(answer, Receipt), f"the order should have been created: {answer!r}"
            receipts.append(answer)
    return receipts


def _pieces(drafts: list[OrderDraft], system: AccountingSystem) -> list[list[OrderDraft]]:
    most = system.limits.items_per_write
    return [drafts[start : start + most] for start in range(0, len(drafts), most)]


def _answers(drafts: list[OrderDraft], system: AccountingSystem) -> list[Receipt | KvittError]:
    """Create orders with as few calls as it takes, as a worker does."""
    write = ArrayWrite[OrderDraft, Receipt](drafts)
    for piece in write:
        try:
            write.answer(system.orders.create(piece))
        except KvittError as trouble:
            write.fail(trouble)
    return write.answers


def _unknown_id(known: str) -> str:
    """An id like the known one that nothing has."""
    return str(int(known) + 7777) if known.isdigit() else f"{known}-none"


def _yesterday() -> datetime:
    return datetime.now(UTC) - _A_DAY


def _long(length: int) -> str:
    """A text of so many characters, beyond ASCII, that says where it ends."""
    return ("Prøve åæø " * (length // 10 + 1))[: length - 1] + "."
