"""What the source was told."""

import json

from pytest_bdd import given, parsers, then

from tests.acceptance.gateway import Json
from tests.acceptance.office import Office
from tests.acceptance.story import Story

_TOLD = {
    "the invoice arrived": "transfer.transferred",
    "the credit arrived": "transfer.transferred",
    "the invoice was rejected": "transfer.rejected",
    "a customer must be chosen": "transfer.needs_choice",
    "it was published": "invoice.published",
    "it was partly paid": "invoice.partly_paid",
    "it was paid": "invoice.paid",
    "it is open again": "invoice.reopened",
    "it was deleted": "invoice.deleted",
    "it was credited": "invoice.credited",
}


@given("the bank took the payment back")
def taken_back(office: Office) -> None:
    office.books.take_back(office.only_order.id)


@given("the connection was verified")
def verified(story: Story) -> None:
    story.verify(story.business.name)


@then(parsers.parse("the source was told once each, in this order: {words}"))
def told_in_order(words: str, story: Story) -> None:
    said = words.split(", ")
    events = _told(story)
    assert [event["type"] for event in events] == [_TOLD[one] for one in said]
    credit = story.credits[-1]["number"] if story.credits else None
    about = [credit if one == "the credit arrived" else story.invoice.number for one in said]
    assert [event["invoice"] for event in events] == about


@then("the source was told nothing")
def told_nothing(story: Story) -> None:
    assert _told(story) == []


@then("the source was told the name of no customer")
def told_no_name(story: Story) -> None:
    told = json.dumps(_told(story), ensure_ascii=False)
    assert [word for word in ("Moe Anlegg", "moe.no", "911000008", "911 000 008") if word in told] == []


@then("the source was first told that there is no way in, and then that there is one again")
def told_of_access(story: Story) -> None:
    events = [event for event in _told(story) if event["type"].startswith("business.")]
    assert [event["type"] for event in events] == ["business.access_refused", "business.access_restored"]
    assert [event["data"]["error"] is None for event in events] == [False, True]


@then("the source was told of two invoices that arrived, and then once that all are finished")
def told_of_batch(story: Story) -> None:
    *arrived, finished = _told(story)
    assert [(event["type"], event["invoice"]) for event in arrived] == [
        ("transfer.transferred", "2001-1"),
        ("transfer.transferred", "2001-3"),
    ]
    assert finished["type"] == "batch.finished"
    states = finished["data"]["states"]
    assert (states["transferred"], states["refused"], finished["data"]["total"]) == (2, 1, 3)


def _told(story: Story) -> list[Json]:
    return list(story.gateway.events(story.business.name))
