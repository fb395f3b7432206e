"""Webhooks: endpoints that events are sent to, and how far each event has come on its way to one.

Pure. Who sends is called a courier: it holds an endpoint's lease, and works off what is due there.
"""

import base64
import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import SecretStr

from core.event import Event, EventType, Happening
from core.fields import BusinessName, Document, Instant

OLD_SECRET_SIGNS_FOR = timedelta(hours=24)
"""For so long after a new secret was made the one before signs along."""

SECRET_PREFIX = "whsec_"  # noqa: S105 - what the secrets of all endpoints begin with
SECRET_BYTES = range(24, 65)
"""How many bytes of chance a secret has. Source: the Standard Webhooks specification, "Signature scheme"."""

HIDDEN_QUERY = "?..."
"""What is shown in place of an address's query, which may hold a token."""


class EndpointState(StrEnum):
    """Whether events are sent to an endpoint."""

    ENABLED = "enabled"
    DISABLED = "disabled"


class DisabledReason(StrEnum):
    """Why none are: a person said so, the endpoint answered that it is gone for good, or it failed for days."""

    BY_PERSON = "by_person"
    GONE = "gone"
    FAILING = "failing"


class Endpoint(Document):
    """A place that events are sent to, as it is shown.

    `url` is without its query. `business` None: the events of all businesses; `types` empty: events of every type.
    Until `old_secret_until` the secret before signs along. `failures` counts the attempts that have failed since the
    last that did not, the first of them at `failing_since`; nothing is sent before `paused_until`.
    """

    id: str
    url: str
    business: BusinessName | None = None
    types: tuple[EventType, ...] = ()
    state: EndpointState = EndpointState.ENABLED
    disabled_reason: DisabledReason | None = None
    disabled_at: Instant | None = None
    created_at: Instant
    old_secret_until: Instant | None = None
    failures: int = 0
    failing_since: Instant | None = None
    paused_until: Instant | None = None

    @property
    def is_enabled(self) -> bool:
        """Whether events are sent to it."""
        return self.state is EndpointState.ENABLED

    def wants(self, happening: Happening) -> bool:
        """Whether such an event is for this endpoint."""
        return is_for(happening, business=self.business, types=self.types)


def is_for(happening: Happening, *, business: str | None, types: Collection[str]) -> bool:
    """Whether an event is for an endpoint of that business (None: of all), for these types (none: all)."""
    return business in (None, happening.business) and (not types or happening.type in types)


class Whose(Document):
    """Whose endpoints somebody means: those of one business, or (None) those for the events of all businesses."""

    business: str | None


class EndpointSecrets(Document):
    """What of an endpoint is secret: the whole address, the secret that signs, and the one before it."""

    url: SecretStr
    current: SecretStr
    previous: SecretStr | None = None

    def signing(self, endpoint: Endpoint, *, now: datetime) -> Sequence[str]:
        """Return the secrets that sign at this moment, in the clear, the newest first."""
        until = endpoint.old_secret_until
        previous = self.previous if until is not None and now < until else None
        return [secret.get_secret_value() for secret in (self.current, previous) if secret]


class DeliveryState(StrEnum):
    """How far an event has come on its way to an endpoint."""

    PENDING = "pending"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


class Delivery(Document):
    """An event on its way to an endpoint.

    `event` is the event's id, and `position` its place among all events. `attempts` counts all that were made;
    `tries` those since it was last made due by a person or the event happened: when it is tried again goes by them.
    `failed`: the last attempt failed. `next_attempt_at` is set as long as it is pending.
    """

    endpoint: str
    event: str
    position: int
    type: EventType
    business: str
    invoice: str | None = None
    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    tries: int = 0
    failed: bool = False
    created_at: Instant
    next_attempt_at: Instant | None = None
    delivered_at: Instant | None = None


class DueDelivery(Document):
    """A delivery whose turn it is, and what is to be delivered."""

    delivery: Delivery
    event: Event


class Attempt(Document):
    """One attempt to deliver: `status` of the answer, or else `trouble`, the kind of what got in the way.

    `answer` is how the answer's text began.
    """

    at: Instant
    status: int | None = None
    trouble: str | None = None
    duration_ms: int
    answer: str = ""


class DeliveryFilter(Document):
    """Which of an endpoint's deliveries are wanted. `failed`: those whose last attempt failed, or did not."""

    state: DeliveryState | None = None
    type: EventType | None = None
    since: Instant | None = None
    failed: bool | None = None


class Again(Document):
    """What is sent again: of events from `since` until before `until` what has not been delivered, or has been too.

    Events that the endpoint wants and that were never on their way to it, because it was disabled, are among them.
    With `failed_only` just those whose last attempt failed.
    """

    since: Instant | None = None
    until: Instant | None = None
    delivered_too: bool = False
    failed_only: bool = False


def shown_url(url: str) -> str:
    """Return an address as it may be shown."""
    before, mark, _ = url.partition("?")
    return before + HIDDEN_QUERY if mark else before


def is_secret(text: str) -> bool:
    """Whether a text is the secret of an endpoint, as Standard Webhooks writes them."""
    if not text.startswith(SECRET_PREFIX):
        return False
    try:
        return len(base64.b64decode(text.removeprefix(SECRET_PREFIX), validate=True)) in SECRET_BYTES
    except ValueError:
        return False


def without_query_of(url: str, text: str) -> str:
    """Return an endpoint's answer without what is secret of its address, which a page about an error may repeat."""
    query = url.partition("?")[2]
    values = [part.partition("=")[2] for part in query.split("&")]
    secret = {one for one in (query, *values) if len(one) >= _SHORTEST_TOKEN}
    if not secret:
        return text
    longest_first = sorted(secret, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest_first)), "...", text)


_SHORTEST_TOKEN = 4
