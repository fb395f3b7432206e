import logging
import subprocess
import sys
import types
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, SecretStr

from core.business import Business, Connection
from core.errors import InvalidInput
from core.ports.accounting_system import AccountingSystems
from core.ports.surroundings import Surroundings
from plugins import manager
from plugins.manager import load_plugins
from plugins.registry import AccountingRegistry
from plugins.spec import Registration, hookimpl

GUID = "5a0b3f6e-1c2d-4e5f-8a9b-0c1d2e3f4a5b"
GOOD = {"account_name": "Fjell AS", "application_id": GUID, "username": "a@b.example", "password": "hunter22"}
GOOD_REST = {"client_id": "kvitt", "client_secret": "hunter22", "organization_id": "1"}
SURROUNDINGS: Any = Surroundings(sessions=None, calls=None, clock=None, environment={})  # type: ignore[arg-type]


class OtherSettings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    folder: str
    depth: int = 1
    token: SecretStr | None = None


def open_other(business: Business, settings: OtherSettings, surroundings: Surroundings) -> Any:
    return object()


class Other:
    @hookimpl
    def kvitt_register_accounting_systems(self, registry: Registration) -> None:
        registry.add("other", settings=OtherSettings, open=open_other)


@pytest.fixture
def registry() -> AccountingRegistry:
    registry = load_plugins(SURROUNDINGS)
    registry.add("other", settings=OtherSettings, open=open_other)
    return registry


def business(name: str = "fjell", system: str = "other", **settings: str) -> Business:
    return Business(name=name, accounting=Connection.of(system, settings or {"folder": "x"}))


def refused(registry: AccountingSystems, connection: Connection) -> InvalidInput:
    with pytest.raises(InvalidInput) as error:
        registry.checked(connection)
    for value in connection.settings.values():
        assert value not in f"{error.value.message} {error.value.faults}"
    assert error.value.__suppress_context__ or error.value.__context__ is None
    return error.value


def test_24sevenoffice_is_built_in(registry: AccountingRegistry) -> None:
    assert registry.names == ["24sevenoffice", "24sevenoffice-rest", "other"]
    assert registry.secrets("24sevenoffice") == {"application_id", "password"}
    system = registry.open(business(system="24sevenoffice", **GOOD))
    assert system.limits.product_name == 125


def test_24sevenoffices_rest_api_is_built_in(registry: AccountingRegistry) -> None:
    assert registry.secrets("24sevenoffice-rest") == {"client_secret"}
    given = Connection.of("24sevenoffice-rest", {**GOOD_REST, "account_name": " Fjell AS "})
    assert registry.shown(registry.checked(given)) == {
        "system": "24sevenoffice-rest",
        "client_id": "kvitt",
        "organization_id": "1",
        "account_name": "Fjell AS",
    }
    system = registry.open(business(system="24sevenoffice-rest", **GOOD_REST))
    assert system.books_id == "https://rest.api.24sevenoffice.com/v1 1"


def test_a_good_connection_is_read_trimmed(registry: AccountingRegistry) -> None:
    given = Connection.of("24sevenoffice", {**GOOD, "account_name": " Fjell AS ", "application_id": GUID.upper()})
    assert registry.checked(given) == Connection.of("24sevenoffice", GOOD)
    assert "hunter22" not in repr(registry.checked(given))


def test_every_setting_that_is_wrong_is_named_and_no_value(registry: AccountingRegistry) -> None:
    error = refused(
        registry,
        Connection.of("24sevenoffice", {"application_id": "no-guid-42", "username": "  ", "pasword": "hunter22"}),
    )
    assert error.code == "bad_connection"
    assert {fault.field: fault.message.split(":")[0] for fault in error.faults} == {
        "accounting.account_name": "is missing",
        "accounting.application_id": "is wrong",
        "accounting.username": "is wrong",
        "accounting.password": "is missing",
        "accounting.pasword": "is not a setting of this system, which has account_name, application_id, username, "
        "password",
    }
    assert "guid" in error.message


def test_an_unknown_system_is_refused_with_the_known_ones(registry: AccountingRegistry) -> None:
    for attempt in (
        lambda: registry.checked(Connection.of("tripletex", {})),
        lambda: registry.secrets("tripletex"),
        lambda: registry.open(business(system="tripletex")),
    ):
        with pytest.raises(InvalidInput) as error:
            attempt()
        assert error.value.code == "unknown_accounting_system"
        assert "24sevenoffice, 24sevenoffice-rest, other" in error.value.message


