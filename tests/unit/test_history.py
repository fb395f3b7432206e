from collections.abc import Sequence

import pytest

from core.audit import COMMAND_LINE, Actor, ActorKind
from core.customer import CustomerKind
from core.errors import NotFound, Rejected, TryAgain
from core.history import TOLD, HistoryEvent
from tests.fakes import Gateway
from tests.unit.samples import an_invoice

SHOP = Actor(kind=ActorKind.API_KEY, key="0a", name="shop")


def told(gateway: Gateway, number: str = "2001-1") -> Sequence[HistoryEvent]:
    return gateway.tell_history.tell("fjell", number, limit=1000)


def texts(gateway: Gateway, kind: str) -> list[str]:
    return [event.text for event in told(gateway) if event.kind == kind]


def kinds(gateway: Gateway) -> list[str]:
    """The kinds of events in their order, several of one kind in a row once."""
    every = [event.kind for event in told(gateway)]
    return [kind for nth, kind in enumerate(every) if nth == 0 or every[nth - 1] != kind]


def test_the_whole_way_of_an_invoice_is_one_story(gateway: Gateway) -> None:
    gateway.actor = SHOP
    gateway.add(an_invoice(comment="first"), an_invoice())
    gateway.clock.advance(hours=1)
    gateway.system.orders.fail_item("2001-1", Rejected("The period is closed."))
    gateway.send("2001-1")
    gateway.clock.advance(hours=1)
    gateway.system.orders.heal_item("2001-1")
    gateway.actor = COMMAND_LINE
    gateway.manage_transfers.retry(gateway.transfer("2001-1").id)
    gateway.clock.advance(hours=1)
    gateway.check_status.check("fjell", ["2001-1"])

    assert kinds(gateway) == [
        "invoice.added",
        "invoice.replaced",
        "invoice.sent",
        "transfer.step",
        "transfer.retried",
        "transfer.step",
        "status.seen",
    ]
    assert texts(gateway, "invoice.added") == ["The invoice was added."]
    assert texts(gateway, "transfer.retried") == ["The transfer was retried."]
    actors = [event.details["actor"] for event in told(gateway) if event.kind in ("invoice.added", "transfer.retried")]
    assert actors == [SHOP.model_dump(mode="json"), COMMAND_LINE.model_dump(mode="json")]
    steps = texts(gateway, "transfer.step")
    assert sum(text.startswith("Rejected: ") for text in steps) == 1
    assert steps[-1] == f"Transferred as order {gateway.transfer('2001-1').order_id}."
    assert [event.at for event in told(gateway)] == sorted(event.at for event in told(gateway))
    (seen,) = [event for event in told(gateway) if event.kind == "status.seen"]
    assert seen.text == "Not paid: the order had not been published as an invoice."
    assert seen.details["actor"] == COMMAND_LINE.model_dump(mode="json")
    assert seen.details["order_id"] == gateway.transfer("2001-1").order_id


def test_checks_that_see_the_same_are_told_once_until_something_changes(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    order_id = gateway.send("2001-1").order_id or ""
    for _ in range(30):
        gateway.clock.advance(hours=24)
        gateway.check_status.check("fjell", ["2001-1"], by_itself=True)
    gateway.clock.advance(hours=24)
    del gateway.books.orders[order_id]
    gateway.check_status.check("fjell", ["2001-1"], by_itself=True)

    same, gone = [event for event in told(gateway) if event.kind == "status.seen"]
    assert (same.details["checks"], gone.details["checks"]) == (30, 1)
    assert gone.details["reason"] == "deleted"


def test_one_that_was_sent_again_tells_of_both_transfers(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    first = gateway.send("2001-1")
    del gateway.books.orders[first.order_id or ""]
    gateway.clock.advance(hours=1)
    again = gateway.send_again.send("fjell", "2001-1")
    named = {event.details["transfer"] for event in told(gateway) if event.kind == "transfer.step"}
    assert named == {first.id, again.id}
    assert texts(gateway, "invoice.sent_again") == ["The invoice was sent again, because its order was gone."]


def test_one_of_many_that_were_sent_tells_when_it_was(gateway: Gateway) -> None:
    gateway.add(an_invoice(), an_invoice(number="2"))
    gateway.send_many.send_all("fjell")
    assert texts(gateway, "transfer.queued") == ["The invoice was sent together with others."]


def test_links_refusals_and_cancelling_are_told(gateway: Gateway) -> None:
    record = gateway.books.add_customer("Moe", kind=CustomerKind.CONSUMER)
    gateway.add(an_invoice())
    gateway.link_customer.link("fjell", "2001-1", record.id)
    gateway.link_customer.unlink("fjell", "2001-1")
    gateway.system.customers.fail_next(TryAgain("Later."))
    transfer = gateway.send("2001-1")
    gateway.manage_transfers.cancel(transfer.id)
    gateway.delete_invoice.delete("fjell", "2001-1")
    assert texts(gateway, "customer.linked") == [f"The customer was linked to the record {record.id}."]
    assert texts(gateway, "customer.unlinked") == [f"The customer's link to the record {record.id} was removed."]
    assert texts(gateway, "transfer.cancelled") == ["The transfer was cancelled."]
    assert texts(gateway, "invoice.deleted") == ["The invoice was deleted."]


def test_a_refusal_names_its_code(gateway: Gateway) -> None:
    gateway.add(an_invoice(rows=[]))
    with pytest.raises(Exception, match="can't be sent"):
        gateway.send("2001-1")
    assert texts(gateway, "invoice.sent") == ["Sending the invoice was refused."]
    assert [event.details["code"] for event in told(gateway) if event.kind == "invoice.sent"] == ["invalid_invoice"]


def test_pages_put_together_are_the_whole(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    gateway.send("2001-1")
    pages: list[HistoryEvent] = []
    while page := gateway.tell_history.tell("fjell", "2001-1", limit=2, after=pages[-1].place if pages else None):
        pages += page
    assert pages == told(gateway)
    assert len(pages) > 3


def test_what_is_not_there_has_no_history(gateway: Gateway) -> None:
    for business, code in (("fjell", "unknown_invoice"), ("nobody", "unknown_business")):
        with pytest.raises(NotFound) as refusal:
            gateway.tell_history.tell(business, "2001-1", limit=10)
        assert refusal.value.code == code
    with pytest.raises(NotFound):
        gateway.send("2001-1")
    with pytest.raises(NotFound):  # that it was asked for does not make it be there
        told(gateway)


def test_what_webhooks_were_told_is_part_of_the_story_where_it_is_asked_for(gateway: Gateway) -> None:
    webhook, _ = gateway.manage_webhooks.add("https://shop.example/hooks", business="fjell", types=())
    gateway.add(an_invoice())
    gateway.send("2001-1")

    every = gateway.tell_history.tell("fjell", "2001-1", limit=1000, with_events=True)

    (event,) = [one for one in every if one.kind == TOLD]
    assert event.text == "The event transfer.transferred was told."
    assert event.details["type"] == "transfer.transferred"
    deliveries = event.details["deliveries"]
    assert isinstance(deliveries, list)
    assert [{**one, "created_at": ""} for one in deliveries if isinstance(one, dict)] == [
        {
            "endpoint": webhook.id,
            "state": "pending",
            "attempts": 0,
            "failed": False,
            "created_at": "",
            "next_attempt_at": event.model_dump(mode="json")["at"],
            "delivered_at": None,
        }
    ]
    assert [one for one in every if one.kind != TOLD] == told(gateway)
