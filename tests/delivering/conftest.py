"""An installation with a business, on each kind of database, and what delivers for it."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from adapters.clock import SystemClock
from adapters.identifiers import time_ordered_id
from adapters.secrets import FernetSecretBox
from adapters.storage import SqlStorage, open_storage
from adapters.webhooks.courier import Courier
from core.audit import WORKER
from core.auditor import Auditor
from core.endpoint_address import Reach, networks_in
from core.event import EventType, Happening
from core.use_cases.deliver_events import DeliverEvents
from core.webhook import Delivery, DeliveryFilter, DeliveryState, Endpoint, EndpointSecrets
from entrypoints.deliverer import Deliverer
from tests.storage_contract.samples import a_business

LOOPBACK = Reach(networks_in("127.0.0.0/8"))
SECRET = "whsec_" + "a2V5" * 8
ALL = DeliveryFilter()
Steps = TypeVar("Steps", bound=DeliverEvents)


class House:
    """An installation's database, and deliverers for it."""

    def __init__(self, storage: SqlStorage, stack: ExitStack, *, url: str, key: str) -> None:
        self.storage = storage
        self.url, self.key = url, key
        self.clock = storage.clock
        self._stack = stack
        with storage.transaction() as work:
            work.businesses.put(a_business("fjell"))

    def endpoint(self, url: str, **changes: Any) -> Endpoint:
        """Add an endpoint."""
        id_ = time_ordered_id()
        endpoint = Endpoint(id=id_, url=url, created_at=self.clock.now(), **changes)
        with self.storage.transaction() as work:
            work.endpoints.add(endpoint, EndpointSecrets(url=SecretStr(url), current=SecretStr(SECRET)))
        return endpoint

    def happens(self, *invoices: str | None, type_: EventType = EventType.INVOICE_PAID) -> None:
        """Have something happen to each of these invoices, in one transaction."""
        told = [
            Happening(type=type_, business="fjell", invoice=invoice, data={"number": number})
            for number, invoice in enumerate(invoices)
        ]
        with self.storage.transaction() as work:
            work.events.add(*told)

    def ids(self) -> list[str]:
        """The events' ids, in their order."""
        with self.storage.transaction() as work:
            return [event.id for event in work.events.list("fjell", limit=100_000)]

    def deliveries(self, endpoint: Endpoint) -> Sequence[Delivery]:
        """An endpoint's deliveries, in the order of their events."""
        with self.storage.transaction() as work:
            return list(reversed(work.deliveries.list(endpoint.id, ALL, limit=100_000)))

    def attempts(self, delivery: Delivery) -> Sequence[Any]:
        with self.storage.transaction() as work:
            return work.deliveries.attempts(delivery.endpoint, delivery.event)

    def now_is(self, endpoint: Endpoint) -> Endpoint:
        """An endpoint as it is now."""
        with self.storage.transaction() as work:
            found = work.endpoints.get(endpoint.id)
        assert found is not None
        return found

    def make_due(self, endpoint: Endpoint) -> None:
        """Let the time pass for which an endpoint is left alone, and its deliveries wait."""
        now = self.clock.now()
        with self.storage.transaction() as work:
            fares = work.endpoints.get(endpoint.id)
            if fares and fares.failing_since:
                work.endpoints.pause(endpoint.id, until=now, failures=fares.failures, failing_since=fares.failing_since)
            for delivery in work.deliveries.list(endpoint.id, DeliveryFilter(state=DeliveryState.PENDING), limit=1000):
                tries = delivery.tries
                due = work.deliveries.make_one_due(delivery, now=now)
                work.deliveries._put(due.model_copy(update={"tries": tries}))

    def steps(self, kind: type[Steps] = DeliverEvents) -> Steps:  # type: ignore[assignment]
        auditor = Auditor(storage=self.storage, clock=self.clock, actor=lambda: WORKER)
        return kind(
            storage=self.storage, clock=self.clock, auditor=auditor, new_holder=time_ordered_id, chance=lambda: 0.5
        )

    def deliverer(self, *, steps: DeliverEvents | None = None, seconds: float = 5.0, **given: Any) -> Deliverer:
        """One that delivers from now on, until it is stopped or the test ends."""
        deliverer = Deliverer(
            steps or self.steps(),
            reach=LOOPBACK,
            clock=self.clock,
            **{
                "new_courier": lambda: Courier(LOOPBACK, seconds=seconds),
                "wall": SystemClock(),
                "look_seconds": 0.05,
                **given,
            },
        )
        deliverer.start()
        self._stack.callback(deliverer.stop, timedelta(seconds=10))
        return deliverer


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest) -> Iterator[House]:
    url = request.getfixturevalue(request.param)
    key = Fernet.generate_key().decode()
    opened = open_storage(url, FernetSecretBox([key]), outlives_power_cuts=False)
    with closing(opened) as storage, ExitStack() as stack:
        yield House(storage, stack, url=url, key=key)


def until(holds: Callable[[], object], *, seconds: float = 20.0) -> None:
    """Wait until something holds."""
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, "it does not come to hold"
        time.sleep(0.05)  # what is looked for is asked of the database
