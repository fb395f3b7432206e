import logging
import subprocess
import sys
import threading
import types
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import EntryPoint, version
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from core.business import Business, Connection
from core.errors import AccessRefused, InvalidInput
from core.ports.accounting import AccountingSystems
from core.ports.surroundings import Surroundings
from plugins import manager
from plugins.catalogue import Registering, listed
from plugins.manager import find_plugins, load_plugins
from plugins.registry import AccountingRegistry
from plugins.spec import Registration, hookimpl
from tests.fakes.accounting_system import ABILITIES

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
    return SimpleNamespace(has_moved=False)


class Other:
    @hookimpl
    def kvitt_register_accounting_systems(self, registry: Registration) -> None:
        registry.add("other", settings=OtherSettings, open=open_other, abilities=ABILITIES)


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> AccountingRegistry:
    installed(monkeypatch, other=Other())
    return load_plugins(SURROUNDINGS)


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
    assert registry.names == ["24sevenoffice", "24sevenoffice-rest", "other", "tripletex"]
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
    assert system.limits.product_name == 150


def test_tripletex_is_built_in(registry: AccountingRegistry) -> None:
    assert registry.secrets("tripletex") == {"employee_token", "consumer_token"}
    given = {"account_name": "Fjell AS", "employee_token": "ansatt", "consumer_token": "integrasjon"}
    assert registry.open(business(system="tripletex", **given)).limits.items_per_write == 100


def test_without_a_consumer_token_tripletex_says_who_can_give_one(registry: AccountingRegistry) -> None:
    with pytest.raises(AccessRefused) as error:
        registry.open(business(system="tripletex", account_name="Fjell AS", employee_token="ansatt"))
    assert error.value.code == "bad_connection"
    assert [fault.field for fault in error.value.faults] == ["accounting.consumer_token"]
    assert "KVITT_TRIPLETEX_CONSUMER_TOKEN" in error.value.hint


def test_a_plugin_tells_which_settings_decide_the_books(registry: AccountingRegistry) -> None:
    """Secrets that are changed for the same login lead nowhere else."""
    assert registry.deciding_books("24sevenoffice") == {"account_name", "username", "application_id"}
    assert registry.deciding_books("24sevenoffice-rest") == {"organization_id"}
    assert registry.deciding_books("tripletex") == {"account_name"}


def test_every_setting_but_a_secret_decides_the_books_of_a_plugin_that_says_nothing(
    registry: AccountingRegistry,
) -> None:
    settings = registry.model("other")
    assert registry.deciding_books("other") == set(settings.model_fields) - registry.secrets("other")


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
        "accounting.pasword": "is not a setting of this system; its settings are account_name, application_id, "
        "username, password, only_at",
    }
    assert "GUID" in error.message


def test_an_unknown_system_is_refused_with_the_known_ones(registry: AccountingRegistry) -> None:
    for attempt, form in (
        (lambda: registry.checked(Connection.of("fiken", {})), InvalidInput),
        (lambda: registry.secrets("fiken"), InvalidInput),
        (lambda: registry.open(business(system="fiken")), AccessRefused),
    ):
        with pytest.raises(form) as error:
            attempt()
        assert error.value.code == "unknown_accounting_system"
        assert "24sevenoffice, 24sevenoffice-rest, other, tripletex" in error.value.message
        assert "plugin list" in error.value.hint


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


def test_books_that_have_moved_are_opened_anew(registry: AccountingRegistry) -> None:
    first = registry.open(business())
    first.has_moved = True  # type: ignore[misc]
    assert registry.open(business()) is not first
    assert registry.open(business()) is registry.open(business())


def test_a_plugin_that_takes_its_time_to_open_holds_up_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def open_slowly(business: Business, settings: OtherSettings, surroundings: Surroundings) -> Any:
        begun.set()
        assert go_on.wait(10)
        return SimpleNamespace(has_moved=False)

    installed(monkeypatch, slow=registers("slow", open_=open_slowly), other=Other())
    registry = load_plugins(SURROUNDINGS)
    with ThreadPoolExecutor(2) as threads:
        opening = [threads.submit(registry.open, business("moe", system="slow")) for _ in range(2)]
        assert begun.wait(10)
        assert registry.open(business()) is not None
        go_on.set()
        first, second = (one.result() for one in opening)
    assert first is second is registry.open(business("moe", system="slow"))


