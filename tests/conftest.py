"""What every run of the tests says at its end: which databases it ran on."""

import pytest

from tests.postgres import server

collect_ignore = ["example_plugin"]  # a distribution of its own: test_writing_a_plugin installs it and runs its tests


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it."""
    ran_on = "SQLite and PostgreSQL" if server() else "SQLite only: no PostgreSQL answers on the default port"
    terminalreporter.write_line(f"databases: {ran_on}")
