"""What happens is told once, with the change that it tells of."""

import json
from datetime import date
from typing import Any

import pytest

from core.errors import AccessRefused, Rejected, TryAgain
from core.event import Event
from tests.fakes import Gateway
from tests.unit.samples import a_company, an_invoice


def events(gateway: Gateway) -> list[Event]:
    with gateway.storage.transaction() as work:
        return list(work.events.list("fjell", limit=1000))


def told(gateway: Gateway) -> list[tuple[str, str | None]]:
    return [(event.type.value, event.invoice) for event in events(gateway)]


def sent(gateway: Gateway, number: str = "1", **changes: Any) -> str:
    gateway.add(an_invoice(number=number, **changes))
    return gateway.send(number).order_id or ""


def test_an_invoice_that_arrives_is_told_of_once_however_often_it_is_sent(gateway: Gateway) -> None:
    order = sent(gateway)
    gateway.send("1")
    (event,) = events(gateway)
    assert (event.type, event.invoice, event.data["order_id"]) == ("transfer.transferred", "1", order)
    assert event.data["id"] == gateway.transfer("1").id
    assert event.data["state"] == "transferred"


def test_one_that_is_rejected_is_told_of_each_time_that_it_is(gateway: Gateway) -> None:
    gateway.system.orders.fail_item("1", Rejected("Anne Berg has no address.", code="broken"))
    sent(gateway)
    gateway.send("1")
    assert told(gateway) == [("transfer.rejected", "1")] * 2
    assert events(gateway)[0].data["error"] == {"code": "broken", "retriable": False, "outcome": "nothing_written"}


def test_one_that_waits_is_not_told_of(gateway: Gateway) -> None:
    gateway.system.down = TryAgain("Busy.")
    sent(gateway)
    assert told(gateway) == []


def test_nobody_is_named_in_what_is_told(gateway: Gateway) -> None:
    gateway.books.add_customer("Moe Anlegg AS", emails=["arne@moe.example"], organization_number=None)
    gateway.books.add_customer("Moe Anlegg AS", emails=["arne@moe.example"], organization_number=None)
    sent(gateway, customer=a_company(organization_number=None))
    (event,) = events(gateway)
    assert event.type == "transfer.needs_choice"
    text = json.dumps(event.model_dump(mode="json"))
    assert not [word for word in ("Moe", "arne", "@") if word in text]


def test_payment_is_told_of_from_publishing_to_the_last_krone(gateway: Gateway) -> None:
    order = sent(gateway)
    gateway.check_status.check("fjell", ["1"])
    gateway.books.publish(order, invoice_number="10042", on=date(2026, 10, 2))
    gateway.check_status.check("fjell", ["1"])
    gateway.check_status.check("fjell", ["1"], by_itself=True)
    gateway.books.pay(order, on=date(2026, 10, 9))
    gateway.check_status.check("fjell", ["1"], by_itself=True)
    gateway.books.delete_order(order)
    gateway.check_status.check("fjell", ["1"])
    assert told(gateway)[1:] == [("invoice.published", "1"), ("invoice.paid", "1"), ("invoice.deleted", "1")]
    paid = events(gateway)[2]
    assert (paid.data["status"], paid.data["invoice_number"], paid.data["paid_at"]) == ("paid", "10042", "2026-10-09")
    assert "warnings" not in paid.data


def test_a_credit_that_arrives_is_told_of_the_invoice_that_it_credits(gateway: Gateway) -> None:
    sent(gateway)
    credit = gateway.credit_invoice.credit("fjell", "1").number
    gateway.send(credit)
    arrived, credited = events(gateway)[1:]
    assert (arrived.type, arrived.invoice) == ("transfer.transferred", credit)
    assert (credited.type, credited.invoice) == ("invoice.credited", "1")
    assert credited.data == arrived.data


def test_that_there_is_no_way_in_is_told_once_until_there_is_one(gateway: Gateway) -> None:
    gateway.add(*(an_invoice(number=number) for number in ("1", "2", "3")))
    gateway.system.down = AccessRefused("Wrong password.", code="wrong_password")
    for number in ("1", "2"):
        gateway.send(number)
    with pytest.raises(AccessRefused):
        gateway.verify_business.verify("fjell")
    gateway.system.down = None
    gateway.verify_business.verify("fjell")
    gateway.verify_business.verify("fjell")
    assert told(gateway) == [("business.access_refused", None), ("business.access_restored", None)]
    assert events(gateway)[0].data["error"] == {
        "code": "wrong_password",
        "retriable": False,
        "outcome": "nothing_written",
    }


def test_what_arrives_shows_that_there_is_a_way_in_again(gateway: Gateway) -> None:
    gateway.system.down = AccessRefused("Wrong password.")
    sent(gateway)
    gateway.system.down = None
    gateway.send("1")
    assert sorted(kind for kind, _ in told(gateway)) == [
        "business.access_refused",
        "business.access_restored",
        "transfer.transferred",
    ]


def test_a_way_in_for_asking_is_none_for_sending(gateway: Gateway) -> None:
    sent(gateway)
    gateway.system.down = AccessRefused("Wrong password.")
    with pytest.raises(AccessRefused):
        gateway.check_status.check("fjell", ["1"])
    sent(gateway, "2")
    gateway.system.down = None
    gateway.check_status.check("fjell", ["1"])
    assert [kind for kind, _ in told(gateway)] == ["transfer.transferred", "business.access_refused"]
    gateway.send("2")
    assert ("business.access_restored", None) in told(gateway)


def test_a_batch_is_told_of_when_nothing_more_becomes_of_it(gateway: Gateway) -> None:
    gateway.system.orders.fail_item("2", Rejected("No.", code="broken"))
    gateway.add(*(an_invoice(number=number) for number in ("1", "2", "3")))
    batch = gateway.send_many.send("fjell", ["1", "2", "3", "nope"])
    gateway.send("2")
    (finished,) = [event for event in events(gateway) if event.type == "batch.finished"]
    assert finished.data["id"] == batch.id
    assert finished.data["total"] == 4
    states = finished.data["states"]
    assert isinstance(states, dict)
    assert {name: count for name, count in states.items() if count} == {"transferred": 2, "rejected": 1, "refused": 1}


def test_a_batch_of_which_nothing_can_be_sent_is_finished_at_once(gateway: Gateway) -> None:
    gateway.send_many.send("fjell", ["nope"])
    assert told(gateway) == [("batch.finished", None)]


def test_a_batch_ends_with_the_transfer_that_is_cancelled_last(gateway: Gateway) -> None:
    gateway.system.down = TryAgain("Busy.")
    gateway.add(an_invoice(number="1"))
    gateway.send_many.send("fjell", ["1"])
    assert told(gateway) == []
    gateway.manage_transfers.cancel(gateway.transfer("1").id)
    assert told(gateway) == [("batch.finished", None)]
