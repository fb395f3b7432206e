"""The installation itself: its folder, its database, its key, its plugins."""

import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from adapters.storage.examination import Examination
from adapters.storage.schema import LATEST_REVISION
from core.errors import KvittError
from core.ports.secret_box import SecretBox
from entrypoints.doctor.findings import Finding, mend, ok
from plugins.registry import AccountingRegistry

KEY_FILE = "secret.key"
LEAST_FREE = 512 * 1024 * 1024
"""In bytes. A database on a full disk takes no more invoices."""

_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_KEY_FOR_OTHERS = stat.S_IWGRP | stat.S_IRWXO  # a service manager may hand a key over to a group


def folder(home: Path) -> Iterator[Finding]:
    """Whether the data folder is ours alone, and has room."""
    if not home.is_dir():
        yield ok("folder", f"The folder {home} is not there yet; it is made when it is needed.")
        return
    if home.stat().st_mode & _FOR_OTHERS:
        yield mend("folder", f"Others than its owner may look into {home}.", f"chmod 700 {home}")
    free = shutil.disk_usage(home).free
    room = f"{free // (1024 * 1024)} MB are free where {home} is."
    if free < LEAST_FREE:
        yield mend("disk", room, "Make room, or move KVITT_HOME: a database on a full disk takes nothing more.")
    else:
        yield ok("disk", room)


def database(examination: Examination) -> Iterator[Finding]:
    """Whether the database can be written, and outlives a power cut."""
    examination.require_writable()
    journal = examination.journal_mode()
    if journal not in (None, "wal"):
        yield mend(
            "storage",
            f"SQLite keeps its journal as {journal} and not as wal.",
            "Keep KVITT_HOME on a local disk: network file systems can't do it.",
        )
        return
    yield ok("storage", "The database can be reached and written.")


def migrations(examination: Examination) -> Iterator[Finding]:
    """Whether the tables are those that this Kvitt works with."""
    revision = examination.revision()
    if revision == LATEST_REVISION:
        yield ok("migrations", f"The tables are at revision {revision}, the latest.")
    elif revision is None:
        yield mend("migrations", "The database holds no tables yet.", "Any command makes them: kvitt business list")
    else:
        yield mend(
            "migrations",
            f"The tables are at revision {revision}; this Kvitt works with {LATEST_REVISION}.",
            "After an upgrade: make a backup, then any command brings them up to date (kvitt business list). "
            "After a downgrade: install the newer version again.",
        )


def key_file(home: Path, *, is_given: bool) -> Iterator[Finding]:
    """Whether there is a secret key, and not for everybody's eyes."""
    file = home / KEY_FILE
    if is_given:
        yield ok("secret key", "The secret key is given in the environment.")
    elif not file.exists():
        yield mend(
            "secret key",
            f"There is no secret key in {file}.",
            "If businesses are stored, give their key back, from the backup. Otherwise any command makes one.",
        )
    elif file.stat().st_mode & _KEY_FOR_OTHERS:
        yield mend("secret key", f"Others than its owner may read or write {file}.", f"chmod 600 {file}")
    else:
        yield ok("secret key", f"The secret key is in {file}, and not for others.")


def secrets(examination: Examination, secret_box: SecretBox) -> Iterator[Finding]:
    """Whether the key opens what is stored."""
    sealed = examination.sealed_settings()
    closed = [business for business, settings in sealed.items() if not _opens(secret_box, settings)]
    if closed:
        yield mend(
            "secrets",
            f"The secret key does not open the connections of {len(closed)} of {len(sealed)} businesses: "
            f"{', '.join(closed[:5])}{', ...' if len(closed) > 5 else ''}.",
            "Give the former key back; if it is lost, add these businesses again with their secrets (business add).",
        )
    else:
        yield ok("secrets", f"The secret key opens the connections of all {len(sealed)} businesses.")


def plugins(registry: AccountingRegistry) -> Iterator[Finding]:
    """Whether all installed plugins could be loaded."""
    for plugin in registry.broken:
        yield mend(
            "plugins",
            f"The plugin {plugin.name} can't be used: {plugin.raised.partition(':')[0]}.",
            "Update or uninstall its package; its businesses wait meanwhile.",
        )
    yield ok("plugins", f"Accounting systems: {', '.join(registry.names)}.")


def _opens(secret_box: SecretBox, sealed: str) -> bool:
    try:
        secret_box.open(sealed)
    except KvittError:
        return False
    return True
