"""The mark of a home, and what copies of it are taken for."""

import os
import shutil
from pathlib import Path

import pytest

from adapters.mark_file import MarkFile, identity_of
from core.recovery import Installation, Mark, has_gone_back, with_noted

NOTED = {"fjell": 1}


def marked(home: Path) -> MarkFile:
    """Return the keeper of a home with a database, from which one order was noted."""
    database = home / "kvitt.db"
    database.write_text("rows")
    marks = MarkFile(home, f"sqlite:///{database}")
    marks.change(lambda _: with_noted(Mark(installation="i"), "fjell", 1, file=marks.database_file()))
    return marks


def is_noticed(home: Path) -> bool:
    """Whether another process finds that the home's database was put back."""
    marks = MarkFile(home, f"sqlite:///{home / 'kvitt.db'}")
    mark = marks.read()
    assert mark is not None
    return has_gone_back(mark, Installation(id="i"), file=marks.database_file(), noted=NOTED)


def test_what_was_not_copied_is_believed(tmp_path: Path) -> None:
    marked(tmp_path)
    assert not is_noticed(tmp_path)


@pytest.mark.parametrize("time", range(5))
def test_a_copy_of_the_database_is_known_for_one_even_where_it_gets_the_number_of_the_old(
    tmp_path: Path, time: int
) -> None:
    marked(tmp_path)
    database = tmp_path / "kvitt.db"
    backup = shutil.copy2(database, tmp_path / "backup.db")
    database.unlink()
    shutil.copy2(backup, database)
    assert is_noticed(tmp_path)


def test_a_home_that_is_written_over_in_place_is_known_by_its_mark(tmp_path: Path) -> None:
    marks = marked(tmp_path)
    backup = {name: (tmp_path / name).read_bytes() for name in ("kvitt.db", "mark.json")}
    marks.change(lambda mark: with_noted(mark or Mark(installation="i"), "fjell", 2, file=marks.database_file()))
    for name, content in backup.items():
        with (tmp_path / name).open("r+b") as stream:  # the file stays the same one
            stream.truncate(0)
            stream.write(content)
    assert is_noticed(tmp_path)


def test_files_are_told_apart_and_a_file_stays_itself(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("1")
    first = identity_of(file)
    file.write_text("2")
    with file.open("rb") as stream:
        assert identity_of(file) == first == identity_of(stream.fileno())
    os.rename(file, tmp_path / "moved")
    assert identity_of(tmp_path / "moved") == first