def test_secrets_are_never_shown(registry: AccountingRegistry) -> None:
    assert registry.shown(Connection.of("24sevenoffice", GOOD)) == {
        "system": "24sevenoffice",
        "account_name": "Fjell AS",
        "username": "a@b.example",
    }
    assert registry.shown(Connection.of("other", {"folder": "x", "token": "t"})) == {"system": "other", "folder": "x"}
    assert registry.shown(Connection.of("gone", {"token": "t"})) == {"system": "gone"}
    assert registry.secrets("other") == {"token"}


def test_settings_of_other_types_are_kept_as_text(registry: AccountingRegistry) -> None:
    given = Connection.of("other", {"folder": "x", "depth": "007"})
    assert registry.checked(given).settings == {"folder": "x", "depth": "7"}
    assert refused(registry, Connection.of("other", {"folder": "x", "depth": "seven"})).code == "bad_connection"


def test_books_stay_open_until_the_business_changes(registry: AccountingRegistry) -> None:
    first = registry.open(business())
    assert registry.open(business()) is first
    assert registry.open(business("moe")) is not first
    changed = registry.open(business(folder="y"))
    assert changed is not first
    assert registry.open(business(folder="y")) is changed


def test_only_so_many_books_are_kept_open(registry: AccountingRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plugins.registry._MOST_OPEN", 2)
    first = registry.open(business("a"))
    for name in ("b", "a", "c"):
        registry.open(business(name))
    assert registry.open(business("a")) is first


def test_a_name_is_taken_once(registry: AccountingRegistry) -> None:
    with pytest.raises(ValueError, match="registered already"):
        registry.add("other", settings=OtherSettings, open=open_other)


def installed(monkeypatch: pytest.MonkeyPatch, **plugins: object) -> None:
    """Let plugins be installed beside Kvitt."""
    modules = {f"plugin_of_others_{name}": plugin for name, plugin in plugins.items()}

    def found(*, group: str) -> Iterator[EntryPoint]:
        assert group == "kvitt.plugins"
        for name in plugins:
            yield EntryPoint(name=name, value=f"plugin_of_others_{name}:plugin", group=group)

    for module_name, plugin in modules.items():
        module = types.ModuleType(module_name)
        if plugin is not None:
            module.plugin = plugin  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, module_name, module)
    monkeypatch.setattr(manager, "entry_points", found)


def test_plugins_of_others_register_through_an_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, other=Other())
    registry = load_plugins(SURROUNDINGS)
    assert registry.names == ["24sevenoffice", "24sevenoffice-rest", "other"]
    assert registry.broken == {}


def test_a_broken_plugin_is_reported_and_takes_nothing_down(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Misspelt:
        @hookimpl
        def kvitt_register_acounting_systems(self, registry: Registration) -> None:
            """Never called."""

    class Raises:
        @hookimpl
        def kvitt_register_accounting_systems(self, registry: Registration) -> None:
            registry.add("half", settings=OtherSettings, open=open_other)
            raise RuntimeError("no licence")

    class Taken:
        @hookimpl
        def kvitt_register_accounting_systems(self, registry: Registration) -> None:
            registry.add("24sevenoffice", settings=OtherSettings, open=open_other)

    installed(monkeypatch, misspelt=Misspelt(), raises=Raises(), taken=Taken(), missing=None, other=Other())
    with caplog.at_level(logging.WARNING):
        registry = load_plugins(SURROUNDINGS)
    assert registry.names == ["24sevenoffice", "24sevenoffice-rest", "other"]
    assert sorted(registry.broken) == ["missing", "misspelt", "raises", "taken"]
    assert "no licence" in registry.broken["raises"]
    assert registry.secrets("24sevenoffice") == {"application_id", "password"}
    assert len(caplog.records) == 4


def test_loading_plugins_and_opening_books_load_neither_soap_nor_http() -> None:
    code = (
        "import sys\n"
        "from tests.unit.test_plugins import GOOD, GOOD_REST, SURROUNDINGS, business\n"
        "from plugins.manager import load_plugins\n"
        "registry = load_plugins(SURROUNDINGS)\n"
        "registry.open(business(system='24sevenoffice', **GOOD)).limits\n"
        "registry.open(business('rest', system='24sevenoffice-rest', **GOOD_REST)).limits\n"
        "sys.exit(' '.join({'zeep', 'requests', 'lxml', 'httpx'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
