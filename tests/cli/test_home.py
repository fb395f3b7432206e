"""The data folder: whoever may write to it may swap the key or the database, so a strange one is refused."""

import os
from collections.abc import Collection
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from core.errors import InvalidInput
from entrypoints.data_folder import require_own, why_others_may_write
from tests.cli.conftest import Kvitt

ME, OTHER, ROOT = 1000, 1001, 0
COMMANDS = [["business", "list"], ["invoice", "list", "--business", "fjell"], ["serve", "--port", "0"], ["worker"]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    return home


@pytest.mark.parametrize("command", COMMANDS)
def test_a_folder_that_others_may_write_to_is_refused_with_what_to_do(
    kvitt: Kvitt, home: Path, command: list[str]
) -> None:
    home.chmod(0o777)
    answer = kvitt(*command, "--json")
    assert answer.code == 1
    assert answer.json["code"] == "home_exposed"
    assert str(home) in answer.json["detail"]
    assert f"chmod 700 {home}" in answer.json["hint"]
    assert list(home.iterdir()) == []


def test_the_doctor_tells_it_and_looks_at_nothing_that_strangers_may_have_put_there(kvitt: Kvitt, home: Path) -> None:
    home.chmod(0o777)
    answer = kvitt("doctor", "--offline", "--json")
    assert answer.code == 1
    told = [one for one in answer.json if one["standing"] == "mend"]
    assert any("may write" in one["message"] and f"chmod 700 {home}" in one["hint"] for one in told)


@pytest.mark.parametrize("name", ["kvitt.db", "kvitt.db-wal", "turns.db"])
def test_a_database_file_that_others_may_write_to_is_refused_as_well(kvitt: Kvitt, home: Path, name: str) -> None:
    kvitt("business", "list")
    (home / name).touch()
    (home / name).chmod(0o666)
    answer = kvitt("business", "list", "--json")
    assert (answer.code, answer.json["code"]) == (1, "home_exposed")
    assert f"chmod 600 {home / name}" in answer.json["hint"]


def test_a_folder_that_is_made_is_its_owners_alone_whatever_the_umask(kvitt: Kvitt, tmp_path: Path) -> None:
    before = os.umask(0o000)
    try:
        assert kvitt("business", "list").code == 0
        assert kvitt("business", "list").code == 0
    finally:
        os.umask(before)
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700


def test_a_missing_folder_is_nobodys(tmp_path: Path) -> None:
    require_own(tmp_path / "nowhere")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_a_folder_of_somebody_else_is_refused(kvitt: Kvitt, home: Path) -> None:
    os.chown(home, 12345, -1)
    answer = kvitt("business", "list", "--json")
    assert (answer.code, answer.json["code"]) == (1, "home_exposed")
    assert "12345" in answer.json["detail"]


def found(mode: int, *, owner: int = ME, group: int = 1000) -> os.stat_result:
    return cast(os.stat_result, SimpleNamespace(st_mode=0o040000 | mode, st_uid=owner, st_gid=group))


@pytest.mark.parametrize(
    ("mode", "owner", "members", "is_refused"),
    [
        (0o700, ME, [], False),
        (0o755, ME, [], False),
        (0o775, ME, [ME], False),  # umask 002, and a group of one's own
        (0o2770, ROOT, [], False),  # a volume of Kubernetes (fsGroup)
        (0o770, ME, [ME, ROOT], False),
        (0o770, ME, [ME, OTHER], True),
        (0o770, ROOT, [ME, OTHER], True),
        (0o702, ME, [], True),
        (0o777, ME, [], True),
        (0o1777, ME, [], True),  # as /tmp is: whoever comes first makes the files
        (0o700, OTHER, [], True),
        (0o770, OTHER, [ME], True),
    ],
)
def test_who_counts_as_others(mode: int, owner: int, members: Collection[int], is_refused: bool) -> None:
    why = why_others_may_write(found(mode, owner=owner), me=ME, members=lambda _group: members)
    assert (why is not None) is is_refused


def test_the_group_of_root_is_as_trusted_as_root() -> None:
    assert why_others_may_write(found(0o770, group=0), me=ME, members=lambda _group: [OTHER]) is None


def test_the_error_names_the_folder(home: Path) -> None:
    home.chmod(0o777)
    with pytest.raises(InvalidInput, match=str(home)):
        require_own(home)
