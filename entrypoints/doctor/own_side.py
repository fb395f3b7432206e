"""The installation itself: its folder, its database, its key, its plugins."""

import shutil
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from adapters.storage.examination import Examination
from adapters.storage.schema import LATEST_REVISION
from core.errors import KvittError
from core.ports.secret_box import SecretBox
from entrypoints.data_folder import require_own, require_room
from entrypoints.doctor.findings import Finding, mend, ok
from plugins.registry import AccountingRegistry

KEY_FILE = "secret.key"
LEAST_FREE = 512 * 1024 * 1024
"""In bytes. A database on a full disk takes no more invoices."""

_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_MOST_NAMED = 5


def folder(home: Path) -> Iterator[Finding]:
    """Whether the data folder is ours alone, and has room."""
    if home.exists() and not home.is_dir():
        yield mend("folder", f"{home} is no folder.", "Name a folder in KVITT_HOME; a missing one is made.")
        return
    if not home.exists():
        yield ok("folder", f"The folder {home} is not there yet; it is made when it is needed.")
        return
    require_own(home)
    if home.stat().st_mode & _FOR_OTHERS:
        yield mend("folder", f"Others than its owner may look into {home}.", f"chmod 700 {home}")
    require_room(home)
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
    else:
        yield mend(
            "migrations",
            f"The tables are at revision {revision}; this Kvitt works with {LATEST_REVISION}.",
            "After an upgrade: make a backup, then any command brings them up to date (kvitt business list). "
            "After a downgrade: install the newer version again.",
        )


def secret_key(home: Path, open_box: Callable[[], SecretBox], *, is_given: bool) -> Iterator[Finding]:
    """Whether the secret key is one, and not for everybody's eyes. There has to be one: `open_box` would make it."""
    open_box()
    where = "given in the environment" if is_given else f"in {home / KEY_FILE}, and not for others"
    yield ok("secret key", f"The secret key is {where}.")


def missing_key(examination: Examination, home: Path) -> Iterator[Finding]:
    """Whether the key that there is not is missed."""
    if sealed := examination.sealed_settings():
        yield mend(
            "secret key",
            f"There is no secret key in {home / KEY_FILE}, and the connections that are stored ({len(sealed)}) are "
            "sealed with one.",
            "Give it back, from the backup. If it is lost, any command makes a new one; then add these businesses "
            "again with their secrets (business add).",
        )
    else:
        yield ok("secret key", "There is no secret key yet; the first command makes it.")


def secrets(examination: Examination, secret_box: SecretBox) -> Iterator[Finding]:
    """Whether the key opens what is stored."""
    sealed = examination.sealed_settings()
    closed = [business for business, settings in sealed.items() if not _opens(secret_box, settings)]
    if closed:
        yield mend(
            "secrets",
            f"The secret key does not open {len(closed)} of the connections that are stored ({len(sealed)}): "
            f"{_some(closed)}.",
            "Give the former key back; if it is lost, add these businesses again with their secrets (business add).",
        )
    else:
        yield ok("secrets", f"The secret key opens all connections that are stored ({len(sealed)}).")


def plugins(registry: AccountingRegistry, examination: Examination) -> Iterator[Finding]:
    """Whether all installed plugins could be loaded, and each business has one."""
    for plugin in registry.broken:
        yield mend(
            "plugins",
            f"The plugin {plugin.name} can't be used: {plugin.raised.partition(':')[0]}.",
            "Update or uninstall its package; its businesses wait meanwhile.",
        )
    without: dict[str, list[str]] = {}
    for business, system in examination.systems().items():
        if system not in registry.names:
            without.setdefault(system, []).append(business)
    for system, owners in without.items():
        yield mend(
            "plugins",
            f'No plugin for the accounting system "{system}" is there, which these businesses use: {_some(owners)}.',
            "Install or mend it (kvitt plugin list shows what there is), or move them (business add). They wait.",
        )
    yield ok("plugins", f"Accounting systems: {', '.join(registry.names)}.")


def _some(names: Sequence[str]) -> str:
    """Name them, or the first of many."""
    return ", ".join(names[:_MOST_NAMED]) + (", ..." if len(names) > _MOST_NAMED else "")


def _opens(secret_box: SecretBox, sealed: str) -> bool:
    try:
        secret_box.open(sealed)
    except KvittError:
        return False
    return True
