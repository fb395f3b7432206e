"""Webhooks over HTTP: those for the events of all businesses, for administrators, and those of one business.

Each route is there twice, by one handler: below /webhooks, and below the business.
"""

from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, Self

from litestar import Router, delete, get, patch, post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody, PathParameter, QueryParameter
from pydantic import StrictBool, model_validator

from core.event import EventType
from core.fields import PRINTABLE, Text
from core.rights import Need
from core.use_cases.manage_webhooks import ManageWebhooks
from core.webhook import Again, DeliveryFilter, DeliveryState, Whose
from entrypoints.http.access import NEEDS
from entrypoints.http.audit import Since, instant_from
from entrypoints.http.bodies import JSON, Body, GivenInstant, JsonOf
from entrypoints.http.business_patch import MERGE_PATCH
from entrypoints.http.idempotency import KEEPS_NO_ANSWER
from entrypoints.http.openapi import NAMED_FOR, described
from entrypoints.http.paths import USUAL_PAGE, After, BusinessInPath, Limit, choice, page, yes_or_no
from entrypoints.http.threads import VendorCalls
from entrypoints.webhook_documents import (
    DeliveryPage,
    DeliveryStory,
    NewWebhook,
    Resent,
    WebhookDocument,
    WebhookPage,
    WebhookTest,
    shown,
)

_TAGS = ["webhooks"]
_SHAPE: dict[str, Any] = {"pattern": PRINTABLE, "minLength": 1}
_UNKNOWN = [HTTPStatus.NOT_FOUND]

Webhooks = NamedDependency[ManageWebhooks]
Owner = NamedDependency[Whose]

WebhookInPath = Annotated[
    str,
    PathParameter(
        description="The webhook's id.", schema_extra={**_SHAPE, "examples": ["01a22700bc2d9a41e7f04d3c1b5a6978"]}
    ),
]
"""The path parameter `webhook`."""

EventInPath = Annotated[
    str,
    PathParameter(
        description="The event's id.", schema_extra={**_SHAPE, "examples": ["01a22700bb91f0e2d3c4b5a697887766"]}
    ),
]
"""The path parameter `event`."""


class WebhookRequest(Body):
    """A webhook to add: where to, and events of which types (left out or empty: of all)."""

    what = "a webhook to add"
    code = "not_a_webhook"

    url: Text
    types: tuple[EventType, ...] = ()


class WebhookPatch(Body):
    """A change of a webhook (RFC 7396): just what is named changes; null types are all of them."""

    what = "a change of a webhook"
    code = "not_a_webhook"
    media_types = (JSON, MERGE_PATCH)

    url: Text = ""
    types: tuple[EventType, ...] | None = None

    @property
    def new_url(self) -> str | None:
        """The address, if it is to be another."""
        return self.url if "url" in self.model_fields_set else None

    @property
    def new_types(self) -> tuple[EventType, ...] | None:
        """The types, if they are to be others."""
        return (self.types or ()) if "types" in self.model_fields_set else None


class Rotation(Body):
    """How a secret is replaced: the one before signs along for 24 hours, or (`at_once`) not any more."""

    what = "how to replace a secret"
    code = "not_a_rotation"

    at_once: StrictBool = False


class TestRequest(Body):
    """Of which type the example is that is sent."""

    what = "a test of a webhook"
    code = "not_a_webhook_test"

    type: EventType = EventType.INVOICE_PAID


class ResendRequest(Body):
    """What is sent again: what `failed`, or what happened from `since` until before `until` and was not delivered.

    Events that were never on their way, because the webhook was disabled, are among the latter. With `delivered_too`
    they all are.
    """

    what = "what to send again"
    code = "not_a_resend"

    failed: StrictBool = False
    since: GivenInstant | None = None
    until: GivenInstant | None = None
    delivered_too: StrictBool = False

    @model_validator(mode="after")
    def _just_one(self) -> Self:
        if self.failed == (self.since is not None):
            raise ValueError('Give "failed": true, or "since"')
        if self.failed and (self.until is not None or self.delivered_too):
            raise ValueError('"until" and "delivered_too" go with "since"')
        return self

    @property
    def again(self) -> Again:
        """What is sent again."""
        return Again(since=self.since, until=self.until, delivered_too=self.delivered_too, failed_only=self.failed)


@get("/", sync_to_thread=True, tags=_TAGS, operation_class=described())
def list_webhooks(
    whose: Owner, manage_webhooks: Webhooks, limit: Limit = USUAL_PAGE, after: After = None
) -> JsonOf[WebhookPage]:
    """List webhooks, in the order in which they were added. Nothing secret is shown."""
    items, then = page(
        lambda most, start: manage_webhooks.list(whose, limit=most, after=start),
        limit=limit,
        after=after,
        key=lambda one: one.id,
    )
    return JsonOf(WebhookPage(items=[WebhookDocument.of(one) for one in items], next=then))


