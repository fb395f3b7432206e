"""`kvitt audit`: who did what when, and how it ended."""

from datetime import datetime
from typing import Annotated

import typer

from core.audit import Actor, KeptEntry
from entrypoints.cli.exit_codes import ExitCode
from entrypoints.cli.installation import installation
from entrypoints.cli.options import AsJson
from entrypoints.cli.output import print_json, print_table, say
from entrypoints.cli.telling import moment
from entrypoints.documents import AuditDocument

_LEAVING = ("About", "Result", "Invoice", "Business")
USUAL_LIMIT = 100
_LARGEST = 10**18 - 1  # as over HTTP; any database takes that, and one more


def audit(
    business: Annotated[str | None, typer.Option("--business", metavar="NAME", help="Only this business.")] = None,
    invoice: Annotated[
        str | None, typer.Option("--invoice", metavar="NUMBER", help="Only this invoice; needs --business.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Only from then on, such as 2026-10-01 or 2026-10-01T12:00:00Z."),
    ] = None,
    limit: Annotated[
        int, typer.Option(metavar="N", min=1, max=_LARGEST, help="At most this many entries.")
    ] = USUAL_LIMIT,
    before: Annotated[
        int | None,
        typer.Option(metavar="ID", min=0, max=_LARGEST, help="Only entries before this one.", show_default=False),
    ] = None,
    after: Annotated[
        int | None,
        typer.Option(
            metavar="ID", min=0, max=_LARGEST, help="Only entries after this one, oldest first.", show_default=False
        ),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Show who did what and how it ended, newest first."""
    if invoice is not None and business is None:
        raise typer.BadParameter("give the invoice's business too.", param_hint="--business")
    if before is not None and after is not None:
        raise typer.BadParameter("give --before or --after, not both.", param_hint="--after")
    begin = instant(since) if since is not None else None
    with installation() as container:
        look_up = container.look_up()
        which = {"business": business, "invoice": invoice}
        found = (
            look_up.newest_audit(**which, since=begin, limit=limit + 1, before=before)
            if after is None
            else look_up.audit(**which, since=begin, limit=limit + 1, after=after)
        )
    entries = found[:limit]
    if as_json:
        print_json([AuditDocument.of(entry).document() for entry in entries])
    elif entries:
        print_table(
            ["Id", "Time", "Who", "What", "Business", "Invoice", "About", "Result"],
            list(map(_row, entries)),
            below=_LEAVING,
        )
    else:
        say("No entries match.")
    if len(found) > limit:
        say(f"There are more: show them with --{'before' if after is None else 'after'} {entries[-1].id}.")
    return ExitCode.DONE


def instant(text: str) -> datetime:
    """Read a date or an instant; without an offset it is meant in this machine's time zone."""
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError, OSError):
        raise typer.BadParameter("write it like 2026-10-01 or 2026-10-01T12:00:00Z.", param_hint="--since") from None


def _row(entry: KeptEntry) -> list[str]:
    result = f"{entry.result}: {entry.code}" if entry.code else entry.result.value
    told = [entry.action.value, entry.business or "", entry.invoice or "", entry.subject or "", result]
    return [str(entry.id), moment(entry.at), _who(entry.actor), *told]


def _who(actor: Actor) -> str:
    if actor.key:
        return f"{actor.name} ({actor.key})"
    kind = actor.kind.value.replace("_", " ")
    return f"{actor.name} ({kind})" if actor.name else kind
