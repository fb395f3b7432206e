"""The accounting systems of all plugins: their settings are checked and their books opened, once for each business."""

import logging
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any

from cachetools import LRUCache
from pydantic import BaseModel, SecretStr, ValidationError
from typing_extensions import override

from core.abilities import Abilities
from core.business import Business, Connection
from core.errors import AccessRefused, Fault, InvalidInput, KvittError
from core.ports.accounting import AccountingSystem, AccountingSystems
from core.ports.surroundings import Surroundings
from plugins.catalogue import BrokenPlugin, Catalogue
from plugins.settings import deciding_books, secret_names
from plugins.spec import AccountingPlugin

_log = logging.getLogger(__name__)

_MOST_OPEN = 1000  # businesses whose opened books are kept at hand; opening anew costs no call, but a login's memory


class AccountingRegistry(AccountingSystems):
    """Holds the plugins, and the books they have opened. Safe to use from many threads.

    Whatever a plugin does wrong when it is used is turned into an error about that plugin: the rest works.
    """

    def __init__(self, surroundings: Surroundings, catalogue: Catalogue) -> None:
        self._surroundings = surroundings
        self._catalogue = catalogue
        self._open: LRUCache[str, tuple[Business, AccountingSystem]] = LRUCache(_MOST_OPEN)
        self._lock = Lock()

    @property
    def names(self) -> list[str]:
        """The names by which businesses choose their system."""
        return self._catalogue.names

    @property
    def broken(self) -> Sequence[BrokenPlugin]:
        """The plugins of others that can't be used, and what they raised."""
        return tuple(self._catalogue.broken)

    @override
    def open(self, business: Business) -> AccountingSystem:
        """Return the business's books: the same object until anything about the business changes, or they have moved.

        Errors: AccessRefused, codes `unknown_accounting_system`, `broken_plugin`, `bad_connection` and what else the
        plugin finds wrong with its settings: what the business has to send waits until that is mended.
        """
        if opened := self._already_open(business):
            return opened
        system = self._opened(business)  # without the lock: a plugin that takes its time holds up nobody else
        with self._lock:
            known = self._open.get(business.name)
            if (
                known and known[0] == business and not known[1].has_moved
            ):  # somebody else was faster: there is one object for all
                return known[1]
            self._open[business.name] = (business, system)
            return system

    def _already_open(self, business: Business) -> AccountingSystem | None:
        with self._lock:
            known = self._open.get(business.name)
            if known is None or known[0] != business or known[1].has_moved:
                return None
            return known[1]

    def _opened(self, business: Business) -> AccountingSystem:
        try:
            plugin = self._plugin(business.accounting.system)
            settings = _read(plugin, business.accounting)
            with _plugins_fault(plugin):
                return plugin.open(business, settings, self._surroundings)
        except InvalidInput as error:
            raise AccessRefused(
                error.message,
                code=error.code,
                hint=f"{error.hint} Then run business verify: waiting transfers go on.",
                faults=error.faults,
            ) from None

    @override
    def checked(self, connection: Connection) -> Connection:
        """Return the connection as its plugin reads it: trimmed, in the plugin's own form.

        Errors: InvalidInput, codes `unknown_accounting_system`, `broken_plugin` and `bad_connection`.
        """
        plugin = self._plugin(connection.system)
        settings = _read(plugin, connection)
        with _plugins_fault(plugin):
            return Connection.of(plugin.name, _settings_of(settings))

    @override
    def shown(self, connection: Connection) -> Mapping[str, str]:
        """Return what may be read back: `system`, and every setting that is not a secret.

        Nothing but `system` where the plugin is gone: then nobody knows what was secret.
        """
        plugin = self._catalogue.plugins.get(connection.system)
        public = set(plugin.settings.model_fields) - secret_names(plugin.settings) if plugin else set()
        return {
            "system": connection.system,
            **{name: value for name, value in connection.settings.items() if name in public},
        }

    @override
    def secrets(self, system: str) -> frozenset[str]:
        return secret_names(self._plugin(system).settings)

    @override
    def deciding_books(self, system: str) -> frozenset[str]:
        return deciding_books(self._plugin(system).settings)

    def model(self, system: str) -> type[BaseModel]:
        """Return the model of a plugin's settings.

        Errors: InvalidInput, codes `unknown_accounting_system` and `broken_plugin`.
        """
        return self._plugin(system).settings

    def abilities(self, system: str) -> Abilities:
        """Return what a plugin declares that its system can do.

        Errors: InvalidInput, codes `unknown_accounting_system` and `broken_plugin`.
        """
        return self._plugin(system).abilities

    def _plugin(self, name: str) -> AccountingPlugin:
        if plugin := self._catalogue.plugins.get(name):
            return plugin
        faults = [Fault(field="accounting.system", message="is not an accounting system that can be used")]
        if broken := self._catalogue.broken_for(name):
            raise InvalidInput(
                f'The plugin {broken.name}, for the accounting system "{name}", is broken.',
                code="broken_plugin",
                hint="Fix or update that plugin (plugin list shows what it raised).",
                faults=faults,
            )
        raise InvalidInput(
            f'There is no accounting system "{name}". Known: {", ".join(self.names) or "none"}.',
            code="unknown_accounting_system",
            hint="Set accounting.system to one of those, or install the plugin for it (see plugin list).",
            faults=faults,
        )


