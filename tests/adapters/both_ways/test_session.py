"""Whose books are opened."""

from sandbox import DEMO_ACCOUNT, Sandbox
from tests.adapters.both_ways.conftest import Open


def test_opening_calls_nobody(sandbox: Sandbox, open_system: Open) -> None:
    assert open_system().limits.row_text == 300
    assert sandbox.journal.count() == 0


def test_account_tells_whose_books_these_are(sandbox: Sandbox, open_system: Open) -> None:
    account = open_system().account()
    assert (account.name, account.id) == (DEMO_ACCOUNT, str(sandbox.account(DEMO_ACCOUNT).number))
