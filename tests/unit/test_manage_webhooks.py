"""Webhooks from their adding to their removal."""

from datetime import timedelta

import pytest

from core.audit import Action
from core.errors import Conflict, InvalidInput, NotFound
from core.event import EventType, Happening
from core.use_cases.manage_webhooks import MOST_IN_ALL, MOST_OF_BUSINESS, event_types_from
from core.webhook import (
    Again,
    Attempt,
    DeliveryFilter,
    DeliveryState,
    DisabledReason,
    Endpoint,
    EndpointState,
    Whose,
    is_secret,
)
from tests.fakes.gateway import Gateway

URL = "https://shop.example/hooks?token=4711"
PAID, REJECTED = EventType.INVOICE_PAID, EventType.TRANSFER_REJECTED
ALL = DeliveryFilter()


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


def add(gateway: Gateway, business: str | None = "fjell", *types: EventType) -> Endpoint:
    return gateway.manage_webhooks.add(URL, business=business, types=types)[0]


def happen(gateway: Gateway, *invoices: str, type_: EventType = PAID) -> None:
    for invoice in invoices:
        with gateway.storage.transaction() as work:
            work.events.add(Happening(type=type_, business="fjell", invoice=invoice, data={}))
        gateway.clock.advance(seconds=1)


def give_up(gateway: Gateway, endpoint: Endpoint) -> None:
    """Let everything that is due fail for good."""
    with gateway.storage.transaction() as work:
        for due in work.deliveries.due(endpoint.id, now=gateway.clock.now(), limit=99):
            changes = {"state": DeliveryState.GIVEN_UP, "attempts": 1, "tries": 9, "failed": True}
            tried = due.delivery.model_copy(update={**changes, "next_attempt_at": None})
            work.deliveries.tried(tried, Attempt(at=gateway.clock.now(), status=500, duration_ms=1))


def due(gateway: Gateway, endpoint: Endpoint) -> list[str | None]:
    with gateway.storage.transaction() as work:
        return [one.event.invoice for one in work.deliveries.due(endpoint.id, now=gateway.clock.now(), limit=99)]


def noted(gateway: Gateway) -> list[tuple[Action, str | None, str | None]]:
    with gateway.storage.transaction() as work:
        entries = work.audit.list(limit=99)
    return [(one.action, one.business, one.code) for one in entries if one.action.startswith("webhook")]


def test_a_webhook_is_added_with_a_secret_that_is_seen_once(gateway: Gateway) -> None:
    endpoint, secret = gateway.manage_webhooks.add(URL, business="fjell", types=[REJECTED, PAID, PAID])

    assert is_secret(secret)
    assert endpoint == gateway.manage_webhooks.get(endpoint.id)
    assert (endpoint.url, endpoint.business) == ("https://shop.example/hooks?...", "fjell")
    assert endpoint.types == (REJECTED, PAID)
    assert endpoint.state is EndpointState.ENABLED
    assert "token=4711" not in repr(endpoint)
    assert noted(gateway) == [(Action.WEBHOOK_ADDED, "fjell", None)]


def let_fail(gateway: Gateway, endpoint: Endpoint, reason: DisabledReason) -> None:
    with gateway.storage.transaction() as work:
        now = gateway.clock.now()
        work.endpoints.pause(endpoint.id, until=now + timedelta(hours=1), failures=7, failing_since=now)
        changes = {"state": EndpointState.DISABLED, "disabled_reason": reason, "disabled_at": now}
        work.endpoints.put(endpoint.model_copy(update=changes))


@pytest.mark.parametrize("reason", [DisabledReason.GONE, DisabledReason.FAILING])
def test_at_another_address_a_webhook_starts_anew(gateway: Gateway, reason: DisabledReason) -> None:
    endpoint = add(gateway)
    let_fail(gateway, endpoint, reason)
    moved = gateway.manage_webhooks.change(endpoint.id, url=URL.replace("4711", "4712"))
    assert moved == endpoint
    assert gateway.manage_webhooks.get(endpoint.id) == endpoint


def test_what_a_person_disabled_stays_disabled_at_another_address(gateway: Gateway) -> None:
    endpoint = add(gateway)
    let_fail(gateway, endpoint, DisabledReason.BY_PERSON)
    moved = gateway.manage_webhooks.change(endpoint.id, url="https://shop.example/elsewhere")
    assert (moved.state, moved.disabled_reason) == (EndpointState.DISABLED, DisabledReason.BY_PERSON)
    assert (moved.failures, moved.failing_since, moved.paused_until) == (0, None, None)


def test_at_the_same_address_a_webhook_fares_as_before(gateway: Gateway) -> None:
    endpoint = add(gateway)
    let_fail(gateway, endpoint, DisabledReason.GONE)
    with gateway.storage.transaction() as work:
        lease = work.endpoint_leases.acquire(endpoint.id, holder="a", length=timedelta(minutes=1))
    changed = gateway.manage_webhooks.change(endpoint.id, url=URL, types=[PAID])
    assert (changed.disabled_reason, changed.failures) == (DisabledReason.GONE, 7)
    assert lease is not None
    with gateway.storage.transaction() as work:
        work.endpoint_leases.renew(lease, length=timedelta(minutes=1))


