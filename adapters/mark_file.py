"""The mark in a small file of the home folder, and in memory.

It changes whole. It is not forced to the disk: a power cut that takes the last mark away takes no order along that the
database, which is forced to the disk, does not know of. It names the file that it was written to: in a copy, such as
one that was put back together with the database, it is known for one.
"""

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from adapters.file_identity import identity_of
from adapters.file_lock import alone_at
from core.errors import TryAgain
from core.recovery import Mark

_FILE_NAME = "mark.json"
_COPIED = "a copy"


class _WrittenMark(Mark):
    """A mark as it is kept, with the identity of the file that it was written to."""

    written_to: str


class MarkFile:
    """The MarkKeeper port. `database_url` names the database that the mark is about."""

    def __init__(self, home: Path, database_url: str) -> None:
        self._file = home / _FILE_NAME
        self._database = _sqlite_file(database_url)
        self._one_at_a_time = threading.Lock()
        self._written: Mark | None = None

    def read(self) -> Mark | None:
        """Return the mark, or None where this home has none.

        Where the file went back, or went, under this process, what it wrote last still counts.
        """
        with suppress(OSError, ValidationError):
            return _later(self._found(), self._written)
        return self._written

    def change(self, how: Callable[[Mark | None], Mark]) -> Mark:
        """Change the mark; of several processes one does so at a time. Errors: TryAgain, code `mark_not_kept`."""
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
                hint="See that KVITT_HOME can be written and its disk is not full; nothing is sent without the mark.",
            ) from error
        return mark

    def database_file(self) -> str | None:
        """Return the identity of the database's file: a copy that takes its place has another."""
        if self._database is not None:
            with suppress(OSError):
                return identity_of(self._database)
        return None

    def _found(self) -> Mark:
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
    noted = {one: max(seen, found.noted.get(one, 0)) for one, seen in written.noted.items()}
    return found.model_copy(update={"noted": {**found.noted, **noted}})
