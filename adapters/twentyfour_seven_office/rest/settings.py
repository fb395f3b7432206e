"""What it takes to reach books through 24SevenOffice's REST API: a business's connection, the operator's settings."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from adapters.http_api.settings import (
    MOST_PARALLEL_CALLS,
    ONLY_AT,
    ONLY_AT_TOLD,
    FilledSecret,
    OnlyAt,
    Variable,
    address_in,
    parallel_calls_in,
)
from adapters.twentyfour_seven_office.rest.abilities import ABILITIES
from adapters.twentyfour_seven_office.settings import timeout_in
from core.fields import Name

# What a person reads who is asked for a setting.
_CLIENT = "The id of the API client, as 24SevenOffice gave it."
_CLIENT_SECRET = "The secret of the API client."  # noqa: S105 - what is asked for
_ORGANIZATION = "The organization in 24SevenOffice that the books belong to."
_COMPANY = "The organization's exact name; if given, it is checked at every login."


class RestConnection(BaseModel):
    """A business's connection settings.

    With an `account_name`, nothing is read or written before the organization's name was compared with it.
    No message ever shows a value. Source: docs/24sevenoffice.md, "REST": OAuth 2.0 client credentials.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    client_id: Name = Field(title="Client id", description=_CLIENT, json_schema_extra={"decides_books": False})
    client_secret: FilledSecret = Field(title="Client secret", description=_CLIENT_SECRET)
    organization_id: Name = Field(title="Organization id", description=_ORGANIZATION)
    account_name: Name | None = Field(
        default=None,
        title="Account name",
        description=_COMPANY,
        json_schema_extra={"decides_books": False},
    )
    only_at: OnlyAt | None = Field(
        default=None,
        title=ONLY_AT,
        description=ONLY_AT_TOLD,
        json_schema_extra={"decides_books": False},
    )


REST_URL = "KVITT_TFSO_REST_URL"
LOGIN_URL = "KVITT_TFSO_LOGIN_URL"

_DEFAULT_REST_URL = "https://rest.api.24sevenoffice.com/v1"
_DEFAULT_LOGIN_URL = "https://login.24sevenoffice.com"

PARALLEL_CALLS = "KVITT_TFSO_REST_PARALLEL_CALLS"

VARIABLES = (
    Variable(REST_URL, "where 24SevenOffice's REST API is", values="address", default=f"`{_DEFAULT_REST_URL}`"),
    Variable(LOGIN_URL, "where the REST API's login server is", values="address", default=f"`{_DEFAULT_LOGIN_URL}`"),
    Variable(
        PARALLEL_CALLS,
        "how many orders, or customers, of a business are worked on at once over the REST API, each with one call at a"
        " time; 1 is one after the other",
        values=f"a whole number from 1 to {MOST_PARALLEL_CALLS}",
        default=f"{ABILITIES.parallel_calls}",
    ),
)


@dataclass(frozen=True)
class RestSettings:
    """`rest_url` and `login_url` have no slash at their end; `timeout` is in seconds.

    `parallel_calls` are those that are made at once for one business.
    """

    rest_url: str
    login_url: str
    timeout: float
    parallel_calls: int = ABILITIES.parallel_calls


def rest_settings(environment: Mapping[str, str]) -> RestSettings:
    """Read the operator's settings.

    Errors: InvalidInput, code `bad_settings`, naming the variable.
    """
    return RestSettings(
        rest_url=address_in(environment, REST_URL, default=_DEFAULT_REST_URL),
        login_url=address_in(environment, LOGIN_URL, default=_DEFAULT_LOGIN_URL),
        timeout=timeout_in(environment),
        parallel_calls=parallel_calls_in(environment, PARALLEL_CALLS, default=ABILITIES.parallel_calls),
    )
