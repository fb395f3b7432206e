"""The fakes keep what the ports promise where unit tests lean on it."""

from datetime import timedelta

import pytest

from core.customer import CustomerKind
from core.errors import LeaseLost, OutcomeUnknown, Rejected, TryAgain
from core.unreadable import readable
from tests.fakes import FakeQueue, FakeSecretBox, FakeSessionStore, Gateway
from tests.unit.samples import a_person, an_invoice


def test_a_search_answers_loosely(gateway: Gateway) -> None:
    gateway.books.add_customer("A", emails=("okari@fjell.no",), organization_number="911 000 008")
    assert len(gateway.system.customers.find_by_email("kari@fjell.no")) == 1
    assert len(gateway.system.customers.find_by_organization_number("911000008")) == 1
    gateway.books.add_product("Rental car")
    assert [one.name for one in gateway.system.products.find_products("Rental")] == ["Rental car"]


def test_many_are_answered_item_by_item(gateway: Gateway) -> None:
    gateway.system.customers.fail_item("Per", Rejected("No."))
    first, second, third = gateway.system.customers.create(
        [a_person(name="Kari"), a_person(name="Per"), a_person(name="Ola")]
    )
    assert isinstance(second, Rejected)
    assert [one.name for one in gateway.books.customers.values()] == ["Kari", "Ola"]
    assert set(gateway.system.customers.read([str(first), str(third), "nobody"])) == {first, third}


def test_a_lost_answer_has_taken_effect_and_a_failed_call_has_not(gateway: Gateway) -> None:
    gateway.system.customers.lose_next_answer = True
    with pytest.raises(OutcomeUnknown):
        gateway.system.customers.create([a_person()])
    assert len(gateway.books.customers) == 1
    gateway.system.customers.fail_next(OutcomeUnknown("Lost."), call="create")
    assert gateway.system.customers.find_by_email("signe") != []
    with pytest.raises(OutcomeUnknown):
        gateway.system.customers.create([a_person()])
    assert len(gateway.books.customers) == 1
    assert gateway.system.customers.create([a_person()]) != []


def test_what_appears_later_is_hidden_until_then(gateway: Gateway) -> None:
    gateway.system.customers.appears_after = timedelta(seconds=30)
    with pytest.raises(OutcomeUnknown):
        gateway.system.customers.create([a_person()])
    assert gateway.system.customers.find_by_email("signe") == []
    gateway.clock.advance(seconds=30)
    (record,) = readable(gateway.system.customers.find_by_email("signe"))
    assert record.kind is CustomerKind.CONSUMER


def test_an_order_that_refers_to_what_is_not_there_is_refused(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    draft = gateway.preview_invoice.preview("fjell", "2001-1").order
    (answer,) = gateway.system.orders.create([draft])
    assert isinstance(answer, Rejected)
    assert gateway.books.orders == {}


def test_a_call_within_a_transaction_is_a_fault(gateway: Gateway) -> None:
    with gateway.storage.transaction(), pytest.raises(RuntimeError, match="within a transaction"):
        gateway.system.account()


def test_a_secret_box_opens_only_what_it_sealed() -> None:
    sealed = FakeSecretBox().seal("open sesame")
    assert "open sesame" not in sealed
    assert FakeSecretBox().open(sealed) == "open sesame"
    with pytest.raises(TryAgain):
        FakeSecretBox("another").open(sealed)


def test_sessions_are_kept_one_a_business() -> None:
    sessions = FakeSessionStore()
    sessions.save("fjell", "a")
    sessions.save("vidde", "b")
    sessions.save("fjell", "c")
    assert (sessions.load("fjell"), sessions.load("vidde"), sessions.load("nobody")) == ("c", "b", None)


def test_a_lease_that_was_lost_does_not_reach_whoever_queued() -> None:
    def lose(business: str) -> None:
        raise LeaseLost("lost")

    queue = FakeQueue(lose)
    queue.put("fjell")
    assert queue.puts == ["fjell"]


def test_what_may_be_shown_of_a_connection_leaves_the_secret_out(gateway: Gateway) -> None:
    connection = gateway.look_up.business("fjell").accounting
    assert gateway.systems.shown(connection) == {"system": "fake", "account_name": "Fjellutleie AS"}
