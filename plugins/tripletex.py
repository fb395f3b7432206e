"""The built-in plugin `tripletex`. Cheap to import: the adapter comes with the first business that is opened."""

from adapters.tripletex.abilities import ABILITIES
from adapters.tripletex.settings import VARIABLES as VARIABLES
from adapters.tripletex.settings import TripletexConnection
from adapters.tripletex.settings import tripletex_settings as tripletex_settings
from core.business import Business
from core.ports.accounting import AccountingSystem
from core.ports.surroundings import Surroundings
from plugins.spec import Registration, hookimpl

NAME = "tripletex"


@hookimpl
def kvitt_register_accounting_systems(registry: Registration) -> None:
    """Register Tripletex."""
    registry.add(NAME, settings=TripletexConnection, open=_open, abilities=ABILITIES)


def _open(business: Business, settings: TripletexConnection, surroundings: Surroundings) -> AccountingSystem:
    from adapters.tripletex.system import open_tripletex_system

    return open_tripletex_system(business, settings, surroundings)
