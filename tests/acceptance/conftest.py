"""Run the features against the gateway, and the gateway against a sandbox of the accounting system over a socket.

Every scenario goes through the use cases, once with each plugin that can do what it is about; those tagged
`every_entry` go once more through HTTP and the command line, and those tagged `in_the_console` through the console.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from pytest_bdd.parser import Step
from pytest_bdd.scenario import scenario_wrapper_template_registry

from core.limits import OrderField
from entrypoints.container import Container
from entrypoints.settings import Settings
from tests.acceptance.cli_gateway import CliGateway
from tests.acceptance.console_gateway import ConsoleGateway
from tests.acceptance.gateway import Gateway
from tests.acceptance.http_gateway import HttpGateway
from tests.acceptance.movable_clock import MovableClock
from tests.acceptance.office import IMPATIENT_SECONDS, Office, open_office
from tests.acceptance.story import Story
from tests.acceptance.use_case_gateway import UseCaseGateway
from tests.console.people import sign_in_to
from tests.console.reader import Reader
from tests.homes import furnished
from tests.http.clients import client_of
from tests.systems import SOAP, SYSTEMS, System

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
USE_CASES = "use_cases"
OTHER_ENTRIES = {"http": "every_entry", "command_line": "every_entry", "console": "in_the_console"}
"""The other ways into the gateway, and what a scenario is tagged with that goes through them too."""
ONLY_WITH: Mapping[str, tuple[str, Callable[[System], bool]]] = {
    "company_by_name": ("one login reaches many companies, and the name picks one", lambda one: one.finds_by_name),
    "row_by_row": ("an order is written with several calls", lambda one: one.writes_row_by_row),
    "open_amount": ("it is told how much of an invoice is left to pay", lambda one: one.abilities.open_amount),
    "deletes_orders": ("orders can be deleted", lambda one: one.limits.deletes_orders),
    "keeps_orders": ("orders can't be deleted by others than people", lambda one: not one.limits.deletes_orders),
    "order_statuses": ("an order that is not published is draft, offer or confirmed", lambda one: one.has_statuses),
    "demands": ("a company may demand a department on every order", lambda one: one.has_demands),
    "totals_at_once": ("the answer to a new order tells its total", lambda one: one.tells_totals_at_once),
    "leads": ("some records are no customers yet", lambda one: one.has_leads),
    "blocked_customers": ("a customer may be blocked for invoicing", lambda one: one.blocks_customers),
    "inactive_customers": ("a customer may be out of use", lambda one: one.puts_customers_out_of_use),
    "hourly_quota": ("so many calls may be made in an hour", lambda one: one.has_hourly_quota),
    "optional_categories": ("not every company has product categories", lambda one: one.has_optional_categories),
    "daily_logins": ("a log-in ends at midnight", lambda one: one.ends_logins_daily),
    "other_way": ("there is another plugin for the same books", lambda one: one.has_another_way),
    "dimensions": ("an order has a department and a project", lambda one: one.places(OrderField.DEPARTMENT)),
    "no_dimensions": ("an order has no department", lambda one: not one.places(OrderField.DEPARTMENT)),
    "order_references": (
        "an order names the purchase order",
        lambda one: one.places(OrderField.ORDER_REFERENCE),
    ),
    "no_order_references": ("an order does not name it", lambda one: not one.places(OrderField.ORDER_REFERENCE)),
    "delivery_names": ("an order says to whom it was delivered", lambda one: one.places(OrderField.DELIVERY_NAME)),
}
"""What a scenario is tagged with that is about what not every accounting system has, and which have it."""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "every_entry: the scenario runs through use cases, HTTP and command line")
    config.addinivalue_line("markers", "in_the_console: the scenario runs through the console, too")
    config.addinivalue_line("markers", "impatient: no answer is waited for long, because none will come")
    for tag, (what, _) in ONLY_WITH.items():
        config.addinivalue_line("markers", f"{tag}: {what}")
    for subject in STEPS:
        config.pluginmanager.import_plugin(f"tests.acceptance.steps.{subject}")
    _find_definitions_once()


def _find_definitions_once() -> None:
    """Have what a sentence means be looked up once: every scenario knows the same definitions, those of STEPS."""
    playing = import_module("pytest_bdd.scenario")  # a function hides it
    find, found = playing.find_fixturedefs_for_step, dict[tuple[str, str], list[Any]]()

    def remembered(step: Step, fixturemanager: Any, node: pytest.Item) -> list[Any]:
        sentence = (step.type, step.name)
        if sentence not in found:
            found[sentence] = list(find(step, fixturemanager, node))
        return found[sentence]

    setattr(playing, "find_fixturedefs_for_step", remembered)  # noqa: B010 - mypy knows no such attribute


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.function not in scenario_wrapper_template_registry:
        return
    tagged = metafunc.definition.get_closest_marker
    needs = [can for tag, (_, can) in ONLY_WITH.items() if tagged(tag)]
    able = [name for name, one in SYSTEMS.items() if all(can(one) for can in needs)]
    ways = [(name, USE_CASES) for name in able]
    ways += [(able[0], entry) for entry, tag in OTHER_ENTRIES.items() if tagged(tag)]
    metafunc.parametrize(("system", "entry"), ways, indirect=True, ids=["-".join(way) for way in ways])


@pytest.hookimpl(tryfirst=True)  # before what is marked as an attack is deselected
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Play each scenario with one of the plugins, and through one of the other entries, in turn.

    What it is not played with here is left to make attack.
    """
    cases: dict[tuple[str, str], int] = {}
    played = _systems_by_case(items)
    for item in items:
        ways = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        if "entry" not in ways or "system" not in ways:
            continue
        case = _case_of(item)
        turn = cases.setdefault(case, len(cases))
        if ways["entry"] != USE_CASES:
            entries = [entry for entry, tag in OTHER_ENTRIES.items() if item.get_closest_marker(tag)]
            is_left = ways["entry"] != entries[turn % len(entries)]
        else:
            is_left = ways["system"] != played[case][turn % len(played[case])]
        if is_left:
            item.add_marker(pytest.mark.attack)