def test_an_address_of_the_inside_is_refused_and_that_is_noted(gateway: Gateway) -> None:
    with pytest.raises(InvalidInput) as refusal:
        gateway.manage_webhooks.add("https://localhost/hooks", business=None)
    assert refusal.value.code == "bad_webhook_address"
    assert noted(gateway) == [(Action.WEBHOOK_ADDED, None, "bad_webhook_address")]
    assert gateway.manage_webhooks.list(limit=9) == []


@pytest.mark.parametrize("business", ["vidde", "["])
def test_a_webhook_for_a_business_that_there_is_not_is_refused(gateway: Gateway, business: str) -> None:
    with pytest.raises(NotFound) as refusal:
        gateway.manage_webhooks.add(URL, business=business)
    assert refusal.value.code == "unknown_business"


def test_a_business_has_so_many_webhooks_and_no_more(gateway: Gateway) -> None:
    for _ in range(MOST_OF_BUSINESS):
        add(gateway)
    with pytest.raises(Conflict) as refusal:
        add(gateway)
    assert refusal.value.code == "too_many_webhooks"
    for _ in range(MOST_IN_ALL - MOST_OF_BUSINESS):
        add(gateway, None)
    with pytest.raises(Conflict):
        add(gateway, None)


def test_each_sees_the_webhooks_that_are_theirs(gateway: Gateway) -> None:
    gateway.connect_business.store(gateway.look_up.business("fjell").model_copy(update={"name": "vidde"}))
    its, everybodys, others = add(gateway), add(gateway, None), add(gateway, "vidde")
    webhooks = gateway.manage_webhooks

    assert webhooks.list(limit=9) == [its, everybodys, others]
    assert webhooks.list(Whose(business="fjell"), limit=9) == [its]
    assert webhooks.list(Whose(business=None), limit=9) == [everybodys]
    with pytest.raises(NotFound):
        webhooks.list(Whose(business="nobody"), limit=9)
    for foreign in (everybodys, others):
        with pytest.raises(NotFound) as refusal:
            webhooks.get(foreign.id, Whose(business="fjell"))
        assert refusal.value.code == "unknown_webhook"
    for act in (webhooks.remove, webhooks.disable, webhooks.enable, webhooks.rotate_secret, webhooks.test):
        with pytest.raises(NotFound):
            act(others.id, Whose(business="fjell"))
    assert webhooks.get(others.id) == others


def test_just_what_is_named_changes(gateway: Gateway) -> None:
    endpoint = add(gateway, "fjell", PAID)
    moved = gateway.manage_webhooks.change(endpoint.id, url="https://other.example/?t=9")
    assert (moved.url, moved.types) == ("https://other.example/?...", (PAID,))
    narrowed = gateway.manage_webhooks.change(endpoint.id, types=[REJECTED])
    assert (narrowed.url, narrowed.types) == (moved.url, (REJECTED,))
    assert gateway.manage_webhooks.change(endpoint.id, types=()).types == ()
    gateway.manage_webhooks.test(endpoint.id)
    assert gateway.poster.sent[0][0] == "https://other.example/?t=9"
    with pytest.raises(InvalidInput):
        gateway.manage_webhooks.change(endpoint.id, url="http://other.example/")


def test_a_disabled_webhook_gets_what_waited_once_it_is_enabled(gateway: Gateway) -> None:
    endpoint = add(gateway)
    happen(gateway, "1")
    disabled = gateway.manage_webhooks.disable(endpoint.id)
    assert (disabled.state, disabled.disabled_reason) == (EndpointState.DISABLED, DisabledReason.BY_PERSON)
    assert disabled.disabled_at == gateway.clock.now()
    happen(gateway, "2")
    assert gateway.manage_webhooks.disable(endpoint.id) == disabled
    with gateway.storage.transaction() as work:
        work.endpoints.pause(
            endpoint.id, until=gateway.clock.now(), failures=9, failing_since=gateway.clock.now() - timedelta(days=5)
        )

    assert gateway.manage_webhooks.enable(endpoint.id) == endpoint
    assert gateway.manage_webhooks.enable(endpoint.id) == endpoint
    assert due(gateway, endpoint) == ["1"]
    assert [action for action, *_ in noted(gateway)] == [
        Action.WEBHOOK_ADDED,
        Action.WEBHOOK_DISABLED,
        Action.WEBHOOK_ENABLED,
    ]


def test_a_new_secret_is_signed_with_and_the_old_one_along_for_a_day(gateway: Gateway) -> None:
    endpoint, first = gateway.manage_webhooks.add(URL, business=None)
    rotated, second = gateway.manage_webhooks.rotate_secret(endpoint.id)
    assert rotated.old_secret_until == gateway.clock.now() + timedelta(hours=24)
    gateway.manage_webhooks.test(endpoint.id)
    gateway.clock.advance(seconds=24 * 3600)
    gateway.manage_webhooks.test(endpoint.id)
    at_once, third = gateway.manage_webhooks.rotate_secret(endpoint.id, at_once=True)
    assert at_once.old_secret_until is None
    gateway.manage_webhooks.test(endpoint.id)

    assert len({first, second, third}) == 3
    assert [signed for *_, signed in gateway.poster.sent] == [[second, first], [second], [third]]


