"""`kvitt backup`: a copy of the database to keep elsewhere."""

from pathlib import Path
from typing import Annotated

import typer

from adapters.storage.backup import Holdings, back_up
from entrypoints.cli.exit_codes import ExitCode
from entrypoints.cli.options import AsJson
from entrypoints.cli.output import how_many, print_json, say, show
from entrypoints.data_folder import require_own
from entrypoints.settings import read_settings


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
    as_json: AsJson = False,
) -> int:
    """Back up the database into a file, while everything runs.

    For SQLite; with PostgreSQL it says the line for pg_dump, with exit code 1. The secret key is not in the file: keep
    it too, elsewhere.
    """
    settings = read_settings()
    require_own(settings.home)
    held = back_up(settings.database, file, replace=force)
    key = None if settings.given_key else str(settings.home / "secret.key")
    if as_json:
        document = {"file": str(file), "bytes": file.stat().st_size, "revision": held.revision, **held.counts}
        print_json({**document, "secret_key": key})
        return ExitCode.DONE
    show(f"Wrote {file}: {holdings_text(held)}.")
    if key:
        say(f"Keep the secret key too, but not beside it: {key}")
    else:
        say("Keep the secret key too, but not beside it: the one that is given in KVITT_SECRET_KEY.")
    say(f"See that it can be restored: kvitt restore --check {file}")
    return ExitCode.DONE


def holdings_text(held: Holdings) -> str:
    """Write how much of each kind a database holds."""
    businesses, invoices, transfers = (held.counts[table] for table in ("businesses", "invoices", "transfers"))
    return f"{how_many(businesses, 'business')}, {how_many(invoices, 'invoice')}, {how_many(transfers, 'transfer')}"
