"""Webhooks: those for the events of all businesses, for administrators, and those of one business.

Each page is there twice, by one handler: below /webhooks, and below the business.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Annotated

from litestar import Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery, QueryParameter

from core.errors import InvalidInput, KvittError
from core.event import EventType
from core.posting import Posted, PostTrouble
from core.rights import Need
from core.use_cases.manage_webhooks import ManageWebhooks, Tested, event_types_from
from core.webhook import Again, Attempt, DeliveryFilter, DeliveryState, Endpoint, Whose
from entrypoints.console.event_words import delivery_words, disabled_words, event_words
from entrypoints.console.forms import Form, beginning_of
from entrypoints.console.rendering import address
from entrypoints.console.texts import gettext as _
from entrypoints.console.texts import ngettext
from entrypoints.console.visit import Page, Visit
from entrypoints.http.access import NEEDS
from entrypoints.http.paths import USUAL_PAGE, After, BusinessInPath, Limit, bad_parameter, choice, page
from entrypoints.http.threads import VendorCalls
from entrypoints.http.webhooks import EventInPath, WebhookInPath
from entrypoints.webhook_documents import is_delivered

Webhooks = NamedDependency[ManageWebhooks]
Owner = NamedDependency[Whose]

OfState = Annotated[str, QueryParameter(name="state")]
OfType = Annotated[str, QueryParameter(name="type")]

_FAILED = "failed"
_A_DAY = timedelta(days=1)


@get("/", sync_to_thread=True)
def list_webhooks(
    whose: Owner,
    visit: NamedDependency[Visit],
    manage_webhooks: Webhooks,
    limit: Limit = USUAL_PAGE,
    after: After = None,
) -> Page:
    """List webhooks, in the order in which they were added."""
    return _listed(visit, manage_webhooks, whose, limit=limit, after=after)


@post("/", sync_to_thread=True)
def add_webhook(
    whose: Owner, visit: NamedDependency[Visit], form: NamedDependency[Form], manage_webhooks: Webhooks
) -> Page:
    """Add a webhook, and show its secret this once."""
    try:
        types = event_types_from(form.texts("types"))
        endpoint, secret = manage_webhooks.add(form.text("url"), business=whose.business, types=types)
    except KvittError as error:
        return _listed(visit, manage_webhooks, whose, form=form, error=error)
    return _secret_shown(visit, whose, endpoint, secret, is_new=True)


@get("/{webhook:str}", sync_to_thread=True)
def show_webhook(
    webhook: WebhookInPath,
    whose: Owner,
    visit: NamedDependency[Visit],
    manage_webhooks: Webhooks,
    in_state: OfState = "",
    of_type: OfType = "",
    since: FromQuery[str] = "",
    limit: Limit = USUAL_PAGE,
    after: After = None,
) -> Page:
    """Show a webhook, how it fares, and its deliveries, that of the newest event first."""
    endpoint = manage_webhooks.get(webhook, whose)
    asked = {"state": in_state, "type": of_type, "since": since}
    try:
        wanted = _wanted(state=in_state, type_=of_type, since=since)
        found, then = page(
            lambda most, start: manage_webhooks.deliveries(webhook, whose, wanted=wanted, limit=most, before=start),
            limit=limit,
            after=after or None,
            key=lambda one: one.event,
        )
    except InvalidInput as error:
        return _shown(visit, whose, endpoint, asked=asked, error=error)
    return _shown(visit, whose, endpoint, asked=asked, rows=found, then=then)


@post("/{webhook:str}/edit", sync_to_thread=True)
def change_webhook(
    webhook: WebhookInPath,
    whose: Owner,
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    manage_webhooks: Webhooks,
) -> Page:
    """Send to another address, where one was typed, and events of the types that are ticked."""
    endpoint = manage_webhooks.get(webhook, whose)
    try:
        types = event_types_from(form.texts("types"))
        manage_webhooks.change(webhook, whose, url=form.text("url") or None, types=types)
    except KvittError as error:
        return _shown(visit, whose, endpoint, error=error)
    return visit.go(_page_of(whose, webhook), told=_("The webhook is changed."))


@post("/{webhook:str}/test")
async def test_webhook(
    webhook: WebhookInPath,
    whose: Owner,
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    manage_webhooks: Webhooks,
    vendor_calls: NamedDependency[VendorCalls],
) -> Page:
    """Send an example there, and tell how that went."""
    (type_,) = event_types_from([form.text("type") or EventType.INVOICE_PAID.value])
    tested = await vendor_calls.run(partial(manage_webhooks.test, webhook, whose, type_=type_))
    return _shown(visit, whose, manage_webhooks.get(webhook, whose), tested=tested)


@post("/{webhook:str}/rotate-secret", sync_to_thread=True)
def rotate_secret(
    webhook: WebhookInPath,
    whose: Owner,
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    manage_webhooks: Webhooks,
) -> Page:
    """Make a new secret, once it is certain that this is meant, and show it this once."""
    if not form.is_confirmed:
        manage_webhooks.get(webhook, whose)
        return visit.confirm(
            form,
            _("Replace the secret?"),
            about=_("The receiver has to be given the new one.")
            if form.is_set("at_once")
            else _("The receiver has to be given the new one. The old one signs along for 24 hours."),
            sure=_("Replace the secret"),
            back=_page_of(whose, webhook),
        )
    endpoint, secret = manage_webhooks.rotate_secret(webhook, whose, at_once=form.is_set("at_once"))
    return _secret_shown(visit, whose, endpoint, secret, is_new=False)


@post("/{webhook:str}/disable", sync_to_thread=True)
def disable_webhook(
    webhook: WebhookInPath, whose: Owner, visit: NamedDependency[Visit], manage_webhooks: Webhooks
) -> Page:
    """Send nothing there until it is enabled."""
    manage_webhooks.disable(webhook, whose)
    return visit.go(_page_of(whose, webhook), told=_("Nothing is sent there for now; what is on its way waits."))


@post("/{webhook:str}/enable", sync_to_thread=True)
def enable_webhook(
    webhook: WebhookInPath, whose: Owner, visit: NamedDependency[Visit], manage_webhooks: Webhooks
) -> Page:
    """Send events there again, those too that were on their way."""
    manage_webhooks.enable(webhook, whose)
    told = _("Events are sent there again. What happened in between is sent with “Send again”.")
    return visit.go(_page_of(whose, webhook), told=told)


@post("/{webhook:str}/remove", sync_to_thread=True)
def remove_webhook(
    webhook: WebhookInPath,
    whose: Owner,
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    manage_webhooks: Webhooks,
) -> Page:
    """Remove a webhook, once it is certain that this is meant."""
    endpoint = manage_webhooks.get(webhook, whose)
    if not form.is_confirmed:
        return visit.confirm(
            form,
            _("Remove this webhook?"),
            about=_("Nothing is sent there any more, and what was sent is forgotten. That can't be undone."),
            items=[endpoint.url],
            sure=_("Remove"),
            back=_page_of(whose, webhook),
        )
    manage_webhooks.remove(webhook, whose)
    return visit.go(address(*_base(whose)), told=_("The webhook is removed."))


@post("/{webhook:str}/resend", sync_to_thread=True)
def resend_events(
    webhook: WebhookInPath,
    whose: Owner,
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    manage_webhooks: Webhooks,
) -> Page:
    """Send again what failed, or what happened from one Norwegian day to another and has not been delivered."""
    endpoint = manage_webhooks.get(webhook, whose)
    try:
        number = manage_webhooks.resend(webhook, _again(form), whose)
    except KvittError as error:
        return _shown(visit, whose, endpoint, typed=form.typed, error=error)
    told = ngettext("%(number)d event is sent again.", "%(number)d events are sent again.", number) % {"number": number}
    return visit.go(_page_of(whose, webhook), told=told if number else _("There is nothing to send again."))


@get("/{webhook:str}/deliveries/{event:str}", sync_to_thread=True)
def show_delivery(
    webhook: WebhookInPath,
    event: EventInPath,
    whose: Owner,
    visit: NamedDependency[Visit],
    manage_webhooks: Webhooks,
) -> Page:
    """Show how far an event has come on its way to a webhook, with every attempt."""
    followed = manage_webhooks.delivery(webhook, event, whose)
    return visit.page(
        "webhook_delivery",
        at=partial(address, *_base(whose)),
        endpoint=manage_webhooks.get(webhook, whose),
        delivery=followed.delivery,
        attempts=[(attempt, _sentence(attempt)) for attempt in followed.attempts],
        words=event_words(),
        states=delivery_words(),
    )


@post("/{webhook:str}/deliveries/{event:str}/resend", sync_to_thread=True)
def resend_one(
    webhook: WebhookInPath,
    event: EventInPath,
    whose: Owner,
    visit: NamedDependency[Visit],
    manage_webhooks: Webhooks,
) -> Page:
    """Send one event again, whatever became of it."""
    manage_webhooks.resend_one(webhook, event, whose)
    there = address(*_base(whose), webhook, "deliveries", event)
    return visit.go(there, told=_("The event is sent again as soon as its turn has come."))


def _base(whose: Whose) -> Sequence[str]:
    return ("businesses", whose.business, "webhooks") if whose.business else ("webhooks",)


def _page_of(whose: Whose, webhook: str) -> str:
    return address(*_base(whose), webhook)


def _listed(
    visit: Visit,
    manage_webhooks: ManageWebhooks,
    whose: Whose,
    *,
    limit: int = USUAL_PAGE,
    after: str | None = None,
    form: Form | None = None,
    error: KvittError | None = None,
) -> Page:
    rows, then = page(
        lambda most, start: manage_webhooks.list(whose, limit=most, after=start),
        limit=limit,
        after=after or None,
        key=lambda one: one.id,
    )
    return visit.page(
        "webhooks",
        error=error,
        at=partial(address, *_base(whose)),
        business=whose.business,
        rows=rows,
        then=then,
        url=form.text("url") if form else "",
        ticked=form.texts("types") if form else [],
        words=event_words(),
        disabled=disabled_words(),
    )


def _shown(
    visit: Visit,
    whose: Whose,
    endpoint: Endpoint,
    *,
    asked: dict[str, str] | None = None,
    rows: Sequence[object] | None = None,
    then: str | None = None,
    typed: dict[str, str] | None = None,
    tested: Tested | None = None,
    error: KvittError | None = None,
) -> Page:
    return visit.page(
        "webhook",
        error=error,
        at=partial(address, *_base(whose)),
        business=whose.business,
        endpoint=endpoint,
        asked=asked or {"state": "", "type": "", "since": ""},
        is_filtered=any((asked or {}).values()),
        rows=rows,
        then=then,
        typed=typed or {},
        tested=tested,
        sentence=_sentence(tested.attempt) if tested else "",
        arrived=bool(tested and is_delivered(tested.attempt)),
        words=event_words(),
        states=delivery_words(),
        state_choices=[(state, word) for state, (_looks, word) in delivery_words().items()],
        disabled=disabled_words(),
    )


def _secret_shown(visit: Visit, whose: Whose, endpoint: Endpoint, secret: str, *, is_new: bool) -> Page:
    return visit.page(
        "webhook_secret",
        status=HTTPStatus.CREATED if is_new else HTTPStatus.OK,
        there=_page_of(whose, endpoint.id),
        endpoint=endpoint,
        secret=secret,
        is_new=is_new,
    )


def _wanted(*, state: str, type_: str, since: str) -> DeliveryFilter:
    """Read a filter. Errors: InvalidInput, code `bad_parameter`."""
    is_of_failed = state == _FAILED
    return DeliveryFilter(
        state=choice("state", state, DeliveryState) if state and not is_of_failed else None,
        type=choice("type", type_, EventType) if type_ else None,
        since=beginning_of("since", since),
        failed=is_of_failed or None,
    )


def _again(form: Form) -> Again:
    """Read what is to be sent again; `until` is the last day that is meant. Errors: InvalidInput."""
    if form.text("which") == _FAILED:
        return Again(failed_only=True)
    since, until = beginning_of("from", form.text("from")), beginning_of("until", form.text("until"))
    if since is None:
        raise bad_parameter("from", "Say from which day on")
    return Again(since=since, until=until + _A_DAY if until else None, delivered_too=form.is_set("delivered_too"))


def _sentence(attempt: Attempt) -> str:
    trouble = PostTrouble(attempt.trouble) if attempt.trouble else None
    return Posted(status=attempt.status, trouble=trouble, duration_ms=attempt.duration_ms).sentence


_READING = [list_webhooks, show_webhook, show_delivery]
_WRITING = [
    add_webhook,
    change_webhook,
    test_webhook,
    rotate_secret,
    disable_webhook,
    enable_webhook,
    remove_webhook,
    resend_events,
    resend_one,
]


def _everybodys() -> Whose:
    return Whose(business=None)


def _of_business(business: BusinessInPath) -> Whose:
    return Whose(business=business)


HANDLERS = [
    Router(
        path,
        route_handlers=handlers,
        dependencies={"whose": Provide(owner, sync_to_thread=False)},
        opt={NEEDS: need},
    )
    for path, owner, needs in (
        ("/webhooks", _everybodys, (Need.OVERSEE, Need.ADMINISTER)),
        ("/businesses/{business:str}/webhooks", _of_business, (Need.READ, Need.ADMINISTER)),
    )
    for handlers, need in zip((_READING, _WRITING), needs, strict=True)
]
"""Looking at a business's webhooks any of its users may; only administrators change them."""
