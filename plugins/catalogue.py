"""Which plugins there are: those that work, and those that are broken, with what was raised.

Nothing is opened here, and no storage is needed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import Distribution, distribution
from typing import Any

from pydantic import BaseModel
from typing_extensions import override

from core.abilities import Abilities
from core.business import Business
from core.ports.accounting import AccountingSystem
from core.ports.surroundings import Surroundings
from plugins.settings import Setting, settings_of
from plugins.spec import AccountingPlugin, Registration

_OURS = "kvitt"


@dataclass(frozen=True)
class BrokenPlugin:
    """A plugin of others that can't be used: its entry point's name, and what was raised.

    `systems` are the accounting systems that it had begun to register.
    """

    name: str
    raised: str
    systems: tuple[str, ...] = ()
    distribution: Distribution | None = None


@dataclass
class Catalogue:
    """The plugins of an installation."""

    plugins: dict[str, AccountingPlugin] = field(default_factory=dict)
    broken: list[BrokenPlugin] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """The names by which businesses choose their system."""
        return sorted(self.plugins)

    def broken_for(self, system: str) -> BrokenPlugin | None:
        """Return the broken plugin that would bring this accounting system, as far as that can be told."""
        return next((plugin for plugin in self.broken if system in (plugin.name, *plugin.systems)), None)


@dataclass
class Registering(Registration):
    """One plugin's turn to register: what it adds counts once its hook has come to its end, all of it or nothing."""

    taken: Sequence[str]
    distribution: Distribution | None = None
    added: dict[str, AccountingPlugin] = field(default_factory=dict)

    @override
    def add(
        self,
        name: str,
        *,
        settings: type[BaseModel],
        open: Callable[[Business, Any, Surroundings], AccountingSystem],
        abilities: Abilities | None = None,
    ) -> None:
        """Register an accounting system. Errors: also what pydantic raises of a model that it can't complete."""
        if not isinstance(name, str) or not name.strip() or name != name.strip():
            raise ValueError("an accounting system needs a name, with no space at either end")
        if name in self.taken or name in self.added:
            raise ValueError(f'an accounting system named "{name}" is registered already')
        if not (isinstance(settings, type) and issubclass(settings, BaseModel)):
            raise TypeError(f'the settings of "{name}" are not a pydantic model (a subclass of BaseModel)')
        if not callable(open):
            raise TypeError(f'what opens "{name}" can\'t be called')
        if not isinstance(abilities, Abilities):
            raise TypeError(
                f'"{name}" does not declare what it can do: registry.add(..., abilities=Abilities(...)) is missing'
            )
        settings.model_rebuild()  # an annotation that can't be resolved is found now, not with the first business
        if "system" in settings.model_fields:
            raise ValueError(f'"{name}" may not have a setting named system: that one names the plugin')
        self.added[name] = AccountingPlugin(
            name=name, settings=settings, open=open, abilities=abilities, distribution=self.distribution
        )


@dataclass(frozen=True)
class ListedPlugin:
    """A plugin: the accounting system's name, what brings it, what a business must tell it, and what it can do.

    `raised` is what a broken one raised; its name is then its entry point's, and nobody knows its abilities.
    `distribution` and `version` are None where nobody knows what brought it.
    """

    name: str
    distribution: str | None
    version: str | None
    settings: tuple[Setting, ...] = ()
    abilities: Abilities | None = None
    raised: str | None = None


def listed(catalogue: Catalogue) -> list[ListedPlugin]:
    """Return every plugin by name, the broken ones last."""
    working = [_working(catalogue.plugins[name]) for name in catalogue.names]
    return [*working, *(_broken(plugin) for plugin in sorted(catalogue.broken, key=lambda plugin: plugin.name))]


def _working(plugin: AccountingPlugin) -> ListedPlugin:
    brought_by = plugin.distribution or distribution(_OURS)
    return ListedPlugin(
        name=plugin.name,
        distribution=brought_by.name,
        version=brought_by.version,
        settings=tuple(settings_of(plugin.settings)),
        abilities=plugin.abilities,
    )


def _broken(plugin: BrokenPlugin) -> ListedPlugin:
    brought_by: Distribution | None = plugin.distribution
    return ListedPlugin(
        name=plugin.name,
        distribution=brought_by.name if brought_by else None,
        version=brought_by.version if brought_by else None,
        raised=plugin.raised,
    )
