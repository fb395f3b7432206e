"""`kvitt webhook`: addresses that events are sent to as they happen, and what became of each."""

import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from core.event import EventType
from core.posting import Posted, PostTrouble
from core.use_cases.manage_webhooks import FollowedDelivery, event_types_from
from core.webhook import OLD_SECRET_SIGNS_FOR, Again, Attempt, Delivery, DeliveryFilter, DeliveryState, Endpoint
from entrypoints.cli.audit import instant
from entrypoints.cli.exit_codes import ExitCode
from entrypoints.cli.installation import installation
from entrypoints.cli.options import AsJson
from entrypoints.cli.output import how_many, print_json, print_table, say, show
from entrypoints.cli.paging import every
from entrypoints.cli.telling import moment
from entrypoints.language.at_hand import translated
from entrypoints.webhook_documents import (
    DeliveryDocument,
    DeliveryStory,
    Resent,
    WebhookDocument,
    WebhookTest,
    is_delivered,
)

_STANDARD_INPUT = "-"
_HOURS = int(OLD_SECRET_SIGNS_FOR.total_seconds()) // 3600
_STATES = {
    DeliveryState.PENDING: "pending",
    DeliveryState.DELIVERED: "delivered",
    DeliveryState.GIVEN_UP: "given up",
}
_DISABLED = {
    "by_person": "disabled by a person",
    "gone": "disabled: it answered that it is gone (410)",
    "failing": "disabled: it failed for days",
}

WebhookId = Annotated[str, typer.Argument(metavar="ID", help="The webhook's id; list shows it.")]
OneEvent = Annotated[
    str | None, typer.Argument(metavar="EVENT", help="One event, by its id; deliveries shows it.", show_default=False)
]


