"""The built-in plugin `24sevenoffice`. Cheap to import: the adapter comes with the first business that is opened."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from adapters.twentyfour_seven_office.soap.abilities import ABILITIES
from adapters.twentyfour_seven_office.soap.settings import VARIABLES as VARIABLES
from adapters.twentyfour_seven_office.soap.settings import SoapConnection
from adapters.twentyfour_seven_office.soap.settings import operator_settings as operator_settings
from core.business import Business
from core.ports.accounting import AccountingSystem
from core.ports.surroundings import Surroundings
from plugins.spec import Registration, hookimpl

if TYPE_CHECKING:
    from adapters.twentyfour_seven_office.soap.published import Comparison

NAME = "24sevenoffice"


@hookimpl
def kvitt_register_accounting_systems(registry: Registration) -> None:
    """Register 24SevenOffice."""
    registry.add(NAME, settings=SoapConnection, open=_open, abilities=ABILITIES)


def _open(business: Business, settings: SoapConnection, surroundings: Surroundings) -> AccountingSystem:
    from adapters.twentyfour_seven_office.soap.system import open_soap_system

    return open_soap_system(business, settings, surroundings)


def compared_contracts(environment: Mapping[str, str]) -> "Comparison":
    """Compare our contracts with those that 24SevenOffice publishes now; no call of the quota is used.

    Errors: InvalidInput, code `bad_settings`; TryAgain when they can't be fetched or read.
    """
    from adapters.twentyfour_seven_office.soap.published import compare_contracts

    return compare_contracts(environment)
