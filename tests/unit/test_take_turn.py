from collections.abc import Sequence
from datetime import timedelta

import pytest

from core.audit import Action
from core.business import Business, Connection
from core.errors import AccessRefused, KvittError, LeaseLost, Rejected, TryAgain
from core.order_draft import OrderDraft
from core.sending.fence import Hold
from core.transfer import Receipt, TransferState
from tests.fakes import Gateway
from tests.fakes.gateway import LEASE
from tests.unit.samples import an_invoice


@pytest.fixture
def gateway() -> Gateway:
    """An installation without a worker, so that several transfers are due when a turn begins."""
    return Gateway(inline=False)


def queued(gateway: Gateway, *numbers: str) -> None:
    for number in numbers:
        gateway.add(an_invoice(number=number))
        gateway.send(number)
        gateway.clock.advance(seconds=1)


def states(gateway: Gateway) -> dict[str, str]:
    return {one.invoice: one.state.value for one in gateway.look_up.transfers("fjell", limit=99)}


def booked(gateway: Gateway) -> list[str]:
    return [order.draft.reference for order in gateway.books.orders.values()]


def test_due_transfers_are_worked_off_in_the_order_in_which_they_came_due(gateway: Gateway) -> None:
    queued(gateway, "3", "1", "2")
    gateway.turn()
    assert booked(gateway) == ["3", "1", "2"]
    assert set(states(gateway).values()) == {"transferred"}


def test_a_turn_with_nothing_due_calls_nobody(gateway: Gateway) -> None:
    gateway.turn()
    assert gateway.system.calls == []


def test_one_that_is_refused_or_must_wait_does_not_hold_up_the_others(gateway: Gateway) -> None:
    queued(gateway, "1", "2", "3")
    gateway.system.orders.fail_item("1", Rejected("No."))
    gateway.system.orders.fail_item("2", TryAgain("Later."))
    gateway.turn()
    assert states(gateway) == {"1": "rejected", "2": "waiting", "3": "transferred"}


def test_a_business_that_another_worker_holds_is_left_to_it(gateway: Gateway) -> None:
    queued(gateway, "1")
    with gateway.storage.transaction() as work:
        assert work.leases.acquire("fjell", holder="another", length=LEASE)
    gateway.turn()
    assert states(gateway) == {"1": "queued"}
    assert gateway.system.calls == []


def test_a_lease_that_ran_out_is_taken_over_and_what_was_left_running_is_finished(gateway: Gateway) -> None:
    queued(gateway, "1", "2")

    def die() -> None:
        raise KeyboardInterrupt

    gateway.system.before("customers.create", die)
    with pytest.raises(KeyboardInterrupt):
        gateway.turn()
    assert gateway.transfer("1").state is TransferState.RUNNING
    gateway.system.leave_alone()
    gateway.clock.advance(seconds=LEASE.total_seconds())
    gateway.turn()
    assert states(gateway) == {"1": "transferred", "2": "transferred"}
    assert len(gateway.books.customers) == 1


def test_a_turn_gives_the_business_up_when_it_ends(gateway: Gateway) -> None:
    queued(gateway, "1")
    gateway.turn()
    with gateway.storage.transaction() as work:
        assert work.leases.acquire("fjell", holder="another", length=LEASE) is not None


def test_without_access_all_that_is_due_or_waits_is_parked_after_one_call(gateway: Gateway) -> None:
    queued(gateway, "1")
    gateway.system.orders.fail_item("1", TryAgain("Later."))
    gateway.turn()
    queued(gateway, "2", "3")
    gateway.system.calls.clear()
    gateway.system.down = AccessRefused("Wrong password.", code="wrong_password")
    gateway.turn()
    assert len(gateway.system.calls) == 1
    for number in ("1", "2", "3"):
        transfer = gateway.transfer(number)
        assert transfer.is_parked
        assert transfer.error is not None
        assert transfer.error.code == "access_refused"


def test_parked_transfers_stay_parked_however_long_it_takes(gateway: Gateway) -> None:
    queued(gateway, "1")
    gateway.system.down = AccessRefused("Wrong password.")
    gateway.turn()
    gateway.system.calls.clear()
    gateway.clock.advance(days=30)
    gateway.turn()
    assert gateway.system.calls == []


def test_a_fault_of_our_own_rejects_the_transfer_and_surfaces(gateway: Gateway) -> None:
    queued(gateway, "1", "2")
    gateway.system.vat.fail_next(ZeroDivisionError("a bug"), times=2)  # together, and then the first one alone
    with pytest.raises(ZeroDivisionError):
        gateway.turn()
    transfer = gateway.transfer("1")
    assert transfer.state is TransferState.REJECTED
    assert transfer.error is not None
    assert transfer.error.code == "internal_error"
    assert "a bug" not in transfer.error.message
    gateway.turn()
    assert states(gateway) == {"1": "rejected", "2": "transferred"}


def test_what_comes_while_a_turn_works_is_worked_off_by_it(gateway: Gateway) -> None:
    queued(gateway, "1")
    gateway.add(an_invoice(number="2"))
    late: list[str] = []

    def send_another() -> None:
        if not late:
            late.append("2")
            gateway.send("2")

    gateway.system.before("orders.create", send_another)
    gateway.turn()
    assert states(gateway) == {"1": "transferred", "2": "transferred"}