def test_only_so_many_books_are_kept_open(registry: AccountingRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plugins.registry._MOST_OPEN", 2)
    first = registry.open(business("a"))
    for name in ("b", "a", "c"):
        registry.open(business(name))
    assert registry.open(business("a")) is first


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
    catalogue = find_plugins()
    assert catalogue.names == ["24sevenoffice", "24sevenoffice-rest", "other", "tripletex"]
    assert catalogue.broken == []


class Plugin:
    """A plugin whose hook does what it is told to."""

    def __init__(self, do: Callable[[Registration], object]) -> None:
        self._do = do

    @hookimpl
    def kvitt_register_accounting_systems(self, registry: Registration) -> None:
        self._do(registry)


class Misspelt:
    @hookimpl
    def kvitt_register_acounting_systems(self, registry: Registration) -> None:
        """Never called."""


class Unmarked:
    def kvitt_register_accounting_systems(self, registry: Registration) -> None:
        """Never called."""


class Unfinished(BaseModel):
    folder: "NobodyKnows"  # type: ignore[name-defined] # noqa: F821 - broken on purpose


class ClaimsSystem(BaseModel):
    system: str


class NoSettings:
    folder: str


class Untellable(BaseException):
    def __str__(self) -> str:
        raise RuntimeError


def raises(error: BaseException) -> Callable[..., Any]:
    def raise_it(*_: object, **__: object) -> Any:
        raise error

    return raise_it


def half_way(registry: Registration) -> None:
    registry.add("half", settings=OtherSettings, open=open_other, abilities=ABILITIES)
    raise RuntimeError("no licence")


def registers(
    name: Any = "wrong", settings: Any = OtherSettings, open_: Any = open_other, abilities: Any = ABILITIES
) -> Plugin:
    return Plugin(lambda registry: registry.add(name, settings=settings, open=open_, abilities=abilities))


def declares_nothing(registry: Any) -> None:
    registry.add("wrong", settings=OtherSettings, open=open_other)


BROKEN: dict[str, tuple[object, str]] = {
    "missing": (None, "AttributeError"),
    "misspelt": (Misspelt(), "unknown hook 'kvitt_register_acounting_systems'"),
    "unmarked": (Unmarked(), "hookimpl"),
    "half way": (Plugin(half_way), "RuntimeError: no licence"),
    "name taken": (registers("24sevenoffice"), "registered already"),
    "no name": (registers(" "), "needs a name"),
    "settings claim system": (registers(settings=ClaimsSystem), "setting named system"),
    "no model": (registers(settings=NoSettings), "not a pydantic model"),
    "model unfinished": (registers(settings=Unfinished), "NobodyKnows"),
    "can't be opened": (registers(open_="open"), "can't be called"),
    "nothing declared": (Plugin(declares_nothing), "abilities=Abilities(...)) is missing"),
    "declared as something else": (registers(abilities={"text_rows"}), '"wrong" does not declare what it can do'),
    "exits": (Plugin(raises(SystemExit(3))), "SystemExit: 3"),
    "base exception": (Plugin(raises(Untellable())), "Untellable"),
    "generator exit": (Plugin(raises(GeneratorExit())), "GeneratorExit"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_plugin_is_reported_and_takes_nothing_down(
    kind: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    plugin, told = BROKEN[kind]
    installed(monkeypatch, broken=plugin, other=Other())
    with caplog.at_level(logging.WARNING):
        catalogue = find_plugins()
    assert catalogue.names == ["24sevenoffice", "24sevenoffice-rest", "other", "tripletex"]
    assert [one.name for one in catalogue.broken] == ["broken"]
    assert told in catalogue.broken[0].raised
    assert len(caplog.records) == 1
    registry = AccountingRegistry(SURROUNDINGS, catalogue)
    assert registry.secrets("24sevenoffice") == {"application_id", "password"}
    with pytest.raises(AccessRefused) as error:
        registry.open(business(system="broken"))
    assert error.value.code == "broken_plugin"
    assert "plugin list" in error.value.hint
    assert registry.open(business()) is not None


def test_a_plugin_that_fails_at_import_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    for error in (ImportError("no module of that name"), SystemExit("no licence")):
        entry_point = EntryPoint(name="odd", value="odd:plugin", group="kvitt.plugins")
        monkeypatch.setattr(EntryPoint, "load", raises(error))
        monkeypatch.setattr(manager, "entry_points", lambda group, one=entry_point: [one])
        (broken,) = find_plugins().broken
        assert str(error) in broken.raised


def test_ctrl_c_is_not_a_plugins_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, slow=Plugin(raises(KeyboardInterrupt())))
    with pytest.raises(KeyboardInterrupt):
        find_plugins()


def test_a_broken_plugin_is_known_by_what_it_began_to_register(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, broken=Plugin(half_way))
    with pytest.raises(AccessRefused, match='The plugin broken, for the accounting system "half", is broken'):
        load_plugins(SURROUNDINGS).open(business(system="half"))


@pytest.mark.parametrize(
    "error", [RuntimeError("hunter22"), SystemExit("hunter22"), Untellable()], ids=lambda e: type(e).__name__
)
def test_a_plugin_that_fails_when_opening_is_named_and_its_words_are_not_told(
    error: BaseException, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    installed(monkeypatch, wrong=registers(open_=raises(error)), other=Other())
    registry = load_plugins(SURROUNDINGS)
    with caplog.at_level(logging.DEBUG), pytest.raises(AccessRefused) as refused:
        registry.open(business(system="wrong"))
    assert (refused.value.code, type(error).__name__ in refused.value.message) == ("broken_plugin", True)
    assert refused.value.__suppress_context__
    assert "hunter22" not in f"{refused.value.message} {refused.value.hint} {caplog.text}"
    assert "test_plugins.py, line" in caplog.text
    assert registry.open(business()) is not None


def test_a_model_whose_validator_is_broken_is_the_plugins_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    class Divides(BaseModel):
        folder: str

        @model_validator(mode="after")
        def _divide(self) -> "Divides":
            raise ZeroDivisionError(self.folder)

    installed(monkeypatch, wrong=registers(settings=Divides))
    registry = load_plugins(SURROUNDINGS)
    error = refused(registry, Connection.of("wrong", {"folder": "hunter22"}))
    assert (error.code, "ZeroDivisionError" in error.message) == ("broken_plugin", True)


def test_what_a_stored_connection_lacks_today_keeps_it_from_being_opened(registry: AccountingRegistry) -> None:
    with pytest.raises(AccessRefused, match="application_id is missing") as error:
        registry.open(business(system="24sevenoffice", account_name="Fjell AS"))
    assert error.value.code == "bad_connection"
    assert "business verify" in error.value.hint


def test_what_a_plugin_registers_is_judged_at_once() -> None:
    registering = Registering(taken=["24sevenoffice"])
    registering.add("other", settings=OtherSettings, open=open_other, abilities=ABILITIES)
    with pytest.raises(ValueError, match="registered already"):
        registering.add("other", settings=OtherSettings, open=open_other, abilities=ABILITIES)


def test_plugins_are_listed_with_their_versions_and_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    class Described(BaseModel):
        folder: str = Field(description="Where\n the books are.")
        token: SecretStr | None = None

    installed(monkeypatch, wrong=Plugin(half_way), described=registers("described", Described))
    by_name = {one.name: one for one in listed(find_plugins())}
    ours, theirs, broken = (by_name[name] for name in ("24sevenoffice", "described", "wrong"))
    assert (ours.name, ours.distribution, ours.version) == ("24sevenoffice", "kvitt", version("kvitt"))
    assert {one.name for one in ours.settings if one.secret} == {"application_id", "password"}
    assert all(one.description for one in ours.settings)
    assert [(one.name, one.required, one.secret, one.description) for one in theirs.settings] == [
        ("folder", True, False, "Where the books are."),
        ("token", False, True, ""),
    ]
    assert (broken.name, broken.raised, broken.settings) == ("wrong", "RuntimeError: no licence", ())


def test_loading_plugins_and_opening_books_load_neither_soap_nor_http() -> None:
    code = (
        "import sys\n"
        "from tests.unit.test_plugins import GOOD, GOOD_REST, SURROUNDINGS, business\n"
        "from plugins.manager import load_plugins\n"
        "registry = load_plugins(SURROUNDINGS)\n"
        "registry.open(business(system='24sevenoffice', **GOOD)).limits\n"
        "registry.open(business('rest', system='24sevenoffice-rest', **GOOD_REST)).limits\n"
        "given = {'account_name': 'Fjell', 'employee_token': 'x', 'consumer_token': 'y'}\n"
        "registry.open(business('tripletex', system='tripletex', **given)).limits\n"
        "sys.exit(' '.join({'zeep', 'requests', 'lxml', 'httpx'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
