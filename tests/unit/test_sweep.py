from datetime import timedelta

import pytest

from core.business import Business, Connection
from core.errors import TryAgain
from core.transfer import TransferState
from tests.fakes import Gateway
from tests.fakes.gateway import LEASE
from tests.unit.samples import an_invoice


@pytest.fixture
def gateway() -> Gateway:
    """An installation with two businesses and no worker; each business has sent an invoice."""
    gateway = Gateway(inline=False)
    connection = Connection.of("fake", {"account_name": "Dal AS", "password": "open sesame"})
    gateway.connect_business.store(Business(name="dal", accounting=connection))
    for business in ("dal", "fjell"):
        gateway.add_invoice.add(business, an_invoice())
        gateway.send_invoice.send(business, "2001-1")
    gateway.queue.puts.clear()
    return gateway


def swept(gateway: Gateway) -> list[str]:
    gateway.queue.puts.clear()
    count = gateway.sweep.run()
    assert count == len(gateway.queue.puts)
    return gateway.queue.puts


def run_out_of_quota(gateway: Gateway) -> None:
    until = gateway.clock.now() + timedelta(hours=1)
    error = TryAgain("Quota.", code="quota_exceeded", not_before=until, for_everyone=True)
    gateway.system.vat.fail_next(error)
    gateway.turn()


def test_businesses_with_something_due_are_put_anew(gateway: Gateway) -> None:
    assert swept(gateway) == ["dal", "fjell"]


def test_a_business_with_nothing_due_is_not(gateway: Gateway) -> None:
    gateway.turn()
    assert swept(gateway) == ["dal"]


def test_a_business_that_a_worker_holds_is_not_until_its_lease_has_run_out(gateway: Gateway) -> None:
    with gateway.storage.transaction() as work:
        work.leases.acquire("fjell", holder="another", length=LEASE)
    assert swept(gateway) == ["dal"]
    gateway.clock.advance(seconds=LEASE.total_seconds())
    assert swept(gateway) == ["dal", "fjell"]


def test_a_waiting_transfer_is_put_when_its_time_has_come(gateway: Gateway) -> None:
    gateway.system.vat.fail_next(TryAgain("Busy."))
    gateway.turn()
    assert swept(gateway) == ["dal"]
    gateway.clock.advance(seconds=2)
    assert swept(gateway) == ["dal", "fjell"]


def test_a_quota_that_is_used_up_pauses_every_business_of_that_system(gateway: Gateway) -> None:
    run_out_of_quota(gateway)
    assert swept(gateway) == []
    gateway.take_turn.take("dal")
    assert gateway.systems.of("dal").calls == []
    gateway.clock.advance(hours=1)
    assert swept(gateway) == ["dal", "fjell"]


def test_a_quota_that_is_used_up_pauses_no_business_of_another_system(gateway: Gateway) -> None:
    connection = Connection.of("another", {"account_name": "Dal AS", "password": "open sesame"})
    gateway.connect_business.store(Business(name="dal", accounting=connection))
    run_out_of_quota(gateway)
    assert swept(gateway) == ["dal"]


def test_a_person_who_sends_during_the_pause_causes_no_call(gateway: Gateway) -> None:
    run_out_of_quota(gateway)
    gateway.queue.take_turn = gateway.take_turn.take
    gateway.system.calls.clear()
    assert gateway.send("2001-1").state is TransferState.WAITING
    gateway.add(an_invoice(number="2"))
    assert gateway.send("2").state is TransferState.QUEUED
    assert gateway.system.calls == []
    gateway.clock.advance(hours=1)
    gateway.sweep.run()
    assert {gateway.transfer(number).state for number in ("2001-1", "2")} == {TransferState.TRANSFERRED}
