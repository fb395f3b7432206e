"""The operator's settings of Kvitt's own plugins: environment variables, or keys of the settings file."""

from adapters.http_api.settings import Variable
from adapters.twentyfour_seven_office.settings import VARIABLES as BOTH
from core.errors import InvalidInput
from plugins import tripletex
from plugins import twentyfour_seven_office as soap
from plugins import twentyfour_seven_office_rest as rest

VARIABLES: tuple[Variable, ...] = (*soap.VARIABLES, *rest.VARIABLES, *BOTH, *tripletex.VARIABLES)


def trouble_with(name: str, value: str) -> str:
    """Say why one of these variables can't have this value, without the value; empty where it can."""
    for read in (soap.operator_settings, rest.rest_settings, tripletex.tripletex_settings):
        try:
            read({name: value})
        except InvalidInput as error:
            return error.message.partition(name)[2].strip()
    return ""