def add(
    url: Annotated[
        str, typer.Argument(metavar="URL", help="The https address to send to; - reads it from standard input.")
    ],
    business: Annotated[
        str | None,
        typer.Option("--business", metavar="NAME", help="Only this business's events; otherwise those of all."),
    ] = None,
    types: Annotated[
        str | None,
        typer.Option(metavar="TYPE,...", help="Only events of these types; otherwise those of all types."),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Add a webhook, and show its secret this once.

    Standard output holds the secret and nothing else. Give the address on standard input where it holds a token, so
    that no list of processes and no shell's history has it.
    """
    wanted = _types(types) or ()
    with installation() as container:
        endpoint, secret = container.manage_webhooks().add(_address(url), business=business, types=wanted)
    if as_json:
        print_json({**WebhookDocument.of(endpoint).document(), "secret": secret})
    else:
        show(secret)
        say(f"Events of {_whose(endpoint)} are sent to {endpoint.url} from now on, signed with this secret.")
        say("It is shown only once: keep it safe.")
        say(f"Next: kvitt webhook test {endpoint.id}")
    return ExitCode.DONE


def list_(
    business: Annotated[
        str | None, typer.Option("--business", metavar="NAME", help="Only those of this business.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """List the webhooks."""
    with installation() as container:
        if business is not None:
            container.look_up().require(business)
        found = every(container.manage_webhooks().list, key=lambda one: one.id)
        webhooks = [one for one in found if business in (None, one.business)]
    if as_json:
        print_json([WebhookDocument.of(one).document() for one in webhooks])
    elif webhooks:
        rows = [
            [
                one.id,
                one.url,
                one.business or translated("(all)"),
                one.state.value,
                _how_it_fares(one),
                ", ".join(one.types),
            ]
            for one in webhooks
        ]
        print_table(
            ["Id", "Address", "Business", "State", "How it fares", "Types"],
            rows,
            below=["Address", "Types", "How it fares"],
        )
    else:
        say("There are no webhooks yet. Add one with: kvitt webhook add URL")
    return ExitCode.DONE


def show_(webhook: WebhookId, as_json: AsJson = False) -> int:
    """Show a webhook, and how it fares."""
    with installation() as container:
        endpoint = container.manage_webhooks().get(webhook)
    if as_json:
        print_json(WebhookDocument.of(endpoint).document())
    else:
        for line in _lines(endpoint):
            show(line)
    return ExitCode.DONE


def set_(
    webhook: WebhookId,
    url: Annotated[
        str | None,
        typer.Option("--url", metavar="URL", help="Send to this address; - reads it from standard input."),
    ] = None,
    types: Annotated[
        str | None, typer.Option(metavar="TYPE,...", help="Only events of these types; all is those of all types.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Change a webhook's address or types."""
    if url is None and types is None:
        raise typer.BadParameter("Say what to change.", param_hint="--url, --types")
    wanted = () if types == "all" else _types(types)
    with installation() as container:
        where = _address(url) if url is not None else None
        endpoint = container.manage_webhooks().change(webhook, url=where, types=wanted)
    return _shown(endpoint, as_json, f"Changed the webhook {endpoint.id}.")


def test(
    webhook: WebhookId,
    type_: Annotated[
        str, typer.Option("--type", metavar="TYPE", help="The type of the example.")
    ] = EventType.INVOICE_PAID.value,  # noqa: PT028 - the command is called test
    as_json: AsJson = False,  # noqa: PT028
) -> int:
    """Send a signed example to a webhook, and show the answer.

    The example's id begins with example_, and it tells of no real invoice. It is tried once.
    """
    (wanted,) = event_types_from([type_])
    with installation() as container:
        tested = container.manage_webhooks().test(webhook, type_=wanted)
    arrived = is_delivered(tested.attempt)
    if as_json:
        print_json(WebhookTest.of_tested(tested).document())
    else:
        show(f"Sent an example of {wanted.value} ({tested.event.id}).")
        show(f"  {_sentence(tested.attempt)}")
        show(f"  It took {tested.attempt.duration_ms} ms.")
        if tested.attempt.answer and not arrived:
            show(f"  Its answer began: {tested.attempt.answer}")
    return ExitCode.DONE if arrived else ExitCode.REFUSED


def rotate_secret(
    webhook: WebhookId,
    now: Annotated[
        bool, typer.Option("--now", help="The old secret signs nothing any more: for one that others have seen.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Make a new secret, and show it once.

    The old one signs along for 24 hours, so that the receiver can change over. Standard output holds the new one and
    nothing else.
    """
    with installation() as container:
        endpoint, secret = container.manage_webhooks().rotate_secret(webhook, at_once=now)
    if as_json:
        print_json({**WebhookDocument.of(endpoint).document(), "secret": secret})
    else:
        show(secret)
        if endpoint.old_secret_until:
            say(f"Events are signed with this secret from now on, and for {_HOURS} hours with the old one too.")
        else:
            say("Events are signed with this secret alone from now on.")
        say("It is shown only once: keep it safe.")
    return ExitCode.DONE


def enable(webhook: WebhookId, as_json: AsJson = False) -> int:
    """Send events to a webhook that was disabled."""
    with installation() as container:
        manage = container.manage_webhooks()
        earlier = manage.get(webhook)
        endpoint = manage.enable(webhook)
    shown = _shown(endpoint, as_json, f"Events are sent to {endpoint.url}, those too that were on their way.")
    if earlier.disabled_at and not as_json:
        since = f"{earlier.disabled_at:%Y-%m-%dT%H:%M:%SZ}"
        say(f"What happened while it was disabled is sent with: kvitt webhook resend {endpoint.id} --since {since}")
    return shown


def disable(webhook: WebhookId, as_json: AsJson = False) -> int:
    """Send a webhook nothing until it is enabled."""
    with installation() as container:
        endpoint = container.manage_webhooks().disable(webhook)
    shown = _shown(endpoint, as_json, f"Nothing is sent to {endpoint.url} for now; what is on its way waits.")
    if not as_json:
        say(f"Enable it with: kvitt webhook enable {endpoint.id}")
    return shown


def remove(webhook: WebhookId, as_json: AsJson = False) -> int:
    """Remove a webhook."""
    with installation() as container:
        endpoint = container.manage_webhooks().remove(webhook)
    return _shown(endpoint, as_json, f"Removed the webhook {endpoint.id}: nothing is sent to {endpoint.url} any more.")


def deliveries(
    webhook: WebhookId,
    event: OneEvent = None,
    state: Annotated[
        str | None, typer.Option(metavar="STATE", help="Only those in this state: pending, delivered, given_up.")
    ] = None,
    type_: Annotated[str | None, typer.Option("--type", metavar="TYPE", help="Only events of this type.")] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Only events from then on, such as 2026-10-01 or 2026-10-01T12:00:00Z."),
    ] = None,
    failed: Annotated[bool, typer.Option("--failed", help="Only those whose last attempt failed.")] = False,
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=10_000, help="At most this many.")] = 50,
    before: Annotated[
        str | None, typer.Option(metavar="EVENT", help="Only those before this one.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> int:
    """List what was sent to a webhook, newest first.

    Of one event, every attempt is shown.
    """
    if event is not None:
        return _show_one(webhook, event, as_json)
    if state is not None and state not in set(DeliveryState):
        raise typer.BadParameter(f"choose one of {', '.join(DeliveryState)}.", param_hint="--state")
    wanted = DeliveryFilter(
        state=DeliveryState(state) if state else None,
        type=event_types_from([type_])[0] if type_ else None,
        since=instant(since) if since else None,
        failed=failed or None,
    )
    with installation() as container:
        found = container.manage_webhooks().deliveries(webhook, wanted=wanted, limit=limit + 1, before=before)
    listed = found[:limit]
    if as_json:
        print_json([DeliveryDocument.of(one).document() for one in listed])
    elif listed:
        print_table(
            ["Event", "Type", "Business", "Invoice", "State", "Attempts", "Next attempt"],
            [_row(one) for one in listed],
            right=["Attempts"],
            below=["Next attempt", "Business"],
        )
    elif wanted == DeliveryFilter():
        say("Nothing was sent to this webhook yet.")
    else:
        say("No deliveries match.")
    if len(found) > limit:
        say(f"There are more: show them with --before {listed[-1].event}.")
    return ExitCode.DONE


def resend(
    webhook: WebhookId,
    event: OneEvent = None,
    failed: Annotated[bool, typer.Option("--failed", help="Everything whose last attempt failed.")] = False,
    since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="What happened from then on, such as 2026-10-01T12:00:00Z."),
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="What happened before then.")] = None,
    delivered_too: Annotated[
        bool, typer.Option("--delivered-too", help="With --since, what was delivered already as well.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Send events to a webhook again, in their order.

    One event, all that failed, or what happened since an outage began: with that comes what was never sent because the
    webhook was disabled.
    """
    if (event is not None) + failed + (since is not None) != 1:
        raise typer.BadParameter("Say which: an event, --failed, or --since.", param_hint="EVENT, --failed, --since")
    if since is None and (until is not None or delivered_too):
        raise typer.BadParameter("goes with --since.", param_hint="--until, --delivered-too")
    which = Again(
        since=instant(since) if since else None,
        until=instant(until) if until else None,
        delivered_too=delivered_too,
        failed_only=failed,
    )
    with installation() as container:
        manage = container.manage_webhooks()
        if event is not None:
            manage.resend_one(webhook, event)
        number = 1 if event is not None else manage.resend(webhook, which)
    if as_json:
        print_json(Resent(events=number).document())
    elif number:
        show(f"To be sent again: {how_many(number, 'event')}.")
        say("A running worker sends them (kvitt serve or kvitt worker).")
    else:
        show("There is nothing to send again.")
    return ExitCode.DONE


def _show_one(webhook: str, event: str, as_json: bool) -> int:
    with installation() as container:
        followed = container.manage_webhooks().delivery(webhook, event)
    if as_json:
        print_json(DeliveryStory.of_followed(followed).document())
        return ExitCode.DONE
    for line in _story(followed):
        show(line)
    return ExitCode.DONE


def _story(followed: FollowedDelivery) -> Iterator[str]:
    delivery = followed.delivery
    yield f"Event {delivery.event}: {delivery.type.value}"
    about = f", invoice {delivery.invoice}" if delivery.invoice else ""
    yield f"  Business {delivery.business}{about}, {moment(delivery.created_at)}"
    yield f"  State: {_STATES[delivery.state]}"
    if delivery.next_attempt_at:
        yield f"  Next attempt: {moment(delivery.next_attempt_at)}"
    for attempt in followed.attempts:
        yield f"  {moment(attempt.at)}  {_sentence(attempt)}"
        if attempt.answer:
            yield f"    {attempt.answer}"


def _row(one: Delivery) -> list[str]:
    return [
        one.event,
        one.type.value,
        one.business,
        one.invoice or "",
        _STATES[one.state],
        str(one.attempts),
        moment(one.next_attempt_at) if one.next_attempt_at else "",
    ]


def _lines(endpoint: Endpoint) -> Iterator[str]:
    yield f"Webhook {endpoint.id}"
    yield f"  Address: {endpoint.url}"
    yield f"  Events of: {_whose(endpoint)}"
    yield f"  Types: {', '.join(endpoint.types) or 'all'}"
    yield f"  State: {_DISABLED[endpoint.disabled_reason] if endpoint.disabled_reason else endpoint.state.value}"
    if endpoint.disabled_at:
        yield f"  Disabled: {moment(endpoint.disabled_at)}"
    if endpoint.failing_since:
        yield f"  Failing since: {moment(endpoint.failing_since)} ({how_many(endpoint.failures, 'attempt')})"
    if endpoint.paused_until:
        yield f"  Nothing is sent before: {moment(endpoint.paused_until)}"
    if endpoint.old_secret_until:
        yield f"  The old secret signs along until: {moment(endpoint.old_secret_until)}"
    yield f"  Added: {moment(endpoint.created_at)}"


def _how_it_fares(endpoint: Endpoint) -> str:
    if endpoint.disabled_reason:
        return _DISABLED[endpoint.disabled_reason]
    return f"failing since {moment(endpoint.failing_since)}" if endpoint.failing_since else ""


def _shown(endpoint: Endpoint, as_json: bool, told: str) -> int:
    if as_json:
        print_json(WebhookDocument.of(endpoint).document())
    else:
        show(told)
    return ExitCode.DONE


def _sentence(attempt: Attempt) -> str:
    trouble = PostTrouble(attempt.trouble) if attempt.trouble else None
    return Posted(status=attempt.status, trouble=trouble, duration_ms=attempt.duration_ms).sentence


def _whose(endpoint: Endpoint) -> str:
    return f"the business {endpoint.business}" if endpoint.business else "all businesses"


def _address(given: str) -> str:
    return sys.stdin.readline().strip() if given == _STANDARD_INPUT else given


def _types(given: str | None) -> tuple[EventType, ...] | None:
    if given is None:
        return None
    named = [part.strip() for part in given.split(",") if part.strip()]
    return event_types_from(named or [""])  # none at all, as of a variable that is not set, is not meant to be all
