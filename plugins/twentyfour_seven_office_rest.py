"""The built-in plugin `24sevenoffice-rest`. Cheap to import: the adapter comes with the first business opened."""

from adapters.twentyfour_seven_office.rest.abilities import ABILITIES
from adapters.twentyfour_seven_office.rest.settings import VARIABLES as VARIABLES
from adapters.twentyfour_seven_office.rest.settings import RestConnection
from adapters.twentyfour_seven_office.rest.settings import rest_settings as rest_settings
from core.business import Business
from core.ports.accounting import AccountingSystem
from core.ports.surroundings import Surroundings
from plugins.spec import Registration, hookimpl

NAME = "24sevenoffice-rest"


@hookimpl
def kvitt_register_accounting_systems(registry: Registration) -> None:
    """Register 24SevenOffice's REST API."""
    registry.add(NAME, settings=RestConnection, open=_open, abilities=ABILITIES)


def _open(business: Business, settings: RestConnection, surroundings: Surroundings) -> AccountingSystem:
    from adapters.twentyfour_seven_office.rest.system import open_rest_system

    return open_rest_system(business, settings, surroundings)