def _case_of(item: pytest.Item) -> tuple[str, str]:
    """The scenario that is played, and its example, whatever it is played with."""
    ways = getattr(item, "callspec").params  # noqa: B009 - only functions have it
    return item.nodeid.partition("[")[0], str(ways.get("_pytest_bdd_example"))


def _systems_by_case(items: list[pytest.Item]) -> dict[tuple[str, str], list[str]]:
    """The plugins that each scenario is played with through the use cases."""
    found: dict[tuple[str, str], list[str]] = {}
    for item in items:
        ways = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        if ways.get("entry") == USE_CASES and "system" in ways:
            found.setdefault(_case_of(item), []).append(str(ways["system"]))
    return found


@pytest.fixture(autouse=True)
def entry(request: pytest.FixtureRequest) -> str:
    """The way into the gateway."""
    return str(getattr(request, "param", USE_CASES))


@pytest.fixture(autouse=True)
def system(request: pytest.FixtureRequest) -> System:
    """The plugin."""
    return SYSTEMS[getattr(request, "param", SOAP.name)]


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
            monkeypatch.setenv(system.timeout, str(IMPATIENT_SECONDS))


@pytest.fixture
def container(environment: None, settings: Settings, clock: MovableClock) -> Iterator[Container]:
    """An installation of its own, whose accounting systems are the sandbox."""
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
    elif entry == "console":
        with client_of(container) as client, client_of(container, key="") as browser:
            sign_in_to(browser, container, "ola", {})
            yield ConsoleGateway(client, Reader(browser))
    else:
        yield UseCaseGateway(container)


@pytest.fixture
def story(gateway: Gateway, office: Office) -> Story:
    return Story(gateway, office)
