"""Endpoints, and the events on their way to them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from core.errors import LeaseLost
from core.event import Event, EventType, Happening
from core.ports.storage import Storage
from core.webhook import (
    Again,
    Attempt,
    Delivery,
    DeliveryFilter,
    DeliveryState,
    DisabledReason,
    Endpoint,
    EndpointSecrets,
    EndpointState,
)
from tests.storage_contract.samples import MINUTE, NOW, SECOND, BrokenOffError, WithBusinesses, pages

SOON = datetime(2100, 1, 1, tzinfo=UTC)
"""After everything that a test writes has become due."""

ALL = DeliveryFilter()
SECRETS = EndpointSecrets(
    url=SecretStr("https://shop.example/hooks?token=øl"),
    current=SecretStr("whsec_new"),
    previous=SecretStr("whsec_old"),
)


def an_endpoint(identifier: str = "e1", **changes: object) -> Endpoint:
    fields = {"id": identifier, "url": "https://shop.example/hooks?...", "created_at": NOW, **changes}
    return Endpoint.model_validate(fields)


def happened(
    invoice: str | None = "1001", type_: EventType = EventType.INVOICE_PAID, business: str = "fjell"
) -> Happening:
    return Happening(type=type_, business=business, invoice=invoice, data={"invoice": invoice})


def write(storage: Storage, *happenings: Happening) -> Sequence[Event]:
    """Have things happen in one transaction; return the events of fjell and vidde, in their order."""
    with storage.transaction() as work:
        work.events.add(*happenings)
    with storage.transaction() as work:
        found = [*work.events.list("fjell", limit=99), *work.events.list("vidde", limit=99)]
    return found[-len(happenings) :] if len({one.business for one in happenings}) == 1 else found


def due(storage: Storage, endpoint: str = "e1", now: datetime = SOON, limit: int = 99) -> list[str | None]:
    """Return the invoices of what is due."""
    with storage.transaction() as work:
        return [one.event.invoice for one in work.deliveries.due(endpoint, now=now, limit=limit)]


def try_one(storage: Storage, delivery: Delivery, *, arrives: bool, again_at: datetime | None = None) -> Delivery:
    """Make an attempt on a delivery as a courier does."""
    state = DeliveryState.DELIVERED if arrives else (DeliveryState.PENDING if again_at else DeliveryState.GIVEN_UP)
    changes = {
        "state": state,
        "attempts": delivery.attempts + 1,
        "tries": delivery.tries + 1,
        "failed": not arrives,
        "next_attempt_at": again_at,
        "delivered_at": NOW if arrives else None,
    }
    tried = delivery.model_copy(update=changes)
    with storage.transaction() as work:
        work.deliveries.tried(tried, Attempt(at=NOW, status=200 if arrives else 500, duration_ms=12, answer="«så»"))
    return tried


class WebhookContract(WithBusinesses):
    @pytest.fixture
    def hooked(self, stocked: Storage) -> Storage:
        """The storage with an endpoint for everything."""
        with stocked.transaction() as work:
            work.endpoints.add(an_endpoint(), SECRETS)
        return stocked

    def test_an_endpoint_comes_back_as_it_was_stored(self, stocked: Storage) -> None:
        endpoint = an_endpoint(
            business="fjell",
            types=(EventType.INVOICE_PAID, EventType.TRANSFER_REJECTED),
            state=EndpointState.DISABLED,
            disabled_reason=DisabledReason.GONE,
            disabled_at=NOW,
            old_secret_until=NOW + MINUTE,
        )
        with stocked.transaction() as work:
            assert work.endpoints.get("e1") is None
            assert work.endpoints.secrets("e1") is None
            work.endpoints.add(endpoint, SECRETS)
        with stocked.transaction() as work:
            assert work.endpoints.get("e1", for_update=True) == endpoint
            assert work.endpoints.secrets("e1") == SECRETS

    def test_an_endpoint_changes_and_so_do_its_secrets_each_by_itself(self, hooked: Storage) -> None:
        changed = an_endpoint(types=(EventType.INVOICE_PAID,), url="https://other.example/")
        secrets = EndpointSecrets(url=SecretStr("https://other.example/"), current=SecretStr("whsec_2"))
        with hooked.transaction() as work:
            work.endpoints.put(changed)
            assert work.endpoints.secrets("e1") == SECRETS
            work.endpoints.put_secrets("e1", secrets)
        with hooked.transaction() as work:
            assert (work.endpoints.get("e1"), work.endpoints.secrets("e1")) == (changed, secrets)

    def test_endpoints_are_listed_by_id_page_by_page_all_or_those_of_one_owner(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            for name, business in (("c", "fjell"), ("a", None), ("d", "fjell"), ("b", "vidde"), ("e", None)):
                work.endpoints.add(an_endpoint(name, business=business), SECRETS)

        def of(owner: str | None) -> list[str]:
            with stocked.transaction() as work:
                return pages(lambda after: [one.id for one in work.endpoints.list_of(owner, limit=1, after=after)])

        with stocked.transaction() as work:
            assert pages(lambda after: [one.id for one in work.endpoints.list(limit=2, after=after)]) == list("abcde")
        assert [of(None), of("fjell"), of("vidde")] == [["a", "e"], ["c", "d"], ["b"]]

    def test_events_go_to_the_endpoints_that_want_them(self, stocked: Storage) -> None:
        paid, rejected = EventType.INVOICE_PAID, EventType.TRANSFER_REJECTED
        with stocked.transaction() as work:
            work.endpoints.add(an_endpoint("all"), SECRETS)
            work.endpoints.add(an_endpoint("fjell", business="fjell"), SECRETS)
            work.endpoints.add(an_endpoint("paid", types=(paid,)), SECRETS)
            work.endpoints.add(an_endpoint("neither", business="fjell", types=(EventType.BATCH_FINISHED,)), SECRETS)
            work.endpoints.add(an_endpoint("off", state=EndpointState.DISABLED), SECRETS)
        write(stocked, happened("1", paid), happened("2", rejected), happened("3", rejected, business="vidde"))
        assert due(stocked, "all") == ["1", "2", "3"]
        assert due(stocked, "fjell") == ["1", "2"]
        assert due(stocked, "paid") == ["1"]
        assert due(stocked, "neither") == due(stocked, "off") == []

    def test_an_invoices_events_and_their_deliveries_are_found_without_others(self, stocked: Storage) -> None:
        paid, rejected = EventType.INVOICE_PAID, EventType.TRANSFER_REJECTED
        with stocked.transaction() as work:
            work.endpoints.add(an_endpoint("all"), SECRETS)
            work.endpoints.add(an_endpoint("fjell", business="fjell"), SECRETS)
        write(stocked, happened("1", rejected), happened("2", paid), happened("1", paid, business="vidde"))
        write(stocked, happened("1", paid))
        with stocked.transaction() as work:
            told = work.events.of_invoice("fjell", "1")
            assert [event.type for event in told] == [rejected, paid]
            ways = work.deliveries.of_events([event.id for event in told])
            assert [(one.endpoint, one.type) for one in ways] == [
                ("all", rejected),
                ("fjell", rejected),
                ("all", paid),
                ("fjell", paid),
            ]
            assert work.deliveries.get("all", told[0].id) == ways[0]
            assert work.deliveries.of_events([]) == []
            assert work.events.of_invoice("fjell", "3") == []

    def test_what_is_undone_goes_nowhere(self, hooked: Storage) -> None:
        def break_off() -> None:
            with hooked.transaction() as work:
                work.events.add(happened())
                raise BrokenOffError

        with pytest.raises(BrokenOffError):
            break_off()
        assert due(hooked) == []

    def test_a_delivery_carries_its_event(self, hooked: Storage) -> None:
        (event,) = write(hooked, happened("1001"))
        with hooked.transaction() as work:
            (found,) = work.deliveries.due("e1", now=SOON, limit=9)
            delivery = work.deliveries.get("e1", event.id)
            assert work.deliveries.get("e1", "nothing") is work.deliveries.get("nowhere", event.id) is None
        assert found.event == event
        assert found.delivery == delivery
        assert (delivery.event, delivery.type, delivery.business) == (event.id, event.type, "fjell")
        assert (delivery.created_at, delivery.next_attempt_at) == (event.timestamp, event.timestamp)
        assert (delivery.state, delivery.attempts, delivery.failed) == (DeliveryState.PENDING, 0, False)

    def test_events_of_one_invoice_wait_for_each_other_and_others_do_not(self, hooked: Storage) -> None:
        write(hooked, happened("1"), happened("1"), happened("2"), happened("1", business="vidde"))
        with hooked.transaction() as work:
            first, *others = work.deliveries.due("e1", now=SOON, limit=9)
        assert [one.event.invoice for one in (first, *others)] == ["1", "2", "1"]
        try_one(hooked, first.delivery, arrives=False, again_at=SOON + MINUTE)
        assert due(hooked) == ["2", "1"]
        with hooked.transaction() as work:
            assert [one.event.business for one in work.deliveries.due("e1", now=SOON, limit=9)] == ["fjell", "vidde"]
            retried = work.deliveries.get("e1", first.event.id)
        assert retried is not None
        try_one(hooked, retried, arrives=True)
        assert due(hooked, now=SOON + MINUTE) == ["2", "1", "1"]

    def test_events_about_no_invoice_wait_for_each_other_too(self, hooked: Storage) -> None:
        write(hooked, happened(None), happened(None, EventType.ACCESS_RESTORED))
        with hooked.transaction() as work:
            (first,) = work.deliveries.due("e1", now=SOON, limit=9)
        assert first.event.type is EventType.INVOICE_PAID
        try_one(hooked, first.delivery, arrives=False)
        with hooked.transaction() as work:
            (second,) = work.deliveries.due("e1", now=SOON, limit=9)
        assert second.event.type is EventType.ACCESS_RESTORED

    def test_what_is_due_comes_in_the_order_of_its_events_and_no_more_than_asked_for(self, hooked: Storage) -> None:
        write(hooked, *(happened(str(number)) for number in range(5)))
        assert due(hooked, limit=3) == ["0", "1", "2"]
        assert due(hooked, now=NOW) == []

    def test_attempts_are_kept_in_their_order(self, hooked: Storage) -> None:
        (event,) = write(hooked, happened())
        with hooked.transaction() as work:
            (found,) = work.deliveries.due("e1", now=SOON, limit=9)
        failed = try_one(hooked, found.delivery, arrives=False, again_at=SOON)
        delivered = try_one(hooked, failed, arrives=True)
        with hooked.transaction() as work:
            assert work.deliveries.get("e1", event.id) == delivered
            attempts = work.deliveries.attempts("e1", event.id)
            assert work.deliveries.attempts("e1", "nothing") == []
        assert attempts[0] == Attempt(at=NOW, status=500, duration_ms=12, answer="«så»")
        assert [one.status for one in attempts] == [500, 200]

    def test_deliveries_are_listed_newest_first_by_what_is_wanted(self, hooked: Storage) -> None:
        events = write(
            hooked, *(happened(str(number)) for number in range(4)), happened("4", EventType.INVOICE_DELETED)
        )
        with hooked.transaction() as work:
            found = [one.delivery for one in work.deliveries.due("e1", now=SOON, limit=9)]
        try_one(hooked, found[0], arrives=True)
        try_one(hooked, found[1], arrives=False)
        try_one(hooked, found[2], arrives=False, again_at=SOON)

        def listed(wanted: DeliveryFilter) -> list[str | None]:
            def page(before: str | None) -> Sequence[str]:
                with hooked.transaction() as work:
                    return [one.event for one in work.deliveries.list("e1", wanted, limit=2, before=before)]

            invoice = {event.id: event.invoice for event in events}
            return [invoice[one] for one in pages(page)]

        assert listed(ALL) == ["4", "3", "2", "1", "0"]
        assert listed(DeliveryFilter(state=DeliveryState.PENDING)) == ["4", "3", "2"]
        assert listed(DeliveryFilter(state=DeliveryState.DELIVERED)) == ["0"]
        assert listed(DeliveryFilter(state=DeliveryState.GIVEN_UP)) == ["1"]
        assert listed(DeliveryFilter(failed=True)) == ["2", "1"]
        assert listed(DeliveryFilter(failed=False)) == ["4", "3", "0"]
        assert listed(DeliveryFilter(type=EventType.INVOICE_DELETED)) == ["4"]
        assert listed(DeliveryFilter(since=events[0].timestamp)) == ["4", "3", "2", "1", "0"]
        assert listed(DeliveryFilter(since=SOON)) == []

    def test_one_delivery_is_made_due_whatever_became_of_it(self, hooked: Storage) -> None:
        write(hooked, happened())
        with hooked.transaction() as work:
            (found,) = work.deliveries.due("e1", now=SOON, limit=9)
        delivered = try_one(hooked, found.delivery, arrives=True)
        with hooked.transaction() as work:
            again = work.deliveries.make_one_due(delivered, now=NOW)
        assert (again.state, again.attempts, again.tries) == (DeliveryState.PENDING, 1, 0)
        assert (again.next_attempt_at, again.delivered_at) == (NOW, None)
        assert due(hooked, now=NOW) == ["1001"]
        try_one(hooked, again, arrives=True)

    def test_what_failed_is_made_due_again_piece_by_piece_in_order(self, hooked: Storage) -> None:
        write(hooked, *(happened(str(number)) for number in range(6)))
        with hooked.transaction() as work:
            found = [one.delivery for one in work.deliveries.due("e1", now=SOON, limit=9)]
        for one in found[:4]:
            try_one(hooked, one, arrives=one is found[1])
        assert self._again(hooked, Again(failed_only=True), limit=2) == [2, 1]
        assert due(hooked, now=NOW) == ["0", "2", "3"]

    def test_a_span_is_made_due_with_what_was_never_on_its_way(self, stocked: Storage) -> None:
        before, first = write(stocked, happened("1"), happened("2"))
        with stocked.transaction() as work:
            work.endpoints.add(an_endpoint(types=(EventType.INVOICE_PAID,), business="fjell"), SECRETS)
        write(stocked, happened("3"), happened("4", EventType.INVOICE_DELETED), happened("5", business="vidde"))
        with stocked.transaction() as work:
            (found,) = work.deliveries.due("e1", now=SOON, limit=9)
        try_one(stocked, found.delivery, arrives=True)
        assert self._again(stocked, Again(since=SOON)) == [0]
        assert self._again(stocked, Again(until=before.timestamp)) == [0]
        assert self._again(stocked, Again(failed_only=True)) == [0]
        assert self._again(stocked, Again(since=first.timestamp, until=SOON)) == [2]
        assert due(stocked, now=NOW) == ["1", "2"]
        assert self._again(stocked, Again(delivered_too=True)) == [3]
        assert due(stocked, now=NOW) == ["1", "2", "3"]

    def test_an_endpoint_is_due_when_it_is_enabled_not_paused_and_nobodys(self, hooked: Storage) -> None:
        with hooked.transaction() as work:
            work.endpoints.add(an_endpoint("e2"), SECRETS)
            work.endpoints.add(an_endpoint("idle", business="vidde"), SECRETS)
        write(hooked, happened())
        assert self._due_endpoints(hooked) == ["e1", "e2"]
        assert self._due_endpoints(hooked, now=NOW) == []
        with hooked.transaction() as work:
            work.endpoints.pause("e1", until=SOON + SECOND, failures=3, failing_since=NOW)
            lease = work.endpoint_leases.acquire("e2", holder="a", length=timedelta(days=100_000))
        assert self._due_endpoints(hooked) == []
        with hooked.transaction() as work:
            assert lease is not None
            work.endpoint_leases.release(lease)
            work.endpoints.fares_well("e1")
        assert self._due_endpoints(hooked) == ["e1", "e2"]
        with hooked.transaction() as work:
            work.endpoints.put(an_endpoint(state=EndpointState.DISABLED, disabled_reason=DisabledReason.BY_PERSON))
            work.endpoints.remove("e2", now=NOW)
        assert self._due_endpoints(hooked) == []

    def test_how_an_endpoint_fares_is_told_and_stays_when_it_is_changed(self, hooked: Storage) -> None:
        with hooked.transaction() as work:
            work.endpoints.pause("e1", until=NOW, failures=1, failing_since=NOW)
            work.endpoints.pause("e1", until=NOW + MINUTE, failures=2, failing_since=NOW)
            work.endpoints.put(an_endpoint(types=(EventType.INVOICE_PAID,)))
        with hooked.transaction() as work:
            endpoint = work.endpoints.get("e1")
            assert [endpoint] == work.endpoints.list(limit=9)
            work.endpoints.fares_well("e1")
        assert endpoint is not None
        assert (endpoint.failures, endpoint.failing_since, endpoint.paused_until) == (2, NOW, NOW + MINUTE)
        assert endpoint.types == (EventType.INVOICE_PAID,)
        with hooked.transaction() as work:
            endpoint = work.endpoints.get("e1")
        assert endpoint is not None
        assert (endpoint.failures, endpoint.failing_since, endpoint.paused_until) == (0, None, None)

    def test_a_removed_endpoint_is_gone_at_once_and_gets_nothing(self, hooked: Storage) -> None:
        write(hooked, happened("1"))
        with hooked.transaction() as work:
            work.endpoints.remove("e1", now=NOW)
        write(hooked, happened("2"))
        with hooked.transaction() as work:
            assert (work.endpoints.get("e1"), work.endpoints.secrets("e1")) == (None, None)
            assert work.endpoints.list(limit=9) == []
            assert len(work.deliveries.list("e1", ALL, limit=9)) == 1
            while work.deliveries.forget(before=SOON, limit=1):
                pass
            assert work.deliveries.list("e1", ALL, limit=9) == []

    def test_deliveries_that_ended_are_forgotten_with_their_attempts(self, hooked: Storage) -> None:
        events = write(hooked, happened("1"), happened("2"), happened("3"))
        with hooked.transaction() as work:
            found = [one.delivery for one in work.deliveries.due("e1", now=SOON, limit=9)]
        try_one(hooked, found[0], arrives=True)
        try_one(hooked, found[1], arrives=False)
        with hooked.transaction() as work:
            assert not work.deliveries.forget(before=NOW, limit=9)
            assert len(work.deliveries.list("e1", ALL, limit=9)) == 3
            assert work.deliveries.forget(before=SOON, limit=1)
            assert work.deliveries.forget(before=SOON, limit=1)
            assert not work.deliveries.forget(before=SOON, limit=1)
            assert [one.invoice for one in work.deliveries.list("e1", ALL, limit=9)] == ["3"]
            assert work.deliveries.attempts("e1", events[0].id) == []

    def test_a_business_that_is_erased_takes_its_endpoints_and_events_with_it(self, hooked: Storage) -> None:
        with hooked.transaction() as work:
            work.endpoints.add(an_endpoint("its", business="fjell"), SECRETS)
            work.endpoints.add(an_endpoint("vidde", business="vidde"), SECRETS)
        write(hooked, happened("1"), happened("2", business="vidde"))
        with hooked.transaction() as work:
            (first, _) = work.deliveries.due("e1", now=SOON, limit=9)
            work.endpoints.pause("its", until=NOW, failures=1, failing_since=NOW)
            assert work.endpoint_leases.acquire("its", holder="a", length=MINUTE) is not None
        try_one(hooked, first.delivery, arrives=False)
        with hooked.transaction() as work:
            work.forgetting.erase("fjell", at=NOW)
        with hooked.transaction() as work:
            assert [one.id for one in work.endpoints.list(limit=9)] == ["e1", "vidde"]
            assert work.endpoints.secrets("its") is None
        assert due(hooked) == due(hooked, "vidde") == ["2"]
        assert due(hooked, "its") == []

    def test_an_endpoint_has_one_courier_at_a_time(self, hooked: Storage) -> None:
        with hooked.transaction() as work:
            first = work.endpoint_leases.acquire("e1", holder="a", length=MINUTE)
            assert work.endpoint_leases.acquire("e1", holder="b", length=MINUTE) is None
        assert first is not None
        with hooked.transaction() as work:
            work.endpoint_leases.renew(first, length=MINUTE)
            work.endpoint_leases.release(first)
        with hooked.transaction() as work:
            second = work.endpoint_leases.acquire("e1", holder="b", length=MINUTE)
        assert second is not None
        assert second.token > first.token
        with pytest.raises(LeaseLost), hooked.transaction() as work:
            work.endpoint_leases.renew(first, length=MINUTE)
        with hooked.transaction() as work:
            work.endpoint_leases.renew(second, length=MINUTE)

    def test_a_courier_whose_hold_is_ended_has_lost_it_and_another_has_it_at_once(self, hooked: Storage) -> None:
        with hooked.transaction() as work:
            work.endpoint_leases.end("e1")
            first = work.endpoint_leases.acquire("e1", holder="a", length=MINUTE)
        assert first is not None
        with hooked.transaction() as work:
            work.endpoint_leases.lock("e1")
            work.endpoint_leases.end("e1")
        with pytest.raises(LeaseLost), hooked.transaction() as work:
            work.endpoint_leases.renew(first, length=MINUTE)
        with hooked.transaction() as work:
            second = work.endpoint_leases.acquire("e1", holder="b", length=MINUTE)
        assert second is not None
        assert second.token > first.token

    def _again(self, storage: Storage, which: Again, *, limit: int = 9) -> list[int]:
        """Make deliveries to e1 due at NOW; return how many there were piece by piece."""
        counts, after = [], 0
        while True:
            with storage.transaction() as work:
                endpoint = work.endpoints.get("e1")
                assert endpoint is not None
                count, place = work.deliveries.make_due(endpoint, which, now=NOW, limit=limit, after=after)
            counts.append(count)
            if place is None:
                return counts
            after = place

    def _due_endpoints(self, storage: Storage, *, now: datetime = SOON) -> Sequence[str]:
        with storage.transaction() as work:
            return work.endpoints.due(now=now)
