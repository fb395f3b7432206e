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

USUAL_LIMIT = 1000
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
    after: Annotated[
        int | None,
        typer.Option(metavar="ID", min=0, max=_LARGEST, help="Only entries after this one.", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Show who did what and how it ended, oldest first."""
    if invoice is not None and business is None:
        raise typer.BadParameter("give the invoice's business too.", param_hint="--business")
    begin = instant(since) if since is not None else None
    with installation() as container:
        found = container.look_up().audit(business=business, invoice=invoice, since=begin, limit=limit + 1, after=after)
    entries = found[:limit]
    if as_json:
        print_json([AuditDocument.of(entry).document() for entry in entries])
    elif entries:
        print_table(["Id", "Time", "Who", "What", "Business", "Invoice", "About", "Result"], list(map(_row, entries)))
    else:
        say("No entries match.")
    if len(found) > limit:
        say(f"There are more: show them with --after {entries[-1].id}.")
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
    return f"{actor.name} ({actor.key})" if actor.key else actor.kind.value.replace("_", " ")
