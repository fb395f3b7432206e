"""Backups of an installation's database, as operators make them and put them back."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from entrypoints.settings import Settings


class Backup:
    """A backup of a database, made with the tools that belong to it."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._url = settings.database
        self._kept = folder / "backup"
        folder.mkdir(parents=True, exist_ok=True)
        if not self._is_sqlite:
            _run("pg_dump", "--format=custom", "--exclude-schema=dbos", f"--file={self._kept}", self._url)
        else:
            with closing(sqlite3.connect(self._files[0])) as source, closing(sqlite3.connect(self._kept)) as copy:
                source.backup(copy)

    def put_back(self, *, in_place: bool = False) -> None:
        """Put the backup in the place of the database. `in_place`: SQLite's file stays the file it is."""
        if not self._is_sqlite:
            options = ("--clean", "--if-exists", "--single-transaction", f"--dbname={self._url}")
            _run("pg_restore", *options, self._kept, again_after="deadlock")
        elif in_place:
            with closing(sqlite3.connect(self._kept)) as copy, closing(sqlite3.connect(self._files[0])) as target:
                copy.backup(target)
        else:
            database, *logs = self._files
            for log in logs:  # they go first: they belong to what is taken away
                log.unlink(missing_ok=True)
            fresh = database.with_name(f"{database.name}.restored")
            shutil.copy(self._kept, fresh)
            os.replace(fresh, database)

    @property
    def _is_sqlite(self) -> bool:
        return self._url.startswith("sqlite")

    @property
    def _files(self) -> list[Path]:
        file = Path(self._url.removeprefix("sqlite:///"))
        return [file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")]


def _run(tool: str, *arguments: str | Path, again_after: str | None = None) -> None:
    """Run a tool; once more where it failed with that word, for it locks tables that others work on."""
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not on this machine")
    for _ in range(20):
        done = subprocess.run([tool, *map(str, arguments)], capture_output=True, text=True, check=False)
        if not again_after or again_after not in done.stderr:
            break
    assert done.returncode == 0, done.stderr
