"""One event sent at once, for whoever tries an endpoint out."""

import asyncio
from collections.abc import Callable

from typing_extensions import override

from adapters.webhooks.courier import Courier
from adapters.webhooks.signing import attempt_of, posting_of
from core.endpoint_address import Reach
from core.event import Event
from core.ports.clock import Clock
from core.ports.webhook_stores import EndpointPoster
from core.posting import Posted, Posting
from core.webhook import Attempt, Endpoint, EndpointSecrets


class CourierPoster(EndpointPoster):
    """Sends with a courier of its own, made for the one event: `new_courier` makes it."""

    def __init__(self, new_courier: Callable[[], Courier], *, reach: Reach, clock: Clock, wall: Clock) -> None:
        self._new_courier = new_courier
        self._reach = reach
        self._clock = clock
        self._wall = wall

    @override
    def post(self, endpoint: Endpoint, secrets: EndpointSecrets, event: Event) -> Attempt:
        """Send an event once. Errors: InvalidInput, code `bad_webhook_address`."""
        now = self._clock.now()
        posting = posting_of(endpoint, secrets, event, reach=self._reach, now=now, wall=self._wall.now())
        return attempt_of(asyncio.run(self._post(posting)), secrets, at=now)

    async def _post(self, posting: Posting) -> Posted:
        courier = self._new_courier()
        try:
            return await courier.post(posting)
        finally:
            await courier.aclose()
