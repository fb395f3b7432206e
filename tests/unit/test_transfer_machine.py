"""Any sequence of sends, faults, deaths and people's acts: the state machine of transfers keeps its promises."""

import contextlib
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from core.business import Business, Connection
from core.errors import AccessRefused, Conflict, KvittError, Outcome, OutcomeUnknown, Rejected, TryAgain
from core.intent import IntentKind
from core.invoice import Invoice
from core.transfer import Transfer, TransferState
from tests.fakes import Gateway
from tests.fakes.gateway import LEASE, SETTLING
from tests.thoroughness import examples
from tests.unit.samples import a_company, a_person, a_row, an_invoice

CUSTOMERS = {
    "1": a_person(),
    "2": a_person(),
    "3": a_company(),
    "4": a_person(name="Ola Berg", email="ola@post.example"),
}
"""The invoices and whose they are; the first two share a customer."""

CREATES = {
    "orders": ("create",),
    "customers": ("create",),
    "products": ("create_product", "create_category"),
}
CALLS = (
    "orders.create",
    "orders.find",
    "customers.create",
    "customers.find_by_email",
    "customers.read",
    "products.find_products",
    "products.create_product",
    "products.create_category",
    "vat.codes",
)
READS = tuple(call for call in CALLS if "create" not in call)

numbers = st.sampled_from(sorted(CUSTOMERS))
writing_ports = st.sampled_from(sorted(CREATES))
calls = st.sampled_from(CALLS)


class _ProcessDiedError(BaseException):
    """Not an Exception: nothing in a dead process handles it."""