@pytest.mark.parametrize("type_", list(EventType))
def test_a_test_sends_an_example_that_says_what_it_is_and_keeps_nothing(gateway: Gateway, type_: EventType) -> None:
    endpoint = add(gateway)
    gateway.manage_webhooks.disable(endpoint.id)
    tested = gateway.manage_webhooks.test(endpoint.id, type_=type_)

    ((url, event, _),) = gateway.poster.sent
    assert (url, tested.event, tested.attempt.status) == (URL, event, 204)
    assert (event.type, event.business) == (type_, "fjell")
    assert event.id.startswith("example_")
    assert gateway.manage_webhooks.deliveries(endpoint.id, wanted=ALL, limit=9) == []
    with gateway.storage.transaction() as work:
        assert work.events.get(event.id) is None
    assert noted(gateway)[-1][0] is Action.WEBHOOK_TESTED


def test_a_delivery_is_shown_with_its_attempts(gateway: Gateway) -> None:
    endpoint = add(gateway)
    happen(gateway, "1", "2")
    give_up(gateway, endpoint)
    listed = gateway.manage_webhooks.deliveries(endpoint.id, wanted=ALL, limit=9)
    assert [one.invoice for one in listed] == ["2", "1"]
    after = gateway.manage_webhooks.deliveries(endpoint.id, wanted=ALL, limit=9, before=listed[0].event)
    assert [one.invoice for one in after] == ["1"]
    followed = gateway.manage_webhooks.delivery(endpoint.id, listed[0].event)
    assert followed.delivery == listed[0]
    assert [one.status for one in followed.attempts] == [500]
    with pytest.raises(NotFound) as refusal:
        gateway.manage_webhooks.delivery(endpoint.id, "nothing")
    assert refusal.value.code == "unknown_delivery"


def test_one_delivery_is_sent_again(gateway: Gateway) -> None:
    endpoint = add(gateway)
    happen(gateway, "1", "2")
    give_up(gateway, endpoint)
    assert due(gateway, endpoint) == []
    (second, _) = gateway.manage_webhooks.deliveries(endpoint.id, wanted=ALL, limit=9)
    again = gateway.manage_webhooks.resend_one(endpoint.id, second.event)
    assert (again.state, again.tries, again.attempts) == (DeliveryState.PENDING, 0, 1)
    assert due(gateway, endpoint) == ["2"]
    with pytest.raises(NotFound):
        gateway.manage_webhooks.resend_one(endpoint.id, "nothing")


def test_after_an_outage_what_failed_and_what_was_missed_is_sent_in_order(gateway: Gateway) -> None:
    endpoint = add(gateway)
    happen(gateway, "1", "2")
    give_up(gateway, endpoint)
    gateway.manage_webhooks.disable(endpoint.id)
    out_since = gateway.clock.now()
    happen(gateway, "3", "4")
    with pytest.raises(Conflict) as refusal:
        gateway.manage_webhooks.resend(endpoint.id, Again(failed_only=True))
    assert refusal.value.code == "webhook_disabled"
    gateway.manage_webhooks.enable(endpoint.id)

    assert gateway.manage_webhooks.resend(endpoint.id, Again(since=out_since)) == 2
    assert due(gateway, endpoint) == ["3", "4"]
    assert gateway.manage_webhooks.resend(endpoint.id, Again(failed_only=True)) == 2
    assert set(due(gateway, endpoint)) == {"1", "2", "3", "4"}
    assert noted(gateway)[-1][0] is Action.WEBHOOK_RESENT


def test_resending_ends_a_pause(gateway: Gateway) -> None:
    endpoint = add(gateway)
    happen(gateway, "1")
    now = gateway.clock.now()
    with gateway.storage.transaction() as work:
        work.endpoints.pause(endpoint.id, until=now + timedelta(hours=9), failures=3, failing_since=now)
    gateway.manage_webhooks.resend(endpoint.id, Again())
    assert gateway.manage_webhooks.get(endpoint.id).paused_until is None


def test_a_removed_webhook_is_gone(gateway: Gateway) -> None:
    endpoint = add(gateway)
    assert gateway.manage_webhooks.remove(endpoint.id) == endpoint
    with pytest.raises(NotFound):
        gateway.manage_webhooks.remove(endpoint.id)
    assert noted(gateway)[1:] == [
        (Action.WEBHOOK_REMOVED, "fjell", None),
        (Action.WEBHOOK_REMOVED, None, "unknown_webhook"),
    ]


def test_types_are_read_by_their_names(gateway: Gateway) -> None:
    assert event_types_from(["invoice.paid", "transfer.rejected"]) == (REJECTED, PAID)
    with pytest.raises(InvalidInput) as refusal:
        event_types_from(["invoice.paid", "invoice.eaten"])
    assert refusal.value.code == "bad_event_type"
    assert "invoice.eaten" in refusal.value.message
