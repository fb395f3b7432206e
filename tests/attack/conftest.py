"""Installations on both databases."""

import os
import secrets
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import Sandbox
from tests.attack.installation import SOAP, Installation, installed
from tests.postgres import temporary_database
from tests.systems import System

DATABASES = ("sqlite", "postgresql")
_HERE = Path(__file__).parent


SHARE = "KVITT_TEST_SHARE"
"""Set to such as 1/5 for a fifth of the slow attacks of this folder: CI takes one by its commit, in turn."""


@pytest.hookimpl(tryfirst=True)  # before what is marked as an attack is deselected
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run each case on one database, in turn; the other is left to make attack."""
    cases: dict[tuple[str, str], int] = {}
    for item in items:
        name, database = _split(item)
        if database:
            case = cases.setdefault((item.path.stem, name), len(cases))
            if DATABASES[case % len(DATABASES)] != database:
                item.add_marker(pytest.mark.attack)
    if share := os.environ.get(SHARE):
        which, _, of = share.partition("/")
        _leave_to_others(config, items, which=int(which), of=int(of))


def _leave_to_others(config: pytest.Config, items: list[pytest.Item], *, which: int, of: int) -> None:
    """Keep one share of the slow attacks, the same in every process; what is quick all keep."""
    left = [
        item
        for item in items
        if _HERE in item.path.parents
        and item.get_closest_marker("attack")
        and not item.get_closest_marker("every_time")
        and zlib.crc32(item.nodeid.encode()) % of != which % of
    ]
    others = set(left)
    items[:] = [item for item in items if item not in others]
    config.hook.pytest_deselected(items=left)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say that not all were run."""
    if share := os.environ.get(SHARE):
        terminalreporter.write_line(f"slow attacks: share {share}")


def _split(item: pytest.Item) -> tuple[str, str | None]:
    """Return a test's name without its database, and the database."""
    for database in DATABASES:
        if f"[{database}" in item.name:
            return item.name.replace(f"[{database}", "[", 1), database
    return item.name, None


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """A new database's URL; None is SQLite in the home folder. Skips where no PostgreSQL answers."""
    if request.param == "sqlite":
        yield None
    else:
        with temporary_database(like=request.getfixturevalue("postgresql_template")) as url:
            yield url


@pytest.fixture
def system() -> System:
    """The interface of 24SevenOffice that is attacked; a module may name the other one."""
    return SOAP


@pytest.fixture
def installation(tmp_path: Path, database_url: str | None, system: System) -> Iterator[Installation]:
    with installed(tmp_path / "home", system=system, database_url=database_url) as installation:
        yield installation


@pytest.fixture
def seed() -> str:
    """What chance begins with in a storm."""
    seed = os.environ.get("KVITT_STORM_SEED") or secrets.token_hex(4)
    print(f"KVITT_STORM_SEED={seed}")  # noqa: T201 - shown when the test fails
    return seed


@pytest.fixture
def office() -> Iterator[Sandbox]:
    """A sandbox for a storm: nobody is turned away there for calling too often."""
    with Sandbox(logins_per_minute=0, calls_per_hour=10_000_000) as sandbox:
        yield sandbox
