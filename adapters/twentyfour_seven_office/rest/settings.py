"""What it takes to reach books through 24SevenOffice's REST API: a business's connection, the operator's settings."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from adapters.twentyfour_seven_office.settings import FilledSecret, OnlyAt, Variable, address_in, timeout_in
from core.fields import Name


class RestConnection(BaseModel):
    """A business's connection settings.

    With an `account_name`, nothing is read or written before the organization's name was compared with it.
    No message ever shows a value. Source: docs/24sevenoffice.md, "REST": OAuth 2.0 client credentials.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    client_id: Name = Field(
        description="The id of the API client, as 24SevenOffice gave it.", json_schema_extra={"decides_books": False}
    )
    client_secret: FilledSecret = Field(description="The secret of the API client.")
    organization_id: Name = Field(description="The organization in 24SevenOffice that the books belong to.")
    account_name: Name | None = Field(
        default=None,
        description="The organization's exact name; if given, it is checked at every login.",
        json_schema_extra={"decides_books": False},
    )
    only_at: OnlyAt | None = Field(
        default=None,
        description="The only address that these credentials are sent to; if given, other ones are refused.",
        json_schema_extra={"decides_books": False},
    )


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
