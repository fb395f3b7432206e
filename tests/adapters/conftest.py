"""A company's books in the sandbox, and what one installation keeps of them; the folders say how they are reached."""

import pytest

from adapters.clock import SystemClock
from core.ports.clock import Clock
from sandbox import DEMO_ACCOUNT, Sandbox
from sandbox.twentyfour_seven_office.books import Books
from tests.fakes import FakeCallCounter, FakeSessionStore


@pytest.fixture
def books(sandbox: Sandbox) -> Books:
    return sandbox.account(DEMO_ACCOUNT).books


@pytest.fixture
def product_id(books: Books) -> str:
    return str(books.add_product("Sharefox rental", books.add_category("SharefoxRental")))


@pytest.fixture
def customer_id(books: Books) -> str:
    return str(books.add_customer("Moe AS"))


@pytest.fixture
def store() -> FakeSessionStore:
    return FakeSessionStore()


@pytest.fixture
def counter() -> FakeCallCounter:
    return FakeCallCounter()


@pytest.fixture
def clock() -> Clock:
    return SystemClock()