@contextmanager
def _plugins_fault(plugin: AccountingPlugin, *, but: type[Exception] = KvittError) -> Iterator[None]:
    """Turn what no plugin should raise into InvalidInput, code `broken_plugin`; what may be raised passes, and `but`.

    What was raised may hold a secret, so that only its class and place are told.
    """
    try:
        yield
    except (KvittError, KeyboardInterrupt, but):
        raise
    except BaseException as error:  # noqa: BLE001 - whatever a plugin of others does, sys.exit too, the rest goes on
        _log.warning("The plugin for %s failed: %s", plugin.name, _where(error))
        raise InvalidInput(
            f'The plugin for "{plugin.name}" failed with {type(error).__name__}.',
            code="broken_plugin",
            hint="Fix or update that plugin; the log shows where it failed.",
        ) from None


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {frames[-1].filename}, line {frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"


def _read(plugin: AccountingPlugin, connection: Connection) -> BaseModel:
    """Validate a connection's settings with the plugin's model; messages name settings and never hold a value."""
    values = connection.settings
    try:
        with _plugins_fault(plugin, but=ValidationError):
            return plugin.settings.model_validate(dict(values))
    except ValidationError as error:
        found = [
            (str(fault["loc"][0]) if fault["loc"] else "", fault["type"], fault["msg"]) for fault in error.errors()
        ]
    faults = [
        Fault(field=f"accounting.{name}".rstrip("."), message=_trouble(plugin, kind, message, values.values()))
        for name, kind, message in found
    ]
    named = "; ".join(f"{fault.field.removeprefix('accounting.')} {fault.message}" for fault in faults)
    raise InvalidInput(
        f'The connection can\'t be used with "{plugin.name}": {named}.',
        code="bad_connection",
        hint="Correct these settings under accounting and add the business again.",
        faults=faults,
    )


def _trouble(plugin: AccountingPlugin, kind: str, message: str, values: Any) -> str:
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        return f"is not a setting of this system; its settings are {', '.join(plugin.settings.model_fields)}"
    if any(value and value in message for value in values):
        return "is not valid"
    told = message.removeprefix("Value error, ")
    return f"is wrong: {told}"


def _settings_of(settings: BaseModel) -> dict[str, str]:
    """Write settings as the texts that a connection holds; what is not set is left out."""
    written = {}
    for name, value in settings.model_dump(mode="python", exclude_unset=True).items():
        if value is not None:
            written[name] = value.get_secret_value() if isinstance(value, SecretStr) else _text(value)
    return written


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
