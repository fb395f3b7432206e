"""The documents about webhooks, the same over HTTP and on the command line."""

from collections.abc import Iterable
from typing import Self

from pydantic import ConfigDict, Field, JsonValue

from core.event import Event, EventType
from core.fields import Instant
from core.use_cases.manage_webhooks import FollowedDelivery, Tested
from core.webhook import Attempt, DeliveryState, DisabledReason, EndpointState
from entrypoints.documents import Answer, Page, Shown


class WebhookDocument(Shown):
    """A webhook: an address that events are sent to.

    `url` is shown without its query. `business` null: the events of all businesses; `types` empty: of every type.
    Until `old_secret_until` the secret before signs along. `failures` counts the attempts that have failed since the
    last that did not, the first at `failing_since`; nothing is sent before `paused_until`.
    """

    id: str
    url: str
    business: str | None
    types: tuple[EventType, ...]
    state: EndpointState
    disabled_reason: DisabledReason | None
    disabled_at: Instant | None
    created_at: Instant
    old_secret_until: Instant | None
    failures: int
    failing_since: Instant | None
    paused_until: Instant | None


class NewWebhook(WebhookDocument):
    """A webhook with a secret that was just made. `secret` is shown this once and can't be read back."""

    secret: str


class WebhookPage(Page):
    """A page of webhooks."""

    items: list[WebhookDocument]


class DeliveryDocument(Shown):
    """An event on its way to a webhook. `event` is the event's id, by which the receiver knows it (`webhook-id`).

    `failed`: the last attempt failed. `next_attempt_at`: when it is tried, unless an event before it has to wait.
    """

    event: str
    type: EventType
    business: str
    invoice: str | None
    state: DeliveryState
    attempts: int
    failed: bool
    created_at: Instant
    next_attempt_at: Instant | None
    delivered_at: Instant | None

    @classmethod
    def of(cls, source: object) -> Self:
        """Show a delivery."""
        return cls(**{name: getattr(source, name) for name in DeliveryDocument.model_fields})


class DeliveryPage(Page):
    """A page of deliveries, the newest event first."""

    items: list[DeliveryDocument]


class AttemptDocument(Shown):
    """An attempt: the `status` of the answer, or else what got in the way, and how the answer's text began."""

    at: Instant
    status: int | None
    trouble: str | None = Field(examples=["timeout"])
    duration_ms: int
    answer: str


class DeliveryStory(DeliveryDocument):
    """An event on its way to a webhook, and the attempts that were made, in their order."""

    tried: list[AttemptDocument]

    @classmethod
    def of_followed(cls, followed: FollowedDelivery) -> Self:
        """Show a delivery with its attempts."""
        shown = DeliveryDocument.of(followed.delivery)
        return cls(**dict(shown), tried=[AttemptDocument.of(one) for one in followed.attempts])


class SentEvent(Shown):
    """An event as it was sent."""

    model_config = ConfigDict(from_attributes=True, extra="forbid")

    id: str
    type: EventType
    timestamp: Instant
    business: str
    invoice: str | None
    data: dict[str, JsonValue]


class WebhookTest(Answer):
    """What came of a test: `delivered` says whether the example was taken, and `attempt` how the webhook answered."""

    delivered: bool
    attempt: AttemptDocument
    event: SentEvent

    @classmethod
    def of_tested(cls, tested: Tested) -> Self:
        """Show what came of a test."""
        return cls(
            delivered=is_delivered(tested.attempt),
            attempt=AttemptDocument.of(tested.attempt),
            event=_sent(tested.event),
        )


class Resent(Answer):
    """How many events are sent again."""

    events: int


def is_delivered(attempt: Attempt) -> bool:
    """Whether the webhook has taken what was sent."""
    return attempt.status is not None and 200 <= attempt.status < 300


def shown(deliveries: Iterable[object]) -> list[DeliveryDocument]:
    """Show deliveries."""
    return [DeliveryDocument.of(one) for one in deliveries]


def _sent(event: Event) -> SentEvent:
    return SentEvent(**{**dict(event), "data": dict(event.data)})
