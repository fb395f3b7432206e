"""What there is to tell of the plugins, for whoever asks which there are."""

from dataclasses import dataclass
from importlib.metadata import Distribution, distribution

from plugins.catalogue import BrokenPlugin, Catalogue
from plugins.settings import Setting, settings_of
from plugins.spec import AccountingPlugin

_OURS = "kvitt"


@dataclass(frozen=True)
class ListedPlugin:
    """A plugin: the accounting system's name, what brings it, what a business must tell it.

    `raised` is what a broken one raised; its name is then its entry point's. `distribution` and `version` are None
    where nobody knows what brought it.
    """

    name: str
    distribution: str | None
    version: str | None
    settings: tuple[Setting, ...] = ()
    raised: str | None = None


def listed(catalogue: Catalogue) -> list[ListedPlugin]:
    """Return every plugin by name, the broken ones last."""
    working = [_working(catalogue.plugins[name]) for name in catalogue.names]
    return [*working, *(_broken(one) for one in sorted(catalogue.broken, key=lambda one: one.name))]


def _working(plugin: AccountingPlugin) -> ListedPlugin:
    brought_by = plugin.distribution or distribution(_OURS)
    return ListedPlugin(
        name=plugin.name,
        distribution=brought_by.name,
        version=brought_by.version,
        settings=tuple(settings_of(plugin.settings)),
    )


def _broken(plugin: BrokenPlugin) -> ListedPlugin:
    brought_by: Distribution | None = plugin.distribution
    return ListedPlugin(
        name=plugin.name,
        distribution=brought_by.name if brought_by else None,
        version=brought_by.version if brought_by else None,
        raised=plugin.raised,
    )
