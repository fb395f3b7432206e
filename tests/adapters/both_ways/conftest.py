"""What is the same by SOAP and by REST: each test here runs by each way."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

import pytest

from core.ports.accounting import AccountingSystem
from core.ports.clock import Clock
from sandbox import Sandbox
from tests.adapters.calls import Call, rest_read, rest_write, soap_read, soap_write
from tests.adapters.ways import PASSWORD, SECRET, opens_rest, opens_soap, rest_office, soap_office
from tests.fakes import FakeCallCounter, FakeSessionStore
from tests.systems import REST, SOAP, System

Open = Callable[..., AccountingSystem]


@dataclass(frozen=True)
class Way:
    """One way to the books. `secret` is what must show nowhere, `no_answer` the code of a page that is no answer.

    `read` and `write` are a call of each kind, to wherever a test wants.
    """

    system: System
    office: Callable[[], AbstractContextManager[Sandbox]]
    opens: Callable[..., Open]
    secret: str
    no_answer: str
    read: Call
    write: Call

    @property
    def find_customers(self) -> str:
        """The call that looks customers up."""
        return self.system.steps["the customer is looked up"]

    @property
    def create_customers(self) -> str:
        """The call that creates customers."""
        return self.system.creating["customer"]


WAYS: Mapping[str, Way] = {
    "soap": Way(SOAP, soap_office, opens_soap, PASSWORD, "not_soap", soap_read, soap_write),
    "rest": Way(REST, rest_office, opens_rest, SECRET, "not_json", rest_read, rest_write),
}


@pytest.fixture(params=WAYS.values(), ids=list(WAYS))
def way(request: pytest.FixtureRequest) -> Way:
    chosen: Way = request.param
    return chosen


@pytest.fixture
def sandbox(way: Way) -> Iterator[Sandbox]:
    with way.office() as sandbox:
        yield sandbox


@pytest.fixture
def open_system(way: Way, sandbox: Sandbox, store: FakeSessionStore, counter: FakeCallCounter, clock: Clock) -> Open:
    return way.opens(sandbox, store, counter, clock)


@pytest.fixture
def system(open_system: Open) -> AccountingSystem:
    """The books as a process sees them that has just opened them."""
    return open_system()
