"""What every run of the tests begins with, and what it says at its end: which databases it ran on."""

import logging

import pytest

from tests.postgres import server

collect_ignore = ["example_plugin"]  # a distribution of its own: test_writing_a_plugin installs it and runs its tests


def pytest_configure() -> None:
    """Keep DBOS from the standard error of the test that happens to start it first, which is closed afterwards.

    It brings a handler of its own where it finds none.
    """
    dbos = logging.getLogger("dbos")
    dbos.addHandler(logging.NullHandler())
    dbos.propagate = False


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it."""
    ran_on = "SQLite and PostgreSQL" if server() else "SQLite only: no PostgreSQL answers on the default port"
    terminalreporter.write_line(f"databases: {ran_on}")