class TransferMachine(RuleBasedStateMachine):
    """Random acts on one installation with one business, and what must hold after each."""

    def __init__(self) -> None:
        super().__init__()
        self.gateway = Gateway(inline=False)
        self.deleted: list[str] = []
        self.refused_for_good: list[str] = []
        self.cancelled: set[str] = set()
        self.ended: dict[str, Transfer] = {}
        self.locked: dict[str, Invoice] = {}
        self.prices = 0

    # What a person does

    @initialize(several=st.sets(numbers, min_size=2))
    def begin_with_invoices(self, several: set[str]) -> None:
        for number in sorted(several):
            self.add(number)

    @rule(number=numbers)
    def add(self, number: str) -> None:
        """Add an invoice, or replace it by one of another price."""
        self.prices += 1
        row = a_row(unit_price=f"{1000 + self.prices}.00")
        invoice = an_invoice(number=number, customer=CUSTOMERS[number], rows=(row,))
        self.may_conflict(lambda: self.gateway.add_invoice.add(self.gateway.business, invoice))

    @rule(number=numbers, bulk=st.booleans())
    def send(self, number: str, bulk: bool) -> None:
        if self.stored(number) is None:
            return
        before = self.transfer(number)
        after = self.gateway.send_invoice.send(self.gateway.business, number, bulk=bulk)
        assert before is None or before.id == after.id, "sending twice is one transfer"
        self.cancelled.discard(number)

    @rule(number=numbers)
    def retry(self, number: str) -> None:
        if transfer := self.transfer(number):
            self.gateway.manage_transfers.retry(transfer.id)
            self.cancelled.discard(number)

    @rule(number=numbers)
    def cancel(self, number: str) -> None:
        transfer = self.transfer(number)
        if transfer is None:
            return
        may_exist = self.has_open_intent(number) or transfer.state in (TransferState.RUNNING, TransferState.TRANSFERRED)
        try:
            ended = self.gateway.manage_transfers.cancel(transfer.id)
        except Conflict:
            assert may_exist
        else:
            assert ended.state in (TransferState.CANCELLED, TransferState.REJECTED)
            assert ended == transfer or not (transfer.state.is_final or may_exist)
            if ended.state is TransferState.CANCELLED:
                self.cancelled.add(number)

    @rule(number=numbers)
    def delete_the_order_and_send_again(self, number: str) -> None:
        transfer = self.transfer(number)
        if transfer is None or transfer.state is not TransferState.TRANSFERRED:
            return
        assert transfer.order_id is not None
        if transfer.order_id in self.gateway.books.orders:  # it was deleted before where sending again met trouble
            self.gateway.books.delete_order(transfer.order_id)
            self.deleted.append(transfer.order_id)
        if self.calm(lambda: self.gateway.send_again.send(self.gateway.business, number)):
            assert self.gateway.transfer(number).id != transfer.id

    @rule(number=numbers)
    def send_again_though_the_order_is_there(self, number: str) -> None:
        transfer = self.transfer(number)
        if transfer and transfer.order_id in self.gateway.books.orders:
            self.may_conflict(lambda: self.gateway.send_again.send(self.gateway.business, number))
            assert self.transfer(number) == transfer

    @rule(password=st.sampled_from(["open sesame", "another"]))
    def change_the_connection(self, password: str) -> None:
        connection = Connection.of("fake", {"account_name": "Fjellutleie AS", "password": password})
        self.gateway.connect_business.store(Business(name=self.gateway.business, accounting=connection))

    @rule()
    def verify(self) -> None:
        self.calm(lambda: self.gateway.verify_business.verify(self.gateway.business))

    # What time and workers do

    @rule(seconds=st.sampled_from([1, 30, SETTLING.total_seconds(), LEASE.total_seconds(), 3700]))
    def time_passes(self, seconds: float) -> None:
        self.gateway.clock.advance(seconds=seconds)

    @rule()
    def turn(self) -> None:
        self.working(self.gateway.turn)

    @rule()
    def sweep(self) -> None:
        self.gateway.queue.take_turn = self.gateway.take_turn.take
        try:
            self.working(lambda: self.gateway.sweep.run())
        finally:
            self.gateway.queue.take_turn = None

    @rule(call=calls)
    def the_worker_is_told_to_stop(self, call: str) -> None:
        """In the middle of a turn, when that call arrives; then it comes back."""

        def stop() -> None:
            self.gateway.is_stopping = True

        before = {one.id: one for one in self.everything()}
        self.gateway.system.before(call, stop)
        self.working(self.gateway.turn)
        self.gateway.system.leave_alone()
        if self.gateway.is_stopping:
            for one in self.everything():
                assert one.state is not TransferState.RUNNING or before[one.id].state is TransferState.RUNNING
        self.gateway.is_stopping = False

    @rule(call=st.sampled_from(READS), another_takes_over=st.booleans())
    def the_worker_is_slow(self, call: str, another_takes_over: bool) -> None:
        """A call takes so long that the lease runs out on the way."""

        def dawdle() -> None:
            self.gateway.system.leave_alone()
            self.gateway.clock.advance(seconds=LEASE.total_seconds())
            if another_takes_over:
                self.working(self.gateway.turn)

        self.gateway.system.before(call, dawdle)
        self.working(self.gateway.turn)
        self.gateway.system.leave_alone()

    @rule(call=calls)
    def the_worker_dies(self, call: str) -> None:
        """In the middle of a turn, before that call does anything; the lease is left."""

        def die() -> None:
            raise _ProcessDiedError

        self.gateway.system.before(call, die)
        self.working(self.gateway.turn)
        self.gateway.system.leave_alone()

    # What the accounting system does

    @rule(port=writing_ports)
    def an_answer_is_lost(self, port: str) -> None:
        getattr(self.gateway.system, port).lose_next_answer = True

    @rule(number=numbers)
    def an_orders_answer_is_lost(self, number: str) -> None:
        self.send(number, bulk=False)
        self.gateway.system.orders.lose_next_answer = True
        self.turn()

    @rule(number=numbers)
    def an_orders_answer_is_lost_and_then_nobody_answers(self, number: str) -> None:
        self.an_orders_answer_is_lost(number)
        self.gateway.system.orders.fail_next(TryAgain("Unreachable."), call="find")
        self.time_passes(5)
        self.turn()

    @rule(port=writing_ports, seconds=st.integers(0, int(SETTLING.total_seconds()) - 1))
    def a_write_comes_late(self, port: str, seconds: int) -> None:
        getattr(self.gateway.system, port).appears_after = timedelta(seconds=seconds)

    @rule(call=calls, error=st.sampled_from([TryAgain("Busy."), OutcomeUnknown("Lost."), Rejected("No.")]))
    def a_call_fails(self, call: str, error: KvittError) -> None:
        port, method = call.split(".")
        getattr(self.gateway.system, port).fail_next(error, call=method)

    @rule(call=calls)
    def access_is_refused_once(self, call: str) -> None:
        port, method = call.split(".")
        getattr(self.gateway.system, port).fail_next(AccessRefused("Wrong password."), call=method)

    @rule(call=calls, seconds=st.sampled_from([60, 3600]))
    def the_quota_is_used_up(self, call: str, seconds: int) -> None:
        port, method = call.split(".")
        until = self.gateway.clock.now() + timedelta(seconds=seconds)
        error = TryAgain("Quota.", code="quota_exceeded", not_before=until, for_everyone=True)
        getattr(self.gateway.system, port).fail_next(error, call=method)

    @rule(number=numbers, refused=st.booleans())
    def an_invoice_is_refused(self, number: str, refused: bool) -> None:
        if refused:
            self.gateway.system.orders.fail_item(number, Rejected("Not this one."))
        else:
            self.gateway.system.orders.heal_item(number)

    # What must hold

    @invariant()
    def an_invoice_has_one_order_at_most(self) -> None:
        references = [order.draft.reference for order in self.gateway.books.orders.values()]
        assert len(references) == len(set(references))

    @invariant()
    def nothing_else_is_doubled(self) -> None:
        books = self.gateway.books
        keys = [(record.name, record.organization_number, record.emails) for record in books.customers.values()]
        assert len(keys) == len(set(keys))
        assert len(books.products) <= 1
        assert len(books.categories) <= 1

    @invariant()
    def states_and_fields_agree(self) -> None:
        for transfer in self.everything():
            self._agrees(transfer)

    def _agrees(self, transfer: Transfer) -> None:
        assert transfer.state.is_final == (transfer.finished_at is not None)
        assert transfer.attempts >= 0
        match transfer.state:
            case TransferState.QUEUED:
                assert transfer.next_attempt_at is not None
            case TransferState.RUNNING:
                assert transfer.next_attempt_at is None
                assert transfer.attempts > 0
            case TransferState.WAITING:
                assert transfer.error is not None
                assert transfer.next_attempt_at or transfer.error.code == "access_refused"
            case TransferState.TRANSFERRED:
                assert (transfer.error, transfer.next_attempt_at) == (None, None)
                order = self.gateway.books.orders.get(transfer.order_id or "")
                if order is None:
                    assert transfer.order_id in self.deleted
                else:
                    assert (order.draft.reference, order.customer_id) == (transfer.invoice, transfer.customer_id)
            case TransferState.REJECTED | TransferState.CANCELLED:
                assert transfer.error is not None
                assert transfer.next_attempt_at is None

    @invariant()
    def what_an_error_says_of_the_order_is_true(self) -> None:
        for transfer in self.everything():
            if transfer.error is None or transfer.state is TransferState.RUNNING:
                continue  # while it is running, the error is that of the attempt before
            orders = [one for one in self.gateway.books.orders.values() if one.draft.reference == transfer.invoice]
            if transfer.error.outcome is Outcome.NOTHING_WRITTEN:
                assert not orders, transfer
            if transfer.error.outcome is Outcome.WRITTEN:
                assert orders, transfer

    @invariant()
    def an_error_says_whether_it_passes_by_itself(self) -> None:
        for transfer in self.everything():
            if transfer.error and transfer.state is TransferState.WAITING:
                assert transfer.error.retriable is not transfer.is_parked

    @invariant()
    def an_invoice_has_one_transfer_that_counts(self) -> None:
        counting = [one.invoice for one in self.everything() if not one.superseded]
        assert len(counting) == len(set(counting))
        assert all(one.state is TransferState.TRANSFERRED for one in self.everything() if one.superseded)

    @invariant()
    def what_arrived_stays_as_it_is(self) -> None:
        for transfer in self.everything():
            if transfer.id in self.ended:
                unchanging = {"superseded", "version"}
                assert transfer.model_dump(exclude=unchanging) == self.ended[transfer.id].model_dump(exclude=unchanging)
            elif transfer.state is TransferState.TRANSFERRED:
                self.ended[transfer.id] = transfer

    @invariant()
    def content_is_locked_while_its_order_may_exist(self) -> None:
        for number in CUSTOMERS:
            stored = self.stored(number)
            if stored and self.has_open_intent(number):
                assert self.locked.setdefault(number, stored) == stored
            else:
                self.locked.pop(number, None)

    @invariant()
    def an_order_says_what_the_invoice_says(self) -> None:
        for order in self.gateway.books.orders.values():
            stored = self.stored(order.draft.reference)
            assert stored is not None
            assert order.draft.rows[0].unit_price == stored.rows[0].unit_price

    def teardown(self) -> None:
        """Everything is healed, time passes, people retry what was rejected: all arrives but what was cancelled."""
        self.heal()
        for _ in range(40):
            for transfer in self.everything():
                if transfer.state is TransferState.REJECTED:
                    self.gateway.manage_transfers.retry(transfer.id)
            self.gateway.clock.advance(seconds=1000)
            self.gateway.verify_business.verify(self.gateway.business)
            self.sweep()
        for transfer in self.everything():
            expected = TransferState.CANCELLED if transfer.invoice in self.cancelled else TransferState.TRANSFERRED
            if not transfer.superseded:
                assert transfer.state is expected, transfer
                self._agrees(transfer)
        self.an_invoice_has_one_order_at_most()
        self.nothing_else_is_doubled()
        self.an_order_says_what_the_invoice_says()

    def heal(self) -> None:
        system = self.gateway.system
        for port in (system.orders, system.customers, system.products, system.vat):
            port.heal()
        system.leave_alone()

    # Helpers

    def everything(self) -> list[Transfer]:
        return list(self.gateway.look_up.transfers(self.gateway.business, limit=1000))

    def transfer(self, number: str) -> Transfer | None:
        return self.gateway.look_up.transfer_of(self.gateway.business, number)

    def stored(self, number: str) -> Invoice | None:
        with self.gateway.storage.transaction() as work:
            return work.invoices.get(self.gateway.business, number)

    def has_open_intent(self, number: str) -> bool:
        with self.gateway.storage.transaction() as work:
            intent = work.intents.get(self.gateway.business, IntentKind.ORDER, number)
        return intent is not None and not intent.refused

    def working(self, work: Any) -> None:
        """What a worker does; it may die of it, or lose the business."""
        with contextlib.suppress(_ProcessDiedError, KvittError):
            work()

    def calm(self, act: Any) -> bool:
        """What a person asks for; whether the accounting system let it happen."""
        try:
            act()
        except Conflict:
            raise
        except KvittError:
            return False
        return True

    def may_conflict(self, act: Any) -> None:
        with contextlib.suppress(KvittError):
            act()


TestTransferMachine = TransferMachine.TestCase
TestTransferMachine.settings = settings(max_examples=examples(20), stateful_step_count=40, deadline=None)
