"""The data folder: that nobody else may write to it, and that there is room in it.

Whoever may write to it can put a key or a database of their own in the place of ours.
"""

import errno
import grp
import os
import pwd
import stat
import tempfile
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from core.errors import InvalidInput, TryAgain

LEAST_ROOM = 1024 * 1024
"""In bytes: so much a database needs at least to take one more invoice."""

_KEPT = ("kvitt.db*", "turns.db*", "kvitt.toml", "business")
_FULL = {errno.ENOSPC, errno.EDQUOT}
_ROOT = 0


def require_own(home: Path) -> None:
    """Refuse a folder, or a database in it, that others than its owner and root may write to.

    A group that holds nobody else is as good as its owner: with the umask 002 of many systems folders are made
    writable for such a group, and volumes of containers are.
    Errors: InvalidInput, code `home_exposed`.
    """
    for path in _what_is_kept(home):
        found = path.stat()
        if why := why_others_may_write(found, me=os.geteuid(), members=_members):
            mode = "700" if stat.S_ISDIR(found.st_mode) else "600"
            raise InvalidInput(
                f"Others may write to {path}: {why}. They could put a key or a database of their own there.",
                code="home_exposed",
                hint=f"Run: chmod {mode} {path} (and chown it to the user that runs Kvitt, where it is another's), or "
                "name a folder of your own in KVITT_HOME. See that nothing in it was changed.",
            )


def write_whole(file: Path, text: str) -> None:
    """Write a small file of the folder anew; whoever reads it meanwhile finds it as it was or as it is now."""
    new = file.with_name(f".{file.name}.{os.getpid()}")
    new.write_text(text, encoding="utf-8")
    new.replace(file)


def why_others_may_write(found: os.stat_result, *, me: int, members: Callable[[int], Collection[int]]) -> str | None:
    """Say why others may write to a file or folder, or None; `members` are the users of a group, as far as is known."""
    if found.st_uid not in (me, _ROOT):
        return f"it belongs to {_name_of(found.st_uid)}, and Kvitt runs as {_name_of(me)}"
    if found.st_mode & stat.S_IWOTH:
        return f"its mode is {stat.S_IMODE(found.st_mode):o}, so everybody may"
    if found.st_mode & stat.S_IWGRP and found.st_gid != _ROOT and set(members(found.st_gid)) - {me, _ROOT}:
        return f"its mode is {stat.S_IMODE(found.st_mode):o}, and others are in its group ({found.st_gid})"
    return None


def require_room(*folders: Path) -> None:
    """See that something can still be written to the folders; one that is not there needs no room.

    Errors: TryAgain, code `disk_full`; `folder_unwritable`, for what else keeps it from being written.
    """
    for folder in folders:
        if not folder.is_dir():
            continue
        try:
            with tempfile.TemporaryFile(dir=folder) as probe:
                os.posix_fallocate(probe.fileno(), 0, LEAST_ROOM)
        except OSError as error:
            full = error.errno in _FULL
            raise TryAgain(
                f"The disk is full where {folder} is."
                if full
                else f"The folder {folder} can't be written: {error.strerror}.",
                code="disk_full" if full else "folder_unwritable",
                hint="Make room there: until then invoices are not taken, and no transfer goes on."
                if full
                else "See that its disk is well, and that Kvitt's user may write there.",
            ) from error


def _what_is_kept(home: Path) -> Iterator[Path]:
    if home.is_dir():
        yield home
        for pattern in _KEPT:
            yield from sorted(path for path in home.glob(pattern) if path.is_file())


def _members(group: int) -> Collection[int]:
    """The users of a group, by their own group or as further members."""
    users = pwd.getpwall()
    try:
        named = set(grp.getgrgid(group).gr_mem)
    except KeyError:
        named = set()
    return [user.pw_uid for user in users if user.pw_gid == group or user.pw_name in named]


def _name_of(user: int) -> str:
    try:
        return f"{pwd.getpwuid(user).pw_name} ({user})"
    except KeyError:
        return f"the user {user}"
