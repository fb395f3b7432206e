from collections.abc import Iterator

import pytest

from adapters.twentyfour_seven_office.rest.system import RestAccountingSystem
from core.ports.clock import Clock
from sandbox import Sandbox
from tests.adapters.ways import OpenRest, opens_rest, rest_office
from tests.fakes import FakeCallCounter, FakeSessionStore


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is refused for going too fast is told of, and not made again: the pause is longer than anybody waits."""
    monkeypatch.setattr("adapters.pace.PATIENCE", 0.5)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with rest_office() as sandbox:
        yield sandbox


@pytest.fixture
def open_system(sandbox: Sandbox, store: FakeSessionStore, counter: FakeCallCounter, clock: Clock) -> OpenRest:
    return opens_rest(sandbox, store, counter, clock)


@pytest.fixture
def system(open_system: OpenRest) -> RestAccountingSystem:
    return open_system()


def operations(sandbox: Sandbox) -> list[str]:
    return [call.operation for call in sandbox.journal.calls()]
