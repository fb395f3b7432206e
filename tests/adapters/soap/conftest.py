from collections.abc import Iterator

import pytest

from adapters.twentyfour_seven_office.soap.system import SoapAccountingSystem
from core.ports.clock import Clock
from sandbox import Sandbox
from tests.adapters.ways import OpenSoap, opens_soap, soap_office
from tests.fakes import FakeCallCounter, FakeSessionStore


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with soap_office() as sandbox:
        yield sandbox


@pytest.fixture
def open_system(sandbox: Sandbox, store: FakeSessionStore, counter: FakeCallCounter, clock: Clock) -> OpenSoap:
    return opens_soap(sandbox, store, counter, clock)


@pytest.fixture
def system(open_system: OpenSoap) -> SoapAccountingSystem:
    return open_system()


def operations(sandbox: Sandbox) -> list[str]:
    return [call.operation for call in sandbox.journal.calls()]
