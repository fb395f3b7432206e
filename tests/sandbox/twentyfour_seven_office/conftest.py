from collections.abc import Iterator

import pytest

from sandbox import Sandbox
from sandbox.twentyfour_seven_office.books import Books
from sandbox.twentyfour_seven_office.users import Account
from tests.sandbox.twentyfour_seven_office.soap.caller import APPLICATION_ID, PASSWORD, USERNAME, Caller, Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    with Sandbox(clock=clock, keep_requests=True) as sandbox:
        yield sandbox


@pytest.fixture
def other_account(sandbox: Sandbox) -> Account:
    return sandbox.add_account("Demo Annet AS")


@pytest.fixture
def account(sandbox: Sandbox, other_account: Account) -> Account:
    account = sandbox.add_account("Fjellutleie AS")
    blocked = sandbox.add_account("Blokkert AS")
    sandbox.add_user(
        USERNAME,
        PASSWORD,
        application_id=APPLICATION_ID,
        accounts=[other_account, account],
        blocked=[blocked],
    )
    return account


@pytest.fixture
def books(account: Account) -> Books:
    return account.books


@pytest.fixture
def stranger(sandbox: Sandbox, account: Account) -> Iterator[Caller]:
    """Somebody who has not logged in."""
    caller = Caller(sandbox.url)
    yield caller
    caller.close()


@pytest.fixture
def caller(stranger: Caller, account: Account) -> Caller:
    """Somebody who has logged in to the account."""
    stranger.log_in(account.identity_id)
    return stranger
