"""What was told of a business, looked at when all is over: each event once, and on its way to somebody who listens.

Whatever befell a worker, what the events tell is what is kept: a transfer that has an order is told to have arrived,
once and with that order, and no other is.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

from pydantic import SecretStr

from core.event import Event, EventType
from core.ports.storage import UnitOfWork
from core.transfer import Transfer
from core.webhook import DeliveryFilter, DeliveryState, Endpoint, EndpointSecrets
from entrypoints.container import Container

ARRIVED = EventType.TRANSFER_TRANSFERRED

_LISTENER = "listener"
_SECRET = "whsec_" + "a2V5" * 8
_FOR_LONG = timedelta(days=1)
_ALL = 10_000


def listen(container: Container, url: str | None = None) -> None:
    """Have somebody want to be told of everything; without an address nobody posts it, for the endpoint is paused."""
    now = container.clock().now()
    secrets = EndpointSecrets(url=SecretStr(url or "https://shop.example/"), current=SecretStr(_SECRET))
    with container.storage().transaction() as work:
        work.endpoints.add(Endpoint(id=_LISTENER, url=secrets.url.get_secret_value(), created_at=now), secrets)
        if url is None:
            work.endpoints.pause(_LISTENER, until=now + _FOR_LONG, failures=1, failing_since=now)


def is_posted(container: Container) -> bool:
    """Whether everything has arrived at the listener's address, as far as is kept."""
    with container.storage().transaction() as work:
        return not work.deliveries.list(_LISTENER, DeliveryFilter(state=DeliveryState.PENDING), limit=1)


def told(container: Container, business: str) -> Mapping[str | None, Sequence[EventType]]:
    """Return what was told of each invoice, and (None) of the business itself, in order.

    Errors: AssertionError where an event is not on its way to the listener once and in order, or where the transfers
    that are told to have arrived are not those that have.
    """
    with container.storage().transaction() as work:
        events = work.events.list(business, limit=_ALL)
        _see_deliveries(work, business, events)
        _see_transfers(work.transfers.list(business, limit=_ALL), events)
    about: dict[str | None, list[EventType]] = {}
    for event in events:
        about.setdefault(event.invoice, []).append(event.type)
    return about


def _see_deliveries(work: UnitOfWork, business: str, events: Sequence[Event]) -> None:
    on_their_way = reversed(work.deliveries.list(_LISTENER, DeliveryFilter(), limit=_ALL))
    assert [one.event for one in on_their_way if one.business == business] == [event.id for event in events]


def _see_transfers(transfers: Sequence[Transfer], events: Sequence[Event]) -> None:
    """Compare what was told with what is kept: a transfer has an order's id since it arrived."""
    arrivals = Counter((event.data["id"], event.data["order_id"]) for event in events if event.type is ARRIVED)
    assert arrivals == Counter((one.id, one.order_id) for one in transfers if one.order_id)