def test_a_worker_that_was_too_slow_stops_before_its_next_write(gateway: Gateway) -> None:
    queued(gateway, "1")

    def take_over() -> None:
        gateway.clock.advance(seconds=LEASE.total_seconds())
        with gateway.storage.transaction() as work:
            assert work.leases.acquire("fjell", holder="another", length=LEASE)

    gateway.system.before("customers.find_by_email", take_over)
    with pytest.raises(LeaseLost):
        gateway.turn()
    assert gateway.books.customers == {}
    assert gateway.books.orders == {}
    assert gateway.transfer("1").state is TransferState.RUNNING
    with gateway.storage.transaction() as work:
        assert work.leases.acquire("fjell", holder="third", length=LEASE) is None


def test_a_worker_that_lost_its_hold_does_not_write_over_a_customer(gateway: Gateway) -> None:
    record = gateway.books.add_customer("Signe Haugland", emails=("signe@post.example",))
    queued(gateway, "1")
    gateway.system.before("customers.find_by_email", lambda: gateway.clock.advance(seconds=LEASE.total_seconds()))
    with pytest.raises(LeaseLost):
        gateway.turn()
    assert gateway.books.customers[record.id] == record
    assert "customers.update" not in gateway.system.calls


def test_what_comes_just_as_a_turn_ends_is_seen_by_it(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    queued(gateway, "1")
    gateway.add(an_invoice(number="2"))
    release = Hold.release

    def send_another_first(hold: Hold) -> None:
        if gateway.look_up.transfer_of("fjell", "2") is None:
            gateway.send("2")
        release(hold)

    monkeypatch.setattr(Hold, "release", send_another_first)
    gateway.turn()
    assert states(gateway) == {"1": "transferred", "2": "transferred"}


def test_the_lease_is_renewed_with_every_step_so_that_a_long_turn_keeps_it(gateway: Gateway) -> None:
    queued(gateway, *[str(number) for number in range(1, 8)])
    gateway.system.before("orders.create", lambda: gateway.clock.advance(seconds=LEASE.total_seconds() * 0.9))
    gateway.turn()
    assert set(states(gateway).values()) == {"transferred"}


def test_a_waiting_transfer_is_tried_again_when_its_time_has_come(gateway: Gateway) -> None:
    queued(gateway, "1")
    gateway.system.orders.fail_item("1", TryAgain("Later."))
    gateway.turn()
    due = gateway.transfer("1").next_attempt_at
    assert due is not None
    gateway.system.orders.heal_item("1")
    gateway.clock.set(due - timedelta(milliseconds=1))
    gateway.turn()
    assert gateway.transfer("1").attempts == 1
    gateway.clock.set(due)
    gateway.turn()
    assert gateway.transfer("1").state is TransferState.TRANSFERRED


class _Killed(BaseException):
    """What no code of ours survives."""


def test_a_transfer_that_kills_its_workers_does_not_keep_the_others_waiting_for_ever(gateway: Gateway) -> None:
    queued(gateway, "deadly", "other")
    create = gateway.system.orders.create

    def dying_of_one(drafts: Sequence[OrderDraft]) -> list[Receipt | KvittError]:
        if any(draft.reference == "deadly" for draft in drafts):
            raise _Killed
        return create(drafts)

    gateway.system.orders.create = dying_of_one  # type: ignore[method-assign]
    for turn in range(20):
        with pytest.raises(_Killed):
            gateway.turn()
        gateway.clock.advance(hours=1)
        assert states(gateway)["other"] == ("running" if turn < 4 else "transferred"), "moved alone after three deaths"
    assert states(gateway)["deadly"] == "running"
    gateway.turn()
    assert states(gateway) == {"deadly": "rejected", "other": "transferred"}
    gateway.system.orders.create = create  # type: ignore[method-assign]
    error = gateway.transfer("deadly").error
    assert error is not None
    assert error.code == "worker_died"
    noted = gateway.look_up.audit(business="fjell", invoice="deadly", limit=9)[-1]
    assert (noted.action, noted.code) == (Action.TRANSFER_REJECTED, "worker_died")
    gateway.send("deadly")
    gateway.turn()
    assert states(gateway)["deadly"] == "transferred"
    assert sorted(booked(gateway)) == ["deadly", "other"]


def test_transfers_wait_while_their_plugin_is_gone_and_go_on_when_it_is_back() -> None:
    gateway = Gateway(inline=False)
    gateway.connect_business.store(
        Business(
            name="vidde",
            accounting=Connection.of("another", {"account_name": "Vidde AS", "password": "x"}),
        )
    )
    for business in ("fjell", "vidde"):
        gateway.add_invoice.add(business, an_invoice())
        gateway.send_invoice.send(business, "2001-1")
    gateway.systems.uninstall("another")
    for business in ("vidde", "fjell"):
        gateway.take_turn.take(business)

    assert gateway.transfer("2001-1").state is TransferState.TRANSFERRED
    waiting = gateway.look_up.transfer_of("vidde", "2001-1")
    assert waiting is not None
    assert waiting.is_parked
    assert waiting.error is not None
    assert 'no plugin for the accounting system "another"' in waiting.error.message
    for ask in (
        lambda: gateway.send_invoice.send("vidde", "2001-1"),
        lambda: gateway.preview_invoice.preview("vidde", "2001-1"),
        lambda: gateway.verify_business.verify("vidde"),
    ):
        with pytest.raises(AccessRefused):
            ask()

    gateway.systems.install("another")
    gateway.verify_business.verify("vidde")
    gateway.take_turn.take("vidde")
    arrived = gateway.look_up.transfer(waiting.id)
    assert arrived.state is TransferState.TRANSFERRED