@post(
    "/",
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(statuses=[HTTPStatus.CREATED], problems=[HTTPStatus.CONFLICT]),
    opt={KEEPS_NO_ANSWER: True},
)
def add_webhook(data: JSONBody[WebhookRequest], whose: Owner, manage_webhooks: Webhooks) -> JsonOf[NewWebhook]:
    """Add a webhook. The answer shows its `secret`, which events are signed with, this once.

    An `Idempotency-Key` is refused here, because its answer would be kept. A secret that was lost is replaced.
    """
    endpoint, secret = manage_webhooks.add(data.url, business=whose.business, types=data.types)
    return JsonOf(NewWebhook(**dict(WebhookDocument.of(endpoint)), secret=secret), status_code=HTTPStatus.CREATED)


@get("/{webhook:str}", sync_to_thread=True, tags=_TAGS, operation_class=described(problems=_UNKNOWN))
def get_webhook(webhook: WebhookInPath, whose: Owner, manage_webhooks: Webhooks) -> JsonOf[WebhookDocument]:
    """Show a webhook, and how it fares. Nothing secret is shown."""
    return JsonOf(WebhookDocument.of(manage_webhooks.get(webhook, whose)))


@patch("/{webhook:str}", sync_to_thread=True, tags=_TAGS, operation_class=described(problems=_UNKNOWN))
def change_webhook(
    webhook: WebhookInPath, data: JSONBody[WebhookPatch], whose: Owner, manage_webhooks: Webhooks
) -> JsonOf[WebhookDocument]:
    """Send to another address, or events of other types. Just what is named changes (RFC 7396)."""
    changed = manage_webhooks.change(webhook, whose, url=data.new_url, types=data.new_types)
    return JsonOf(WebhookDocument.of(changed))


@delete(
    "/{webhook:str}",
    status_code=HTTPStatus.OK,
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(problems=_UNKNOWN),
)
def remove_webhook(webhook: WebhookInPath, whose: Owner, manage_webhooks: Webhooks) -> JsonOf[WebhookDocument]:
    """Remove a webhook: nothing is sent there any more. The answer is what it was."""
    return JsonOf(WebhookDocument.of(manage_webhooks.remove(webhook, whose)))


@post(
    "/{webhook:str}/enable",
    status_code=HTTPStatus.OK,
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(problems=_UNKNOWN, repeatable=True),
)
def enable_webhook(webhook: WebhookInPath, whose: Owner, manage_webhooks: Webhooks) -> JsonOf[WebhookDocument]:
    """Send events to a webhook that was disabled. Those that were on their way are sent, too.

    What happened in between is sent with a resend.
    """
    return JsonOf(WebhookDocument.of(manage_webhooks.enable(webhook, whose)))


@post(
    "/{webhook:str}/disable",
    status_code=HTTPStatus.OK,
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(problems=_UNKNOWN, repeatable=True),
)
def disable_webhook(webhook: WebhookInPath, whose: Owner, manage_webhooks: Webhooks) -> JsonOf[WebhookDocument]:
    """Send nothing there until it is enabled. What is on its way waits."""
    return JsonOf(WebhookDocument.of(manage_webhooks.disable(webhook, whose)))


@post(
    "/{webhook:str}/rotate-secret",
    status_code=HTTPStatus.OK,
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(problems=_UNKNOWN),
    opt={KEEPS_NO_ANSWER: True},
)
def rotate_webhook_secret(
    webhook: WebhookInPath, data: JSONBody[Rotation], whose: Owner, manage_webhooks: Webhooks
) -> JsonOf[NewWebhook]:
    """Make a new secret. The answer shows it this once; the one before signs along for 24 hours.

    Send `{}`; with `{"at_once": true}` the one before signs nothing any more. An `Idempotency-Key` is refused here.
    """
    endpoint, secret = manage_webhooks.rotate_secret(webhook, whose, at_once=data.at_once)
    return JsonOf(NewWebhook(**dict(WebhookDocument.of(endpoint)), secret=secret))


@post(
    "/{webhook:str}/test",
    status_code=HTTPStatus.OK,
    tags=_TAGS,
    operation_class=described(problems=[*_UNKNOWN, HTTPStatus.SERVICE_UNAVAILABLE]),
)
async def test_webhook(
    webhook: WebhookInPath,
    data: JSONBody[TestRequest],
    whose: Owner,
    manage_webhooks: Webhooks,
    vendor_calls: NamedDependency[VendorCalls],
) -> JsonOf[WebhookTest]:
    """Send an example there, and tell how that went. It is signed as every event is, and tried just once.

    Its id begins with `example_`, and it tells of no real invoice. A disabled webhook can be tested too.
    """
    tested = await vendor_calls.run(partial(manage_webhooks.test, webhook, whose, type_=data.type))
    return JsonOf(WebhookTest.of_tested(tested))


