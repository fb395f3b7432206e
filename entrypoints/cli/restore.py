"""`kvitt restore --check`: whether a backup could be put back, and how that is done."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from adapters.secrets import secret_box_with, secret_keys_of
from adapters.storage.backup import Holdings, holdings_of
from core.errors import KvittError
from core.ports.secret_box import SecretBox
from entrypoints.cli.backup import holdings_text
from entrypoints.cli.exit_codes import ExitCode
from entrypoints.cli.findings import finding_document, show_finding
from entrypoints.cli.options import AsJson, existing
from entrypoints.cli.output import print_json, show
from entrypoints.doctor.findings import Finding, Standing, mend, ok, warning
from entrypoints.doctor.own_side import KEY_FILE
from entrypoints.settings import Settings, read_settings


def restore(
    check: Annotated[
        Path,
        typer.Option("--check", metavar="FILE", callback=existing, help="The backup to look into.", show_default=False),
    ],
    as_json: AsJson = False,
) -> int:
    """Check a backup of SQLite, and say how to put it back.

    The file is only read. Exit code 0: it can be restored, 1: something is wrong with it.
    """
    settings = read_settings()
    found = list(_examined(check, settings))
    can_be_restored = all(finding.standing is not Standing.MEND for finding in found)
    if as_json:
        print_json({"ok": can_be_restored, "checks": [finding_document(finding) for finding in found]})
    else:
        for finding in found:
            show_finding(finding)
        if can_be_restored:
            for line in _steps(check, settings):
                show(line)
    return ExitCode.DONE if can_be_restored else ExitCode.REFUSED


def _examined(file: Path, settings: Settings) -> Iterator[Finding]:
    try:
        held = holdings_of(file)
    except KvittError as error:
        yield mend("backup", error.message, error.hint)
        return
    yield ok("backup", f"{file} is a whole SQLite database of Kvitt's.")
    yield _revision(held)
    yield ok("content", f"{holdings_text(held)}. {_latest(held)}")
    yield _key(held, settings)


def _revision(held: Holdings) -> Finding:
    from adapters.storage.migrate import known_revisions  # Alembic is large

    if held.revision in known_revisions():
        return ok("migrations", f"Its tables are at revision {held.revision}, which this Kvitt knows.")
    return mend(
        "migrations",
        f"Its tables are at revision {held.revision}, which is newer than this Kvitt.",
        "Install the version of Kvitt that made it.",
    )


def _latest(held: Holdings) -> str:
    return f"The last thing done was at {held.latest[:19]} UTC." if held.latest else "Nothing was done in it."


def _key(held: Holdings, settings: Settings) -> Finding:
    """Whether this installation's key opens what is sealed; where there is none, none is made."""
    file = settings.home / KEY_FILE
    if settings.given_key is None and not file.exists():
        if not held.sealed:
            return ok("secret key", "There is no secret key here, and nothing in it is sealed with one.")
        return warning("secret key", f"There is no secret key in {file}.", "Put the key of the backup's time there.")
    try:
        box = secret_box_with(secret_keys_of(settings.home, settings.given_key))
    except KvittError as error:
        return mend("secret key", error.message, error.hint)
    closed = [business for business, sealed in held.sealed.items() if not _opens(box, sealed)]
    if not closed:
        return ok("secret key", f"This installation's key opens its connections ({len(held.sealed)}).")
    return warning(
        "secret key",
        f"This installation's key does not open {len(closed)} of its {len(held.sealed)} connections.",
        "Restore the key of that time too. If it is lost, add these businesses again with their secrets.",
    )


def _opens(box: SecretBox, sealed: str) -> bool:
    try:
        box.open(sealed)
    except KvittError:
        return False
    return True


def _steps(file: Path, settings: Settings) -> Iterator[str]:
    database = settings.database.removeprefix("sqlite:///")
    yield "To put it back:"
    yield "  1. Stop every kvitt serve and kvitt worker."
    if database == settings.database:
        yield "  2. Name an SQLite file in KVITT_DATABASE_URL: this installation's database is PostgreSQL's."
    else:
        target = shlex.quote(database)
        turns = shlex.quote(str(settings.home / "turns.db"))
        yield "  2. Put the file in its place:"
        yield f"     rm -f {target}-wal {target}-shm {turns}*"
        yield f"     install -m 600 {shlex.quote(str(file.absolute()))} {target}"
    yield "  3. kvitt doctor --offline"
    yield "  4. kvitt recover: it finds what was sent since the backup. Nothing is sent until then."
    yield "  5. Start Kvitt again."
