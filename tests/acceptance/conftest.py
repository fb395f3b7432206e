"""Run the features against the gateway, and the gateway against a sandbox of 24Seven over a socket.

Every scenario goes through the use cases, once with each plugin for 24Seven; those tagged `every_entry` go once more
through HTTP and the command line.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_bdd.scenario import scenario_wrapper_template_registry

from entrypoints.container import Container
from entrypoints.settings import Settings
from tests.acceptance.cli_gateway import CliGateway
from tests.acceptance.gateway import Gateway
from tests.acceptance.http_gateway import HttpGateway
from tests.acceptance.movable_clock import MovableClock
from tests.acceptance.office import IMPATIENT_SECONDS, Office, open_office
from tests.acceptance.story import Story
from tests.acceptance.use_case_gateway import UseCaseGateway
from tests.homes import furnished
from tests.http.clients import client_of
from tests.systems import SYSTEMS, System

STEPS = (
    "asking",
    "business",
    "crediting",
    "customers",
    "dimensions",
    "files",
    "invoices",
    "listing",
    "many",
    "orders",
    "products",
    "recovering",
    "references",
    "sending",
    "status",
    "telling",
    "totals",
    "trouble",
    "withdrawing",
)
USE_CASES, *OTHER_ENTRIES = "use_cases", "http", "command_line"
SOAP, REST = SYSTEMS
ONLY_WITH = {
    "company_by_name": SOAP,
    "row_by_row": REST,
    "open_amount": REST,
    "deletes_orders": REST,
    "keeps_orders": SOAP,
}
"""What a scenario is tagged with that is about something that just one of the plugins has."""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "every_entry: the scenario runs through use cases, HTTP and command line")
    config.addinivalue_line("markers", "impatient: 24Seven is not waited for long, because it will not answer")
    config.addinivalue_line("markers", "company_by_name: one login reaches many companies, and the name picks one")
    config.addinivalue_line("markers", "row_by_row: an order is written with several calls")
    config.addinivalue_line("markers", "open_amount: 24Seven tells how much of an invoice is left to pay")
    config.addinivalue_line("markers", "deletes_orders: 24Seven can delete an order")
    config.addinivalue_line("markers", "keeps_orders: 24Seven can't delete an order through its API")
    for subject in STEPS:
        config.pluginmanager.import_plugin(f"tests.acceptance.steps.{subject}")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.function not in scenario_wrapper_template_registry:
        return
    tagged = metafunc.definition.get_closest_marker
    only = {name for tag, name in ONLY_WITH.items() if tagged(tag)} or set(SYSTEMS)
    ways = [(name, USE_CASES) for name in SYSTEMS if name in only]
    if tagged("every_entry"):
        ways += [(SOAP if SOAP in only else REST, entry) for entry in OTHER_ENTRIES]
    metafunc.parametrize(("system", "entry"), ways, indirect=True, ids=["-".join(way) for way in ways])


@pytest.hookimpl(tryfirst=True)  # before what is marked as an attack is deselected
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Play each scenario with one of the plugins, and through one of the other entries, in turn.

    What it is not played with here is left to make attack.
    """
    cases: dict[tuple[str, str], int] = {}
    for item in items:
        ways = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        if "entry" not in ways or "system" not in ways:
            continue
        name, example = item.nodeid.partition("[")[0], str(ways.get("_pytest_bdd_example"))
        turn = cases.setdefault((name, example), len(cases))
        if ways["entry"] != USE_CASES:
            is_left = ways["entry"] != OTHER_ENTRIES[turn % len(OTHER_ENTRIES)]
        else:
            is_with_both = not any(item.get_closest_marker(tag) for tag in ONLY_WITH)
            is_left = is_with_both and ways["system"] != (SOAP, REST)[turn % 2]
        if is_left:
            item.add_marker(pytest.mark.attack)


@pytest.fixture(autouse=True)
def entry(request: pytest.FixtureRequest) -> str:
    """The way into the gateway."""
    return str(getattr(request, "param", USE_CASES))


@pytest.fixture(autouse=True)
def system(request: pytest.FixtureRequest) -> System:
    """The plugin."""
    return SYSTEMS[getattr(request, "param", SOAP)]


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def office(clock: MovableClock, system: System) -> Iterator[Office]:
    with open_office(clock, system) as office:
        yield office


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """What the operator says: among it, to follow up open orders whenever a worker looks."""
    return Settings(home=tmp_path / "home", follow_up_seconds=1e-3)


@pytest.fixture
def environment(
    request: pytest.FixtureRequest, office: Office, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The operator's settings, as plugins and commands read them."""
    for name in [name for name in os.environ if name.startswith("KVITT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("KVITT_HOME", str(settings.home))
    for system in SYSTEMS.values():
        for name, value in system.environment(office.sandbox).items():
            monkeypatch.setenv(name, value)
    if request.node.get_closest_marker("impatient"):
        monkeypatch.setenv("KVITT_TFSO_TIMEOUT", str(IMPATIENT_SECONDS))


@pytest.fixture
def container(environment: None, settings: Settings, clock: MovableClock) -> Iterator[Container]:
    """An installation of its own, whose 24Seven is the sandbox."""
    container = furnished(settings)
    container.clock.override(clock)
    yield container
    container.storage().close()


@pytest.fixture
def gateway(entry: str, container: Container, tmp_path: Path) -> Iterator[Gateway]:
    if entry == "command_line":
        yield CliGateway(tmp_path)
    elif entry == "http":
        with client_of(container) as client:
            yield HttpGateway(client)
    else:
        yield UseCaseGateway(container)


@pytest.fixture
def story(gateway: Gateway, office: Office) -> Story:
    return Story(gateway, office)
