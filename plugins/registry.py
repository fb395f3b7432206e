"""The accounting systems that there are plugins for: implements the port `AccountingSystems`."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, get_args

from pydantic import BaseModel, SecretStr, ValidationError

from core.business import Business, Connection
from core.errors import Fault, InvalidInput
from core.ports.accounting_system import AccountingSystem
from core.ports.surroundings import Surroundings
from plugins.spec import AccountingPlugin

_MOST_OPEN = 1000  # businesses whose opened books are kept at hand; opening anew costs no call, but a login's memory


class AccountingRegistry:
    """Holds the plugins, and the books they have opened. Safe to use from many threads.

    `broken` names the plugins of others that could not be loaded, and what was raised: they are out of use, and the
    rest works.
    """

    def __init__(self, surroundings: Surroundings) -> None:
        self.broken: dict[str, str] = {}
        self._surroundings = surroundings
        self._plugins: dict[str, AccountingPlugin] = {}
        self._open: OrderedDict[str, tuple[Business, AccountingSystem]] = OrderedDict()
        self._lock = Lock()

    @property
    def names(self) -> list[str]:
        """The names by which businesses choose their system."""
        return sorted(self._plugins)

    def add(
        self,
        name: str,
        *,
        settings: type[BaseModel],
        open: Callable[[Business, Any, Surroundings], AccountingSystem],  # noqa: A002 - the word for it
    ) -> None:
        """Register an accounting system.

        Errors: ValueError when the name is taken, is empty, or the settings claim the name `system`.
        """
        if name in self._plugins:
            raise ValueError(f'an accounting system named "{name}" is registered already')
        if not name.strip() or "system" in settings.model_fields:
            raise ValueError("an accounting system needs a name, and no setting of its own named system")
        self._plugins[name] = AccountingPlugin(name=name, settings=settings, open=open)

    def remove(self, name: str) -> None:
        """Take a system out again, if it is there."""
        self._plugins.pop(name, None)

    def open(self, business: Business) -> AccountingSystem:
        """Return the business's books: the same object until anything about the business changes.

        Errors: InvalidInput, codes `unknown_accounting_system` and `bad_connection`.
        """
        with self._lock:
            known = self._open.get(business.name)
            if known and known[0] == business:
                self._open.move_to_end(business.name)
                return known[1]
            plugin = self._plugin(business.accounting.system)
            system = plugin.open(business, _read(plugin, business.accounting), self._surroundings)
            self._open[business.name] = (business, system)
            self._open.move_to_end(business.name)
            while len(self._open) > _MOST_OPEN:
                self._open.popitem(last=False)
            return system

    def checked(self, connection: Connection) -> Connection:
        """Return the connection as its plugin reads it: trimmed, in the plugin's own form.

        Errors: InvalidInput, codes `unknown_accounting_system` and `bad_connection`.
        """
        plugin = self._plugin(connection.system)
        return Connection.of(plugin.name, _settings_of(_read(plugin, connection)))

    def shown(self, connection: Connection) -> Mapping[str, str]:
        """Return what may be read back: `system`, and every setting that is not a secret.

        Nothing but `system` where the plugin is gone: then nobody knows what was secret.
        """
        plugin = self._plugins.get(connection.system)
        public = set(plugin.settings.model_fields) - _secrets_of(plugin) if plugin else set()
        return {
            "system": connection.system,
            **{name: value for name, value in connection.settings.items() if name in public},
        }

    def secrets(self, system: str) -> frozenset[str]:
        """Return the names of a plugin's secret settings.

        Errors: InvalidInput, code `unknown_accounting_system`.
        """
        return _secrets_of(self._plugin(system))

    def _plugin(self, name: str) -> AccountingPlugin:
        if plugin := self._plugins.get(name):
            return plugin
        raise InvalidInput(
            f'There is no accounting system "{name}". Known: {", ".join(self.names) or "none"}.',
            code="unknown_accounting_system",
            hint="Set accounting.system to one of those, or install the plugin for it (see plugin list).",
            faults=[Fault(field="accounting.system", message="names no known accounting system")],
        )


def _read(plugin: AccountingPlugin, connection: Connection) -> BaseModel:
    """Validate a connection's settings with the plugin's model; messages name settings and never hold a value."""
    values = connection.settings
    try:
        return plugin.settings.model_validate(dict(values))
    except ValidationError as error:
        found = [(str(one["loc"][0]) if one["loc"] else "", one["type"], one["msg"]) for one in error.errors()]
    faults = [
        Fault(field=f"accounting.{name}".rstrip("."), message=_trouble(plugin, kind, message, values.values()))
        for name, kind, message in found
    ]
    named = "; ".join(f"{fault.field.removeprefix('accounting.')} {fault.message}" for fault in faults)
    raise InvalidInput(
        f'The connection can\'t be used with "{plugin.name}": {named}.',
        code="bad_connection",
        hint="Correct these settings under accounting and give the business again.",
        faults=faults,
    )


def _trouble(plugin: AccountingPlugin, kind: str, message: str, values: Any) -> str:
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        return f"is not a setting of this system, which has {', '.join(plugin.settings.model_fields)}"
    if any(value and value in message for value in values):
        return "is not as it should be"
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


def _secrets_of(plugin: AccountingPlugin) -> frozenset[str]:
    return frozenset(name for name, field in plugin.settings.model_fields.items() if _is_secret(field.annotation))


def _is_secret(annotation: Any) -> bool:
    """Whether a field is a SecretStr, also as one of several possibilities (`SecretStr | None`)."""
    return annotation is SecretStr or any(_is_secret(one) for one in get_args(annotation))
