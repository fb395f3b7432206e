"""The operator's settings for reaching 24SevenOffice's REST API: where it is, where one logs in, how long calls take.

KVITT_TFSO_REST_URL: the API's root, https://rest.api.24sevenoffice.com/v1 when not given.
KVITT_TFSO_LOGIN_URL: the login server's root, https://login.24sevenoffice.com when not given.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.twentyfour_seven_office.environment import address_in, timeout_in

REST_URL = "KVITT_TFSO_REST_URL"
LOGIN_URL = "KVITT_TFSO_LOGIN_URL"

_DEFAULT_REST_URL = "https://rest.api.24sevenoffice.com/v1"
_DEFAULT_LOGIN_URL = "https://login.24sevenoffice.com"


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
