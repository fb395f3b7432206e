"""What every run of the tests begins with, and what it says at its end: which databases it ran on."""

import gc
import logging
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from hypothesis import settings

from adapters.secrets import FernetSecretBox
from adapters.storage import open_storage
from entrypoints.settings import Settings
from kvitt import conformance
from tests.done_once import compile_statements_once, look_for_plugins_once
from tests.homes import furnish
from tests.postgres import empty, server, temporary_database

collect_ignore = ["example_plugin"]  # a distribution of its own: test_writing_a_plugin installs it and runs its tests


def pytest_configure(config: pytest.Config) -> None:
    """Have the conformance kit tell each plugin's tier, also where workers run its tests, and save work.

    And keep DBOS from the standard error of the test that happens to start it first, which is closed afterwards: it
    brings a handler of its own where it finds none.
    """
    conformance.pytest_configure(config)
    compile_statements_once()
    look_for_plugins_once()
    dbos = logging.getLogger("dbos")
    dbos.addHandler(logging.NullHandler())
    dbos.propagate = False


def pytest_sessionstart() -> None:
    """How long an example takes says nothing of the code where others use the machine too."""
    settings.register_profile("patient", parent=settings(), deadline=None)
    settings.load_profile("patient")


@pytest.hookimpl(tryfirst=True)  # before what is marked as an attack is deselected
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of the cases of what is marked `sampled(n)` run every n-th; the others are left to make attack."""
    seen: Counter[str] = Counter()
    for item in items:
        if mark := item.get_closest_marker("sampled"):
            name = item.nodeid.partition("[")[0]
            if seen[name] % mark.args[0]:
                item.add_marker(pytest.mark.attack)
            seen[name] += 1


def pytest_collection_finish() -> None:
    """Have the collector of garbage leave alone what stays until the end, thousands of tests, and look seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it."""
    ran_on = "SQLite and PostgreSQL" if server() else "SQLite only: no PostgreSQL answers on the default port"
    terminalreporter.write_line(f"databases: {ran_on}")


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    """A database like `postgresql`, in a file of the test's own."""
    return Settings(home=furnish(tmp_path)).database


@pytest.fixture(scope="session")
def postgresql_template() -> Iterator[str]:
    """A database with Kvitt's tables and nothing in them, to be copied: making the tables takes longer."""
    with temporary_database() as url:
        open_storage(url, FernetSecretBox([Fernet.generate_key().decode()])).close()
        yield url


@pytest.fixture(scope="session")
def _common_postgresql(postgresql_template: str) -> Iterator[str]:
    with temporary_database(like=postgresql_template) as url:
        yield url


@pytest.fixture
def postgresql(_common_postgresql: str) -> Iterator[str]:
    """A database with Kvitt's tables and nothing in them. The next test gets the same one, emptied."""
    yield _common_postgresql
    empty(_common_postgresql)
