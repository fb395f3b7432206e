"""Finds the plugins: the built-in ones, and those that are installed beside Kvitt."""

import logging
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType

import pluggy

from core.ports.surroundings import Surroundings
from plugins import twentyfour_seven_office, twentyfour_seven_office_rest
from plugins.registry import AccountingRegistry
from plugins.spec import ENTRY_POINTS, PROJECT, AccountingHooks

_BUILT_IN: tuple[ModuleType, ...] = (twentyfour_seven_office, twentyfour_seven_office_rest)

_log = logging.getLogger(__name__)


def load_plugins(surroundings: Surroundings) -> AccountingRegistry:
    """Return the accounting systems of all plugins.

    A plugin of others that fails in any way is left out, named in the registry's `broken`, and logged as a warning.
    A built-in one that fails is a bug, and raises.
    """
    registry = AccountingRegistry(surroundings)
    for module in _BUILT_IN:
        _register(module, module.__name__, registry)
    for entry_point in entry_points(group=ENTRY_POINTS):
        _register_foreign(entry_point, registry)
    return registry


def _register_foreign(entry_point: EntryPoint, registry: AccountingRegistry) -> None:
    before = set(registry.names)
    try:
        _register(entry_point.load(), entry_point.name, registry)
    except Exception as error:  # noqa: BLE001 - whatever a plugin of others does, the rest goes on
        for name in set(registry.names) - before:
            registry.remove(name)
        registry.broken[entry_point.name] = f"{type(error).__name__}: {error}"
        _log.warning("The plugin %s can't be used: %s: %s", entry_point.name, type(error).__name__, error)


def _register(plugin: object, name: str, registry: AccountingRegistry) -> None:
    """Let one plugin register itself. Each has a manager of its own, so that a fault is known to be its fault.

    Errors: what the plugin raises; PluginValidationError for a hook that does not exist, such as a misspelt one.
    """
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(AccountingHooks)
    manager.register(plugin, name=name)
    manager.check_pending()
    manager.hook.kvitt_register_accounting_systems(registry=registry)
