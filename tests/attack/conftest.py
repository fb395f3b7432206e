"""Installations on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attack.installation import SOAP, Installation, installed
from tests.postgres import temporary_database
from tests.systems import System


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """An empty database's URL; None is SQLite in the home folder. Skips where no PostgreSQL answers."""
    if request.param == "sqlite":
        yield None
    else:
        with temporary_database() as url:
            yield url


@pytest.fixture
def system() -> System:
    """The interface of 24SevenOffice that is attacked; a module may name the other one."""
    return SOAP


@pytest.fixture
def installation(tmp_path: Path, database_url: str | None, system: System) -> Iterator[Installation]:
    with installed(tmp_path / "home", system=system, database_url=database_url) as installation:
        yield installation
