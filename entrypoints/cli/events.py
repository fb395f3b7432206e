"""`kvitt events`: what happened, listed or followed, and posted to a program that is being written."""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import InvalidInput, NotFound
from core.event import Event, EventType
from core.webhook import Attempt
from entrypoints.cli.audit import instant
from entrypoints.cli.exit_codes import ExitCode
from entrypoints.cli.installation import installation
from entrypoints.cli.options import AsJson, BusinessName
from entrypoints.cli.output import print_json, print_json_line, print_table, say, show
from entrypoints.cli.paging import PAGE, every
from entrypoints.cli.running import end_well_when_told_to
from entrypoints.cli.telling import moment
from entrypoints.event_documents import EventDocument

if TYPE_CHECKING:
    from entrypoints.cli.forwarding import Forwarding
    from entrypoints.container import Container

USUAL_LIMIT = 100
_LARGEST = 10**6
_LOOK_AGAIN_SECONDS = 0.5
_LEAVING = ("Id", "About")

OfTypes = Annotated[
    list[str] | None,
    typer.Option(
        "--type",
        metavar="TYPE",
        help="Only what is of this type, such as invoice.paid; give it several times for several.",
        show_default=False,
    ),
]
Since = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="Only from then on, such as 2026-10-01 or 2026-10-01T12:00:00Z."),
]


