"""Endpoints, what is on its way to them, what keeps couriers apart, and sending one event at once."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from core.event import Event
from core.fields import Document
from core.webhook import Again, Attempt, Delivery, DeliveryFilter, DueDelivery, Endpoint, EndpointSecrets


class EndpointStore(Protocol):
    """The endpoints. What is secret of one is kept apart, and sealed."""

    def add(self, endpoint: Endpoint, secrets: EndpointSecrets) -> None:
        """Store a new endpoint. From now on the events that it wants are on their way to it as they are written."""

    def get(self, endpoint_id: str, *, for_update: bool = False) -> Endpoint | None:
        """Return an endpoint, or None. `for_update`: nobody else changes it until the transaction ends."""

    def secrets(self, endpoint_id: str) -> EndpointSecrets | None:
        """Return what is secret of it, or None where there is none of this id.

        Errors: TryAgain, code `secret_key_changed`.
        """

    def put(self, endpoint: Endpoint) -> None:
        """Store an endpoint that is there, changed. How it fares (`failures` and so on) stays as it is kept."""

    def put_secrets(self, endpoint_id: str, secrets: EndpointSecrets) -> None:
        """Store what is secret of an endpoint that is there, changed."""

    def list(self, *, limit: int, after: str | None = None) -> Sequence[Endpoint]:
        """Return endpoints by id, which is the order in which they were added, those after the given one."""

    def list_of(self, business: str | None, *, limit: int, after: str | None = None) -> Sequence[Endpoint]:
        """Return those of one business, or (None) those for the events of all businesses; else as `list` does."""

    def remove(self, endpoint_id: str, *, now: datetime) -> None:
        """Have it be gone: what is secret of it at once, and what was on its way as it is forgotten."""

    def pause(self, endpoint_id: str, *, until: datetime, failures: int, failing_since: datetime) -> None:
        """Send nothing there before then, and keep how often and since when it has failed."""

    def fares_well(self, endpoint_id: str) -> None:
        """Keep that it does not fail (any more), and is not paused."""

    def due(self, *, now: datetime) -> Sequence[str]:
        """Return the ids of endpoints that something is due for: enabled, not paused, and nobody's at this moment."""


class DeliveryStore(Protocol):
    """The events on their way to endpoints.

    They are put there as events are written. Of one invoice (or, where events are about none, one business) an event
    has its turn only when those before it are delivered, or given up.
    """

    def due(self, endpoint_id: str, *, now: datetime, limit: int) -> Sequence[DueDelivery]:
        """Return those whose turn it is, with their events: at most one an invoice, in the order of their events."""

    def get(self, endpoint_id: str, event_id: str) -> Delivery | None:
        """Return the delivery of an event to an endpoint, or None."""

    def of_events(self, event_ids: Collection[str]) -> Sequence[Delivery]:
        """Return all deliveries of these events that are kept, in the order of the events, then of the endpoints."""

    def tried(self, delivery: Delivery, attempt: Attempt) -> None:
        """Store an attempt, and the delivery as it stands after it.

        Where it stays pending, nothing that has to wait for it is due before it.
        """

    def all_tried(self, done: Sequence[tuple[Delivery, Attempt]]) -> None:
        """Store attempts on several deliveries, as `tried` does each; those that are forgotten by now are left out."""

    def attempts(self, endpoint_id: str, event_id: str) -> Sequence[Attempt]:
        """Return the attempts to deliver an event, in their order."""

    def list(
        self, endpoint_id: str, wanted: DeliveryFilter, *, limit: int, before: str | None = None
    ) -> Sequence[Delivery]:
        """Return an endpoint's deliveries, that of the newest event first, those before the one of that event."""

    def make_due(
        self, endpoint: Endpoint, which: Again, *, now: datetime, limit: int, after: int = 0
    ) -> tuple[int, int | None]:
        """Make deliveries due now: of at most `limit` events, in their order, those after that position.

        Returns how many there were, and the position to go on after, or None when that was the end.
        """

    def make_one_due(self, delivery: Delivery, *, now: datetime) -> Delivery:
        """Make one delivery due now, whatever became of it, and return it."""

    def forget(self, *, before: datetime, limit: int) -> bool:
        """Forget deliveries that ended and whose events were written before then, with their attempts.

        And endpoints that were removed before then, with all that was on its way to them. Whether there may be more.
        """


class EndpointLease(Document):
    """A courier's hold on an endpoint; `token` grows with every new holder."""

    endpoint: str
    holder: str
    token: int


class EndpointLeaseStore(Protocol):
    """Who sends to which endpoint. Timed by the store's own clock."""

    def acquire(self, endpoint_id: str, *, holder: str, length: timedelta) -> EndpointLease | None:
        """Take the endpoint, or return None while somebody else's lease lives."""

    def renew(self, lease: EndpointLease, *, length: timedelta) -> None:
        """Hold on to the endpoint for so long from now.

        Errors: LeaseLost when it has expired or somebody else has it.
        """

    def release(self, lease: EndpointLease) -> None:
        """Give the endpoint up; nothing happens when the lease was lost."""

    def lock(self, endpoint_id: str) -> None:
        """Keep whoever holds the endpoint, or would, from going on until the transaction ends.

        Who changes what is on its way to an endpoint does this first, before anything else of the endpoint is changed.
        """

    def end(self, endpoint_id: str) -> None:
        """Have whoever holds the endpoint lose it: nothing of what is under way there is kept."""


class EndpointPoster(Protocol):
    """Sends events to endpoints, signed; stores nothing."""

    def post(self, endpoint: Endpoint, secrets: EndpointSecrets, event: Event) -> Attempt:
        """Send an event once, here and now, as a delivery is sent, and return how that ended."""