@post(
    "/{webhook:str}/resend",
    status_code=HTTPStatus.OK,
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(problems=[*_UNKNOWN, HTTPStatus.CONFLICT], repeatable=True),
)
def resend_events(
    webhook: WebhookInPath, data: JSONBody[ResendRequest], whose: Owner, manage_webhooks: Webhooks
) -> JsonOf[Resent]:
    """Send events again, in their order: after an outage, what failed, or what happened since it began."""
    return JsonOf(Resent(events=manage_webhooks.resend(webhook, data.again, whose)))


OfState = Annotated[
    str | None,
    QueryParameter(
        name="state",
        description="Only those in this state.",
        schema_extra={"enum": [one.value for one in DeliveryState]},
    ),
]
OfType = Annotated[
    str | None,
    QueryParameter(
        name="type", description="Only events of this type.", schema_extra={"enum": [one.value for one in EventType]}
    ),
]
Failed = Annotated[
    str | None,
    QueryParameter(
        description="Only those whose last attempt failed, or the others.", schema_extra={"enum": ["true", "false"]}
    ),
]


@get("/{webhook:str}/deliveries", sync_to_thread=True, tags=_TAGS, operation_class=described(problems=_UNKNOWN))
def list_webhook_deliveries(
    webhook: WebhookInPath,
    whose: Owner,
    manage_webhooks: Webhooks,
    stands: OfState = None,
    event_type: OfType = None,
    failed: Failed = None,
    since: Since = None,
    limit: Limit = USUAL_PAGE,
    after: After = None,
) -> JsonOf[DeliveryPage]:
    """List the events that are, or were, on their way to a webhook. The newest comes first."""
    wanted = _wanted(state=stands, type_=event_type, failed=failed, since=since)
    items, then = page(
        lambda most, start: manage_webhooks.deliveries(webhook, whose, wanted=wanted, limit=most, before=start),
        limit=limit,
        after=after,
        key=lambda one: one.event,
    )
    return JsonOf(DeliveryPage(items=shown(items), next=then))


@get(
    "/{webhook:str}/deliveries/{event:str}",
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(problems=_UNKNOWN),
)
def get_webhook_delivery(
    webhook: WebhookInPath, event: EventInPath, whose: Owner, manage_webhooks: Webhooks
) -> JsonOf[DeliveryStory]:
    """Show how far an event has come on its way to a webhook, with every attempt."""
    return JsonOf(DeliveryStory.of_followed(manage_webhooks.delivery(webhook, event, whose)))


@post(
    "/{webhook:str}/deliveries/{event:str}/resend",
    status_code=HTTPStatus.OK,
    sync_to_thread=True,
    tags=_TAGS,
    operation_class=described(problems=[*_UNKNOWN, HTTPStatus.CONFLICT], repeatable=True),
)
def resend_webhook_delivery(
    webhook: WebhookInPath, event: EventInPath, whose: Owner, manage_webhooks: Webhooks
) -> JsonOf[DeliveryStory]:
    """Send one event again, whatever became of it."""
    manage_webhooks.resend_one(webhook, event, whose)
    return JsonOf(DeliveryStory.of_followed(manage_webhooks.delivery(webhook, event, whose)))


def _wanted(*, state: str | None, type_: str | None, failed: str | None, since: str | None) -> DeliveryFilter:
    """Read a filter. Errors: InvalidInput, code `bad_parameter`."""
    return DeliveryFilter(
        state=None if state is None else choice("state", state, DeliveryState),
        type=None if type_ is None else choice("type", type_, EventType),
        failed=yes_or_no("failed", failed),
        since=None if since is None else instant_from(since),
    )


_READING = [list_webhooks, get_webhook, list_webhook_deliveries, get_webhook_delivery]
_WRITING = [
    add_webhook,
    change_webhook,
    remove_webhook,
    enable_webhook,
    disable_webhook,
    rotate_webhook_secret,
    test_webhook,
    resend_events,
    resend_webhook_delivery,
]


def _everybodys() -> Whose:
    return Whose(business=None)


def _of_business(business: BusinessInPath) -> Whose:
    return Whose(business=business)


def _routers() -> list[Router]:
    """Return the routes of both kinds; looking at a business's webhooks any of its keys may, changing them none."""
    return [
        Router(
            path,
            route_handlers=handlers,
            dependencies={"whose": Provide(owner, sync_to_thread=False)},
            opt={NEEDS: need, **named},
        )
        for path, owner, named, needs in (
            ("/webhooks", _everybodys, {}, (Need.OVERSEE, Need.ADMINISTER)),
            (
                "/businesses/{business:str}/webhooks",
                _of_business,
                {NAMED_FOR: "of_business"},
                (Need.READ, Need.ADMINISTER),
            ),
        )
        for handlers, need in zip((_READING, _WRITING), needs, strict=True)
    ]


HANDLERS = _routers()
