"""The way of an invoice through the source stays short, and docs/architecture.md names every step of it."""

import traceback
from pathlib import Path
from typing import Any

import pytest

from adapters.tripletex.client import TripletexClient
from adapters.twentyfour_seven_office.rest.client import RestClient
from adapters.twentyfour_seven_office.soap.client import SoapClient
from core.transfer import TransferState
from tests.acceptance.gateway import Gateway
from tests.acceptance.office import COMPANY, LANDING_COMPANY, Office
from tests.acceptance.story import Story
from tests.systems import SYSTEMS

ROOT = Path(__file__).parents[2]
ROUTE = "entrypoints/http/invoices.py", "send_invoice"
QUEUE = "adapters/queue/inline.py"
"""It hands over to a worker, which may be another process's: it is a step, and no module between the two."""

CREATING = {system.steps["the order is to be created"] for system in SYSTEMS.values()}

MOST_FRAMES, MOST_MODULES = 16, 9  # over REST, where several orders are worked on at once

Walk = list[tuple[str, str]]


pytestmark = pytest.mark.parametrize("system", list(SYSTEMS), indirect=True)


@pytest.fixture
def walks(monkeypatch: pytest.MonkeyPatch) -> list[Walk]:
    """Which functions of ours are entered, one by the other, when an order is created."""
    seen: list[Walk] = []
    for client in (SoapClient, RestClient, TripletexClient):
        monkeypatch.setattr(client, "call", _watched(client.call, seen))
    return seen


def _watched(call: Any, seen: list[Walk]) -> Any:
    def watched(self: object, operation: Any, *given: Any, **named: Any) -> Any:
        if operation.name in CREATING:
            seen.append([*_walk(), (_place(call.__code__.co_filename), call.__name__)])
        return call(self, operation, *given, **named)

    return watched


def _walk() -> Walk:
    frames = [(frame.filename, frame.name) for frame in traceback.extract_stack()]
    ours = [(_place(name), function) for name, function in frames if Path(name).is_relative_to(ROOT)]
    return [(place, function) for place, function in ours if not place.startswith((".venv", "tests/"))]


def _place(filename: str) -> str:
    return str(Path(filename).relative_to(ROOT))


def test_an_invoice_goes_a_short_way_that_the_docs_name(gateway: Gateway, office: Office, walks: list[Walk]) -> None:
    office.invite(LANDING_COMPANY, COMPANY)
    story = Story(gateway, office)
    story.connect()
    story.send()
    assert story.transfer.state is TransferState.TRANSFERRED
    walk = [ROUTE, *walks[0]]
    modules = list(dict.fromkeys(place for place, _function in walk if place != QUEUE))
    assert len(walk) <= MOST_FRAMES, walk
    assert len(modules) <= MOST_MODULES, modules
    page = (ROOT / "docs" / "architecture.md").read_text()
    for place, function in walk:
        assert f"`{place}`" in page, f"the page names {place}"
        assert function in page, f"the page names {function} of {place}"


def test_no_step_is_anonymous(gateway: Gateway, office: Office, walks: list[Walk]) -> None:
    """Whoever searches for a function's name finds who calls it."""
    office.invite(LANDING_COMPANY, COMPANY)
    story = Story(gateway, office)
    story.connect()
    story.send()
    assert not [step for step in walks[0] if "<" in step[1]]
