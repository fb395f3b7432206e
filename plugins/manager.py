"""Finds the plugins: the built-in ones, and those that are installed beside Kvitt."""

import logging
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType

import pluggy

from core.ports.surroundings import Surroundings
from plugins import tripletex, twentyfour_seven_office, twentyfour_seven_office_rest
from plugins.catalogue import BrokenPlugin, Catalogue, Registering
from plugins.registry import AccountingRegistry
from plugins.spec import ENTRY_POINTS, PROJECT, AccountingHooks, AccountingPlugin

_BUILT_IN: tuple[ModuleType, ...] = (twentyfour_seven_office, twentyfour_seven_office_rest, tripletex)

_log = logging.getLogger(__name__)


def load_plugins(surroundings: Surroundings) -> AccountingRegistry:
    """Return the accounting systems of all plugins, ready to be opened in these surroundings."""
    return AccountingRegistry(surroundings, find_plugins())


def find_plugins() -> Catalogue:
    """Return all plugins.

    A plugin of others that fails in any way is left out, named among the broken, and logged as a warning.
    A built-in one that fails is a bug, and raises.
    """
    catalogue = Catalogue(find_built_in())
    for entry_point in sorted(entry_points(group=ENTRY_POINTS), key=lambda found: (found.name, found.value)):
        _register_foreign(entry_point, catalogue)
    return catalogue


def find_built_in() -> dict[str, AccountingPlugin]:
    """Return the built-in plugins, by name."""
    found: dict[str, AccountingPlugin] = {}
    for module in _BUILT_IN:
        registering = Registering(taken=sorted(found))
        _register(module, module.__name__, registering)
        found |= registering.added
    return found


def _register_foreign(entry_point: EntryPoint, catalogue: Catalogue) -> None:
    registering = Registering(taken=catalogue.names, distribution=entry_point.dist)
    try:
        _register(entry_point.load(), entry_point.name, registering)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - whatever a plugin of others does, sys.exit too, the rest goes on
        broken = BrokenPlugin(
            name=entry_point.name,
            raised=_raised(error),
            systems=tuple(registering.added),
            distribution=entry_point.dist,
        )
        catalogue.broken.append(broken)
        _log.warning("The plugin %s can't be used: %s", broken.name, broken.raised)
    else:
        catalogue.plugins.update(registering.added)


def _register(plugin: object, name: str, registering: Registering) -> None:
    """Let one plugin register itself. Each has a manager of its own, so that a fault is known to be its fault.

    Errors: what the plugin raises; PluginValidationError for a hook that does not exist, such as a misspelt one;
    ValueError for a plugin that registers nothing.
    """
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(AccountingHooks)
    manager.register(plugin, name=name)
    manager.check_pending()
    manager.hook.kvitt_register_accounting_systems(registry=registering)
    if not registering.added:
        raise ValueError("it registers no accounting system: is its hook marked with hookimpl?")


def _raised(error: BaseException) -> str:
    """Tell an exception in one line; one that can't even be told is named."""
    try:
        told = " ".join(str(error).split())
    except Exception:  # noqa: BLE001 - an exception of others
        told = ""
    return f"{type(error).__name__}: {told}" if told else type(error).__name__
