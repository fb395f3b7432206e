"""Endpoints and deliveries in memory, within the transactions of tests.fakes.storage."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from core.errors import LeaseLost
from core.event import Event
from core.ports.clock import Clock
from core.ports.webhook_stores import EndpointLease
from core.webhook import (
    Again,
    Attempt,
    Delivery,
    DeliveryFilter,
    DeliveryState,
    DueDelivery,
    Endpoint,
    EndpointSecrets,
)

if TYPE_CHECKING:
    from tests.fakes.storage import FakeUnitOfWork


class FakeEndpoints:
    """The EndpointStore port."""

    def __init__(self, work: FakeUnitOfWork) -> None:
        self._work = work

    @property
    def _all(self) -> dict[str, Endpoint]:
        return self._work.tables.endpoints

    def add(self, endpoint: Endpoint, secrets: EndpointSecrets) -> None:
        self._all[endpoint.id] = endpoint
        self._work.tables.endpoint_secrets[endpoint.id] = secrets

    def get(self, endpoint_id: str, *, for_update: bool = False) -> Endpoint | None:
        return self._all.get(endpoint_id)

    def secrets(self, endpoint_id: str) -> EndpointSecrets | None:
        return self._work.tables.endpoint_secrets.get(endpoint_id)

    def put(self, endpoint: Endpoint) -> None:
        if kept := self.get(endpoint.id):
            fares = {name: getattr(kept, name) for name in ("failures", "failing_since", "paused_until")}
            self._all[endpoint.id] = endpoint.model_copy(update=fares)

    def put_secrets(self, endpoint_id: str, secrets: EndpointSecrets) -> None:
        if endpoint_id in self._all:
            self._work.tables.endpoint_secrets[endpoint_id] = secrets

    def list(self, *, limit: int, after: str | None = None) -> Sequence[Endpoint]:
        return [one for _, one in sorted(self._all.items()) if after is None or one.id > after][:limit]

    def list_of(self, business: str | None, *, limit: int, after: str | None = None) -> Sequence[Endpoint]:
        return [one for one in self.list(limit=len(self._all), after=after) if one.business == business][:limit]

    def remove(self, endpoint_id: str, *, now: datetime) -> None:
        self._all.pop(endpoint_id, None)
        self._work.tables.endpoint_secrets.pop(endpoint_id, None)

    def pause(self, endpoint_id: str, *, until: datetime, failures: int, failing_since: datetime) -> None:
        self._fares(endpoint_id, paused_until=until, failures=failures, failing_since=failing_since)

    def fares_well(self, endpoint_id: str) -> None:
        self._fares(endpoint_id, paused_until=None, failures=0, failing_since=None)

    def due(self, *, now: datetime) -> Sequence[str]:
        held = {name for name, (_, until) in self._work.tables.endpoint_leases.items() if until > now}
        return [
            one.id
            for one in self.list(limit=len(self._all))
            if one.is_enabled
            and (one.paused_until is None or one.paused_until <= now)
            and one.id not in held
            and self._work.deliveries.any_due(one.id, now=now)
        ]

    def forget_business(self, business: str) -> None:
        for name in [name for name, one in self._all.items() if one.business == business]:
            del self._all[name], self._work.tables.endpoint_secrets[name]
        self._work.deliveries.keep(lambda one: one.endpoint in self._all and one.business != business)

    def _fares(self, endpoint_id: str, **how: Any) -> None:
        if kept := self.get(endpoint_id):
            self._all[endpoint_id] = kept.model_copy(update=how)


class FakeDeliveries:
    """The DeliveryStore port."""

    def __init__(self, work: FakeUnitOfWork) -> None:
        self._work = work

    @property
    def _all(self) -> dict[tuple[str, str], Delivery]:
        return self._work.tables.deliveries

    def put_on_their_way(self, events: Sequence[Event]) -> None:
        """Do what is done as events are written."""
        for endpoint in self._work.tables.endpoints.values():
            for event in events:
                if endpoint.is_enabled and endpoint.wants(event):
                    self._put(self._new(endpoint, event, now=event.timestamp))

    def any_due(self, endpoint_id: str, *, now: datetime) -> bool:
        return any(one.next_attempt_at and one.next_attempt_at <= now for one in self._of(endpoint_id))

    def due(self, endpoint_id: str, *, now: datetime, limit: int) -> Sequence[DueDelivery]:
        first: dict[tuple[str, str | None], Delivery] = {}
        for one in self._of(endpoint_id):
            if one.state is DeliveryState.PENDING:
                first.setdefault((one.business, one.invoice), one)
        due = [one for one in first.values() if one.next_attempt_at and one.next_attempt_at <= now]
        in_turn = sorted(due, key=lambda one: (one.next_attempt_at, one.position))
        found = ((one, self._work.events.get(one.event)) for one in in_turn[:limit])
        return [DueDelivery(delivery=one, event=event) for one, event in found if event]

    def get(self, endpoint_id: str, event_id: str) -> Delivery | None:
        return self._all.get((endpoint_id, event_id))

    def of_events(self, event_ids: Collection[str]) -> Sequence[Delivery]:
        found = [one for one in self._all.values() if one.event in event_ids]
        return sorted(found, key=lambda one: (one.position, one.endpoint))

    def tried(self, delivery: Delivery, attempt: Attempt) -> None:
        self._put(delivery)
        key = (delivery.endpoint, delivery.event)
        self._work.tables.attempts[key] = [*self._work.tables.attempts.get(key, ()), attempt]
        until = delivery.next_attempt_at
        if until is None:
            return
        for one in self._of(delivery.endpoint):
            is_same = (one.business, one.invoice) == (delivery.business, delivery.invoice)
            if is_same and one.position > delivery.position and one.next_attempt_at and one.next_attempt_at < until:
                self._put(one.model_copy(update={"next_attempt_at": until}))

    def all_tried(self, done: Sequence[tuple[Delivery, Attempt]]) -> None:
        for delivery, attempt in done:
            if (delivery.endpoint, delivery.event) in self._all:
                self.tried(delivery, attempt)

    def attempts(self, endpoint_id: str, event_id: str) -> Sequence[Attempt]:
        return self._work.tables.attempts.get((endpoint_id, event_id), [])

    def list(
        self, endpoint_id: str, wanted: DeliveryFilter, *, limit: int, before: str | None = None
    ) -> Sequence[Delivery]:
        place = next((one.position for one in self._of(endpoint_id) if one.event == before), None)
        return [
            one
            for one in reversed(self._of(endpoint_id))
            if (place is None or one.position < place)
            and wanted.state in (None, one.state)
            and wanted.type in (None, one.type)
            and wanted.failed in (None, one.failed)
            and (wanted.since is None or one.created_at >= wanted.since)
        ][:limit]

    def make_due(
        self, endpoint: Endpoint, which: Again, *, now: datetime, limit: int, after: int = 0
    ) -> tuple[int, int | None]:
        found = [
            (position, event)
            for position, event in enumerate(self._work.tables.events, start=1)
            if position > after and endpoint.wants(event) and self._is_of(which, event, endpoint)
        ][:limit]
        for _, event in found:
            kept = self.get(endpoint.id, event.id)
            self.make_one_due(kept or self._new(endpoint, event, now=now), now=now)
        return len(found), found[-1][0] if len(found) == limit else None

    def make_one_due(self, delivery: Delivery, *, now: datetime) -> Delivery:
        anew = {"state": DeliveryState.PENDING, "tries": 0, "next_attempt_at": now, "delivered_at": None}
        due = delivery.model_copy(update=anew)
        self._put(due)
        return due

    def forget(self, *, before: datetime, limit: int) -> bool:
        endpoints = self._work.tables.endpoints
        old = [
            key
            for key, one in self._all.items()
            if one.endpoint not in endpoints or (one.created_at < before and one.state is not DeliveryState.PENDING)
        ][:limit]
        self.keep(lambda one: (one.endpoint, one.event) not in old)
        return len(old) == limit

    def keep(self, is_kept: Any) -> None:
        for key in [key for key, one in self._all.items() if not is_kept(one)]:
            del self._all[key]
            self._work.tables.attempts.pop(key, None)

    def _is_of(self, which: Again, event: Event, endpoint: Endpoint) -> bool:
        kept = self.get(endpoint.id, event.id)
        if (which.since and event.timestamp < which.since) or (which.until and event.timestamp >= which.until):
            return False
        if which.failed_only:
            return kept is not None and kept.failed
        return which.delivered_too or kept is None or kept.state is not DeliveryState.DELIVERED

    def _new(self, endpoint: Endpoint, event: Event, *, now: datetime) -> Delivery:
        return Delivery(
            endpoint=endpoint.id,
            event=event.id,
            position=self._work.tables.events.index(event) + 1,
            type=event.type,
            business=event.business,
            invoice=event.invoice,
            created_at=event.timestamp,
            next_attempt_at=now,
        )

    def _of(self, endpoint_id: str) -> Sequence[Delivery]:
        return sorted((one for one in self._all.values() if one.endpoint == endpoint_id), key=lambda one: one.position)

    def _put(self, delivery: Delivery) -> None:
        self._all[delivery.endpoint, delivery.event] = delivery


class FakeEndpointLeases:
    """The EndpointLeaseStore port."""

    def __init__(self, work: FakeUnitOfWork, clock: Clock) -> None:
        self._work = work
        self._clock = clock

    def acquire(self, endpoint_id: str, *, holder: str, length: timedelta) -> EndpointLease | None:
        now, held = self._clock.now(), self._held(endpoint_id)
        if held and held[1] > now and held[0].holder != holder:
            return None
        lease = EndpointLease(endpoint=endpoint_id, holder=holder, token=held[0].token + 1 if held else 1)
        self._work.tables.endpoint_leases[endpoint_id] = (lease, now + length)
        return lease

    def renew(self, lease: EndpointLease, *, length: timedelta) -> None:
        now, held = self._clock.now(), self._held(lease.endpoint)
        if held is None or held[0] != lease or held[1] <= now:
            raise LeaseLost(f"The endpoint {lease.endpoint} is held by another worker now.")
        self._work.tables.endpoint_leases[lease.endpoint] = (lease, now + length)

    def release(self, lease: EndpointLease) -> None:
        held = self._held(lease.endpoint)
        if held and held[0] == lease:
            self._work.tables.endpoint_leases[lease.endpoint] = (lease, self._clock.now())

    def lock(self, endpoint_id: str) -> None:
        """One transaction at a time is the fake storage's way anyway."""

    def end(self, endpoint_id: str) -> None:
        if held := self._held(endpoint_id):
            lease = held[0].model_copy(update={"token": held[0].token + 1})
            self._work.tables.endpoint_leases[endpoint_id] = (lease, self._clock.now())

    def _held(self, endpoint_id: str) -> tuple[EndpointLease, datetime] | None:
        return self._work.tables.endpoint_leases.get(endpoint_id)


class FakePoster:
    """The EndpointPoster port: keeps what was sent, and answers what it is told to."""

    def __init__(self, clock: Clock, *, is_in_transaction: Callable[[], bool]) -> None:
        self.sent: list[tuple[str, Event, Sequence[str]]] = []
        """The whole address, the event and the secrets that signed it, one for each that was sent."""
        self.status = 204
        self._clock = clock
        self._is_in_transaction = is_in_transaction

    def post(self, endpoint: Endpoint, secrets: EndpointSecrets, event: Event) -> Attempt:
        """Send it. RuntimeError within a transaction: nobody is to wait for an endpoint there."""
        if self._is_in_transaction():
            raise RuntimeError("an event was sent within a transaction")
        now = self._clock.now()
        self.sent.append((secrets.url.get_secret_value(), event, secrets.signing(endpoint, now=now)))
        return Attempt(at=now, status=self.status, duration_ms=12)