def list_(
    business: BusinessName,
    of_types: OfTypes = None,
    since: Since = None,
    limit: Annotated[
        int, typer.Option(metavar="N", min=1, max=_LARGEST, help="At most this many events.")
    ] = USUAL_LIMIT,
    after: Annotated[
        str | None, typer.Option(metavar="ID", help="Only what happened after this event.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> int:
    """List what happened to a business and its invoices.

    The latest events are listed, in the order in which they happened; with --since or --after, the first from there on.
    """
    types = _types(of_types)
    begin = instant(since) if since is not None else None
    with installation() as container:
        look_up = container.look_up()
        if begin is None and after is None:
            found = look_up.newest_events(business, types=types, limit=limit + 1)
            events, is_more = found[-limit:], len(found) > limit
        else:
            found = look_up.events(business, types=types, since=begin, limit=limit + 1, after=after)
            events, is_more = found[:limit], len(found) > limit
    if as_json:
        print_json([EventDocument.of(event).document() for event in events])
    elif events:
        rows = [[moment(one.timestamp), one.type.value, one.invoice or "", _about(one), one.id] for one in events]
        print_table(["Time", "Event", "Invoice", "About", "Id"], rows, below=_LEAVING)
    else:
        say("No events match.")
    if is_more and begin is None and after is None:
        say("There are earlier ones: show them with --since, or more of them with --limit.")
    elif is_more:
        say(f"There are more: show them with --after {events[-1].id}.")
    return ExitCode.DONE


def tail(
    business: Annotated[
        str | None,
        typer.Option(
            "--business", metavar="NAME", help="Only this one; else that of KVITT_BUSINESS or kvitt use; else all."
        ),
    ] = None,
    of_types: OfTypes = None,
    since: Since = None,
    forward_to: Annotated[
        str | None,
        typer.Option(
            "--forward-to",
            metavar="URL",
            help="Post each event there, signed as webhooks are: for a program that you are writing.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Follow what happens, line by line, until you stop it.

    It begins now, or with what happened at --since. Events are posted once each: one that did not arrive is not posted
    again. The secret that they are signed with is KVITT_FORWARD_SECRET, or a new one that is told at the beginning.
    """
    types = _types(of_types)
    begin = instant(since) if since is not None else None
    end_well_when_told_to()
    with installation() as container, suppress(KeyboardInterrupt):
        forwarding = _forwarding(container, forward_to) if forward_to is not None else None
        following = _Following(container, _only(container, business), types=types, since=begin)
        say("Following what happens; stop with Ctrl-C.")
        while True:
            for event in following.new():
                _tell(event, forwarding.post(event) if forwarding else None, as_json=as_json)
            _wait()
    return ExitCode.DONE


def _wait() -> None:
    time.sleep(_LOOK_AGAIN_SECONDS)


def _only(container: "Container", business: str | None) -> str | None:
    """Return the business that is followed alone, or None where all are. Errors: NotFound."""
    from entrypoints.default_business import default_business

    default = default_business(container.settings())
    name = business or (default.name if default else None)
    if name is not None:
        container.look_up().require(name)
    return name


def _forwarding(container: "Container", url: str) -> "Forwarding":
    from entrypoints.cli.forwarding import Forwarding

    forwarding = Forwarding.to(url, clock=container.clock(), wall=container.wall_clock())
    if forwarding.new_secret:
        say(f"Events are signed with {forwarding.new_secret}; KVITT_FORWARD_SECRET chooses another secret.")
    return forwarding


class _Following:
    """Reads what is new, business by business: only within one is the order of writing that of reading."""

    def __init__(
        self, container: "Container", only: str | None, *, types: Collection[EventType], since: datetime | None
    ) -> None:
        self._look_up = container.look_up()
        self._only = only
        self._types = types
        self._since = since
        self._last: dict[str, Event | None] = {}
        if since is None:
            self._last = {name: next(iter(self._look_up.newest_events(name, limit=1)), None) for name in self._names()}

    def new(self) -> Sequence[Event]:
        """Return what has been written since the last time, by its time."""
        found = [event for name in self._names() for event in self._new_of(name)]
        return sorted(found, key=lambda event: event.timestamp)

    def _names(self) -> Sequence[str]:
        if self._only is not None:
            return [self._only]
        return [one.name for one in every(self._look_up.businesses, key=lambda business: business.name)]

    def _new_of(self, name: str) -> Iterator[Event]:
        while True:
            last = self._last.get(name)
            try:
                found = self._look_up.events(name, since=self._since, limit=PAGE, after=last.id if last else None)
            except NotFound:
                if self._only is not None:
                    raise
                return  # it was erased at this moment
            except InvalidInput:  # the last one is no longer kept, so all that are came later
                found = self._look_up.events(name, since=self._since, limit=PAGE)
            if found:
                self._last[name] = found[-1]
            yield from (event for event in found if not self._types or event.type in self._types)
            if len(found) < PAGE:
                return


def _tell(event: Event, attempt: Attempt | None, *, as_json: bool) -> None:
    """Tell of an event, and how posting it ended, where it was posted."""
    if as_json:
        forwarded = {"forwarded": attempt.model_dump(mode="json", include=_OF_ATTEMPT)} if attempt else {}
        print_json_line({**EventDocument.of(event).document(), **forwarded})
        return
    line = "  ".join(filter(None, [moment(event.timestamp), event.business, event.type, event.invoice, _about(event)]))
    if attempt is None:
        show(line)
    elif attempt.status is not None:
        show(f"{line}  -> {attempt.status} ({attempt.duration_ms} ms)")
    else:
        show(f"{line}  -> {attempt.trouble}")


_OF_ATTEMPT = {"status", "trouble", "duration_ms"}


def _about(event: Event) -> str:
    """What one looks for first: an error's code, an order, an invoice's number, or how many of a batch stand where."""
    data = event.data
    if isinstance(error := data.get("error"), Mapping):
        return str(error["code"])
    if isinstance(states := data.get("states"), Mapping):
        return ", ".join(f"{state} {count}" for state, count in states.items() if count)
    told = data.get("invoice_number") or data.get("order_id") or ""
    return str(told)


def _types(texts: Sequence[str] | None) -> list[EventType]:
    try:
        return [EventType(text) for text in texts or ()]
    except ValueError:
        raise typer.BadParameter(f"choose from {', '.join(EventType)}.", param_hint="--type") from None
