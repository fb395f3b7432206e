"""The mark in a small file of the home folder, and in memory.

It changes whole. It is not forced to the disk: a power cut that takes the last mark away takes no order along that the
database, which is forced to the disk, does not know of. It names the file that it was written to: in a copy, such as
one that was put back together with the database, it is known for one.
"""

import ctypes
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError
from typing_extensions import override

from adapters.file_lock import alone_at
from core.errors import TryAgain
from core.ports.installation import MarkKeeper
from core.recovery import Mark

_FILE_NAME = "mark.json"
_COPIED = "a copy"
_HERE, _EMPTY_PATH = -100, 0x1000  # linux/fcntl.h: AT_FDCWD, and AT_EMPTY_PATH for the descriptor itself
_BIRTH = 0x800  # linux/stat.h: STATX_BTIME
_STATX_BYTES = 256
_MASK, _SECONDS, _NANOSECONDS = slice(0, 4), slice(80, 88), slice(88, 92)  # of struct statx


class _WrittenMark(Mark):
    """A mark as it is kept, with the identity of the file that it was written to."""

    written_to: str


class MarkFile(MarkKeeper):
    """Keeps the mark. `database_url` names the database that the mark is about."""

    def __init__(self, home: Path, database_url: str) -> None:
        self._file = home / _FILE_NAME
        self._database = _sqlite_file(database_url)
        self._one_at_a_time = threading.Lock()
        self._written: Mark | None = None

    @override
    def read(self) -> Mark | None:
        """Return the mark, or None where this home has none.

        Where the file went back, or went, under this process, what it wrote last still counts.
        """
        with suppress(OSError, ValidationError):
            return _later(self._read_file(), self._written)
        return self._written

    @override
    def change(self, how: Callable[[Mark | None], Mark]) -> Mark:
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._one_at_a_time, alone_at(self._file):
                mark = how(self.read())
                self._write(mark)
                self._written = mark
        except OSError as error:
            raise TryAgain(
                f"The mark {self._file} can't be written: {error.strerror}.",
                code="mark_not_kept",
                hint="Make KVITT_HOME writable and free disk space; nothing is sent without the mark.",
            ) from error
        return mark

    @override
    def database_file(self) -> str | None:
        if self._database is not None:
            with suppress(OSError):
                return identity_of(self._database)
        return None

    def _read_file(self) -> Mark:
        """Return the mark in the file; one that is a copy is of no database file that there is."""
        with self._file.open("rb") as stream:
            written = _WrittenMark.model_validate_json(stream.read())
            is_copied = written.written_to != identity_of(stream.fileno())
        mark = Mark.model_validate(written.model_dump(exclude={"written_to"}))
        return mark.model_copy(update={"file": _COPIED}) if is_copied and mark.file else mark

    def _write(self, mark: Mark) -> None:
        draft = self._file.with_name(f".{_FILE_NAME}.new")  # the lock is held
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
            kept = _WrittenMark(**mark.model_dump(), written_to=identity_of(stream.fileno()))
            stream.write(kept.model_dump_json())
        draft.replace(self._file)


def _sqlite_file(url: str) -> Path | None:
    """Return the path of an SQLite file; None for a server's URL."""
    scheme, _, path = url.partition(":///")
    return Path(path) if scheme.startswith("sqlite") and path else None


def _later(found: Mark, written: Mark | None) -> Mark:
    """Return the mark that was found, unless it is an earlier state of the one that this process wrote."""
    if written is None or found.begun > written.begun:
        return found
    if found.begun < written.begun:
        return written
    noted = {business: max(seen, found.noted.get(business, 0)) for business, seen in written.noted.items()}
    return found.model_copy(update={"noted": {**found.noted, **noted}})


def identity_of(file: Path | int) -> str:
    """Return what tells a file from every copy of it: its number in the file system, and when it was made.

    The number alone is given again: the copy of a file that was removed may get it. When a file was made is no copying
    program's to say. Python does not tell it on Linux, so the C library is asked; where there is none to ask, or the
    file system does not know, the number has to do.
    The file is given by its path or its open descriptor. Errors: OSError.
    By its path a file is not opened: closing one of SQLite's would give up the locks that this process holds on it.
    """
    found = os.stat(file)
    made_at = getattr(found, "st_birthtime", None) or _ask_linux(file)
    return f"{found.st_ino} {made_at}" if made_at else str(found.st_ino)


def _ask_linux(file: Path | int) -> str | None:
    answer = ctypes.create_string_buffer(_STATX_BYTES)
    by_path = (_HERE, os.fsencode(file), 0) if isinstance(file, Path) else (file, b"", _EMPTY_PATH)
    with suppress(OSError, AttributeError):
        failed = ctypes.CDLL(None).statx(*by_path, _BIRTH, answer)
        mask, seconds, nanoseconds = (
            int.from_bytes(answer.raw[where], "little") for where in (_MASK, _SECONDS, _NANOSECONDS)
        )
        if not failed and mask & _BIRTH:
            return f"{seconds}.{nanoseconds:09}"
    return None
