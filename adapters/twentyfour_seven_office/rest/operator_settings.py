"""The operator's settings for 24SevenOffice's REST API: where it is, where one logs in, how long calls take."""

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.twentyfour_seven_office.settings import Variable, address_in, timeout_in

REST_URL = "KVITT_TFSO_REST_URL"
LOGIN_URL = "KVITT_TFSO_LOGIN_URL"

_DEFAULT_REST_URL = "https://rest.api.24sevenoffice.com/v1"
_DEFAULT_LOGIN_URL = "https://login.24sevenoffice.com"

VARIABLES = (
    Variable(REST_URL, "where 24SevenOffice's REST API is", values="address", default=f"`{_DEFAULT_REST_URL}`"),
    Variable(LOGIN_URL, "where the REST API's login server is", values="address", default=f"`{_DEFAULT_LOGIN_URL}`"),
)


@dataclass(frozen=True)
class RestSettings:
    """`rest_url` and `login_url` have no slash at their end; `timeout` is in seconds."""

    rest_url: str
    login_url: str
    timeout: float


def rest_settings(environment: Mapping[str, str]) -> RestSettings:
    """Read the operator's settings.

    Errors: InvalidInput, code `bad_settings`, naming the variable.
    """
    return RestSettings(
        rest_url=address_in(environment, REST_URL, default=_DEFAULT_REST_URL),
        login_url=address_in(environment, LOGIN_URL, default=_DEFAULT_LOGIN_URL),
        timeout=timeout_in(environment),
    )
