"""A backup from yesterday is put back: it is noticed, nothing is sent, and what was sent since is tied again."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.audit import Action
from core.business import Business, Connection
from core.errors import (
    AccessRefused,
    InvalidInput,
    KvittError,
    LeaseLost,
    NotAuthenticated,
    NotFound,
    RecoveryNeeded,
    TryAgain,
)
from core.intent import IntentKind, declared
from core.invoice import Invoice
from core.recovery import FindingKind, Recovery
from core.sending.restore_watch import RestoreWatch
from core.transfer import TransferState
from tests.fakes.gateway import SETTLING, Gateway
from tests.fakes.marks import FakeMarks
from tests.unit.samples import an_invoice

FJELL = Gateway.business


def numbered(*numbers: str) -> list[Invoice]:
    return [an_invoice(number=number) for number in numbers]


def orders_by_number(gateway: Gateway) -> dict[str, int]:
    found: dict[str, int] = {}
    for order in gateway.books.orders.values():
        found[order.draft.reference] = found.get(order.draft.reference, 0) + 1
    return found


class Restored(Gateway):
    """A gateway whose backup can be put back once more."""

    backup: Any


@pytest.fixture
def gateway() -> Restored:
    """Invoice 1 was sent, then a backup was made; 2 and 3 were sent after it, and the backup was put back."""
    gateway = Restored()
    gateway.add(*numbered("1", "2", "3", "4"))
    gateway.send("1")
    gateway.backup = gateway.storage.backup()
    gateway.clock.advance(hours=20)
    gateway.send("2")
    gateway.send("3")
    gateway.clock.advance(hours=1)
    gateway.storage.restore(gateway.backup)
    return gateway


def recovered(gateway: Gateway, business: str = FJELL) -> Recovery:
    gateway.recover.begin()
    gateway.clock.advance(seconds=SETTLING.total_seconds())
    return gateway.recover.recover(business)


def kinds(recovery: Recovery) -> Sequence[tuple[FindingKind, str]]:
    return [(finding.kind, finding.invoice) for finding in recovery.findings]


def test_nothing_is_sent_until_recover_has_run(gateway: Restored) -> None:
    transfer = gateway.send("2")

    assert (transfer.state, transfer.is_parked) == (TransferState.WAITING, True)
    assert transfer.error is not None
    assert transfer.error.code == "recovery_needed"
    assert "kvitt recover" in transfer.error.hint
    assert orders_by_number(gateway) == {"1": 1, "2": 1, "3": 1}


def test_what_was_sent_since_is_tied_and_the_rest_goes_on(gateway: Restored) -> None:
    waiting = gateway.send("2"), gateway.send("4")
    recovery = recovered(gateway)

    assert (recovery.needed, recovery.orders, recovery.tied, recovery.findings) == (False, 3, 2, ())
    orders = {order.draft.reference: order.id for order in gateway.books.orders.values()}
    for number in ("1", "2", "3"):
        assert (gateway.transfer(number).state, gateway.transfer(number).order_id) == (
            TransferState.TRANSFERRED,
            orders[number],
        )
    assert gateway.transfer("2").id == waiting[0].id
    gateway.turn()
    assert gateway.transfer("4").state is TransferState.TRANSFERRED
    assert orders_by_number(gateway) == {"1": 1, "2": 1, "3": 1, "4": 1}


def test_recover_reads_in_few_calls(gateway: Restored) -> None:
    gateway.recover.begin()
    gateway.clock.advance(seconds=SETTLING.total_seconds())
    gateway.system.calls.clear()

    gateway.recover.recover(FJELL)

    assert len(gateway.system.calls) <= 3


def test_orders_are_not_read_before_the_calls_in_hand_have_settled(gateway: Restored) -> None:
    gateway.recover.begin()

    with pytest.raises(TryAgain) as raised:
        gateway.recover.recover(FJELL)

    assert (raised.value.code, raised.value.not_before) == ("settling", gateway.clock.now() + SETTLING)
    assert gateway.recover.left() == [FJELL]


def test_it_is_noticed_between_the_begin_of_a_turn_and_its_create_call() -> None:
    gateway = Gateway()
    gateway.add(*numbered("1", "2"))
    backup = gateway.storage.backup()
    gateway.send("1")
    put_back: list[str] = []

    def put_it_back() -> None:
        gateway.system.leave_alone()
        gateway.storage.restore(lease_of(gateway, backup))
        put_back.append("in the middle of the turn")

    gateway.system.before("customers.read", put_it_back)

    gateway.send("2")

    assert put_back
    assert orders_by_number(gateway) == {"1": 1}
    assert gateway.recover.left() == [FJELL]


def lease_of(gateway: Gateway, backup: Any) -> Any:
    """The backup, with the lease as it is now: as if it had been made a moment ago."""
    now = gateway.storage.backup()
    backup.leases, backup.lease_tokens, backup.transfers = now.leases, now.lease_tokens, now.transfers
    return backup


def test_an_order_of_an_invoice_that_is_forgotten_is_taken_when_the_invoice_comes_again(gateway: Restored) -> None:
    with gateway.storage.transaction() as work:
        work.invoices._tables.invoices.pop((FJELL, "3"))

    recovery = recovered(gateway)
    assert kinds(recovery) == [(FindingKind.UNKNOWN_INVOICE, "3")]

    gateway.clock.advance(days=3)
    gateway.add(*numbered("3"))
    assert gateway.send("3").state is TransferState.TRANSFERRED
    assert orders_by_number(gateway) == {"1": 1, "2": 1, "3": 1}


def test_an_order_that_was_begun_is_completed_by_the_next_send(gateway: Restored) -> None:
    gateway.recover.begin()
    gateway.clock.advance(seconds=SETTLING.total_seconds())
    (order,) = [one for one in gateway.books.orders.values() if one.draft.reference == "3"]
    gateway.books.orders[order.id] = replace(order, is_whole=False, draft=order.draft.model_copy(update={"rows": ()}))
    gateway.system.orders.in_steps = True

    assert kinds(gateway.recover.recover(FJELL)) == [(FindingKind.UNFINISHED, "3")]

    assert gateway.send("3").order_id == order.id
    assert gateway.books.orders[order.id].is_whole


def test_of_several_orders_the_oldest_is_taken_and_a_person_is_told(gateway: Restored) -> None:
    (order,) = [one for one in gateway.books.orders.values() if one.draft.reference == "2"]
    double = gateway.system.orders.book(order.draft)

    recovery = recovered(gateway)

    assert kinds(recovery) == [(FindingKind.SEVERAL, "2")]
    assert recovery.findings[0].order_ids == (order.id, double.id)
    assert gateway.transfer("2").order_id == order.id
    assert double.id in gateway.transfer("2").warnings[0]


def test_totals_that_differ_are_warned_of(gateway: Restored) -> None:
    (order,) = [one for one in gateway.books.orders.values() if one.draft.reference == "2"]
    assert order.totals is not None
    other = order.totals.model_copy(update={"gross": order.totals.gross + Decimal(10)})
    gateway.books.orders[order.id] = replace(order, totals=other)

    recovery = recovered(gateway)

    assert kinds(recovery) == [(FindingKind.DIFFERENT, "2")]
    assert gateway.transfer("2").state is TransferState.TRANSFERRED
    assert "total with VAT" in gateway.transfer("2").warnings[0]


def test_an_order_of_other_customer_and_totals_is_left_to_a_person(gateway: Restored) -> None:
    (order,) = [one for one in gateway.books.orders.values() if one.draft.reference == "2"]
    stranger = gateway.books.add_customer("Somebody else")
    assert order.totals is not None
    other = order.totals.model_copy(update={"gross": order.totals.gross + Decimal(10)})
    gateway.books.orders[order.id] = replace(order, totals=other, customer_id=stranger.id)
    gateway.send("2")

    recovery = recovered(gateway)

    assert kinds(recovery) == [(FindingKind.UNCLEAR, "2")]
    transfer = gateway.transfer("2")
    assert transfer.error is not None
    assert (transfer.state, transfer.error.code) == (TransferState.REJECTED, "order_unclear")
    adopted = gateway.adopt_order.adopt(FJELL, "2", order.id, accept_differences=True)
    assert (adopted.state, adopted.order_id) == (TransferState.TRANSFERRED, order.id)


def test_another_customer_alone_is_a_warning(gateway: Restored) -> None:
    (order,) = [one for one in gateway.books.orders.values() if one.draft.reference == "2"]
    stranger = gateway.books.add_customer("Somebody else")
    gateway.books.orders[order.id] = replace(order, customer_id=stranger.id)

    recovered(gateway)

    assert stranger.id in gateway.transfer("2").warnings[0]


def test_an_order_in_place_of_one_that_was_deleted_is_told_and_never_doubled(gateway: Restored) -> None:
    first = gateway.transfer("1").order_id or ""
    draft = gateway.books.orders.pop(first).draft
    second = gateway.system.orders.book(draft)

    recovery = recovered(gateway)

    assert kinds(recovery) == [(FindingKind.OTHER_ORDER, "1")]
    with pytest.raises(KvittError) as raised:
        gateway.send_again.send(FJELL, "1")
    assert raised.value.code == "order_exists"
    assert gateway.adopt_order.adopt(FJELL, "1", second.id).order_id == second.id


def test_one_business_whose_books_are_closed_keeps_no_other_shut(gateway: Restored) -> None:
    gateway.connect_business.store(
        Business(
            name="vidde", accounting=Connection.of("fake", {"account_name": "Viddeutleie AS", "password": "sesame"})
        )
    )
    gateway.recover.begin()
    gateway.clock.advance(seconds=SETTLING.total_seconds())
    gateway.system.orders.fail_next(AccessRefused("The password is not accepted.", code="login_refused"))

    shut = gateway.recover.recover(FJELL)
    assert shut.needed
    assert shut.trouble is not None
    assert shut.trouble.code == "login_refused"
    assert not gateway.recover.recover("vidde").needed
    assert gateway.recover.left() == [FJELL]
    assert gateway.send("4").error is not None

    assert not gateway.recover.recover(FJELL).needed
    assert gateway.recover.left() == []


def test_recovering_twice_changes_nothing_more(gateway: Restored) -> None:
    first = recovered(gateway)
    stories = {number: gateway.transfer(number) for number in ("1", "2", "3")}

    assert gateway.recover.begin() == []
    assert gateway.recover.recover(FJELL) == first
    gateway.recover.begin(gateway.clock.now() - timedelta(days=3))
    gateway.clock.advance(seconds=SETTLING.total_seconds())
    again = gateway.recover.recover(FJELL)

    assert (again.tied, again.orders, again.needed) == (0, 3, False)
    assert {number: gateway.transfer(number) for number in ("1", "2", "3")} == stories


def test_what_was_open_in_the_backup_opens_the_console_no_more() -> None:
    gateway = Gateway()
    gateway.add(*numbered("1"))
    gateway.manage_users.add("kari")
    started = gateway.sign_in.by_link(gateway.manage_users.link("kari").text)
    link = gateway.manage_users.link("kari")
    backup = gateway.storage.backup()
    gateway.sign_in.by_link(link.text)
    gateway.sign_in.sign_out_everywhere("kari")
    gateway.send("1")

    gateway.storage.restore(backup)
    gateway.restore_watch.keep_watch()

    assert gateway.sign_in.session(started.text) is None
    with pytest.raises(NotAuthenticated):
        gateway.sign_in.by_link(link.text)
    gateway.sign_in.by_link(gateway.manage_users.link("kari").text)


def test_a_second_restore_is_noticed_too(gateway: Restored) -> None:
    recovered(gateway)
    gateway.send("4")

    gateway.storage.restore(gateway.backup)

    assert gateway.send("4").error is not None
    recovered(gateway)
    gateway.turn()
    assert orders_by_number(gateway) == {"1": 1, "2": 1, "3": 1, "4": 1}


def test_a_person_may_say_from_when_on_where_nothing_was_noticed() -> None:
    gateway = Gateway()
    gateway.add(*numbered("1"))
    assert gateway.recover.begin() == []

    assert gateway.recover.begin(gateway.clock.now() - timedelta(days=1)) == [FJELL]
    assert gateway.send("1").is_parked
    gateway.clock.advance(seconds=SETTLING.total_seconds())
    assert not gateway.recover.recover(FJELL).needed
    gateway.turn()
    assert gateway.transfer("1").state is TransferState.TRANSFERRED


def test_an_instant_that_is_yet_to_come_is_refused(gateway: Restored) -> None:
    with pytest.raises(InvalidInput) as raised:
        gateway.recover.begin(gateway.clock.now() + timedelta(hours=1))
    assert raised.value.code == "since_ahead"


def test_where_the_database_knows_no_order_a_person_says_from_when_on() -> None:
    gateway = Gateway()
    gateway.add(*numbered("1"))
    backup = gateway.storage.backup()
    gateway.send("1")
    gateway.storage.restore(backup)

    shut = recovered(gateway)
    assert shut.trouble is not None
    assert (shut.needed, shut.trouble.code) == (True, "since_needed")

    gateway.recover.begin(gateway.clock.now() - timedelta(days=1))
    gateway.clock.advance(seconds=SETTLING.total_seconds())
    assert not gateway.recover.recover(FJELL).needed
    assert orders_by_number(gateway) == {"1": 1}
    assert gateway.transfer("1").state is TransferState.TRANSFERRED


def test_a_business_that_the_database_forgot_is_shut_when_it_is_added_again(gateway: Restored) -> None:
    recovered(gateway)
    gateway.connect_business.store(
        Business(
            name="vidde", accounting=Connection.of("fake", {"account_name": "Viddeutleie AS", "password": "sesame"})
        )
    )
    assert gateway.recover.left() == ["vidde"]
    gateway.add_invoice.add("vidde", an_invoice(number="7"))
    assert gateway.send_invoice.send("vidde", "7").is_parked
    assert not gateway.recover.recover("vidde").needed

    gateway.clock.advance(days=30)
    gateway.connect_business.store(
        Business(name="ny", accounting=Connection.of("fake", {"account_name": "Ny AS", "password": "sesame"}))
    )
    assert gateway.recover.left() == []


def test_a_home_without_a_mark_joins_a_database_that_was_never_sent_from() -> None:
    gateway = Gateway()
    gateway.add(*numbered("1"))
    assert gateway.send("1").state is TransferState.TRANSFERRED
    assert gateway.marks.mark is not None


def another_worker_beats(gateway: Gateway) -> Callable[[], None]:
    def beat() -> None:
        with gateway.storage.transaction() as work:
            work.installation.beat()

    return beat


def test_a_home_without_a_mark_joins_where_a_worker_is_alive() -> None:
    gateway = Gateway()
    gateway.add(*numbered("1", "2"))
    gateway.send("1")
    gateway.restore_watch.keep_watch()
    gateway.marks.mark = None
    gateway.while_waiting = another_worker_beats(gateway)

    assert gateway.send("2").state is TransferState.TRANSFERRED


def test_a_home_without_a_mark_and_nobody_alive_needs_recovery() -> None:
    gateway = Gateway()
    gateway.add(*numbered("1", "2"))
    gateway.send("1")
    gateway.restore_watch.keep_watch()
    gateway.marks.mark = None

    assert gateway.send("2").is_parked
    assert not recovered(gateway).needed
    gateway.turn()
    assert gateway.transfer("2").state is TransferState.TRANSFERRED


def test_the_same_backup_put_back_once_more_is_noticed_before_anything_is_sent_and_after(gateway: Restored) -> None:
    assert gateway.send("2").is_parked

    gateway.storage.restore(gateway.backup)

    assert gateway.send("2").is_parked
    assert not recovered(gateway).needed
    gateway.storage.restore(gateway.backup)
    assert gateway.send("3").is_parked
    assert orders_by_number(gateway) == {"1": 1, "2": 1, "3": 1}


def test_an_order_that_may_lie_in_other_books_is_no_order_of_these(gateway: Restored) -> None:
    with gateway.storage.transaction() as work:
        sent = work.transfers.of_invoice(FJELL, "1")
        assert sent is not None
        work.transfers.save(sent.model_copy(update={"books": "fake 8"}))
        open_elsewhere = declared(None, kind=IntentKind.ORDER, key="2", books="fake 8", now=gateway.clock.now())
        work.intents.put(FJELL, open_elsewhere)

    found = recovered(gateway)

    assert {finding.invoice: finding.kind for finding in found.findings} == dict.fromkeys(
        ["1", "2"], FindingKind.OTHER_ORDER
    )
    with gateway.storage.transaction() as work:
        assert work.intents.get(FJELL, IntentKind.ORDER, "2") == open_elsewhere
        assert set(work.transfers.of_invoices(FJELL, ["2", "3"])) == {"3"}


def another_home(gateway: Gateway) -> RestoreWatch:
    return RestoreWatch(
        storage=gateway.storage,
        marks=FakeMarks(),
        clock=gateway.clock,
        auditor=gateway.auditor,
        wait=lambda _seconds: None,
    )


def test_a_home_whose_worker_was_there_notices_though_others_sent_everything() -> None:
    gateway = Gateway()
    gateway.add(*numbered("1", "2"))
    idle = another_home(gateway)
    idle.keep_watch()
    gateway.send("1")
    backup = gateway.storage.backup()
    gateway.send("2")
    idle.keep_watch()
    gateway.storage.restore(backup)

    idle.check()

    assert gateway.recover.left() == [FJELL]


def test_a_home_that_watches_does_not_take_the_way_back_for_the_way_on() -> None:
    gateway = Gateway()
    gateway.add(*numbered("1", "2"))
    idle = another_home(gateway)
    idle.keep_watch()
    gateway.send("1")
    idle.keep_watch()
    backup = gateway.storage.backup()
    gateway.send("2")
    gateway.storage.restore(backup)
    assert not recovered(gateway).needed

    idle.keep_watch()

    assert gateway.recover.left() == []


def test_a_home_that_has_noticed_a_restore_goes_on_noticing_what_others_send() -> None:
    gateway = Gateway()
    gateway.add(*numbered("1", "2"))
    idle = another_home(gateway)
    idle.keep_watch()
    before = gateway.storage.backup()
    gateway.send("1")
    idle.keep_watch()
    gateway.storage.restore(before)
    idle.check()
    gateway.recover.begin(gateway.clock.now() - timedelta(hours=1))
    assert not recovered(gateway).needed
    backup = gateway.storage.backup()
    gateway.add(*numbered("2"))
    gateway.send("2")
    idle.keep_watch()
    gateway.storage.restore(backup)

    idle.check()

    assert gateway.recover.left() == [FJELL]


def test_a_database_file_in_the_place_of_another_is_noticed() -> None:
    gateway = Gateway()
    gateway.marks.file = "one"
    gateway.add(*numbered("1", "2"))
    gateway.send("1")
    gateway.marks.file = "another"

    assert gateway.send("2").is_parked


def test_without_room_for_the_mark_nothing_is_sent() -> None:
    gateway = Gateway()
    gateway.add(*numbered("1", "2"))
    gateway.send("1")
    gateway.marks.is_full = True

    transfer = gateway.send("2")

    assert transfer.error is not None
    assert (transfer.state, transfer.error.code) == (TransferState.WAITING, "mark_not_kept")
    assert orders_by_number(gateway) == {"1": 1}
    gateway.marks.is_full = False
    gateway.clock.advance(seconds=2 * SETTLING.total_seconds())
    gateway.turn()
    assert orders_by_number(gateway) == {"1": 1, "2": 1}


def test_while_a_worker_holds_the_business_recovery_waits(gateway: Restored) -> None:
    gateway.recover.begin()
    gateway.clock.advance(seconds=SETTLING.total_seconds())
    with gateway.storage.transaction() as work:
        lease = work.leases.acquire(FJELL, holder="somebody", length=timedelta(minutes=1))
    assert lease

    with pytest.raises(TryAgain) as raised:
        gateway.recover.recover(FJELL)
    assert raised.value.code == "business_busy"


def test_a_recovery_that_was_killed_is_run_again(gateway: Restored) -> None:
    gateway.recover.begin()
    gateway.clock.advance(seconds=SETTLING.total_seconds())
    gateway.system.before("orders.changed_since", lambda: gateway.clock.advance(days=1))  # its lease runs out

    with pytest.raises(LeaseLost):
        gateway.recover.recover(FJELL)

    assert gateway.recover.left() == [FJELL]
    gateway.system.leave_alone()
    assert gateway.recover.recover(FJELL).tied == 2


def test_an_open_intent_of_the_backup_is_settled_by_the_order_that_is_found() -> None:
    gateway = Gateway()
    gateway.add(*numbered("1", "2"))
    gateway.send("1")
    gateway.system.orders.lose_next_answer = True
    gateway.send("2")
    backup = gateway.storage.backup()
    gateway.clock.advance(seconds=SETTLING.total_seconds() + 10)
    gateway.turn()
    gateway.add(*numbered("3"))
    gateway.send("3")
    gateway.storage.restore(backup)

    recovered(gateway)

    assert gateway.transfer("2").state is TransferState.TRANSFERRED
    with gateway.storage.transaction() as work:
        assert work.intents.get(FJELL, IntentKind.ORDER, "2") is None


def test_it_is_all_in_the_audit_trail(gateway: Restored) -> None:
    recovered(gateway)

    actions = [entry.action for entry in gateway.look_up.audit(limit=1000)]
    assert Action.RECOVERY_NEEDED in actions
    assert actions.count(Action.ORDER_ADOPTED) == 2
    assert Action.RECOVERY_ENDED in actions
    assert any("matched to the invoice" in step.text for step in gateway.look_up.steps(gateway.transfer("2").id))


def test_an_unknown_business_is_not_found(gateway: Restored) -> None:
    with pytest.raises(NotFound):
        gateway.recover.recover("nobody")


def test_a_shut_business_says_why(gateway: Restored) -> None:
    gateway.recover.begin()
    with gateway.storage.transaction() as work:
        assert isinstance(gateway.restore_watch.recovery_needed(work, FJELL), RecoveryNeeded)


def test_a_remembered_customer_is_not_read(gateway: Restored) -> None:
    """The link was learned before the backup, for the invoices are of one customer."""
    recovered(gateway)
    assert gateway.system.calls[-1] == "orders.changed_since"


def test_a_withdrawn_order_that_is_back_is_told_of_and_not_doubled() -> None:
    """The books were put back as well: nobody wants the order, and nobody may make another beside it."""
    gateway = Gateway()
    gateway.add(*numbered("1"))
    order = gateway.books.orders[gateway.send("1").order_id or ""]
    gateway.withdraw_invoice.withdraw(FJELL, "1")
    gateway.books.orders[order.id] = order

    recovery = recovered_since(gateway)

    assert kinds(recovery) == [(FindingKind.WITHDRAWN, "1")]
    assert gateway.transfer("1").state is TransferState.WITHDRAWN
    assert gateway.send("1").order_id == order.id
    assert orders_by_number(gateway) == {"1": 1}


def test_what_was_sent_again_after_a_withdrawal_is_tied() -> None:
    """The database was put back to when the invoice was withdrawn and not sent again yet."""
    gateway = Gateway()
    gateway.add(*numbered("1"))
    draft = gateway.books.orders[gateway.send("1").order_id or ""].draft
    withdrawn = gateway.withdraw_invoice.withdraw(FJELL, "1")
    again = gateway.system.orders.book(draft)

    recovery = recovered_since(gateway)

    assert recovery.tied == 1
    transfer = gateway.transfer("1")
    assert (transfer.state, transfer.order_id) == (TransferState.TRANSFERRED, again.id)
    assert gateway.look_up.transfer(withdrawn.id).superseded


def test_a_withdrawal_goes_on_after_a_recovery_and_takes_what_was_sent_since() -> None:
    """The database was put back into the middle of replacing an order, all of which had happened."""
    gateway = Gateway()
    gateway.add(*numbered("1"))
    first = gateway.send("1")
    draft = gateway.books.orders[first.order_id or ""].draft
    gateway.queue.take_turn = lambda business: None
    gateway.withdraw_invoice.replace(FJELL, "1")
    gateway.books.delete_order(first.order_id or "")
    again = gateway.system.orders.book(draft)
    gateway.recover.begin(gateway.clock.now() - timedelta(hours=1))
    gateway.turn()
    assert gateway.transfer("1").waits_for_recovery

    recovery = recovered_since(gateway)
    gateway.turn()

    assert kinds(recovery) == [(FindingKind.OTHER_ORDER, "1")]
    assert orders_by_number(gateway) == {"1": 1}
    transfer = gateway.transfer("1")
    assert (transfer.state, transfer.error and transfer.error.code) == (TransferState.TRANSFERRED, "order_exists")
    assert again.id in (transfer.error.message if transfer.error else "")


def recovered_since(gateway: Gateway) -> Recovery:
    gateway.recover.begin(gateway.clock.now() - timedelta(hours=1))
    gateway.clock.advance(seconds=SETTLING.total_seconds())
    return gateway.recover.recover(FJELL)
